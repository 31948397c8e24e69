import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultConfig } from '../../src/config/defaults.ts';
import { proposeConfig } from '../../src/config/init.ts';
import { parseConfig } from '../../src/config/parse.ts';
import type { FoundFile } from '../../src/config/propose-data.ts';
import type { FoundModel } from '../../src/config/propose-models.ts';
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
  assert.equal(
    guessLabel(file('a.csv', [column('class', two), column('survived', two)])),
    'survived',
    'the surer name',
  );
  const codes = (name: string, distinct: number) => guessLabel(file('a.csv', [column('x'), column(name, { distinct })], 300)); // biome-ignore format: one idea
  assert.deepEqual([codes('column2', 3), codes('column2', 12), codes('psize', 3)], ['column2', null, null]);
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

const model = (path: string, more: Partial<FoundModel> = {}): FoundModel => ({
  path,
  inputs: [
    { name: 'age', type: 'float32', shape: ['N', 1] },
    { name: 'home_town', type: 'string', shape: ['N', 1] },
  ],
  ...{ width: 2, tokenizer: null, problem: null },
  ...more,
});
const people = file('data/train.csv', [
  column('age', { missing: 3 }),
  column('Home Town', { kind: 'category', distinct: 9 }),
  column('label', { kind: 'category', distinct: 2 }),
]);
const withModels = (models: readonly FoundModel[], files = [people]) => {
  const text = proposeConfig({ files, models });
  return { text, models: parseConfig(text, { path: '.github/taster.yml' }).models };
};

