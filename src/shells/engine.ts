import { randomBytes } from 'node:crypto';
import { totalmem } from 'node:os';
import { steadySeconds } from '../adapters/clock.ts';
import { openDecoders } from '../adapters/decoders.ts';
import { type Duckdb, openDuckdb } from '../adapters/duckdb.ts';
import { fileBytes } from '../adapters/file-bytes.ts';
import { readBytes } from '../adapters/files.ts';
import { openImageStore } from '../adapters/image-store.ts';
import { openRuntime, type RuntimeOrder } from '../adapters/open-runtime.ts';
import { readArrays } from '../adapters/read-arrays.ts';
import { openSecretScanner } from '../adapters/secret-scanner.ts';
import { openTokenizer } from '../adapters/tokenizer.ts';
import { openWeightStore } from '../adapters/weight-store.ts';
import type { Audit } from '../audit/audit.ts';
import { isOrder, parseOrder } from '../audit/order.ts';
import { runAudit } from '../audit/run-audit.ts';
import type { Runtime } from '../onnx/runtime.ts';
import { type EngineMessage, failureOf, parseRequest } from '../review/protocol.ts';
import type { EngineRequest } from '../review/request.ts';
import type { Review } from '../review/review.ts';
import { runReview } from '../review/run.ts';
import type { Tools } from '../review/tools.ts';
import { locateLines } from '../table/locate-lines.ts';
import { declaredColumns } from '../table/pool.ts';

const DUCKDB_MOST = 2 ** 31;
const PROGRESS_EVERY_SECONDS = 0.2;
/** The programs of threads that train, decode images, make tokens or look for secrets, and of the child that tries a device. */
const programOf = (name: string) =>
  new URL(import.meta.url.endsWith('.ts') ? `../adapters/${name}.ts` : `./${name}.js`, import.meta.url);

/** One piece of work with everything that the engine stands on. */
async function withTools<T>(request: EngineRequest, work: (tools: Tools) => Promise<T>): Promise<T> {
  const { folders, limits, runtime } = request;
  const memory = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  // Files of weights are read without a database: where there are no tables its native file need not be at hand.
  const sql =
    request.data.length === 0
      ? noTables
      : await openDuckdb({
          folder: folders.files,
          scratch: folders.scratch,
          memoryBytes: Math.min(DUCKDB_MOST, memory / 2),
          threads: limits.threads,
          bindings: runtime.duckdb,
        });
  const declared = new Map(
    request.data.flatMap(({ base, head, holdout, options }) => {
      const names = declaredColumns(options);
      return [base, head, holdout.base, holdout.head].flatMap((files) =>
        (files ?? []).map((file) => [file.localPath, names] as const),
      );
    }),
  );
  const order = {
    programs: { lane: programOf('lane'), probe: programOf('probe') },
    folder: runtime.onnxruntime,
    threads: limits.threads,
  };
  const trainerFor = (plan: RuntimeOrder['plan']) => openRuntime({ ...order, device: limits.device, plan });
  let trainer: Promise<Runtime> | null = null;
  let last = Number.NEGATIVE_INFINITY;
  try {
    // A device that was named and is not there ends the review before it begins.
    if (limits.device !== 'auto' && limits.device !== 'cpu' && !limits.dryRun) {
      trainer = trainerFor(null);
      await trainer;
    }
    return await work({
      sql,
      runtime({ slice, recipe }, flops) {
        trainer ??= trainerFor({ slice, recipe, flops });
        return trainer;
      },
      processor: () => openRuntime({ ...order, device: 'cpu', plan: null }),
      store: folders.cache === null ? null : openWeightStore(folders.cache),
      images: (files) => openImageStore(files, openDecoders(programOf('decoder'), limits.threads)),
      arrays: readArrays,
      tokenizer: (file) => openTokenizer(file, programOf('tokenizer-thread')),
      secrets: () => openSecretScanner(programOf('secret-thread')),
      locate: (file, ordinals) => locateLines(sql, readBytes, file, ordinals, declared.get(file.localPath) ?? []),
      bytes: fileBytes,
      drawNonce: () => randomBytes(8).toString('hex'),
      seconds: steadySeconds,
      peakBytes: () => process.resourceUsage().maxRSS * 1024,
      progress({ step, done, secondsLeft }) {
        if (steadySeconds() - last < PROGRESS_EVERY_SECONDS) return;
        last = steadySeconds();
        const left = secondsLeft === null || !Number.isFinite(secondsLeft) ? null : Math.max(0, secondsLeft);
        const share = Number.isFinite(done) ? Math.min(1, Math.max(0, done)) : 0;
        send({ kind: 'progress', progress: { step: step.slice(0, 200), done: share, secondsLeft: left } });
      },
    });
  } finally {
    await (trainer as Promise<Runtime> | null)?.then(
      (opened) => opened.close(),
      () => {},
    );
    sql.close();
  }
}

const refuse = () => Promise.reject(new Error('a table was asked for in a review without data sets'));
const noTables: Duckdb = { run: refuse, rows: refuse, columns: refuse, close() {} };

/** A review, or an audit. */
async function answer(message: unknown): Promise<Review | Audit> {
  if (isOrder(message)) {
    const order = parseOrder(message);
    return await withTools(order.request, (tools) => runAudit(order, tools));
  }
  const request = parseRequest(message);
  return await withTools(request, (tools) => runReview(request, tools));
}

function send(message: EngineMessage<Review | Audit>, after: () => void = () => {}): void {
  process.send?.(message, undefined, undefined, after);
}

/** Answers the one request of the parent and ends; without a parent there is nobody to answer. */
function main(): void {
  if (!process.send) {
    process.stderr.write(
      'This is the engine of Taster: it is started by `taster review` and `taster audit`, not by hand.\n',
    );
    process.exitCode = 2;
    return;
  }
  process.once('disconnect', () => process.exit(2));
  process.once('message', async (raw) => {
    const said: EngineMessage<Review | Audit> = await answer(raw).then(
      (result) => ({ kind: 'result', result }) as const,
      (error: unknown) => ({ kind: 'failure', failure: failureOf(error) }) as const,
    );
    send(said, () => process.exit(0));
  });
}

main();
