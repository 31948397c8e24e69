import type { Shape } from '../tensor/shape.ts';
import type { DataType, TensorData } from './graph.ts';

export interface Feed {
  readonly type: Exclude<DataType, 'bfloat16' | 'other'>;
  readonly shape: Shape;
  readonly data: TensorData;
}

/** A compiled graph. Must be released. */
export interface Session {
  run(feeds: Readonly<Record<string, Feed>>): Promise<Record<string, TensorData>>;
  release(): Promise<void>;
}

/** What is needed of onnxruntime; implemented by `adapters/onnxruntime.ts`. */
export interface Runtime {
  readonly provider: string;
  readonly runtime: 'native' | 'wasm';
  /** Sessions that can run at the same time. */
  readonly lanes: number;
  create(model: Uint8Array): Promise<Session>;
  /** Ends what the runtime holds; no session may live on. */
  close(): Promise<void>;
}
