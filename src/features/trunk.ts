import { UserError } from '../errors.ts';
import { encodeModel } from '../onnx/encode.ts';
import type { Graph } from '../onnx/graph.ts';
import type { Feed, Runtime } from '../onnx/runtime.ts';
import { batchStarts } from '../tensor/batches.ts';
import { type Shape, sizeOf } from '../tensor/shape.ts';
import { sharedFloats } from '../tensor/shared.ts';

/** One input of a model, for all rows. */
export interface TrunkInput {
  readonly name: string;
  readonly type: 'float32' | 'int64';
  /** Shape of a row. */
  readonly row: Shape;
  /** [N, ...row], or what gives `count` rows from `start` on where all of them would not fit: [count, ...row]. */
  readonly data: Values | ((start: number, count: number) => Values | Promise<Values>);
}

type Values = Float32Array | BigInt64Array;

const BATCH = 64;

/**
 * What the frozen part of a model makes of each row: it is run once over all rows, in batches, and only its answers
 * are kept. Throws a UserError where an answer is not finite, or not of the shape that was promised.
 * @param at.graph the trunk for a batch of so many rows, one output. @param at.width elements of an answer.
 * @returns [N,D]
 */
export async function runTrunk(
  at: {
    readonly graph: (batch: number) => Graph;
    readonly inputs: readonly TrunkInput[];
    readonly rows: number;
    readonly width: number;
    readonly runtime: Runtime;
  },
  progress: (share: number) => void = () => {},
): Promise<Float32Array> {
  const { inputs, rows, width, runtime } = at;
  const answers = sharedFloats(rows * width);
  const batch = Math.min(rows, BATCH);
  if (batch === 0) return answers;
  const graph = at.graph(batch);
  const [output] = graph.outputs;
  const session = await runtime.create(encodeModel(graph));
  try {
    for (const start of batchStarts(rows, batch)) {
      const feeds: [string, Feed][] = [];
      for (const { name, type, row, data } of inputs) {
        const size = sizeOf(row);
        const part =
          typeof data === 'function' ? await data(start, batch) : data.subarray(start * size, (start + batch) * size);
        feeds.push([name, { type, shape: [batch, ...row], data: part }]);
      }
      const found = (await session.run(Object.fromEntries(feeds)))[output!.name];
      check(found, batch * width, output!.name);
      answers.set(found as Float32Array, start * width);
      progress((start + batch) / rows);
    }
    return answers;
  } finally {
    await session.release();
  }
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
