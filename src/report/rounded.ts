const DIGITS = 6;

/** For `JSON.stringify`: numbers with six significant digits, so that equal reports give equal texts. */
export function rounded(_key: string, value: unknown): unknown {
  if (typeof value !== 'number' || Number.isInteger(value)) return value;
  // Minus zero and its like must not tell two equal reports apart.
  return Number(value.toPrecision(DIGITS)) + 0;
}
