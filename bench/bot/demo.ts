import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeDemoRepository } from '../../src/shells/demo.ts';
import { type PlayedCheck, pullPayload } from '../../test/fixtures/bot/played-app-github.ts';
import { pagesEnvironment, stageBot, until } from '../../test/fixtures/bot/run-bot.ts';
import { drawList, visitPages } from './demo-pages.ts';

/**
 * The App from webhook to verdict, without network: an embedded database, a played GitHub whose requests and answers
 * are checked against GitHub's description, a real repository over HTTP, the demo's poisoned pull request, and the push
 * that mends it, and the App's pages with both. `--picture FILE` draws the list of runs by Chromium. Exits with 1 where
 * anything is not as it should be.
 */
const REPOSITORY = 'example/spam-filter';
const DATA = 'data/messages.csv';
const { picture } = parseArgs({ options: { picture: { type: 'string' } } }).values;
const print = (text: string) => process.stdout.write(`${text}\n`);
const problems: string[] = [];
const expect = (what: string, isSo: boolean) => {
  print(`  ${isSo ? 'yes' : 'NO '}  ${what}`);
  if (!isSo) problems.push(what);
};

const started = performance.now();
const demo = await makeDemoRepository(null);
const settings = await pagesEnvironment();
const stage = await stageBot({ environment: settings, progressMs: 3000, log: (line) => print(`  App: ${line}`) });
const { github } = stage;
const git = (...args: string[]) =>
  execFileSync('git', ['-C', demo.path, '-c', 'user.name=demo', '-c', 'user.email=demo@taster.invalid', ...args], {
    encoding: 'utf8',
    stdio: 'pipe',
    maxBuffer: 1 << 26,
  }).trim();
const lines = (revision: string) => git('show', `${revision}:${DATA}`).split('\n');

/** The lines of the change that repeat a message of base under another label, counted from 1. */
function poisoned(): number[] {
  const message = (line: string) => line.slice(line.indexOf(',') + 1);
  const labels = new Map(lines('main').map((line) => [message(line), line.split(',')[0]]));
  return lines('more-messages').flatMap((line, at) => {
    const label = labels.get(message(line));
    return label !== undefined && label !== line.split(',')[0] ? [at + 1] : [];
  });
}

async function reviewed(sha: string): Promise<PlayedCheck> {
  const check = () => github.checks.find((each) => each.sha === sha && each.conclusion !== null);
  await until(`a conclusion of ${sha.slice(0, 8)}`, () => check() !== undefined, 300);
  for (const line of check()!.story) print(`  check run: ${line}`);
  return check()!;
}

try {
  github.repositories.set(REPOSITORY, demo.path);
  const pull = {
    ...{ repository: REPOSITORY, number: 7, base: git('rev-parse', 'main'), head: git('rev-parse', 'more-messages') },
    updated: Date.now(),
  };
  github.pulls.push(pull);
  print('A pull request adds 206 messages, six of them wrong-label copies.');
  const answer = await stage.deliver({ event: 'pull_request', payload: pullPayload('opened', pull) });
  print(`  webhook: ${answer.status} after ${answer.milliseconds.toFixed(0)} ms`);
  const wrong = await reviewed(pull.head);
  const places = poisoned();
  // What a finding says of the file as a whole stands at its first line.
  const named = wrong.annotations.filter(({ path }) => path === DATA).map(({ start_line }) => start_line);
  expect('queued, in progress with progress text, concluded failure', isWhole(wrong, 'failure'));
  expect(
    'annotations on poisoned lines, and on no other line',
    named.some((line) => places.includes(line)) && named.every((line) => line === 1 || places.includes(line)),
  );
  print(`  poisoned lines ${places.join(', ')}; annotated ${[...new Set(named)].sort((a, b) => a - b).join(', ')}`);
  expect(
    'one comment, which fails',
    github.comments.length === 1 && /fail/i.test(github.comments[0]!.body.slice(0, 400)),
  );

  print('A push takes the six out.');
  git('checkout', '-q', 'more-messages');
  const bad = new Set(places);
  const text = readFileSync(join(demo.path, DATA), 'utf8').split('\n');
  writeFileSync(join(demo.path, DATA), text.filter((_, at) => !bad.has(at + 1)).join('\n'));
  git('commit', '-q', '-a', '-m', 'Without the wrong labels');
  Object.assign(pull, { head: git('rev-parse', 'HEAD'), updated: pull.updated + 60_000 });
  await stage.deliver({ event: 'pull_request', payload: pullPayload('synchronize', pull) });
  const mended = await reviewed(pull.head);
  expect('the new head is not blocked', isWhole(mended, 'success') || isWhole(mended, 'neutral'));
  expect(
    'the same comment, which no longer fails',
    github.comments.length === 1 && !/\bfail\b/i.test(github.comments[0]!.body.slice(0, 400)),
  );
  expect('one check run for each head', github.checks.length === 2);
  const { answers, reader } = await visitPages(stage, {
    ...{ url: settings.PUBLIC_URL, repository: REPOSITORY, heads: [wrong.sha, mended.sha] },
    contents: places.map((place) => text[place - 1]!.slice(text[place - 1]!.indexOf(',') + 1)),
  });
  for (const [what, isSo] of answers) expect(what, isSo);
  if (picture !== undefined) await drawList(picture, { url: settings.PUBLIC_URL, reader });
  expect("all requests and answers agree with GitHub's description", github.faults.length === 0);
  for (const fault of github.faults.slice(0, 5)) print(`  ${fault.slice(0, 300)}`);
  print(`\nThe comment:\n${github.comments[0]!.body.split('\n').slice(0, 12).join('\n')}`);
} finally {
  await stage.close();
  await demo.close();
}
print(
  `\n${((performance.now() - started) / 1000).toFixed(0)} s. ${problems.length === 0 ? 'All as it should be.' : `Wrong: ${problems.join('; ')}`}`,
);
process.exitCode = problems.length === 0 ? 0 : 1;

function isWhole({ story, conclusion }: PlayedCheck, wanted: string): boolean {
  const progress = story.some((line) => /^in_progress: \d+%/.test(line));
  return conclusion === wanted && story[0]!.startsWith('queued') && progress;
}
