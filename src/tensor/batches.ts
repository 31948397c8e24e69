/**
 * First rows of batches of one size that cover N rows: the last batch reaches back over rows that were seen before, so
 * that a graph of a fixed batch serves all. @param size at most N.
 */
export function batchStarts(rows: number, size: number): number[] {
  return Array.from({ length: Math.ceil(rows / size) }, (_, batch) => Math.min(batch * size, rows - size));
}
