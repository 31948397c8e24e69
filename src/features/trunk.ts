import { UserError } from '../errors.ts';
import { encodeModel, setsWith } from '../onnx/encode.ts';
import type { Graph, TensorData } from '../onnx/graph.ts';
import { refusingRuntime } from '../onnx/refusing-runtime.ts';
import type { Feed, Runtime } from '../onnx/runtime.ts';
import { batchStarts } from '../tensor/batches.ts';
import type { Shape } from '../tensor/shape.ts';
import { sharedFloats } from '../tensor/shared.ts';

/** One input of a model, for all rows. */
export interface TrunkInput {
  readonly name: string;
  readonly type: Feed['type'];
  /** Shape of a row. */
  readonly row: Shape;
  /** [count, ...row] of the rows from `start` on. */
  read(start: number, count: number): TensorData | Promise<TensorData>;
}

const BATCH = 64;

/**
 * What the frozen part of a model makes of each row: it is run once over all rows, in batches on all lanes, and only
 * its answers are kept. Throws a UserError where onnxruntime refuses the model, or an answer is not finite or not of the
 * shape that was promised.
 * @param at.graph the trunk for a batch of so many rows, one output. @param at.width elements of an answer.
 * @returns [N,D]
 */
export async function runTrunk(
  at: {
    readonly graph: (batch: number) => Graph;
    /** Operator sets of the graph that are not ours, by domain. */
    readonly domains?: Readonly<Record<string, number>> | undefined;
    readonly inputs: readonly TrunkInput[];
    readonly rows: number;
    readonly width: number;
    readonly runtime: Runtime;
  },
  progress: (share: number) => void = () => {},
): Promise<Float32Array> {
  const { inputs, rows, width } = at;
  const runtime = refusingRuntime(at.runtime);
  const answers = sharedFloats(rows * width);
  const batch = Math.min(rows, BATCH);
  if (batch === 0) return answers;
  const graph = at.graph(batch);
  const [output] = graph.outputs;
  const model = encodeModel(graph, setsWith(at.domains ?? {}));
  const starts = batchStarts(rows, batch);
  const all = starts.length;
  const work = async () => {
    const session = await runtime.create(model);
    try {
      for (let start = starts.shift(); start !== undefined; start = starts.shift()) {
        const found = (await session.run(await readBatch(inputs, start, batch)))[output!.name];
        check(found, batch * width, output!.name);
        answers.set(found as Float32Array, start * width);
        progress(1 - starts.length / all);
      }
    } finally {
      await session.release();
    }
  };
  await Promise.all(Array.from({ length: Math.min(runtime.lanes, all) }, work));
  return answers;
}

/** Feeds of the rows from `start` on. */
export async function readBatch(
  inputs: readonly TrunkInput[],
  start: number,
  batch: number,
): Promise<Record<string, Feed>> {
  const feeds = inputs.map(
    async ({ name, type, row, read }): Promise<[string, Feed]> => [
      name,
      { type, shape: [batch, ...row], data: await read(start, batch) },
    ],
  );
  return Object.fromEntries(await Promise.all(feeds));
}

function check(found: unknown, size: number, name: string): void {
  if (!(found instanceof Float32Array) || found.length !== size)
    throw new UserError(
      'trunk-shape',
      `The model gives ${(found as Float32Array).length} values at ${name}, expected ${size} floats.`,
      {
        hint: 'Cut the model at another place (slice), or export it with a batch axis first.',
      },
    );
  if (!found.every(Number.isFinite))
    throw new UserError('trunk-not-finite', `The model gives a value at ${name} that is not finite.`, {
      hint: 'Check `preprocess`, and the rows for missing values.',
    });
}
