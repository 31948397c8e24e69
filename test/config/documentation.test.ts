import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import { configJsonSchema } from '../../build/config-schema.ts';
import { withTables } from '../../build/configuration-tables.ts';
import { checks } from '../../src/checks/index.ts';
import { defaultConfig } from '../../src/config/defaults.ts';
import { parseConfig } from '../../src/config/parse.ts';

const read = (path: string) => readFileSync(join(import.meta.dirname, '../..', path), 'utf8');
const page = read('docs/configuration.md');
const architecture = read('test/config/architecture-example.yml');
const path = '.github/taster.yml';

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

/** Dotted names of all keys, but those of single checks. */
function keysOf(schema: Schema, name = ''): string[] {
  if (/(^|\.)(checks|gates)$/.test(name)) return [];
  const inner = [...(schema.anyOf ?? []), ...(schema.items ? [schema.items] : [])];
  const within = inner.flatMap((each) => keysOf(each, each === schema.items ? `${name}[]` : name));
  const own = Object.entries(schema.properties ?? {}).flatMap(([key, value]) => {
    const full = name === '' ? key : `${name}.${key}`;
    return [full, ...keysOf(value, full)];
  });
  return [...own, ...within];
}

test('the published JSON schema is that of the code (node build/config-schema.ts)', () => {
  assert.equal(read('docs/taster.schema.json'), configJsonSchema());
});

test('the tables of docs/configuration.md are those of the code (node build/configuration-tables.ts)', () => {
  assert.equal(withTables(page), page);
  assert.throws(() => withTables('# no tables'), /has no place/);
});

test('docs/configuration.md has a row for every key, with its default, and for no other', () => {
  const rows = [
    ...page.slice(page.indexOf('## Keys'), page.indexOf('## Gates')).matchAll(/^\| `(.*?)` \| (.*?) ?\| .+ \|$/gm),
  ];
  const keys = keysOf(JSON.parse(configJsonSchema()));
  assert.deepEqual(rows.map(([, key]) => key).sort(), keys.sort());
  const told = Object.fromEntries(rows.map(([, key, value]) => [key, value]));
  const { shadows, onUnknown, onInfrastructure, comment, samples } = defaultConfig;
  const expected = {
    'shadows.models': shadows.models,
    'shadows.budget': `${shadows.budgetSeconds / 60}m`,
    'shadows.epochs': shadows.epochs,
    'shadows.max_rows': shadows.maxRows,
    'on-unknown': onUnknown,
    'on-infrastructure': onInfrastructure,
    comment,
    'report.samples': samples,
  };
  for (const [key, value] of Object.entries(expected)) assert.equal(told[key], `\`${value}\``, key);
});

test('the example of docs/configuration.md is accepted', () => {
  const example = /```yaml\n(version: 1\n[\s\S]*?)```/.exec(page)?.[1];
  assert.ok(example);
  assert.equal(parseConfig(example, { path }).gates.length, 4);
});

test('the full example of every key is read, each value where it belongs', () => {
  const config = parseConfig(architecture, { path });
  assert.deepEqual(config, {
    data: [
      {
        name: 'train',
        path: 'data/train.csv',
        label: 'income',
        classes: ['<=50K', '>50K'],
        id: 'row_id',
        group: 'person',
        exclude: ['fnlwgt'],
        text: ['review'],
        image: 'file',
        sensitive: ['race', 'sex'],
        holdout: 'data/test.csv',
      },
    ],
    models: [
      {
        path: 'models/classifier.onnx',
        data: 'train',
        slice: 'auto',
        inputs: { image: 'image' },
        output: { name: 'logits', kind: null },
        preprocess: { mean: [0.5, 0.4, 0.3], std: [0.2, 0.2, 0.2], layout: 'nchw' },
        tokenizer: 'models/tokenizer.json',
      },
    ],
    shadows: { models: 64, budgetSeconds: 300, epochs: 'auto', maxRows: 100_000 },
    checks: { mislabelled: { fdr: 0.05 }, drift: 'off' },
    gates: config.gates,
    onUnknown: 'fail',
    onInfrastructure: 'fail',
    ignore: [{ check: 'mislabelled', rows: ['row_id=17'], reason: 'checked by hand', until: '2027-01-31' }],
    comment: 'on-findings',
    samples: false,
  });
  const none = { data: null, max: null, maxIncrease: null, maxRows: null };
  const gates = new Map(config.gates.map((gate) => [gate.check, gate]));
  assert.deepEqual(gates.get('amplification'), { ...none, check: 'amplification' });
  assert.deepEqual(gates.get('membership'), { ...none, check: 'membership', max: 0.05, maxIncrease: 0.01 });
  assert.deepEqual(gates.get('mislabelled'), { ...none, check: 'mislabelled', data: 'train', maxRows: 0 });
  assert.equal(gates.size, 4);
});

test('a gate on a check that is not built yet is refused, not passed over', () => {
  const unbuilt = architecture.replace(/^gates: .*\n/m, '$&  import-diff: fail\n');
  assert.throws(() => parseConfig(unbuilt, { path }), /import-diff is not in this version/);
});

test('an editor that follows the JSON schema says what the parser says', () => {
  const ajv = new Ajv2020({ allowUnionTypes: true });
  addFormats.default(ajv);
  const valid = ajv.compile(JSON.parse(configJsonSchema()));
  const accepted = [
    architecture,
    'version: 1',
    'version: 1\nmodels: [{path: m.onnx, slice: {last: 2}, output: {name: y}}]',
  ];
  const refused = [
    'version: 2',
    'data: [{path: a.csv}]',
    'version: 1\ndata: [{label: x}]',
    'version: 1\ndata: [{path: a.csv, lable: x}]',
    'version: 1\nshadows: {models: 4}',
    'version: 1\nshadows: {models: many}',
    'version: 1\nchecks: {mislabelled: {fdr: 2}}',
    'version: 1\nchecks: {mislabelled: {fd: 0.1}}',
    'version: 1\nchecks: {mislabeled: off}',
    'version: 1\nchecks: {drift: {alpha: 0.1}}',
    'version: 1\ngates: {mislabelled: warn}',
    'version: 1\ngates: {drift: fail}',
    'version: 1\nignore: [{check: mislabelled}]',
    'version: 1\nignore: [{check: drift, reason: known}]',
    'version: 1\ncomment: sometimes',
  ];
  for (const text of accepted) {
    parseConfig(text, { path });
    assert.ok(valid(parse(text)), `${text}: ${JSON.stringify(valid.errors)}`);
  }
  for (const text of refused) {
    assert.throws(() => parseConfig(text, { path }), { code: 'config-invalid' }, text);
    assert.ok(!valid(parse(text)), text);
  }
});

test('every option of every check is read at both ends of its range, and not beyond', () => {
  for (const { id, options } of checks)
    for (const [name, { min, max, default: usual }] of Object.entries(options)) {
      const config = (value: number) =>
        parseConfig(`version: 1\nchecks: {${id}: {${name}: ${value}}}`, { path }).checks[id];
      for (const value of [min, max, usual]) assert.deepEqual(config(value), { [name]: value });
      assert.throws(() => config(max + 1), { code: 'config-invalid' });
      assert.throws(() => config(min - 1), { code: 'config-invalid' });
    }
});
