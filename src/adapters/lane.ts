import { parentPort, workerData } from 'node:worker_threads';
import type { Session } from '../onnx/runtime.ts';
import { findOnnxruntime, makeRuntime } from './onnxruntime.ts';
import type { LaneAnswer, LaneOrder, LaneSetup } from './onnxruntime-lanes.ts';

/** A worker thread that holds sessions of one thread each and runs them on order. */
async function serve(): Promise<void> {
  const { folder, ...options } = workerData as LaneSetup;
  const { library, kind } = await findOnnxruntime(folder);
  const runtime = makeRuntime(library, { threads: 1, kind, ...options });
  const sessions = new Map<number, Session>();

  async function obey(order: LaneOrder): Promise<LaneAnswer['results']> {
    switch (order.kind) {
      case 'create':
        sessions.set(order.session, await runtime.create(order.model, order.carry));
        return {};
      case 'run':
        return sessions.get(order.session)!.run(order.feeds);
      case 'carried':
        return sessions.get(order.session)!.carried();
      case 'release':
        await sessions.get(order.session)?.release();
        sessions.delete(order.session);
        return {};
    }
  }
  parentPort!.on('message', async (order: LaneOrder) => {
    const answer: LaneAnswer = await obey(order).then(
      (results) => ({ id: order.id, results, error: null }),
      (error: unknown) => ({
        id: order.id,
        results: {},
        error: error instanceof Error ? error : new Error(String(error)),
      }),
    );
    parentPort!.postMessage(answer);
  });
}

await serve();
