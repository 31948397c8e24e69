import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Runner } from '../../src/adapters/runner.ts';
import { UserError } from '../../src/errors.ts';
import { changeOf } from '../../src/shells/where.ts';

const [HEAD, BASE, CHOSEN] = ['a', 'b', 'c'].map((letter) => letter.repeat(40)) as [string, string, string];
const of = (inputs: unknown) =>
  changeOf({
    ...{ eventName: 'workflow_dispatch', repository: 'example/spam', sha: CHOSEN, ref: 'refs/heads/main' },
    event: { repository: { default_branch: 'main' }, inputs },
  } as unknown as Runner);

test('a started workflow reviews what its inputs name; without them, the chosen commit', () => {
  const named = { base: { from: 'target', tip: BASE, ref: null }, head: { sha: HEAD, ref: null, repository: null } };
  assert.deepEqual(of({ head: HEAD, base: BASE, pull: '7', run: 'x' }), { pull: { number: 7 }, ...named });
  assert.deepEqual(of({ head: HEAD, base: BASE, pull: '' }), { pull: null, ...named });
  for (const none of [null, undefined, {}, { head: '', base: '', pull: '7' }, { other: HEAD }])
    assert.equal(of(none).head.sha, CHOSEN);
});

test('inputs that are not whole commits and a number are refused', () => {
  const good = { head: HEAD, base: BASE, pull: '7' };
  const bad = [
    ...['main', HEAD.slice(1), `${HEAD}\n`, `-${HEAD.slice(1)}`, HEAD.toUpperCase(), ''].flatMap((text) => [
      { ...good, head: text },
      { ...good, base: text },
    ]),
    ...['0', '-1', '7x', '1e3', ' 7', '99999999999', '7\n'].map((pull) => ({ ...good, pull })),
    { head: HEAD },
    { base: BASE },
  ];
  for (const inputs of bad)
    assert.throws(
      () => of(inputs),
      (error) => error instanceof UserError && error.code === 'event',
      JSON.stringify(inputs),
    );
});
