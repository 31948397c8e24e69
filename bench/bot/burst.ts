import { type ChildProcess, fork, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WEBHOOK_PATH } from '../../src/shells/bot.ts';
import { permutation } from '../../src/tensor/random.ts';
import { type PlayedCheck, playAppGitHub, pullPayload } from '../../test/fixtures/bot/played-app-github.ts';
import { botEnvironment, SECRET, until } from '../../test/fixtures/bot/run-bot.ts';
import { startPostgres } from '../../test/fixtures/bot/start-postgres.ts';
import { type BurstPull, makeBurstRepository } from './burst-pulls.ts';
import type { Answered, Sent } from './deliver-burst.ts';

/**
 * The App under a burst: a real PostgreSQL, two App processes, a played GitHub that serves real repositories, and every
 * delivery sent twice, in mixed order, to both processes at once. Exits with 1 where anything is not as it should be.
 * `--quick` is a tenth of it; `--seed N` mixes in another order.
 */
const quick = process.argv.includes('--quick');
const seed = Number(process.argv[process.argv.indexOf('--seed') + 1] || 1) || 1;
const [PULLS, REPOSITORIES, BUSY] = quick ? [20, 4, 8] : [200, 20, 48];
const WEBHOOK_LIMIT_MS = 500;
const TRICKLE_MS = 250;
const DIRECTORY = import.meta.dirname;

const print = (text: string) => process.stdout.write(`${text}\n`);
const problems: string[] = [];
const expect = (what: string, isSo: boolean) => {
  print(`  ${isSo ? 'yes' : 'NO '}  ${what}`);
  if (!isSo) problems.push(what);
};
const at = (sorted: readonly number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
const quantiles = (values: readonly number[], unit: string, digits = 0) => {
  const sorted = [...values].sort((a, b) => a - b);
  const [p50, p99, max] = [at(sorted, 0.5), at(sorted, 0.99), sorted.at(-1) ?? 0];
  return {
    p99,
    text: `p50 ${p50.toFixed(digits)}, p99 ${p99.toFixed(digits)}, max ${max.toFixed(digits)} ${unit} (n ${sorted.length})`,
  };
};
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

const root = mkdtempSync(join(tmpdir(), 'bot-burst-'));
const started = await startPostgres();
if (typeof started === 'string') throw new Error(started);
const postgres = started;
const github = await playAppGitHub();
const apps: { readonly child: ChildProcess; readonly url: string }[] = [];
const deliverer = fork(join(DIRECTORY, 'deliver-burst.ts'), { execArgv: [] });
let orders = 0;

/** `taster bot` as a person starts it. */
async function startApp(): Promise<void> {
  const child = spawn(process.execPath, [join(DIRECTORY, '../../src/shells/cli.ts'), 'bot'], {
    env: {
      ...botEnvironment(github.url, { url: postgres.url }),
      WORKERS: '1',
      TMPDIR: root,
      XDG_CACHE_HOME: process.env.XDG_CACHE_HOME,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.once('close', () => reject(new Error('an App ended')));
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      const found = /listens on (\S+)\.\n/.exec(text)?.[1];
      if (found) resolve(found);
      else process.stderr.write(`  App ${child.pid}: ${text}`);
    });
  });
  apps.push({ child, url });
}

function deliver(sent: readonly Sent[]): Promise<Answered[]> {
  const order = ++orders;
  return new Promise((resolve) => {
    const hear = (answer: { order: number; answered: Answered[] }) => {
      if (answer.order !== order) return;
      deliverer.off('message', hear);
      resolve(answer.answered);
    };
    deliverer.on('message', hear);
    deliverer.send({ order, secret: SECRET, sent });
  });
}

/** Resident MiB of the processes whose chain of parents leads to an App: the App's own, and those of its children. */
function resident(): { readonly own: number; readonly children: number } {
  const all = new Map<number, { parent: number; mib: number }>();
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    try {
      const status = readFileSync(`/proc/${name}/status`, 'utf8');
      const number = (field: string) => Number(new RegExp(`^${field}:\\s*(\\d+)`, 'm').exec(status)?.[1] ?? 0);
      all.set(Number(name), { parent: number('PPid'), mib: number('VmRSS') / 1024 });
    } catch {
      // gone since
    }
  }
  const roots = new Set(apps.map(({ child }) => child.pid!));
  const isUnder = (pid: number): boolean => pid > 1 && (roots.has(pid) || isUnder(all.get(pid)?.parent ?? 0));
  let [own, children] = [0, 0];
  for (const [pid, { parent, mib }] of all)
    if (roots.has(pid)) own = Math.max(own, mib);
    else if (isUnder(parent)) children += mib;
  return { own, children };
}

