/**
 * Runs each task, at most `lanes` at once, begun in order. After a failure none begins any more; the first error is
 * thrown when all that had begun have ended.
 */
export async function inLanes<T>(tasks: readonly T[], lanes: number, run: (task: T) => Promise<void>): Promise<void> {
  const waiting = [...tasks];
  const errors: unknown[] = [];
  const lane = async () => {
    while (waiting.length > 0 && errors.length === 0)
      try {
        await run(waiting.shift()!);
      } catch (error) {
        errors.push(error);
      }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, tasks.length) }, lane));
  if (errors.length > 0) throw errors[0];
}
