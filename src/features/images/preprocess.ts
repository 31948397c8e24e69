import { UserError } from '../../errors.ts';
import type { Size } from './resize.ts';

/** How pixels become a model's input: (value / 255 - mean) / std per channel. */
export interface Preprocess {
  readonly layout: 'nchw' | 'nhwc';
  /** 3: red, green, blue. 1: their brightness, (299 r + 587 g + 114 b) / 1000 (ITU-R BT.601). */
  readonly channels: 1 | 3;
  /** Per channel, or one number for all; null for 0. */
  readonly mean: readonly number[] | null;
  /** The same; null for 1. */
  readonly std: readonly number[] | null;
}

const RGB = 3;

/**
 * Pixels [N,H,W,3] as the input of a model: [N,C,H,W] or [N,H,W,C]. Throws a UserError where `mean` or `std` has
 * another number of channels, or a deviation is not above zero.
 */
export function preprocess(pixels: Uint8Array, { width, height }: Size, how: Preprocess): Float32Array {
  const { channels, layout } = how;
  const plane = width * height;
  const rows = pixels.length / (plane * RGB);
  const mean = perChannel('mean', how.mean ?? [0], channels);
  const std = perChannel('std', how.std ?? [1], channels);
  if (std.some((value) => !(value > 0))) throw wrong(`std: expected numbers above zero, received ${std.join(', ')}`);
  const out = new Float32Array(rows * plane * channels);
  const [pixelStep, channelStep] = layout === 'nchw' ? [1, plane] : [channels, 1];
  for (let row = 0; row < rows; row++)
    for (let channel = 0; channel < channels; channel++) {
      const [centre, spread] = [mean[channel]!, std[channel]!];
      let from = row * plane * RGB;
      let to = row * plane * channels + channel * channelStep;
      for (let pixel = 0; pixel < plane; pixel++, from += RGB, to += pixelStep) {
        const value = channels === 1 ? brightness(pixels, from) : pixels[from + channel]!;
        out[to] = (value / 255 - centre) / spread;
      }
    }
  return out;
}

function brightness(pixels: Uint8Array, at: number): number {
  return (299 * pixels[at]! + 587 * pixels[at + 1]! + 114 * pixels[at + 2]!) / 1000;
}

function perChannel(name: string, numbers: readonly number[], channels: number): readonly number[] {
  if (numbers.length === channels) return numbers;
  if (numbers.length === 1) return Array.from({ length: channels }, () => numbers[0]!);
  throw wrong(`${name}: expected ${channels} numbers, one per channel, received ${numbers.length}`);
}

function wrong(problem: string): UserError {
  return new UserError('preprocess-wrong', `preprocess.${problem}.`, {
    hint: 'Take `mean` and `std` from the code that the model was trained by, for pixels from 0 to 1.',
  });
}
