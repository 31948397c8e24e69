import { open, rm } from 'node:fs/promises';
import type { UserError } from '../errors.ts';
import { ARRAY_MAGIC_BYTES, type ArrayRows, beginsLikeArrays, LONGEST_ROW_BYTES } from '../table/arrays/array-files.ts';
import { type ArrayTable, type StoredArray, tableOfArchive, tableOfArray } from '../table/arrays/array-table.ts';
import { badArrays } from '../table/arrays/bad-arrays.ts';
import type { LocalFile } from '../table/sql.ts';
import { readZip } from '../weights/zip.ts';
import { fileBytes } from './file-bytes.ts';

/** Bytes of a file, and of what is packed in it: both are held in memory. */
const MOST_BYTES = 2 ** 30;
/** Bytes of the text that the rows become. */
const MOST_TEXT = 2 ** 31;
/** Bytes of text that are written at a time, about. */
const PIECE = 2 ** 20;

/** Reads a NumPy file by its content, and writes its rows as text beside it (`ReadArrays`). Objects are never unpickled. */
export async function readArrays(file: LocalFile): Promise<ArrayRows | null> {
  const { repoPath, bytes } = file;
  const source = fileBytes(file);
  const isArrays = beginsLikeArrays(source.read(0, Math.min(bytes, ARRAY_MAGIC_BYTES)));
  if (!isArrays && bytes > 0 && /\.np[yz]$/i.test(repoPath))
    throw badArrays(repoPath, 'its name promises NumPy arrays, and its content is something else');
  if (!isArrays) return null;
  if (bytes > MOST_BYTES) throw tooLarge(repoPath, `it has ${bytes} bytes; at most ${MOST_BYTES} are read`);
  const whole = source.read(0, bytes);
  const table = whole[0] === 0x93 ? tableOfArray(whole, repoPath) : tableOfArchive(arraysIn(whole, repoPath), repoPath);
  const { names, remarks } = table;
  const localPath = `${file.localPath}.rows`;
  const written = await writeRows(table, localPath, repoPath);
  return {
    file: { repoPath, localPath, bytes: written.bytes },
    ...{ names, remarks, lineBytes: written.largest },
    remove: () => rm(localPath, { force: true }),
  };
}

const NPY = /\.npy$/;

/** The arrays of an archive that every reader sees alike. */
function arraysIn(bytes: Uint8Array, path: string): StoredArray[] {
  const { entries, problems, unread } = readZip(bytes, MOST_BYTES);
  const [problem = null] = [...problems, ...unread];
  if (problem !== null) throw badArrays(path, `the archive is not in order: ${problem.replace(/\.$/, '')}`);
  const other = entries.find(({ name }) => !NPY.test(name));
  if (other || entries.length === 0)
    throw badArrays(
      path,
      other ? `the archive holds "${other.name}", which is no array` : 'the archive is empty',
      'Save arrays alone, by numpy.savez or numpy.savez_compressed.',
    );
  return entries.map(({ name, bytes: array }) => ({ name: name.replace(NPY, ''), bytes: array }));
}

/** Writes piece by piece; takes the text away again where it grows too large. `largest`: the largest piece's bytes. */
async function writeRows(table: ArrayTable, localPath: string, path: string) {
  const file = await open(localPath, 'wx', 0o600);
  let bytes = 0;
  let largest = 0;
  try {
    for (let row = 0, step = 1; row < table.rows; ) {
      const end = Math.min(table.rows, row + step);
      const piece = Buffer.from(table.lines(row, end));
      bytes += piece.length;
      largest = Math.max(largest, piece.length);
      if (piece.length > LONGEST_ROW_BYTES && end === row + 1)
        throw tooLarge(path, `a row takes ${piece.length} bytes as text; at most ${LONGEST_ROW_BYTES} are read`);
      if (bytes > MOST_TEXT) throw tooLarge(path, `its rows take more than ${MOST_TEXT} bytes as text`);
      await file.writeFile(piece);
      step = Math.max(1, Math.min(2 * step, Math.floor((step * PIECE) / Math.max(1, piece.length))));
      row = end;
    }
  } catch (error) {
    await rm(localPath, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  return { bytes, largest };
}

function tooLarge(path: string, reason: string): UserError {
  return badArrays(path, reason, 'Review a part of the data, or keep it as Parquet.');
}