test('a model whose inputs are columns of a data set is declared, with the columns that have another name', () => {
  const { text, models } = withModels([model('models/a.onnx')]);
  const [declared] = models;
  assert.deepEqual(
    [declared?.path, declared?.data, declared?.inputs, declared?.slice],
    ['models/a.onnx', 'train', { home_town: 'Home Town' }, 'auto'],
  );
  assert.match(text, /data: train # guessed: its inputs are columns of it: age, "Home Town"/);
});

test('of several models of a data set the first is declared, as it alone would be retrained', () => {
  const { text, models } = withModels([model('models/a.onnx'), model('models/b.onnx')]);
  assert.deepEqual(models.map(({ path }) => path), ['models/a.onnx']); // biome-ignore format: one idea
  assert.match(text, /^# models\/b\.onnx reads train as well; of several the first that names it is retrained\.$/m);
});

test('one input of as many values as there are numeric columns takes them all', () => {
  const numbers = file('iris.csv', [column('a'), column('b'), column('species', { kind: 'category', distinct: 3 })]);
  const takes = (width: number) => withModels([model('m.onnx', { width: 3, inputs: [{ name: 'float_input', type: 'float32', shape: ['N', width] }] })], [numbers]); // biome-ignore format: one idea
  assert.equal(takes(2).models[0]?.data, 'iris');
  assert.deepEqual(takes(3).models, []);
});

test('a text model beside its tokenizer is declared with both', () => {
  const texts = file('t.jsonl', [column('review', { kind: 'text' }), column('label', { kind: 'category', distinct: 2 })]); // biome-ignore format: one idea
  const inputs = ['input_ids', 'attention_mask'].map((name) => ({ name, type: 'int64', shape: ['N', 'length'] }));
  const [declared] = withModels([model('m.onnx', { inputs, tokenizer: 'tokenizer.json' })], [texts]).models;
  assert.deepEqual([declared?.tokenizer, declared?.inputs], ['tokenizer.json', { input_ids: 'review' }]);
  assert.deepEqual(withModels([model('m.onnx', { inputs })], [texts]).models, []);
});

/** Why a model is not declared. */
const misfits: Readonly<Record<string, readonly [Partial<FoundModel>, RegExp]>> = {
  'has another number of classes': [{ width: 3 }, /gives 3 values a row for 2 values of the label/],
  'reads columns that are not there': [{ inputs: [{ name: 'x', type: 'float32', shape: ['N', 1] }] }, /reads x; no data set has such columns/],
  'wants whole numbers where some are missing': [{ inputs: [{ name: 'age', type: 'int64', shape: ['N', 1] }] }, /no data set/],
  'cannot be cut': [{ problem: 'it has no weights.' }, /a\.onnx: it has no weights\./],
  'reads images that are not there': [{ inputs: [{ name: 'x', type: 'float32', shape: [1, 3, 8, 8] }] }, /reads images; no data set/],
}; // biome-ignore format: a table
for (const [what, [more, says]] of Object.entries(misfits))
  test(`a model that ${what} is told in a comment`, () => {
    const { text, models } = withModels([model('a.onnx', more)]);
    assert.deepEqual(models, []);
    assert.match(text, says);
  });

test('a model that reads images leaves to be filled in what nobody can tell, and reads once it is', () => {
  const folders = [{ path: 'data/train', images: 60, classes: ['cat', 'dog'] }];
  const images = model('cnn.onnx', { inputs: [{ name: 'image', type: 'float32', shape: ['N', 3, 32, 32] }] });
  const text = proposeConfig({ files: [], folders, models: [images] });
  assert.deepEqual(parseConfig(text, { path: 'x' }).models, []);
  const filled = text.replace(/^# {3}(models: .*)mean: .*$/m, '$1mean: [0.5], std: [0.5]}}]');
  assert.deepEqual(parseConfig(filled, { path: 'x' }).models.map(({ path, data }) => [path, data]), [['cnn.onnx', 'train']]); // biome-ignore format: one idea
});

test('paths of models that are no paths of a repository are left out, hostile names of inputs stay in comments', () => {
  const odd = model('b.onnx', { inputs: HOSTILE.map((name) => ({ name, type: 'float32', shape: ['N', 1] })) });
  const { models } = withModels([model('a.onnx'), model('odd\n- b.onnx'), model('../c.onnx'), odd]);
  assert.deepEqual(models.map(({ path }) => path), ['a.onnx']); // biome-ignore format: one idea
});

test('folders of images are data sets, a split with the same classes is the holdout', () => {
  const classes = Array.from({ length: 300 }, (_, i) => `class ${i}`);
  const folders = ['photos/test', 'photos/train'].map((path) => ({ path, images: 9000, classes }));
  const text = proposeConfig({ files: [], folders });
  const { data, gates } = parseConfig(text, { path: 'x' });
  assert.deepEqual(data.map(({ path, image, holdout }) => [path, image, holdout]), [['photos/train', 'folder', 'photos/test']]); // biome-ignore format: one idea
  assert.equal(gates.length, 3);
  assert.match(text, /300 folders in it are classes: "class 0", .* and 292 more$/m);
});

test('a second evaluation split and rows to be predicted are told, not reviewed as data sets', () => {
  const label = column('label', { kind: 'category', distinct: 3 });
  const splits = ['train', 'valid', 'test'].map((name) => file(`d/${name}.csv`, [column('x'), column('z'), label]));
  const toPredict = file('d/submission.csv', [column('x'), column('z')]);
  const text = proposeConfig({ files: [...splits, toPredict] });
  const { data } = parseConfig(text, { path: 'x' });
  assert.deepEqual(data.map(({ path, holdout }) => [path, holdout]), [['d/train.csv', 'd/test.csv']]); // biome-ignore format: one idea
  assert.match(text, /^# d\/valid\.csv looks like another split of d\/train\.csv/m);
  assert.match(text, /^# d\/submission\.csv has the columns of d\/train\.csv without its label/m);
});

test('what lies in folders of tests is told, not declared; a folder called test may be a split', () => {
  const label = column('label', { kind: 'category', distinct: 3 });
  const files = ['tests/a.csv', 'src/fixtures/b.csv', 'train/c.csv', 'test/c.csv'].map((path) => file(path, [column('x'), label])); // biome-ignore format: one idea
  const text = proposeConfig({ files });
  const { data } = parseConfig(text, { path: 'x' });
  assert.deepEqual(data.map(({ path, holdout }) => [path, holdout]), [['train/c.csv', 'test/c.csv']]); // biome-ignore format: one idea
  assert.match(text, /^# In a folder of tests, not taken for data sets: tests\/a\.csv, src\/fixtures\/b\.csv\.$/m);
});

test('ids of any spelling are no features; ids that repeat are persons', () => {
  const label = column('label', { kind: 'category', distinct: 2 });
  const idOf = (name: string) => propose(file('a.csv', [column(name, { distinct: 100 }), column('x'), label])).data[0]?.id; // biome-ignore format: one idea
  for (const name of ['id', 'row_id', 'PassengerId', 'customerID', 'Unnamed: 0', 'index', 'uuid']) assert.equal(idOf(name), name); // biome-ignore format: one idea
  for (const name of ['paid', 'bid', 'liquid', 'x']) assert.equal(idOf(name), null);
  const [data] = propose(file('a.csv', [column('patient_id', { distinct: 20 }), label])).data;
  assert.deepEqual([data?.id, data?.group], [null, 'patient_id']);
});

test('weights whose format is not read are told with the way out', () => {
  const text = proposeConfig({ files: [], weights: ['a.safetensors', 'b.h5'] });
  assert.match(text, /b\.h5: a format that this version does not read/);
  assert.equal(parseConfig(text, { path: 'x' }).onUnknown, 'fail');
  assert.equal(parseConfig(text.replace('# on-unknown', 'on-unknown'), { path: 'x' }).onUnknown, 'pass');
  assert.doesNotMatch(proposeConfig({ files: [], weights: ['a.safetensors'] }), /on-unknown/);
});

test('the example for want of data reads once it is opened', () => {
  const text = proposeConfig({ files: [], others: ['data/adult.data'] });
  assert.match(text, /Perhaps data: data\/adult\.data/);
  const opened = text.replaceAll(/^# (data:| {2}- path| {4})/gm, '$1');
  const [data] = parseConfig(opened, { path: 'x' }).data;
  assert.deepEqual([data?.path, data?.label, data?.holdout], ['data/train.csv', 'NAME', 'data/test.csv']);
});
