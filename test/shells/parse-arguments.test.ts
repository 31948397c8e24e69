import assert from 'node:assert/strict';
import { test } from 'node:test';
import { optionsOf } from '../../src/config/options.ts';
import { UserError } from '../../src/errors.ts';
import { attackOptions } from '../../src/shells/attack-options.ts';
import { parseArguments } from '../../src/shells/parse-arguments.ts';

const parse = (line: string, env: Record<string, string> = {}) =>
  parseArguments(line.split(' '), { version: '1.2.3', env });
const fails = (line: string, code: string, words: RegExp) =>
  assert.throws(
    () => parse(line),
    (error: unknown) => error instanceof UserError && error.code === code && words.test(error.message),
  );

test('values are read by the table of options', () => {
  const parsed = parse('review --base main --budget 1h30m --shadows 32 --only membership,mislabelled --dry-run');
  assert.equal(parsed?.command, 'review');
  assert.deepEqual(
    { ...parsed?.values, registry: undefined },
    {
      repo: '.',
      head: 'HEAD',
      config: '.github/taster.yml',
      device: 'auto',
      base: 'main',
      budget: 5400,
      shadows: 32,
      only: ['membership', 'mislabelled'],
      'dry-run': true,
      registry: undefined,
    },
  );
  assert.ok(parsed?.given.has('budget') && !parsed.given.has('config'));
});

test('every option of a command can be given on its command line', () => {
  for (const option of optionsOf('review')) {
    const value =
      { whole: '128', duration: '5m', choice: option.choices?.[0] ?? '', flag: '' }[option.type as string] ?? 'x';
    const parsed = parse(`review --${option.name}${value ? ` ${value}` : ''}`);
    assert.ok(parsed?.given.has(option.name), option.name);
  }
});

test('a variable stands in for an option, and the command line wins', () => {
  const env = { TASTER_RUNTIME_PATH: '/from/variable' };
  assert.equal(parse('review', env)?.values['runtime-path'], '/from/variable');
  assert.equal(parse('review --runtime-path /given', env)?.values['runtime-path'], '/given');
});

test('operands', () => {
  assert.deepEqual(parse('rows review.json amplification')?.operands, ['review.json', 'amplification']);
  assert.deepEqual(parse('rows review.json')?.operands, ['review.json']);
  fails('rows', 'usage', /missing required argument 'review.json'/);
  fails('demo extra', 'usage', /too many arguments/);
});

test('wrong use is told in one line', () => {
  fails('review --frobnicate', 'usage', /unknown option '--frobnicate'/);
  fails('frobnicate', 'usage', /unknown command 'frobnicate'/);
  fails('review --base', 'usage', /argument missing/);
  fails('review --budget soon', 'option-invalid', /--budget: expected a duration/);
  fails('review --shadows 4', 'option-invalid', /from 8 to 1024/);
  fails('review --device tpu', 'option-invalid', /--device/);
});

test('what is not built yet says so', () => {
  for (const line of ['merge a b', 'review --plan=x', 'review --shard 1/2'])
    fails(line, 'not-built', /not in this version/);
});

test('an audit says what it is asked, and refuses what it cannot be asked', () => {
  const plain = parse('audit');
  assert.equal(plain?.command, 'audit');
  assert.equal(attackOptions(plain.values).attacks, null);
  const asked = parse('audit --attack truth-serum,extraction --poisons 8,1,8 --targets 40 --by owner');
  assert.deepEqual(attackOptions(asked?.values ?? {}), {
    attacks: ['truth-serum', 'extraction'],
    poisons: [0, 1, 8],
    targets: 40,
    thorough: false,
    by: 'owner',
  });
  for (const line of ['audit --attack magic', 'audit --poisons -1', 'audit --poisons 1.5', 'audit --poisons 1,many'])
    assert.throws(
      () => attackOptions(parse(line)?.values ?? {}),
      (error: unknown) => error instanceof UserError && error.code === 'option-invalid' && error.hint !== undefined,
      line,
    );
  fails('audit --base main', 'usage', /unknown option '--base'/);
});
