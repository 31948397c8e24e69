import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultConfig } from '../../src/config/defaults.ts';
import { type FoundFile, proposeConfig } from '../../src/config/init.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { guessLabel } from '../../src/table/guess-label.ts';
import { randomSequence } from '../../src/tensor/random.ts';

type Column = FoundFile['columns'][number];
const column = (name: string, more: Partial<Column> = {}): Column => ({
  name,
  kind: 'numeric',
  missing: 0,
  distinct: 50,
  ...more,
});
const file = (path: string, columns: readonly Column[], rows = 100): FoundFile => ({ path, rows, columns });
const propose = (...files: FoundFile[]) => parseConfig(proposeConfig({ files }), { path: '.github/taster.yml' });

test('nothing found: a configuration that reads, and gates what is gated without one', () => {
  const config = propose();
  assert.deepEqual([config.data, config.gates], [[], defaultConfig.gates]);
});

test('a table with the usual columns is proposed with label, id, text, sensitive columns and holdout', () => {
  const columns = [
    column('row_id', { kind: 'id', distinct: 100 }),
    column('review', { kind: 'text', distinct: 99 }),
    column('Age'),
    column('income', { kind: 'category', distinct: 2 }),
  ];
  const config = propose(file('data/test.csv', columns), file('data/train.csv', columns), file('other.csv', []));
  const [train, other] = config.data;
  assert.deepEqual(
    [train?.name, train?.path, train?.label, train?.id, train?.holdout],
    ['train', 'data/train.csv', 'income', 'row_id', 'data/test.csv'],
  );
  assert.deepEqual([train?.text, train?.sensitive], [['review'], ['Age']]);
  assert.deepEqual([other?.path, other?.label], ['other.csv', null]);
  assert.deepEqual(config.gates.map(({ check }) => check).sort(), ['amplification', 'conflicting-copies', 'unsafe-file']); // biome-ignore format: one line
});

test('the label is guessed by name, else from the last column, else not at all', () => {
  const two = { kind: 'category', distinct: 2 } as const;
  assert.equal(guessLabel(file('a.csv', [column('Label', two), column('x', two)])), 'Label');
  assert.equal(guessLabel(file('a.csv', [column('x', two), column('kind', two)])), 'kind');
  assert.equal(guessLabel(file('a.csv', [column('x', two), column('y2')])), null);
  assert.equal(guessLabel(file('a.csv', [column('label', { distinct: 1 })])), null, 'one value is no label');
  assert.equal(guessLabel(file('a.csv', [column('label', { distinct: 51 })])), null, 'a value a row is no label');
  assert.equal(guessLabel(file('a.csv', [])), null);
});

test('a holdout goes to the table beside it with the same columns, and equal names are told apart', () => {
  const columns = [column('x'), column('label', { kind: 'category', distinct: 3 })];
  const config = propose(
    file('a/train.csv', columns),
    file('b/train.csv', columns),
    file('b/valid.csv', columns),
    file('c/dev.csv', [column('z')]),
  );
  assert.deepEqual(
    config.data.map(({ name, holdout }) => [name, holdout]),
    [
      ['train', null],
      ['train-2', 'b/valid.csv'],
      ['dev', null],
    ],
  );
});

test('more than a hundred tables are cut, not refused', () => {
  const files = Array.from({ length: 150 }, (_, i) => file(`d${i}/train.csv`, [column('x')]));
  assert.equal(propose(...files).data.length, 100);
});

const HOSTILE = [
  'yes', 'null', '~', '007', '1e3', '-', '- a', '#', 'a: b', 'a #b', "it's", '"', '[x]', '{x}', '&a', '*a', '!t', '%d',
  '@everyone', '`x`', '|', '>', '?', ' lead', 'trail ', ' ', '\t', 'a\nb', '\u2028', '\\', 'c:x', '..', '__proto__',
  '<<', '{{ x }}', '::error::', '😀', 'é', '\ufeff', '\u202e', '.csv', 'x'.repeat(300), '',
]; // biome-ignore format: a list of words

test('a proposal always reads, and says of every name what the file says, whatever the names are', () => {
  const random = randomSequence(1);
  const pick = () => HOSTILE[random.below(HOSTILE.length)]!;
  for (const name of HOSTILE) {
    const columns = [
      column(name, { kind: 'text' }),
      column(`${name} id`, { distinct: 100 }),
      column('label', { distinct: 2 }),
    ];
    const [data] = propose(file(`data/${name}.csv`, columns)).data;
    if (data) assert.equal(data.path, `data/${name}.csv`);
    if (data?.text[0] !== undefined) assert.equal(data.text[0], name);
    propose(file(`${name}/train.csv`, columns), file(`${name}/test.csv`, columns), file(name, columns));
  }
  for (let round = 0; round < 60; round++) {
    const kinds = ['text', 'category', 'numeric'] as const;
    const columns = () =>
      [0, 1, 2].map((i) => column(pick() + pick(), { kind: kinds[i]!, distinct: 1 + random.below(100) }));
    const path = () => [pick(), pick()].filter((part) => part !== '..').join('/');
    const files = [0, 1, 2].map(() => file(path(), columns()));
    for (const data of propose(...files).data)
      assert.ok(
        files.some(({ path: found }) => found === data.path),
        data.path,
      );
  }
});

test('models are proposed as comments that read once they are opened; what is no path of a repository is left out', () => {
  const files = [file('data/train.csv', [column('a'), column('label', { kind: 'category', distinct: 2 })])];
  const text = proposeConfig({ files, models: ['models/a.onnx', 'odd\n- b.onnx', '../c.onnx'] });
  assert.deepEqual(parseConfig(text, { path: '.github/taster.yml' }).models, []);
  const opened = text.replace(/^# (models:)$/m, '$1').replace(/^# ( {2}- \{path)/gm, '$1');
  const { models } = parseConfig(opened, { path: '.github/taster.yml' });
  assert.deepEqual(models.map(({ path, data, slice }) => [path, data, slice]), [['models/a.onnx', 'train', 'auto']]); // biome-ignore format: one idea
  assert.doesNotMatch(proposeConfig({ files: [], models: ['a.onnx'] }), /models/);
});
