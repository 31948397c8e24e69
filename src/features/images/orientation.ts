const ORIENTATION_TAG = 0x0112;
const MOST_TAGS = 1000;

/**
 * The orientation (1 to 8) that an EXIF block names: a TIFF file behind the word "Exif", whose first directory holds
 * tag 0x0112. Gives 1 where there is none, and for a block that is none. May throw a RangeError for a torn one.
 */
export function orientationOf(view: DataView, start: number, length: number): number {
  if (length < 14 || view.getUint32(start) !== 0x45786966) return 1;
  const tiff = start + 6;
  const little = view.getUint16(tiff) === 0x4949;
  const directory = tiff + view.getUint32(tiff + 4, little);
  const end = start + length;
  if (directory + 2 > end) return 1;
  const tags = Math.min(MOST_TAGS, view.getUint16(directory, little));
  for (let tag = 0, at = directory + 2; tag < tags && at + 12 <= end; tag++, at += 12)
    if (view.getUint16(at, little) === ORIENTATION_TAG) {
      const value = view.getUint16(at + 8, little);
      return value >= 1 && value <= 8 ? value : 1;
    }
  return 1;
}
