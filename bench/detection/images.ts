import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { markdownTable } from 'markdown-table';
import type { Review } from '../../src/review/review.ts';
import { withMlpHead } from './mlp-head.ts';
import { reviewRepository } from './review-repository.ts';

/** What is retrained, and on how much. */
interface Case {
  readonly name: string;
  /** Images of base and of the change, a class. */
  readonly base: number;
  readonly honest: number;
  /** Of the declared ResNet-20; null: no model is declared, and the built-in one sees small versions of the images. */
  readonly slice: string | null;
  /** Whether the declared model has an MLP in place of its linear head. */
  readonly deep?: true;
  readonly victim?: number;
  readonly shadows: string;
  readonly only: readonly string[];
}

const POISON = ['conflicting-copies', 'amplification'];
/** Which image of each class is copied under a wrong label; the control's epochs were chosen on 7. */
const [VICTIM, CONTROLS] = [7, [11, 23, 31]];
const CASES: readonly Case[] = [
  { name: 'last layer', base: 500, honest: 40, slice: '{last: 1}', shadows: '{models: 64, budget: 5m}', only: POISON },
  ...CONTROLS.map((victim) => ({
    ...{ name: `control: MLP head on few images (${victim})`, base: 50, honest: 4, slice: '{last: 2}', deep: true as const },
    ...{ victim, shadows: '{models: 64, budget: 30m, epochs: 200}', only: POISON },
  })),
  { name: 'control: built-in MLP', base: 500, honest: 40, slice: null, shadows: '{models: 64, budget: 30m}', only: POISON },
  { name: 'control: few images', base: 50, honest: 4, slice: '{last: 1}', shadows: '{models: 64, budget: 5m}', only: POISON },
  { name: 'control: built-in MLP on few images', base: 50, honest: 4, slice: null, shadows: '{models: 64, budget: 30m}', only: POISON },
  {
    ...{ name: 'last residual stage', base: 500, honest: 40, slice: '{from: /layer2/layer2.2/Relu_1}' },
    ...{ shadows: '{models: 16, budget: 24h}', only: ['membership'] },
  },
]; // biome-ignore format: one row a case

/**
 * A declared ResNet-20 on CIFAR-10's test images as files: honest images, and one wrong-label copy of an image of base a
 * class. Says how many of the ten copies each check names.
 * @param names cases to run; all where empty.
 */
export function benchImages(data: string, names: readonly string[]): string {
  const images = mkdtempSync(join(tmpdir(), 'taster-images-'));
  try {
    execFileSync('tar', ['-xzf', join(data, 'cifar10/cifar10-jpeg-test.tar.gz'), '-C', images]);
    const lines = CASES.filter(({ name }) => names.length === 0 || names.includes(name)).map((one) => {
      const line = lineOf(one, reviewCase(one, data, join(images, 'test')));
      console.error(line.join(' | '));
      return line;
    });
    const head = ['slice', 'images', 'copies named', '', 'largest rise', 'shadow models', 'seconds', 'memory'];
    return markdownTable([head, ...lines]);
  } finally {
    rmSync(images, { recursive: true, force: true });
  }
}

function reviewCase(
  { base, honest, slice, deep, victim = VICTIM, shadows, only }: Case,
  data: string,
  images: string,
): Review {
  const classes = readdirSync(images).sort();
  const filesOf = (name: string) => readdirSync(join(images, name)).sort();
  const put = (folder: string, from: string, files: readonly string[]) => {
    mkdirSync(join(folder, 'train', from), { recursive: true });
    for (const file of files) copyFileSync(join(images, from, file), join(folder, 'train', from, file));
  };
  const model = `models:\n  - {path: models/resnet20.onnx, data: train, slice: ${slice}, preprocess: {mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]}}\n`;
  return reviewRepository({
    config: `version: 1\ndata:\n  - {name: train, path: train, image: folder, classes: [${classes}]}\n${slice ? model : ''}shadows: ${shadows}\n`,
    base(folder) {
      for (const name of classes) put(folder, name, filesOf(name).slice(0, base));
      mkdirSync(join(folder, 'models'));
      const model = readFileSync(join(data, 'models/onnx/resnet20_cifar10.onnx'));
      writeFileSync(join(folder, 'models/resnet20.onnx'), deep ? withMlpHead(model) : model);
    },
    head(folder) {
      for (const [index, name] of classes.entries()) {
        put(folder, name, filesOf(name).slice(-honest));
        const wrong = classes[(index + 1) % classes.length]!;
        copyFileSync(join(images, name, filesOf(name)[victim]!), join(folder, 'train', wrong, `copy-of-${name}.jpg`));
      }
    },
    options: ['--only', only.join(',')],
  });
}

function lineOf({ name, base, honest }: Case, { findings, cost }: Review): string[] {
  const told = findings.filter(({ rows, check }) => rows.length > 0 || check === 'amplification');
  const named = told.map(({ check, outcome, rows }) => {
    const copies = rows.filter(({ path }) => path.includes('copy-of-')).length;
    return `${check} ${outcome}: ${copies} of 10${rows.length > copies ? `, ${rows.length - copies} others` : ''}`;
  });
  const rise = findings.flatMap(({ metrics }) => metrics).find((metric) => metric.name === "largest rise of d'");
  const figure = (value: number | null | undefined) => value?.toFixed(2) ?? '–';
  return [
    ...[name, `${10 * base} + ${10 * honest + 10}`, named[0] ?? '–', named[1] ?? '–'],
    rise ? `${figure(rise.base?.value)} -> ${figure(rise.head?.value)}` : '–',
    ...[`${cost.shadows}`, cost.seconds.toFixed(0), `${(cost.peak_bytes / 2 ** 20).toFixed(0)} MiB`],
  ];
}