try {
  const sizes = Array.from({ length: REPOSITORIES }, (_, index) =>
    index === 0 ? BUSY : (PULLS - BUSY) / (REPOSITORIES - 1),
  );
  const repositories = sizes.map((size, index) => makeBurstRepository(root, index, size));
  for (const { name, folder } of repositories) github.repositories.set(name, folder);
  const pulls = repositories.flatMap((repository) => repository.pulls);
  github.pulls.push(...pulls);
  await Promise.all([startApp(), startApp()]);
  print(
    `${pulls.length} pull requests over ${REPOSITORIES} repositories, ${BUSY} of them of one, whose events come first; seed ${seed}.`,
  );
  print(
    'A review: clone over HTTP, then an engine child compares two safetensors files and looks into a pickle file, where there is one.',
  );
  print('Two App processes of one worker each, PostgreSQL, the played GitHub and the sender share this machine.');

  const delivery = (pull: BurstPull, id: string, app: number): Sent => ({
    ...{ url: apps[app]!.url + WEBHOOK_PATH, id },
    body: JSON.stringify(pullPayload('opened', pull)),
  });
  // The busy repository's own first, so that whoever takes them in order of arrival lets all others wait.
  const [busy, others] = [repositories[0]!.pulls, repositories.slice(1).flatMap((each) => each.pulls)];
  const mixed = (list: readonly BurstPull[], key: number) => {
    const twice = [...list.map((pull) => ({ pull, app: 0 })), ...list.map((pull) => ({ pull, app: 1 }))];
    return Array.from(permutation(key, twice.length), (index) => twice[index]!);
  };
  const burst = [...mixed(busy, seed), ...mixed(others, seed + 1)].map(({ pull, app }) =>
    delivery(pull, `${pull.repository}#${pull.number}`, app),
  );

  // One before all others: the played GitHub reads its description of twelve megabytes when it is first asked.
  const warming = makeBurstRepository(root, REPOSITORIES, 1);
  github.repositories.set(warming.name, warming.folder);
  github.pulls.push(...warming.pulls);
  await deliver([delivery(warming.pulls[0]!, 'warming', 0)]);
  await until('the first review', () => github.checks[0]?.conclusion != null);
  github.checks.length = 0;
  github.comments.length = 0;

  const begun = performance.now();
  const first = new Map<string, number>();
  const waits = new Map<string, number[]>();
  let [ownMib, childrenMib, atOnce] = [0, 0, 0];
  const seen = new Set<PlayedCheck>();
  const trickle: Answered[] = [];
  let trickled = 0;
  const answered = await deliver(burst);
  const burstSeconds = (performance.now() - begun) / 1000;
  const limit = (quick ? 180 : 900) * 1000;
  let next = performance.now();
  const hearing: Promise<void>[] = [];
  while (seen.size < pulls.length && performance.now() - begun < limit) {
    for (const check of github.checks) {
      if (check.conclusion === null || seen.has(check)) continue;
      seen.add(check);
      const seconds = (performance.now() - begun) / 1000;
      if (!first.has(check.repository)) first.set(check.repository, seconds);
      waits.set(check.repository, [...(waits.get(check.repository) ?? []), seconds]);
    }
    atOnce = Math.max(atOnce, github.checks.filter(({ status }) => status === 'in_progress').length);
    const memory = resident();
    ownMib = Math.max(ownMib, memory.own);
    childrenMib = Math.max(childrenMib, memory.children);
    if (performance.now() >= next) {
      next += TRICKLE_MS;
      const pull = pulls[trickled % pulls.length]!;
      const late = delivery(pull, `late-${trickled}`, trickled++ % apps.length);
      hearing.push(deliver([late]).then((each) => void trickle.push(...each)));
    }
    await sleep(50);
  }
  const seconds = (performance.now() - begun) / 1000;
  await Promise.all(hearing);
  // What would come after its time: a second check run, a second comment.
  await sleep(2000);

  print(`\nWebhooks`);
  const burstTimes = quantiles(
    answered.map(({ milliseconds }) => milliseconds),
    'ms',
  );
  const busyTimes = quantiles(
    trickle.map(({ milliseconds }) => milliseconds),
    'ms',
  );
  print(
    `  the burst, all ${burst.length} deliveries at once, answered in ${burstSeconds.toFixed(2)} s: ${burstTimes.text}`,
  );
  print(`  one each ${TRICKLE_MS} ms while reviews run: ${busyTimes.text}`);
  const isGood = ({ status }: Answered) => status >= 200 && status < 300;
  expect('every delivery was taken', answered.every(isGood) && trickle.every(isGood));
  expect(`the burst is answered in less than ${WEBHOOK_LIMIT_MS} ms (p99)`, burstTimes.p99 < WEBHOOK_LIMIT_MS);
  expect(`so is every other while workers are busy (p99)`, busyTimes.p99 < WEBHOOK_LIMIT_MS);

  print('\nReviews');
  print(
    `  ${seen.size} concluded in ${seconds.toFixed(1)} s: ${((60 * seen.size) / seconds).toFixed(0)} a minute, at most ${atOnce} at once`,
  );
  print(
    `  memory: an App at most ${ownMib.toFixed(0)} MiB, all children together at most ${childrenMib.toFixed(0)} MiB`,
  );
  const heads = pulls.map(({ head }) => head).sort();
  expect(
    'every head has exactly one check run',
    JSON.stringify(github.checks.map(({ sha }) => sha).sort()) === JSON.stringify(heads),
  );
  expect(
    'its external id is the key of the run',
    github.checks.every(({ key, repository, sha }) => key === `${repository}@${sha}`),
  );
  const conclusions = new Map(github.checks.map((check) => [check.sha, check]));
  const wrong = pulls.filter(
    ({ head, wanted }) => conclusions.get(head)?.conclusion !== wanted || conclusions.get(head)?.status !== 'completed',
  );
  expect('every conclusion is final, and the right one', wrong.length === 0);
  for (const { repository, number, head, wanted } of wrong.slice(0, 5))
    print(
      `    ${repository}#${number}: ${conclusions.get(head)?.conclusion} instead of ${wanted}: ${conclusions.get(head)?.story.join(' | ')}`,
    );
  const twice = github.checks.filter(
    ({ story }) => story.filter((line) => /^(success|failure|neutral|action)/.test(line)).length > 1,
  );
  expect('none was concluded twice', twice.length === 0);
  const comments = new Set(github.comments.map(({ repository, pull }) => `${repository}#${pull}`));
  expect(
    'every pull request has exactly one comment',
    comments.size === pulls.length && github.comments.length === pulls.length,
  );
  expect("all requests and answers agree with GitHub's description", github.faults.length === 0);
  for (const fault of github.faults.slice(0, 5)) print(`    ${fault.slice(0, 300)}`);

  print('\nFairness: seconds from the burst to a conclusion');
  const small = repositories
    .slice(1)
    .map(({ name }) => ({ first: first.get(name) ?? Number.POSITIVE_INFINITY, mean: mean(waits.get(name) ?? []) }));
  const busyName = repositories[0]!.name;
  print(
    `  first of each small repository: ${
      quantiles(
        small.map((each) => each.first),
        's',
        1,
      ).text
    }; of the busy one: ${first.get(busyName)?.toFixed(1)} s`,
  );
  const means = small.map((each) => each.mean).sort((a, b) => a - b);
  print(
    `  mean of each small repository: ${means[0]!.toFixed(1)} to ${means.at(-1)!.toFixed(1)} s; of the busy one: ${mean(waits.get(busyName) ?? []).toFixed(1)} s`,
  );
  // In turn, each of the small ones has had its first review when each repository has had one.
  const oneRound = (seconds * 2 * REPOSITORIES) / PULLS;
  expect(
    'every repository has its first conclusion after about one round',
    Math.max(...small.map((each) => each.first)) < oneRound + 5,
  );
  expect(
    'no small repository waits longer than the busy one, on the mean',
    means.at(-1)! < mean(waits.get(busyName) ?? []),
  );
} finally {
  deliverer.disconnect();
  await Promise.all(
    apps.map(({ child }) => {
      const ended = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGTERM');
      return ended;
    }),
  );
  await github.close();
  await postgres.close();
  rmSync(root, { recursive: true, force: true });
}
print(problems.length === 0 ? '\nAll as it should be.' : `\nWrong: ${problems.join('; ')}.`);
process.exitCode = problems.length === 0 ? 0 : 1;
