/** Does `work` for 0 to count - 1, begun in this order, at most so many of them at a time. */
export async function atOnce(count: number, most: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const line = async () => {
    for (let index = next++; index < count; index = next++) await work(index);
  };
  await Promise.all(Array.from({ length: Math.min(most, count) }, line));
}
