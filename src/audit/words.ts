/** A share in [0,1] as a reader would say it. */
export function percent(share: number): string {
  const value = 100 * share;
  return `${Number(value.toPrecision(value >= 10 ? 3 : 2))}%`;
}

/** "at 0.1% FPR" */
export const rateName = (rate: number): string => `at ${percent(rate)} FPR`;
