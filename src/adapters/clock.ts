/** Milliseconds since 1970. */
export function now(): number {
  return Date.now();
}

/** Seconds of a clock that never goes back. */
export function steadySeconds(): number {
  return performance.now() / 1000;
}
