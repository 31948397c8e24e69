import { type ImageFeed, modelInputs } from '../features/model-inputs.ts';
import { readTokens } from '../features/token-inputs.ts';
import type { Tokenizer } from '../features/tokens.ts';
import { readBatch, type TrunkInput } from '../features/trunk.ts';
import type { Candidate } from '../gradients/slices.ts';
import { encodeModel, setsWith } from '../onnx/encode.ts';
import type { Graph } from '../onnx/graph.ts';
import type { ExternalFiles } from '../onnx/read-tensor.ts';
import { refusedModel } from '../onnx/refuse.ts';
import { refusingRuntime } from '../onnx/refusing-runtime.ts';
import type { Runtime } from '../onnx/runtime.ts';
import type { Pool } from '../table/pool.ts';
import type { Shape } from '../tensor/shape.ts';
import type { SliceChoice } from './choose-candidate.ts';
import { type CutModel, candidatesOf, PROBE, untoldCuts } from './cut-model.ts';
import { type Answer, openModel } from './open-model.ts';
import { whyUncut } from './why-uncut.ts';

/** How a model of the repository's own is to be read: what the configuration says of it. */
export interface ModelReading {
  /** Model input to column; empty: by name. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly output: Answer;
}

/** A model that fits a data set: what it is asked about each row, and where it can be cut. */
export interface OwnModel {
  readonly model: CutModel;
  readonly inputs: readonly TrunkInput[];
  /** The shallowest first; at least one. */
  readonly candidates: readonly Candidate[];
  /** How its inputs were filled, where that is not plain: a sentence each. */
  readonly remarks: readonly string[];
}

/** A model that was read and fits the rows, and how it is to be cut. */
export interface DeclaredModel {
  /** In the repository. */
  readonly path: string;
  /** The one that the slice is cut from. */
  readonly own: OwnModel;
  /** Null where it is not there. */
  readonly base: OwnModel | null;
  readonly head: OwnModel | null;
  /** False where both are the same file. */
  readonly changed: boolean;
  readonly choice: SliceChoice;
}

/**
 * Reads a model as hostile input and joins it to the rows of a data set. The runtime is asked only where the shape of a
 * value cannot be told from the graph. Throws a UserError where the model cannot be read, does not fit the data, or has
 * no part that can be trained.
 */
export async function readOwnModel(at: {
  readonly bytes: Uint8Array;
  readonly external: ExternalFiles | null;
  readonly reading: ModelReading;
  readonly pool: Pick<Pool, 'columns' | 'rows'>;
  /** Null for rows without images. */
  readonly images: ImageFeed | null;
  /** Null where none is declared. */
  readonly tokenizer: Tokenizer | null;
  readonly runtime: () => Promise<Runtime>;
}): Promise<OwnModel> {
  const { bytes, external, reading, pool } = at;
  const opened = openModel(bytes, external, reading.output);
  const tokens = await readTokens(opened.graph, pool, reading.inputs, at.tokenizer);
  const inputs = modelInputs(opened.graph, pool, reading.inputs, at.images, tokens.inputs);
  const rows = Object.fromEntries(inputs.map(({ name, row }) => [name, row]));
  const known: CutModel = { ...opened, rows };
  const untold = untoldCuts(known);
  const asked = { inputs, rows: pool.rows.length };
  const model = untold
    ? { ...known, told: await probe(known, untold, { ...asked, runtime: await at.runtime() }) }
    : known;
  const candidates = candidatesOf(model);
  if (candidates.length === 0) throw whyUncut(model);
  return { model, inputs, candidates, remarks: tokens.remarks };
}

/** Shapes of values, found by asking about a few rows; what is no table of floats is left out. */
async function probe(
  { domains = {} }: CutModel,
  graph: Graph,
  { inputs, rows, runtime }: { inputs: readonly TrunkInput[]; rows: number; runtime: Runtime },
): Promise<Record<string, Shape>> {
  if (rows < PROBE)
    throw refusedModel(
      `its shapes must be found on ${PROBE} rows, and there are ${rows}`,
      'Add rows, or leave it out.',
    );
  const session = await refusingRuntime(runtime).create(encodeModel(graph, setsWith(domains)));
  try {
    const found = await session.run(await readBatch(inputs, 0, PROBE));
    return Object.fromEntries(
      Object.entries(found).flatMap(([name, data]) =>
        data instanceof Float32Array && data.length % PROBE === 0 ? [[name, [PROBE, data.length / PROBE]]] : [],
      ),
    );
  } finally {
    await session.release();
  }
}
