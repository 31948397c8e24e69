import { Worker } from 'node:worker_threads';
import type { TensorData } from '../onnx/graph.ts';
import type { Carry, Feed, Runtime } from '../onnx/runtime.ts';
import { groupOf, type Provider } from './onnxruntime.ts';

/** What a lane's thread is started with. */
export interface LaneSetup {
  /** Where the native files lie, null for beside the code. */
  readonly folder: string | null;
  readonly provider: Provider;
  /** Where profiles are written; none without. */
  readonly profile?: string;
}

export type LaneOrder = { readonly id: number; readonly session: number } & (
  | { readonly kind: 'create'; readonly model: Uint8Array; readonly carry: Carry }
  | { readonly kind: 'run'; readonly feeds: Readonly<Record<string, Feed>> }
  | { readonly kind: 'carried' }
  | { readonly kind: 'release' }
);

export interface LaneAnswer {
  readonly id: number;
  readonly results: Record<string, TensorData>;
  readonly error: Error | null;
}

type LaneCommand = LaneOrder extends infer Order ? (Order extends LaneOrder ? Omit<Order, 'id'> : never) : never;

/**
 * onnxruntime's native build on worker threads, one session at a time in each: several groups of shadow models side by
 * side use the cores better than one group over all of them, and the calling thread stays free. `program` is
 * `lane.ts`, or what it was built to. A device has one lane. Ends with `close`.
 */
export function makeLanes(program: URL, setup: LaneSetup, threads: number): Runtime {
  const lanes = Array.from({ length: threads }, () => openLane(program, setup));
  let sessions = 0;
  return {
    provider: setup.provider,
    runtime: 'native',
    tried: [],
    lanes: threads,
    group: groupOf(setup.provider),
    async create(model, carry = {}) {
      const lane = lanes.reduce((least, one) => (one.open < least.open ? one : least));
      const session = sessions++;
      lane.open++;
      await lane.ask({ kind: 'create', session, model, carry }).catch((error: unknown) => {
        lane.open--;
        throw error;
      });
      return {
        run: (feeds) => lane.ask({ kind: 'run', session, feeds: alone(feeds) }),
        carried: () => lane.ask({ kind: 'carried', session }),
        async release() {
          lane.open--;
          await lane.ask({ kind: 'release', session });
        },
      };
    },
    async close() {
      await Promise.all(lanes.map((lane) => lane.end()));
    },
  };
}

/** A part of a larger array would take the whole of it along to the other thread; what is shared is not copied. */
function alone(feeds: Readonly<Record<string, Feed>>): Record<string, Feed> {
  const isPart = ({ data }: Feed) =>
    ArrayBuffer.isView(data) && data.buffer instanceof ArrayBuffer && data.byteLength < data.buffer.byteLength;
  return Object.fromEntries(
    Object.entries(feeds).map(([name, feed]) => [
      name,
      isPart(feed) ? { ...feed, data: feed.data.slice() as TensorData } : feed,
    ]),
  );
}

function openLane(program: URL, workerData: LaneSetup) {
  const worker = new Worker(program, { workerData });
  const waiting = new Map<
    number,
    { resolve: (results: LaneAnswer['results']) => void; reject: (error: Error) => void }
  >();
  let orders = 0;
  let died: Error | null = null;
  const fail = (error: Error) => {
    died ??= error;
    for (const { reject } of waiting.values()) reject(died);
    waiting.clear();
  };
  worker.on('error', fail);
  worker.on('exit', (code) => fail(new Error(`a training thread ended with code ${code}`)));
  worker.on('message', ({ id, results, error }: LaneAnswer) => {
    const asker = waiting.get(id);
    waiting.delete(id);
    if (error) asker?.reject(error);
    else asker?.resolve(results);
  });
  return {
    /** Sessions that live on the lane. */
    open: 0,
    ask(order: LaneCommand): Promise<LaneAnswer['results']> {
      return new Promise((resolve, reject) => {
        if (died) return reject(died);
        const id = orders++;
        waiting.set(id, { resolve, reject });
        worker.postMessage({ ...order, id });
      });
    },
    end: () => worker.terminate(),
  };
}
