import type { PoolColumn, SmallImages } from '../table/pool.ts';
import { type Encoder, nameOf } from './encoder.ts';

/**
 * Small images: each value of a pixel less its mean over the fitting rows, over one deviation of all values, so that
 * distances between rows are those between images. A row without an image is all zeros: the mean.
 */
export function fitImage(column: PoolColumn, fit: Int32Array, small: SmallImages): Encoder {
  const { data, readable, words } = small;
  const width = small.height * small.width * 3;
  const fitted = fit.filter((row) => readable[row] === 1);
  const mean = new Float64Array(width);
  for (const row of fitted) for (let at = 0; at < width; at++) mean[at]! += data[row * width + at]! / fitted.length;
  let squares = 0;
  for (const row of fitted) for (let at = 0; at < width; at++) squares += (data[row * width + at]! - mean[at]!) ** 2;
  const deviation = Math.sqrt(squares / Math.max(1, fitted.length * width)) || 1;
  return {
    width,
    continuous: width,
    sentence: `${nameOf(column)}: ${words}`,
    write: (into, stride, offset) => {
      for (let row = 0; row < readable.length; row++)
        if (readable[row] === 1)
          for (let at = 0; at < width; at++)
            into[row * stride + offset + at] = (data[row * width + at]! - mean[at]!) / deviation;
    },
  };
}
