import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MaterialiseOptions } from '../adapters/files.ts';
import { packImages } from '../adapters/image-pack.ts';
import type { DataConfig } from '../config/config.ts';
import type { DataRequest } from '../review/request.ts';
import type { FoundDataSet } from '../source/data-sets.ts';
import { classOf, FOLDER } from '../source/images.ts';
import type { Repository } from '../source/repository.ts';
import type { Revisions } from '../source/revisions.ts';
import type { ImageFiles } from '../table/image-column.ts';
import type { LocalFile } from '../table/sql.ts';

const LARGEST_IMAGE = 2 ** 26;
const MOST_IMAGES = 500_000;
/** Columns of the table that stands for a folder per class. */
const COLUMNS = { image: 'image', label: 'label' } as const;

export function isFolder({ image }: Pick<DataConfig, 'image'>): boolean {
  return image === FOLDER;
}

/** How the table that stands for a folder per class is read: the path is the id, the folder the label. */
export function folderSettings(settings: DataConfig): DataConfig {
  return { ...settings, label: COLUMNS.label, id: COLUMNS.image, image: COLUMNS.image };
}

/** Brings the images of both revisions into the private folder; null for a data set without images. */
export async function gatherImages(
  repository: Repository,
  { images }: FoundDataSet,
  { image }: Pick<DataConfig, 'image'>,
  at: { readonly revisions: Revisions; readonly folder: string; readonly options: MaterialiseOptions },
): Promise<ImageFiles | null> {
  if (images === null || image === null) return null;
  const { revisions, folder, options } = at;
  const sides = [
    { revision: revisions.base, images: images.base },
    { revision: revisions.head, images: images.head },
  ];
  const limits = { maxBytes: LARGEST_IMAGE, maxTotal: options.maxBytes, maxImages: MOST_IMAGES };
  const { pack, listings } = await packImages(repository, sides, folder, { lfs: options.lfs, ...limits });
  const [base, head] = listings as [LocalFile, LocalFile];
  return { column: image === FOLDER ? COLUMNS.image : image, folder: image === FOLDER, pack, base, head };
}

/** Writes the table that stands for a folder per class: one row per image. */
export async function writeFolderTable(paths: readonly string[], dataPath: string, folder: string): Promise<LocalFile> {
  const localPath = join(folder, String((await readdir(folder)).length).padStart(4, '0'));
  const lines = paths.map((path) =>
    JSON.stringify({ [COLUMNS.image]: path, [COLUMNS.label]: classOf(path, dataPath) }),
  );
  const text = lines.map((line) => `${line}\n`).join('');
  await writeFile(localPath, text, { mode: 0o600, flag: 'wx' });
  return { repoPath: dataPath, localPath, bytes: Buffer.byteLength(text) };
}

/** A slow machine decodes a megabyte of files in a quarter of a second. */
const DECODED_BYTES_PER_SECOND = 4e6;

/** Seconds that the engine may take for reading images, on top of what it may take for all else. */
export function imageSeconds(data: readonly Pick<DataRequest, 'images'>[]): number {
  return data.reduce((sum, { images }) => sum + (images?.pack.bytes ?? 0), 0) / DECODED_BYTES_PER_SECOND;
}
