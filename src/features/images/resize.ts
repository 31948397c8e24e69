/** Pixels of one image: [H,W,3] row-major, red, green, blue in 0..255. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

const CHANNELS = 3;

/**
 * An image in another size, stretched to it: bilinear with antialias. Output pixel i of n stands for the point
 * (i + 1/2) L/n of an axis of L pixels; it is the mean of the pixels around that point, weighed by a triangle whose
 * half width is max(1, L/n) pixels and whose weights are scaled to a sum of 1. So an image that shrinks loses no pixel,
 * and one that grows is interpolated linearly. Width first, then height, rounded once. Of its own size it is untouched.
 */
export function resize(image: Pixels, { width, height }: Size): Pixels {
  if (image.width === width && image.height === height) return image;
  const across = triangleWeights(image.width, width);
  const down = triangleWeights(image.height, height);
  const rows = new Float32Array(image.height * width * CHANNELS);
  for (let y = 0; y < image.height; y++)
    for (let x = 0; x < width; x++) {
      const { first, weights } = across[x]!;
      let [r, g, b] = [0, 0, 0];
      for (let k = 0, at = (y * image.width + first) * CHANNELS; k < weights.length; k++, at += CHANNELS) {
        const weight = weights[k]!;
        r += weight * image.data[at]!;
        g += weight * image.data[at + 1]!;
        b += weight * image.data[at + 2]!;
      }
      const to = (y * width + x) * CHANNELS;
      rows[to] = r;
      rows[to + 1] = g;
      rows[to + 2] = b;
    }
  const stride = width * CHANNELS;
  const data = new Uint8Array(height * stride);
  const sums = new Float64Array(stride);
  for (let y = 0; y < height; y++) {
    const { first, weights } = down[y]!;
    sums.fill(0);
    for (let k = 0; k < weights.length; k++) {
      const weight = weights[k]!;
      for (let x = 0, at = (first + k) * stride; x < stride; x++, at++) sums[x]! += weight * rows[at]!;
    }
    for (let x = 0; x < stride; x++) data[y * stride + x] = Math.round(sums[x]!);
  }
  return { width, height, data };
}

interface Weights {
  /** First pixel that counts. */
  readonly first: number;
  readonly weights: Float64Array;
}

/** For each of `to` output pixels the pixels of an axis of `from` that it is the mean of. */
export function triangleWeights(from: number, to: number): Weights[] {
  const scale = from / to;
  const reach = Math.max(1, scale);
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - reach + 0.5));
    const end = Math.min(from, Math.floor(centre + reach + 0.5));
    const weights = Float64Array.from({ length: end - first }, (_, k) =>
      Math.max(0, 1 - Math.abs((first + k + 0.5 - centre) / reach)),
    );
    const sum = weights.reduce((all, weight) => all + weight, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}
