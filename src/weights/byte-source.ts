/** The bytes of a file, taken piece by piece: a large one need not lie in memory. */
export interface ByteSource {
  readonly size: number;
  /** Bytes from `first` to `last`, exclusive; both inside the file. They are the caller's, in `room` where it is given. */
  read(first: number, last: number, room?: Uint8Array): Uint8Array;
}

/** Bytes that lie in memory already. */
export function sourceOf(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read(first, last, room = new Uint8Array(last - first)) {
      room.set(bytes.subarray(first, last));
      return room.subarray(0, last - first);
    },
  };
}
