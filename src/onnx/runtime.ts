import type { Shape } from '../tensor/shape.ts';
import type { DataType, TensorData } from './graph.ts';

export interface Feed {
  readonly type: Exclude<DataType, 'bfloat16' | 'other'>;
  readonly shape: Shape;
  readonly data: TensorData;
}

/** Outputs that the next run takes as inputs: the input by the output's name. */
export type Carry = Readonly<Record<string, string>>;

/** A compiled graph. Must be released. */
export interface Session {
  /**
   * Gives the outputs that are not carried. A carried input may be left out: it is then what the run before gave, which
   * has stayed where it was computed.
   */
  run(feeds: Readonly<Record<string, Feed>>): Promise<Record<string, TensorData>>;
  /** The carried outputs of the last run, brought here. */
  carried(): Promise<Record<string, TensorData>>;
  release(): Promise<void>;
}

/** What is needed of onnxruntime; implemented by `adapters/onnxruntime.ts`. */
export interface Runtime {
  /** Who computes: `cpu`, `cuda`, `webgpu`, `directml` or `coreml`. */
  readonly provider: string;
  readonly runtime: 'native' | 'wasm';
  /** Providers that were tried for it, and what became of each: one sentence each. */
  readonly tried: readonly string[];
  /** Sessions that can run at the same time. */
  readonly lanes: number;
  /** Shadow models that one graph had best hold. */
  readonly group: number;
  create(model: Uint8Array, carry?: Carry): Promise<Session>;
  /** Ends what the runtime holds; no session may live on. */
  close(): Promise<void>;
}
