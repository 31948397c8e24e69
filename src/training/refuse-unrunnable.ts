import { refusedToRun } from '../onnx/refuse.ts';
import type { Slice } from './slice.ts';

/** What onnxruntime does not take in a graph with nodes of somebody's model is laid to the model; elsewhere it is a bug. */
export function refuseUnrunnable<T>(slice: Pick<Slice, 'kind'>, running: Promise<T>): Promise<T> {
  return slice.kind === 'model' ? running.catch(refusedToRun) : running;
}
