import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { openDuckdb } from '../../src/adapters/duckdb.ts';
import { fileBytes } from '../../src/adapters/file-bytes.ts';
import { readBytes } from '../../src/adapters/files.ts';
import { loadOnnxruntime, makeRuntime } from '../../src/adapters/onnxruntime.ts';
import { openSecretScanner } from '../../src/adapters/secret-scanner.ts';
import type { Check } from '../../src/checks/check.ts';
import type { Gate } from '../../src/config/config.ts';
import type { DataRequest, EngineRequest } from '../../src/review/request.ts';
import { runReview } from '../../src/review/run.ts';
import type { Tools } from '../../src/review/tools.ts';
import { locateLines } from '../../src/table/locate-lines.ts';
import { uniformAt } from '../../src/tensor/random.ts';
import { aRequest } from '../fixtures/engine-messages.ts';

export const SHADOWS = 16;
const row = (index: number) => [uniformAt(3, index, 0).toFixed(4), uniformAt(3, index, 1).toFixed(4)] as const;
const labelOf = ([x]: readonly [string, string]) => (Number(x) < 0.5 ? 'low' : 'high');
const line = (index: number) => [...row(index), labelOf(row(index))].join(',');
const opposite = (index: number) => [...row(index), labelOf(row(index)) === 'low' ? 'high' : 'low'].join(',');

export const BASE = ['x,y,label', ...Array.from({ length: 60 }, (_, index) => line(index)), ''].join('\n');
/** Base, three honest rows (lines 62 to 64), and the third row again under the other label (line 65). */
export const HEAD = `${BASE}${[line(60), line(61), line(62), opposite(2)].join('\n')}\n`;

/** A check that asks `experiments` and answers by `run`. */
export function checkOf(id: string, more: Partial<Check>): Check {
  const never = () => {
    throw new Error('a made-up check has no samples');
  };
  return {
    ...{ id, family: 'leakage', question: 'Is it so?', why: 'Because it is a test.', needs: ['base'] },
    ...{ options: {}, gateMetric: null, remedy: 'Do nothing.', run: never, samples: never },
    ...more,
  };
}

/** Text of data sets at base and head, by name. */
export type SmallData = Readonly<Record<string, readonly [base: string, head: string]>>;

interface SmallOptions {
  checks?: readonly Check[];
  gates?: readonly string[];
  seconds?: Tools['seconds'];
  only?: readonly string[];
  budgetSeconds?: number;
  shadows?: number;
  epochs?: number;
  label?: string | null;
  sensitive?: readonly string[];
  id?: string;
  secrets?: Tools['secrets'];
}

/** Reviews data sets with the real database and runtime; one thread, fixed nonce. */
export async function smallReview(t: TestContext, data: SmallData, more: SmallOptions) {
  const { request, tools } = await smallRequest(t, data, more);
  return await runReview(request, tools);
}

/** A request for data sets, and what the engine stands on. */
export async function smallRequest(
  t: TestContext,
  data: SmallData,
  more: SmallOptions,
): Promise<{ request: EngineRequest; tools: Tools }> {
  const root = mkdtempSync(join(tmpdir(), 'taster-review-'));
  const [files, scratch] = [join(root, 'files'), join(root, 'scratch')];
  for (const folder of [files, scratch]) mkdirSync(folder);
  const sql = await openDuckdb({ folder: files, scratch, memoryBytes: 3e8, threads: 1 });
  t.after(() => {
    sql.close();
    rmSync(root, { recursive: true });
  });
  let number = 0;
  const lay = (repoPath: string, content: string) => {
    const localPath = join(files, String(number++));
    writeFileSync(localPath, content);
    return [{ repoPath, localPath, bytes: statSync(localPath).size }];
  };
  const request: EngineRequest = {
    ...aRequest,
    config: {
      ...aRequest.config,
      gates: (more.gates ?? []).map(
        (check): Gate => ({ check, data: null, max: null, maxIncrease: null, maxRows: null }),
      ),
    },
    data: Object.entries(data).map(
      ([name, [base, head]]): DataRequest => ({
        ...{ name, path: `${name}.csv`, previousPath: null, model: null, problem: null },
        ...(more.sensitive ? { sensitive: more.sensitive } : {}),
        base: lay(`${name}.csv`, base),
        head: lay(`${name}.csv`, head),
        holdout: { base: null, head: null },
        options: {
          label: more.label === undefined ? 'label' : more.label,
          classes: null,
          id: more.id ?? null,
          group: null,
          exclude: [],
          text: [],
        },
      }),
    ),
    limits: {
      ...{ ...aRequest.limits, shadows: more.shadows ?? SHADOWS, epochs: more.epochs ?? 2, only: more.only ?? null },
      ...(more.budgetSeconds ? { budgetSeconds: more.budgetSeconds } : {}),
    },
    folders: { files, scratch, cache: null },
  };
  let tick = 0;
  const tools: Tools = {
    sql,
    runtime: async () => makeRuntime(loadOnnxruntime(), { threads: 1, kind: 'native' }),
    processor: async () => makeRuntime(loadOnnxruntime(), { threads: 1, kind: 'native' }),
    store: null,
    arrays: async () => null,
    tokenizer: () => Promise.reject(new Error('no tokenizer here')),
    images: () => Promise.reject(new Error('no images here')),
    secrets: more.secrets ?? (() => openSecretScanner(new URL('../../src/adapters/secret-thread.ts', import.meta.url))),
    locate: (file, ordinals) => locateLines(sql, readBytes, file, ordinals, ['label']),
    bytes: fileBytes,
    drawNonce: () => 'drawn',
    seconds: more.seconds ?? (() => tick++ / 1000),
    peakBytes: () => 0,
    progress: () => {},
    ...(more.checks ? { checks: more.checks } : {}),
  };
  return { request, tools };
}
