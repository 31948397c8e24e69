import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { WEBHOOK_PATH } from '../../src/shells/bot.ts';
import { permutation } from '../../src/tensor/random.ts';
import { type PlayedCheck, playAppGitHub, pullPayload } from '../../test/fixtures/bot/played-app-github.ts';
import { botEnvironment, SECRET, until } from '../../test/fixtures/bot/run-bot.ts';
import { startPostgres } from '../../test/fixtures/bot/start-postgres.ts';
import { startApps, startSender } from './burst-apps.ts';
import { type BurstPull, makeBurstRepository } from './burst-pulls.ts';
import type { Answered, Sent } from './deliver-burst.ts';
import { resident } from './resident.ts';

/**
 * The App under a burst: a real PostgreSQL, two App processes, a played GitHub that serves real repositories, and every
 * delivery sent twice, in mixed order, to both processes at once. Exits with 1 where anything is not as it should be.
 * `--quick` is a tenth of it; `--seed N` mixes in another order.
 */
const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, seed: { type: 'string', default: '1' } },
});
const seed = Number(values.seed);
const [PULLS, REPOSITORIES, BUSY] = values.quick ? [20, 4, 11] : [200, 20, 48];
const APPS = 2;
const WEBHOOK_LIMIT_MS = 500;
const TRICKLE_MS = 250;
const LIMIT_SECONDS = values.quick ? 180 : 1200;

const print = (text: string) => process.stdout.write(`${text}\n`);
const problems: string[] = [];
const expect = (what: string, isSo: boolean) => {
  print(`  ${isSo ? 'yes' : 'NO '}  ${what}`);
  if (!isSo) problems.push(what);
};
const quantile = (list: readonly number[], share: number) =>
  [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(share * list.length))] ?? 0;
const spread = (list: readonly number[], unit: string, digits = 0) => {
  const [p50, p99, max] = [0.5, 0.99, 1].map((share) => quantile(list, share).toFixed(digits));
  return `p50 ${p50}, p99 ${p99}, max ${max} ${unit} (n ${list.length})`;
};
const mean = (list: readonly number[]) => list.reduce((sum, value) => sum + value, 0) / Math.max(1, list.length);
let stopped = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    stopped = true;
  });

const root = mkdtempSync(join(tmpdir(), 'bot-burst-'));
const postgres = await startPostgres();
if (typeof postgres === 'string') throw new Error(postgres);
const github = await playAppGitHub();
const sender = startSender(SECRET);
const apps = await startApps(APPS, {
  ...botEnvironment(github.url, { url: postgres.url }),
  ...{ WORKERS: '1', TMPDIR: root, XDG_CACHE_HOME: process.env.XDG_CACHE_HOME },
});
const delivery = (pull: BurstPull, id: string, app: number): Sent => ({
  ...{ url: apps.urls[app % APPS]! + WEBHOOK_PATH, id },
  body: JSON.stringify(pullPayload('opened', pull)),
});
const serve = (at: number, count: number) => {
  const made = makeBurstRepository(root, at, count);
  github.repositories.set(made.name, made.folder);
  return made;
};

