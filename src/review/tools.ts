import type { Check } from '../checks/check.ts';
import type { ImageSource } from '../features/images/images.ts';
import type { Runtime } from '../onnx/runtime.ts';
import type { ImageFiles } from '../table/image-column.ts';
import type { Sql } from '../table/sql.ts';
import type { WeightStore } from '../training/ensemble.ts';
import type { Locate } from './place.ts';
import type { Progress } from './request.ts';

/** What the engine stands on; composed in `shells/engine.ts`. */
export interface Tools {
  readonly sql: Sql;
  /** Opened when the first shadow model is to be trained. */
  runtime(): Promise<Runtime>;
  readonly store: WeightStore | null;
  /** Opens the images of a data set; closed by who asked. */
  images(files: ImageFiles): Promise<ImageSource & { close(): Promise<void> }>;
  readonly locate: Locate;
  /** A fresh random nonce, drawn after the head revision is fixed. */
  drawNonce(): string;
  /** Seconds of a steady clock, for cost and budget alone. */
  seconds(): number;
  peakBytes(): number;
  progress(progress: Progress): void;
  /** Checks to ask; the built ones when left out. */
  readonly checks?: readonly Check[];
}
