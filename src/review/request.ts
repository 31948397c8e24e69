import type { Config } from '../config/config.ts';
import type { ImageFiles } from '../table/image-column.ts';
import type { TableOptions } from '../table/pool.ts';
import type { LocalFile } from '../table/sql.ts';
import type { Review } from './review.ts';

/** What the parent hands to the engine child: plain data, no token, no path outside the private folder. */
export interface EngineRequest {
  readonly tool: { readonly version: string };
  readonly repository: string | null;
  readonly pull: Review['pull'];
  readonly run: Review['run'];
  readonly base: Review['base'];
  readonly head: Review['head'];
  readonly configuration: Review['config'];
  readonly config: Config;
  readonly data: readonly DataRequest[];
  readonly models: Review['models'];
  readonly weights: readonly WeightRequest[];
  /** Sentences for `Review.notes` that the parent knows (what was assumed). */
  readonly notes: readonly string[];
  readonly limits: {
    /** Fixed seed for tests and reproduction; null draws a nonce. */
    readonly nonce: string | null;
    readonly shadows: number;
    readonly budgetSeconds: number;
    readonly maxRows: number;
    readonly epochs: number | 'auto';
    readonly device: 'auto' | 'cpu' | 'webgpu' | 'cuda';
    /** Check ids to run; null for all that the configuration leaves on. */
    readonly only: readonly string[] | null;
    readonly threads: number;
    /** True: fix the plan, predict its cost, train nothing. */
    readonly dryRun: boolean;
    /** Milliseconds since 1970, for expiry dates; the engine reads no clock for anything but cost. */
    readonly now: number;
  };
  readonly folders: {
    /** Private folder that holds the materialised files; DuckDB may read only here. */
    readonly files: string;
    /** Scratch space, removed by the parent. */
    readonly scratch: string;
    /** Where the base ensemble is kept by content; null keeps nothing. */
    readonly cache: string | null;
  };
  /** Where native files lie; null leaves it to node's own resolution. */
  readonly runtime: { readonly onnxruntime: string | null; readonly duckdb: string | null };
  readonly command: string;
}

/** One data set of a request. A side is null when the data set does not exist there. */
export interface DataRequest {
  readonly name: string;
  /** As configured (may be a glob); `previousPath` is set where git saw a rename. */
  readonly path: string;
  readonly previousPath: string | null;
  readonly base: readonly LocalFile[] | null;
  readonly head: readonly LocalFile[] | null;
  readonly holdout: { readonly base: readonly LocalFile[] | null; readonly head: readonly LocalFile[] | null };
  readonly options: Omit<TableOptions, 'maxRows'>;
  /** Columns for attribute inference. */
  readonly sensitive?: readonly string[] | undefined;
  /** The model whose slice takes the place of the built-in one; null for none. */
  readonly model: ModelRequest | null;
  /** Null (or nothing) for a data set without images. */
  readonly images?: ImageFiles | null | undefined;
  /** Set where the parent could not materialise a side (LFS, DVC, a link): becomes an `error` finding. */
  readonly problem: { readonly message: string; readonly infrastructure: boolean } | null;
}

/** A model of the configuration (`models`), by its path. */
export interface ModelRequest {
  readonly path: string;
  /** Null where it is not there at the revision, or could not be materialised; head is base where neither changed. */
  readonly base: WeightFiles | null;
  readonly head: WeightFiles | null;
  /** True where its file, one that may hold its weights, or its tokenizer differs between the revisions. */
  readonly changed: boolean;
  /** Its tokenizer's file at both revisions; null where it has none there. */
  readonly tokenizer: { readonly base: LocalFile | null; readonly head: LocalFile | null };
  /** Why it cannot be read. */
  readonly problem: string | null;
}

/** Files of weights that one review looks at: each makes a finding of every check of weights. */
export const MOST_WEIGHTS = 60;

/** One changed file of weights. A side is null where the file does not exist; of one that is gone both are. */
export interface WeightRequest {
  /** At head, or at base where it is gone. */
  readonly path: string;
  readonly previousPath: string | null;
  readonly change: 'added' | 'removed' | 'changed' | 'renamed';
  readonly base: WeightFiles | null;
  readonly head: WeightFiles | null;
  /** Set where the parent could not materialise a side: becomes an `error` finding. */
  readonly problem: DataRequest['problem'];
}

export interface WeightFiles {
  readonly file: LocalFile;
  /** Files in its folder or below whose names it holds: ONNX keeps weights in them. */
  readonly beside: readonly LocalFile[];
}

export interface Progress {
  readonly step: string;
  /** In [0, 1], of the whole review. */
  readonly done: number;
  readonly secondsLeft: number | null;
}
