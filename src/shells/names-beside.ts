import { fileBytes } from '../adapters/file-bytes.ts';
import { locationsIn, OVERLAP } from '../onnx/locations.ts';
import type { LocalFile } from '../table/sql.ts';

const PIECE = 2 ** 24;

/** Names of other files in a file that may be a model, read piece by piece; relative to the model's folder. */
export function namesBeside(file: LocalFile): ReadonlySet<string> {
  const source = fileBytes(file);
  const found = new Set<string>();
  for (let first = 0; first < source.size; first += PIECE - OVERLAP)
    locationsIn(Buffer.from(source.read(first, Math.min(source.size, first + PIECE)).buffer), found);
  return found;
}
