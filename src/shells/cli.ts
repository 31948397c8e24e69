import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { steadySeconds } from '../adapters/clock.ts';
import { explain } from '../config/explain.ts';
import { describeError, oneLine, UserError } from '../errors.ts';
import { COMMENT_CHARACTERS, renderMarkdown } from '../report/markdown.ts';
import { exitCode, recomputeVerdict } from '../review/verdict.ts';
import { attackOptions } from './attack-options.ts';
import { auditRepository } from './audit.ts';
import { configOf, outputsOf, reviewOptions, text } from './cli-options.ts';
import { BASE_BRANCH, CHANGE_BRANCH, makeDemoRepository } from './demo.ts';
import { explainSlice } from './explain-slice.ts';
import { type Initialised, initRepository } from './init.ts';
import { type Arguments, parseArguments } from './parse-arguments.ts';
import { progressLine } from './progress.ts';
import { exitCodeOf, type Reviewed, reviewRepository, version } from './review.ts';
import type { ReviewOptions } from './review-options.ts';
import { readReview, showRows } from './rows.ts';
import { auditText, terminalText, writeAudit, writeOutputs } from './write-outputs.ts';

const ACTION = 'taster/taster';
const env = process.env;
const print = (text: string) => process.stdout.write(text);
const log = (line: string) => process.stderr.write(`${oneLine(line, 1000)}\n`);

type Values = Arguments['values'];

/** Runs one command and answers the exit code. */
async function run({ command, operands, values, given }: Arguments): Promise<number> {
  const [first = '', second] = operands;
  const common = { repo: text(values, 'repo') ?? '.', environment: env, log };
  if (command === 'review') return await review(values, given);
  if (command === 'audit') return await audit(values, given);
  if (command === 'demo') return await demo(values);
  if (command === 'publish') return await publish(first, values);
  if (command === 'explain') print(first === 'slice' ? await explainSlice(second ?? '') : explain(first));
  if (command === 'rows') print(await showRows({ ...common, reviewFile: first, finding: second ?? null }));
  if (command === 'init') {
    const action = { action: ACTION, version: `v${version}` };
    const places = { runtimePath: text(values, 'runtime-path'), registry: text(values, 'registry') };
    printInitialised(await initRepository({ ...common, ...places, configPath: text(values, 'config') ?? '', action }));
  }
  if (command === 'bot') await bot();
  return 0;
}

/** The configuration is shown as it was written: each guess stands beside its key. */
function printInitialised({ written, kept, config, remarks }: Initialised): void {
  for (const remark of remarks) print(`${remark}\n`);
  const lines = (config ?? '').trimEnd().split('\n');
  if (config !== null) print(`\n${lines.map((line) => `  ${indented(line)}\n`).join('')}\n`);
  for (const path of kept) print(`${path} is there already, and is left as it is.\n`);
  const next = config === null ? 'Commit it' : 'Read the configuration, correct what was guessed wrong, commit both';
  print(`Written: ${written.join(', ')}. ${next} to the default branch, and make the job "review" a required check.\n`);
}

const indented = (line: string): string => /^ */.exec(line)![0] + oneLine(line, 400);

/** Loaded when it is asked for: the App stands on packages that a review does not need. */
async function bot(): Promise<void> {
  const entry = new URL(import.meta.url.endsWith('.ts') ? './run-bot.ts' : './bot.js', import.meta.url);
  if (!existsSync(entry))
    throw new UserError('not-built', 'The App is not in this distribution.', {
      hint: 'Run it from a checkout: npm ci, then npm run taster -- bot.',
    });
  const { runBot } = (await import(entry.href)) as typeof import('./run-bot.ts');
  await runBot(env, (line) => process.stderr.write(line));
}

