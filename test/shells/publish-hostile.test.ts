import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { z } from 'zod';
import { reviewSchema } from '../../src/review/review.ts';
import type { PlayedGitHub } from '../fixtures/github/played-github.ts';
import { BRANCH, HEAD, playFork, publishRun, WORKFLOW } from '../fixtures/github/run-publish.ts';
import { assertSafeMarkdown } from '../report/markdown-text.ts';
import { findingOf, LINKS, sampleReview, sampleText } from '../report/samples.ts';

/** Every string of an artifact, poisoned one at a time, and published: what GitHub, the runner and a person get to see. */
const ATTACKS: Readonly<Record<string, string>> = {
  'a long one':
    'x</details><script>alert(1)</script> @everyone [x](javascript:alert(1)) ![y](https://evil.example/p.png) | `z`\n::set-output name=verdict::pass\n::error::boo\n<!-- taster id=taster sha=0 run=9 attempt=9 --> \u202egnp\u200b #1 deadbeef1',
  'a short command': '\n::error::x',
  'a short comment': '<!--@a\u202e|`',
};

type Holder = Record<string | number, unknown>;

interface Place {
  /** Of lists a star stands for the place. */
  readonly path: string;
  poisoned(text: string): object;
}

/** Every string of a JSON value, the names in a record of numbers among them. */
function stringsOf(root: object): Place[] {
  const found: Place[] = [];
  const changed = (way: readonly (string | number)[], change: (holder: Holder, key: string | number) => void) => {
    const copy = structuredClone(root) as Holder;
    const holder = way.slice(0, -1).reduce<Holder>((at, key) => at[key] as Holder, copy);
    change(holder, way.at(-1)!);
    return copy;
  };
  const visit = (value: unknown, way: readonly (string | number)[]): void => {
    const path = way.map((key) => (typeof key === 'number' ? '*' : key)).join('.');
    if (typeof value === 'string') {
      const poisoned = (text: string) =>
        changed(way, (holder, key) => {
          holder[key] = text;
        });
      found.push({ path, poisoned });
    }
    if (way.at(-2) === 'at') {
      const poisoned = (text: string) =>
        changed(way, (holder, key) => {
          holder[text] = holder[key];
          delete holder[key];
        });
      found.push({ path: `${path} as a name`, poisoned });
    }
    if (typeof value !== 'object' || value === null) return;
    const inner = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
    for (const [key, each] of inner) visit(each, [...way, key]);
  };
  visit(root, []);
  return found;
}

/** Paths of all strings that a review may hold, by its own schema. */
function describedStrings(schema: unknown, path = ''): string[] {
  const { type, properties = {}, items, prefixItems, anyOf = [] } = schema as Readonly<Record<string, never>>;
  const under = (key: string) => (path === '' ? key : `${path}.${key}`);
  return [
    ...(type === 'string' ? [path] : []),
    ...Object.entries(properties).flatMap(([key, inner]) => describedStrings(inner, under(key))),
    ...(items ? describedStrings(items, under('*')) : []),
    ...((prefixItems ?? []) as unknown[]).flatMap((inner) => describedStrings(inner, under('*'))),
    ...(anyOf as unknown[]).flatMap((inner) => describedStrings(inner, path)),
  ];
}

/** A review that holds one of everything that may hold a string, and little more: a gate is broken by rows with victims. */
function fullReview(): object {
  const review = sampleReview('fail-amplification');
  const worst = findingOf(review, 'amplification');
  const [row] = worst.rows;
  const [victim] = row!.victims;
  const tensor = { name: 'w', kind: 'changed' as const, base: 'f32 [2]', head: 'f32 [2]', notFinite: 0 };
  const figures = { share: 1, relativeNorm: 1, cosine: 1, effectiveRank: 1, fullRank: 2 };
  const metric = worst.metrics[0]!;
  const finding = {
    ...worst,
    rows: [{ ...row!, victims: [victim!] }],
    rowsTotal: 1,
    metrics: [{ ...metric, at: { fpr: 0.001 } }],
    figures: [
      { kind: 'bars' as const, title: 't', x: 'x', y: 'y', series: [{ name: 's', points: [[1, 2]], ids: ['i'] }] },
    ],
    tensors: [{ ...tensor, ...figures }],
    ...{ digest: 'd'.repeat(64), brokenBy: 'rows' as const },
  };
  const ignored = { reason: 'by hand', until: '2999-01-01', by: 'somebody' };
  const data = review.data[0]!;
  return {
    ...review,
    data: [{ ...data, columns: data.columns.slice(0, 1) }],
    models: [{ path: 'm.onnx', change: 'changed', slice: 'all' }],
    findings: [
      finding,
      { ...finding, check: 'conflicting-copies', gated: false, broken: false, ignored },
      { ...finding, check: 'tensor-diff', subject: { data: null, model: 'm.onnx', path: 'm.onnx' }, outcome: 'warn' },
    ],
    power: review.power.slice(0, 1),
    notes: ['a note'],
    cost: { ...review.cost, tried: ['cuda: no driver'] },
    onInfrastructure: 'fail',
  };
}

