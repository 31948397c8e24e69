/** A zeroed array of n floats that worker threads read without a copy. */
export function sharedFloats(n: number): Float32Array<SharedArrayBuffer> {
  return new Float32Array(new SharedArrayBuffer(n * Float32Array.BYTES_PER_ELEMENT));
}