async function review(values: Values, given: ReadonlySet<string>): Promise<number> {
  const reviewed = await withProgress({
    ...reviewOptions(values, { env, log }),
    repo: text(values, 'repo') ?? '.',
    base: text(values, 'base'),
    head: text(values, 'head'),
    ...configOf(values, given),
  });
  await writeOutputs(reviewed.review, outputsOf(values));
  print(terminalText(reviewed.review, process.stdout, env));
  for (const sentence of reviewed.unreadable) log(sentence);
  return values['dry-run'] === true && reviewed.unreadable.length === 0 ? 0 : exitCodeOf(reviewed);
}

/** 0: every attack has an answer, if only that it does not apply; 2: one could not tell, or broke. */
async function audit(values: Values, given: ReadonlySet<string>): Promise<number> {
  const { only: _, dryRun: __, cache: ___, ...common } = reviewOptions(values, { env, log });
  const line = progressLine(process.stderr, steadySeconds);
  const audited = await auditRepository({
    ...common,
    repo: text(values, 'repo') ?? '.',
    head: text(values, 'head'),
    ...configOf(values, given),
    data: text(values, 'data'),
    attack: attackOptions(values),
    onProgress: (progress) => line.show(progress),
  }).finally(() => line.clear());
  await writeAudit(audited, { json: text(values, 'json'), html: text(values, 'html') });
  print(auditText(audited, process.stdout, env));
  return audited.answers.some(({ outcome }) => outcome === 'unknown' || outcome === 'error') ? 2 : 0;
}

async function demo(values: Values): Promise<number> {
  const keep = text(values, 'keep');
  const repository = await makeDemoRepository(keep);
  try {
    log(`Reviewing ${CHANGE_BRANCH} against ${BASE_BRANCH}: 206 new messages on 3,000 labelled ones.`);
    const reviewed = await withProgress({
      ...reviewOptions(values, { env, log }),
      repo: repository.path,
      base: BASE_BRANCH,
      head: CHANGE_BRANCH,
      cache: null,
    });
    const folder = keep ?? join('.taster', 'demo');
    const json = text(values, 'json') ?? join(folder, 'review.json');
    const markdown = text(values, 'markdown') ?? join(folder, 'comment.md');
    const html = text(values, 'html') ?? join(folder, 'report.html');
    await writeOutputs(reviewed.review, { ...outputsOf(values), json, markdown, html });
    print(terminalText(reviewed.review, process.stdout, env));
    print(`\nThe comment as GitHub would show it: ${markdown}\n`);
    print(`The whole review as a page: ${html}\n`);
    print(`In CI this review would end with exit code ${exitCodeOf(reviewed)}.\n`);
    if (keep !== null) print(`The rows: taster rows --repo ${keep} ${json} amplification\n`);
    return 0;
  } finally {
    await repository.close();
  }
}

async function publish(file: string, values: Values): Promise<number> {
  const written = await readReview(file);
  const onUnknown = values['on-unknown'] as 'fail' | 'pass' | undefined;
  const verdict = recomputeVerdict(written, onUnknown === undefined ? {} : { onUnknown });
  const trusted = { ...written, verdict };
  await writeOutputs(trusted, outputsOf(values));
  print(renderMarkdown(trusted, { limit: COMMENT_CHARACTERS, links: null, marker: '' }));
  return exitCode(verdict);
}

async function withProgress(options: Omit<ReviewOptions, 'onProgress'>): Promise<Reviewed> {
  const line = progressLine(process.stderr, steadySeconds);
  try {
    return await reviewRepository({ ...options, onProgress: (progress) => line.show(progress) });
  } finally {
    line.clear();
  }
}

async function main(): Promise<void> {
  // A reader that has seen enough (`| head`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 2));
  try {
    const parsed = parseArguments(process.argv.slice(2), { version, env });
    process.exitCode = parsed ? await run(parsed) : 0;
  } catch (error) {
    log(describeError(error));
    if (!(error instanceof UserError) && error instanceof Error)
      for (const each of (error.stack ?? '').split('\n').slice(0, 30)) log(`  ${each}`);
    process.exitCode = 2;
  }
}

await main();
