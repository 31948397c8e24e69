import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDecoders } from '../../src/adapters/decoders.ts';
import { imageInput, openImages } from '../../src/features/images/images.ts';
import type { Preprocess } from '../../src/features/images/preprocess.ts';

/** [3, side, side] of an image. */
export const IMAGE = [3, 32, 32] as const;
const SIDE = { width: 32, height: 32 };
/** Of the ResNet-20's own training. */
export const NORMALISED: Preprocess = {
  layout: 'nchw',
  channels: 3,
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

/** Labelled images as a network takes them. */
export interface CifarImages {
  /** [N,3,32,32] */
  readonly pixels: Float32Array;
  readonly labels: readonly number[];
  readonly classes: readonly string[];
}

/** The first `each` JPEGs of every class of CIFAR-10's test images, class by class; decoded as a review decodes them. */
export async function readCifar(data: string, each: number, threads: number): Promise<CifarImages> {
  const folder = mkdtempSync(join(tmpdir(), 'taster-cifar-'));
  const decoders = openDecoders(new URL('../../src/adapters/decoder.ts', import.meta.url), threads);
  try {
    execFileSync('tar', ['-xzf', join(data, 'cifar10/cifar10-jpeg-test.tar.gz'), '-C', folder]);
    const root = join(folder, 'test');
    const classes = readdirSync(root).sort();
    const files = classes.flatMap((name, label) =>
      readdirSync(join(root, name))
        .sort()
        .slice(0, each)
        .map((file) => ({ label, path: join(root, name, file) })),
    );
    // Cells of a column of images are contents' names of 32 digits: here numbers of files.
    const cells = files.map((_, index) => String(index).padStart(32, '0'));
    const images = openImages(cells, {
      read: (content) => readFile(files[Number(content)]!.path),
      decode: decoders.decode,
    });
    const pixels = await imageInput(images, SIDE, NORMALISED)(0, files.length);
    return { pixels, classes, labels: files.map(({ label }) => label) };
  } finally {
    await decoders.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