let played: PlayedGitHub;
before(async () => {
  played = await playFork();
});
after(() => played.close());

/** Publishes and looks at all that left this process. */
async function publishAndLook(review: object): Promise<'told' | 'refused'> {
  played.comments.length = 0;
  played.statuses.length = 0;
  const { code, stdout, summary, output } = await publishRun(played, { review });
  assert.equal(played.statuses.length, 1);
  const [{ sha, state, description, context, target_url }] = played.statuses as [PlayedGitHub['statuses'][number]];
  assert.deepEqual([sha, context], [HEAD, 'taster']);
  assert.match(target_url, /^https:\/\/github\.com\/example\/spam-filter\/actions\/runs\/555$/);
  assert.match(description, /^[A-Za-z][\w ,.:()'-]{10,139}$/);
  for (const line of stdout.split('\n')) {
    if (/^\s*::|##\[/.test(line)) assert.match(line, /^::error title=Taster::(?!.*::)/);
    assert.doesNotMatch(line, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|<script|evil|@everyone/u);
  }
  assert.match(output, /^(?:([\w-]+)<<(end-[\w-]+)\n[^\n]*\n\2\n)*$/);
  assertSafeMarkdown(summary, LINKS.server);
  for (const { body } of played.comments) {
    const [marker, memory, ...rest] = body.split('\n');
    assert.match(marker!, /^<!-- taster id=taster sha=0f1e2d3c4b5a69788796a5b4c3d2e1f001234567 run=100 attempt=1 -->$/);
    assert.match(memory!, /^<!-- taster-named [0-9a-f:,+ ]+ -->$/);
    assertSafeMarkdown(rest.join('\n'), LINKS.server);
  }
  assert.deepEqual(played.faults, []);
  assert.ok(played.comments.length <= 1);
  if (code === 0) return 'told';
  assert.equal(state, 'error');
  assert.deepEqual(played.comments, []);
  return 'refused';
}

test('the review that is poisoned holds every string that the schema knows', () => {
  const held = new Set(stringsOf(fullReview()).map(({ path }) => path));
  const described = describedStrings(z.toJSONSchema(reviewSchema, { io: 'input', unrepresentable: 'any' }));
  assert.ok(described.length > 50, `${described.length}`);
  assert.deepEqual(
    described.filter((path) => !held.has(path)),
    [],
  );
});

for (const [name, text] of Object.entries(ATTACKS))
  test(`every string by itself: ${name}`, async () => {
    const review = fullReview();
    assert.equal(await publishAndLook(review), 'told');
    const became = { told: 0, refused: 0 };
    for (const { path, poisoned } of stringsOf(review))
      try {
        became[await publishAndLook(poisoned(text))]++;
      } catch (error) {
        throw new Error(`at ${path}: ${(error as Error).message}`, { cause: error });
      }
    // What is too long for its field, or none of the words that may stand there, is refused; the rest is shown as it is.
    assert.ok(became.told >= 40 && became.refused > 5, JSON.stringify(became));
  });

test('all that the event says of the run, poisoned: nothing of it is obeyed', async () => {
  const review = JSON.parse(sampleText('fail-amplification'));
  for (const text of Object.values(ATTACKS))
    for (const run of [
      { path: `.github/workflows/${text}.yml` },
      { path: text },
      { event: text },
      { conclusion: text },
      { head_branch: text },
      { head_repository: { owner: { login: text } } },
      { head_branch: `gh-readonly-queue/${text}/pr-7-${'d'.repeat(40)}`, event: 'merge_group' },
    ]) {
      played.comments.length = 0;
      const { stdout, summary } = await publishRun(played, { review, run });
      for (const line of stdout.split('\n'))
        if (/^\s*::|##\[/.test(line)) assert.match(line, /^::error title=Taster::(?!.*::)/);
      assertSafeMarkdown(summary, LINKS.server);
      for (const { body } of played.comments) assertSafeMarkdown(body, LINKS.server);
    }
  assert.ok(played.files.has(`refs/heads/${BRANCH}:${WORKFLOW}`));
});
