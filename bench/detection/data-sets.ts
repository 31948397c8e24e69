import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { ColumnKind } from '../../src/evidence/column.ts';

/** A labelled data set as columns of text; read plainly, since these files are known. */
export interface DataSet {
  readonly name: string;
  readonly columns: readonly {
    readonly name: string;
    readonly kind: ColumnKind;
    readonly values: readonly (string | null)[];
  }[];
  readonly labels: readonly number[];
  readonly classes: readonly string[];
}

/** Where benchmarks find data that the project may not hold. */
export function dataFolder(): string | null {
  const folder = process.env.TASTER_DATA ?? '../shared/data';
  return existsSync(folder) ? folder : null;
}

export function readDataSet(name: string, folder: string): DataSet {
  const reader = { location30, sms, adult }[name];
  if (!reader) throw new Error(`data set ${name}; expected location30, sms or adult`);
  return reader(folder);
}

function labelled(name: string, given: readonly string[], columns: DataSet['columns']): DataSet {
  const classes = [...new Set(given)].sort();
  return { name, columns, classes, labels: given.map((label) => classes.indexOf(label)) };
}

function location30(folder: string): DataSet {
  const text = gunzipSync(readFileSync(join(folder, 'location30/location30.csv.gz'))).toString();
  const [header, ...rows] = text
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  const columns = header!
    .slice(1)
    .map((column, index) => ({ name: column, kind: 'numeric' as const, values: rows.map((row) => row[index + 1]!) }));
  return labelled(
    'location30',
    rows.map((row) => row[0]!),
    columns,
  );
}

function sms(folder: string): DataSet {
  const lines = readFileSync(join(folder, 'sms-spam/SMSSpamCollection'), 'utf8').trim().split('\n');
  const rows = [...new Set(lines)].map(
    (line) => [line.slice(0, line.indexOf('\t')), line.slice(line.indexOf('\t') + 1)] as const,
  );
  return labelled(
    'sms',
    rows.map(([label]) => label),
    [{ name: 'text', kind: 'text', values: rows.map(([, text]) => text) }],
  );
}

const ADULT: readonly (readonly [string, ColumnKind])[] = [
  ['age', 'numeric'],
  ['workclass', 'category'],
  ['fnlwgt', 'excluded'],
  ['education', 'category'],
  ['education-num', 'numeric'],
  ['marital-status', 'category'],
  ['occupation', 'category'],
  ['relationship', 'category'],
  ['race', 'category'],
  ['sex', 'category'],
  ['capital-gain', 'numeric'],
  ['capital-loss', 'numeric'],
  ['hours-per-week', 'numeric'],
  ['native-country', 'category'],
];

/** The first 6,000 rows: the size of the other sets. */
function adult(folder: string): DataSet {
  const rows = readFileSync(join(folder, 'adult/adult.data'), 'utf8')
    .trim()
    .split('\n')
    .slice(0, 6000)
    .map((line) => line.split(',').map((cell) => cell.trim()));
  const columns = ADULT.map(([name, kind], index) => ({
    name,
    kind,
    values: rows.map((row) => (row[index] === '?' ? null : row[index]!)),
  }));
  return labelled(
    'adult',
    rows.map((row) => row[14]!),
    columns,
  );
}
