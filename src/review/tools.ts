import type { Check } from '../checks/check.ts';
import type { ImageSource } from '../features/images/images.ts';
import type { Tokenizer } from '../features/tokens.ts';
import type { Runtime } from '../onnx/runtime.ts';
import type { ReadArrays } from '../table/arrays/array-files.ts';
import type { ImageFiles } from '../table/image-column.ts';
import type { ScanTexts } from '../table/secrets/find-secrets.ts';
import type { LocalFile, Sql } from '../table/sql.ts';
import type { WeightStore } from '../training/ensemble.ts';
import type { Plan } from '../training/plan.ts';
import type { ByteSource } from '../weights/byte-source.ts';
import type { Locate } from './place.ts';
import type { Progress } from './request.ts';

/** What the engine stands on; composed in `shells/engine.ts`. */
export interface Tools {
  readonly sql: Sql;
  /** Opened for the first plan whose shadow models are to be trained, and kept for the others; `flops` of its training. */
  runtime(plan: Plan, flops: number): Promise<Runtime>;
  /** The processor: it runs models as they are. Whoever asks closes it. */
  processor(): Promise<Runtime>;
  readonly store: WeightStore | null;
  /** Opens the images of a data set; closed by who asked. */
  images(files: ImageFiles): Promise<ImageSource & { close(): Promise<void> }>;
  readonly arrays: ReadArrays;
  /** Reads a tokenizer's file; closed by who asked. Throws a UserError for one that cannot be used. */
  tokenizer(file: LocalFile): Promise<Tokenizer & { close(): Promise<void> }>;
  /** Opens a scanner of texts for secrets; closed by who asked. */
  secrets(): { readonly scan: ScanTexts; close(): Promise<void> };
  readonly locate: Locate;
  /** The bytes of a materialised file. */
  bytes(file: LocalFile): ByteSource;
  /** A fresh random nonce, drawn after the head revision is fixed. */
  drawNonce(): string;
  /** Seconds of a steady clock, for cost and budget alone. */
  seconds(): number;
  peakBytes(): number;
  progress(progress: Progress): void;
  /** Checks to ask; the built ones when left out. */
  readonly checks?: readonly Check[];
}
