import { createHash } from 'node:crypto';
import { type FileHandle, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import { parseLfsPointer } from '../source/pointers.ts';
import type { Repository, TreeEntry } from '../source/repository.ts';
import { imageKey, listingLine } from '../table/image-column.ts';
import type { LocalFile } from '../table/sql.ts';
import type { MaterialiseOptions } from './files.ts';

export interface PackOptions extends Pick<MaterialiseOptions, 'lfs'> {
  /** Bytes of one image; a larger one is listed without content. */
  readonly maxBytes: number;
  /** Bytes of all contents together. */
  readonly maxTotal: number;
  /** Images of one revision. */
  readonly maxImages: number;
}

interface Place {
  readonly id: string;
  readonly at: number;
  readonly bytes: number;
}

/**
 * Writes the images of both revisions into one file of the private folder, each content once, and a listing per
 * revision. Contents come from git objects by one process, from the work tree, or, for LFS pointers, from their store;
 * links are not followed. Throws a UserError beyond the limits and for an LFS object that cannot be had.
 */
export async function packImages(
  repository: Repository,
  sides: readonly ImageSide[],
  folder: string,
  options: PackOptions,
): Promise<{ readonly pack: LocalFile; readonly listings: readonly LocalFile[] }> {
  for (const { images } of sides)
    if (images.length > options.maxImages) throw tooMany(images.length, options.maxImages);
  let number = (await readdir(folder)).length;
  const nextPath = () => join(folder, String(number++).padStart(4, '0'));
  const packPath = nextPath();
  const file = await open(packPath, 'wx', 0o600);
  try {
    const pack = openPack(file, `${packPath}.part`, options);
    const images = sides.flatMap((side) => side.images);
    const known = await packBlobs(repository, images, pack, options.maxBytes);
    const listings: LocalFile[] = [];
    for (const side of sides) {
      const text = (await listSide(repository, side, known, pack)).join('');
      const localPath = nextPath();
      await writeFile(localPath, text, { mode: 0o600, flag: 'wx' });
      listings.push({ repoPath: 'images', localPath, bytes: Buffer.byteLength(text) });
    }
    return { pack: { repoPath: 'images', localPath: packPath, bytes: pack.bytes() }, listings };
  } finally {
    await file.close();
  }
}

interface ImageSide {
  readonly revision: string;
  readonly images: readonly TreeEntry[];
}

/** Packs what git holds; gives the place of each object, null for one that is too large. */
async function packBlobs(
  repository: Repository,
  images: readonly TreeEntry[],
  pack: Pack,
  maxBytes: number,
): Promise<ReadonlyMap<string, Place | null>> {
  const paths = new Map(
    images.flatMap(({ kind, object, path }) => (kind === 'file' && object ? [[object, path]] : [])),
  );
  const objects = [...paths.keys()];
  const places = new Map<string, Place | null>();
  let next = 0;
  for await (const content of repository.readBlobs(objects, maxBytes)) {
    const object = objects[next++]!;
    places.set(object, content && (await pack.add(content, paths.get(object)!)));
  }
  return places;
}

/** The lines of a side's listing; files of the work tree are packed on the way. */
async function listSide(
  repository: Repository,
  { revision, images }: ImageSide,
  known: ReadonlyMap<string, Place | null>,
  pack: Pack,
): Promise<string[]> {
  const lines: string[] = [];
  for (const { path, kind, object } of images) {
    const key = imageKey(path);
    if (kind === 'link') {
      lines.push(listingLine(key, 'link'));
      continue;
    }
    const place = object === null ? await pack.addFile(repository, revision, path) : known.get(object);
    lines.push(place ? listingLine(key, place.id, place.at, place.bytes) : listingLine(key, 'large'));
  }
  return lines;
}

type Pack = ReturnType<typeof openPack>;

/** @param scratch path for one file at a time, removed after each. */
function openPack(file: FileHandle, scratch: string, { lfs, maxBytes, maxTotal }: PackOptions) {
  const contents = new Map<string, Place>();
  let end = 0;
  const write = async (content: Buffer): Promise<Place> => {
    const id = createHash('sha256').update(content).digest('hex').slice(0, 32);
    const known = contents.get(id);
    if (known) return known;
    if (end + content.length > maxTotal) throw tooMuch(maxTotal);
    await file.writeFile(content);
    const place = { id, at: end, bytes: content.length };
    end += content.length;
    contents.set(id, place);
    return place;
  };
  /** Null for an image that is too large. */
  const add = async (content: Buffer, path: string): Promise<Place | null> => {
    const pointer = content.length < 1024 ? parseLfsPointer(content.toString('latin1')) : null;
    if (!pointer) return await write(content);
    if (pointer.bytes > maxBytes) return null;
    if (!lfs)
      throw new UserError('pointer-unresolved', `${path} is a Git LFS pointer, and its content is not at hand.`, {
        hint: 'Check out with `lfs: true`, or give access to the store.',
      });
    await lfs(pointer, scratch, path);
    return await write(await takeFile(scratch));
  };
  return {
    add,
    bytes: () => end,
    /** An image of the work tree. */
    async addFile(repository: Repository, revision: string, path: string): Promise<Place | null> {
      try {
        await repository.writeFile(revision, path, scratch, maxBytes);
      } catch (error) {
        await rm(scratch, { force: true });
        if (error instanceof UserError && error.code === 'file-too-large') return null;
        throw error;
      }
      return await add(await takeFile(scratch), path);
    },
  };
}

async function takeFile(path: string): Promise<Buffer> {
  const content = await readFile(path);
  await rm(path);
  return content;
}

function tooMany(count: number, most: number): UserError {
  return new UserError('too-many-images', `The data set has ${count} images; at most ${most} are read.`, {
    hint: 'Name a smaller folder or a narrower glob as `path`.',
  });
}

function tooMuch(most: number): UserError {
  return new UserError('images-too-large', `The images of both revisions have more than ${most} bytes.`, {
    hint: 'Name a smaller folder or a narrower glob as `path`, or keep smaller versions of the images.',
  });
}