try {
  const small = (PULLS - BUSY) / (REPOSITORIES - 1);
  const [busy, ...others] = Array.from({ length: REPOSITORIES }, (_, at) => serve(at, at === 0 ? BUSY : small));
  const pulls = [busy!, ...others].flatMap((repository) => repository.pulls);
  print(`${PULLS} pull requests over ${REPOSITORIES} repositories, ${BUSY} of one, whose events come first; seed ${seed}.
A review: clone over HTTP, then an engine child compares two safetensors files and reads a pickle file, where there is one.
${APPS} App processes of one worker each, PostgreSQL, the played GitHub and the sender share this machine.`);
  // One before all others: the played GitHub reads its description of twelve megabytes when it is first asked.
  const warming = serve(REPOSITORIES, 1);
  github.pulls.push(...warming.pulls);
  await sender.send([delivery(warming.pulls[0]!, 'warming', 0)]);
  await until('the first review', () => github.checks[0]?.conclusion != null);
  const ofBurst = <T extends { readonly repository: string }>(list: readonly T[]) =>
    list.filter(({ repository }) => repository !== warming.name);

  const mixed = (list: readonly BurstPull[], key: number) => {
    const twice = [0, 1].flatMap((app) => list.map((pull) => delivery(pull, `${pull.repository}#${pull.number}`, app)));
    return Array.from(permutation(key, twice.length), (at) => twice[at]!);
  };
  // The busy repository's own first, so that whoever takes them in order of arrival lets all others wait.
  const othersPulls = others.flatMap((repository) => repository.pulls);
  const burst = [...mixed(busy!.pulls, seed), ...mixed(othersPulls, seed + 1)];
  // Not before: an App that starts asks GitHub for what is open, and would take it up itself.
  github.pulls.push(...pulls);
  const begun = performance.now();
  const elapsed = () => (performance.now() - begun) / 1000;
  const answered = await sender.send(burst);
  const burstSeconds = elapsed();

  const waits = new Map<string, number[]>(pulls.map(({ repository }) => [repository, []]));
  const firstOf = new Map<string, number>();
  const shown = new Map<PlayedCheck, number>();
  const seen = new Set<PlayedCheck>();
  const late: Promise<Answered[]>[] = [];
  let [largest, descendants, atOnce] = [0, 0, 0];
  while (seen.size < PULLS && elapsed() < LIMIT_SECONDS && !stopped) {
    for (const check of ofBurst(github.checks)) {
      if (!shown.has(check)) shown.set(check, elapsed());
      if (check.conclusion === null || seen.has(check)) continue;
      seen.add(check);
      if (!firstOf.has(check.repository)) firstOf.set(check.repository, elapsed());
      waits.get(check.repository)!.push(elapsed() - shown.get(check)!);
    }
    atOnce = Math.max(atOnce, github.checks.filter(({ status }) => status === 'in_progress').length);
    const memory = resident(apps.pids);
    largest = Math.max(largest, memory.largest);
    descendants = Math.max(descendants, memory.descendants);
    if (1000 * (elapsed() - burstSeconds) > late.length * TRICKLE_MS)
      late.push(sender.send([delivery(pulls[late.length % PULLS]!, `late-${late.length}`, late.length)]));
    await sleep(50);
  }
  const seconds = elapsed();
  const trickle = (await Promise.all(late)).flat();
  // What would come after its time: a second check run, a second comment.
  await sleep(2000);

  print('\nWebhooks');
  const [burstMs, trickleMs] = [answered, trickle].map((list) => list.map(({ milliseconds }) => milliseconds));
  print(
    `  the burst, all ${burst.length} at once, answered in ${burstSeconds.toFixed(2)} s: ${spread(burstMs!, 'ms')}`,
  );
  print(`  one each ${TRICKLE_MS} ms while reviews run: ${spread(trickleMs!, 'ms')}`);
  expect(
    'every delivery was taken',
    [...answered, ...trickle].every(({ status }) => status >= 200 && status < 300),
  );
  expect(
    `the burst is answered in less than ${WEBHOOK_LIMIT_MS} ms (p99)`,
    quantile(burstMs!, 0.99) < WEBHOOK_LIMIT_MS,
  );
  expect('so is every other while workers are busy (p99)', quantile(trickleMs!, 0.99) < WEBHOOK_LIMIT_MS);

  print('\nReviews');
  print(
    `  ${seen.size} concluded in ${seconds.toFixed(1)} s: ${((60 * seen.size) / seconds).toFixed(0)} a minute, at most ${atOnce} at once`,
  );
  print(
    `  memory: an App at most ${largest.toFixed(0)} MiB, all children together at most ${descendants.toFixed(0)} MiB`,
  );
  const [made, comments] = [ofBurst(github.checks), ofBurst(github.comments)];
  const shas = (list: readonly string[]) => [...list].sort().join();
  expect(
    'every head has exactly one check run',
    shas(made.map(({ sha }) => sha)) === shas(pulls.map(({ head }) => head)),
  );
  expect(
    'its external id is the key of the run',
    made.every(({ key, repository, sha }) => key === `${repository}@${sha}`),
  );
  const checks = new Map(made.map((check) => [check.sha, check]));
  const isRight = ({ head, wanted }: BurstPull) =>
    checks.get(head)?.status === 'completed' && checks.get(head)?.conclusion === wanted;
  const wrong = pulls.filter((pull) => !isRight(pull));
  expect('every conclusion is final, and the right one', wrong.length === 0);
  for (const { repository, number, head, wanted } of wrong.slice(0, 5))
    print(`    ${repository}#${number}, wanted ${wanted}: ${checks.get(head)?.story.join(' | ')}`);
  const ends = ({ story }: PlayedCheck) => story.filter((line) => /^(?:success|failure|neutral|action)/.test(line));
  expect(
    'none was concluded twice',
    made.every((check) => ends(check).length <= 1),
  );
  const commented = new Set(comments.map(({ repository, pull }) => `${repository}#${pull}`));
  expect('every pull request has exactly one comment', commented.size === PULLS && comments.length === PULLS);
  expect("all requests and answers agree with GitHub's description", github.faults.length === 0);
  for (const fault of github.faults.slice(0, 5)) print(`    ${fault.slice(0, 300)}`);

  print('\nFairness');
  const firsts = others.map(({ name }) => firstOf.get(name) ?? Number.POSITIVE_INFINITY);
  const means = others.map(({ name }) => mean(waits.get(name)!)).sort((a, b) => a - b);
  const busyMean = mean(waits.get(busy!.name)!);
  const [least, most] = [means[0]!.toFixed(1), means.at(-1)!.toFixed(1)];
  print(`  from the burst to the first conclusion of each small repository: ${spread(firsts, 's', 1)}`);
  print(
    `  from check run to conclusion, mean of each small one: ${least} to ${most} s; of the busy one: ${busyMean.toFixed(1)} s`,
  );
  // In turn, each has had its first when every repository has had one, and what was in hand before.
  const twoRounds = (2 * seconds * (REPOSITORIES + APPS)) / PULLS;
  expect('every repository has its first conclusion within two rounds', Math.max(...firsts) < twoRounds);
  expect('no small repository waits longer than the busy one, on the mean', means.at(-1)! < busyMean);
} finally {
  sender.close();
  await apps.close();
  await github.close();
  await postgres.close();
  rmSync(root, { recursive: true, force: true });
}
print(problems.length === 0 ? '\nAll as it should be.' : `\nWrong: ${problems.join('; ')}.`);
process.exitCode = problems.length === 0 ? 0 : 1;
