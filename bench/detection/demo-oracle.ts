import { readFileSync } from 'node:fs';
import { loadOnnxruntime, makeRuntime } from '../../src/adapters/onnxruntime.ts';
import type { EngineRequest } from '../../src/review/request.ts';
import { prepareSubject } from '../../src/review/subject.ts';
import { parseCsv } from '../../src/table/parse-csv.ts';
import { poolOf } from './change.ts';
import { askOracle } from './job.ts';

/** The oracle's word on the demo's six victims: 256 shadow models with the change and 256 without the six copies. */
const SHADOWS = 256;
const folder = new URL('../../examples/sms-spam/', import.meta.url);
const read = (name: string) =>
  parseCsv(readFileSync(new URL(name, folder), 'utf8'), ',', '"')
    .slice(1)
    .filter((row) => row.length === 2);
const { victims } = JSON.parse(readFileSync(new URL('poison.json', folder), 'utf8')) as { victims: number[] };
const classes = ['ham', 'spam'];
const [base, honest] = [read('messages.csv'), read('added.csv')];
const copies = victims.map((row) => [base[row]![0] === 'ham' ? 'spam' : 'ham', base[row]![1]!]);
const all = [...base, ...honest, ...copies];
const pool = poolOf({
  name: 'messages',
  classes,
  kinds: [{ name: 'text', kind: 'text' }],
  values: [all.map((row) => row[1]!)],
  labels: all.map((row) => classes.indexOf(row[0]!)),
  base: base.length,
  baseSplit: 'train',
});
const limits = { shadows: SHADOWS, budgetSeconds: 120 * (SHADOWS / 64), epochs: 20, maxRows: 100_000 };
const prepared = prepareSubject(
  pool,
  'messages',
  'messages.csv',
  { repository: null, limits } as unknown as EngineRequest,
  { nonce: 'oracle' },
);
const runtime = makeRuntime(loadOnnxruntime(), { threads: 2, kind: 'native' });
const poison = copies.map((_, index) => prepared.evidence.rows[base.length + honest.length + index]!.unit);
const oracle = await askOracle({ ...prepared.training!, runtime }, poison, SHADOWS, 0);
for (const victim of victims) {
  const effect = oracle(victim)!;
  const harmed = effect.difference >= 1.5 && effect.tpr >= 0.1;
  console.log(
    `row ${victim}: D ${effect.difference.toFixed(2)} (lower ${effect.lower.toFixed(2)}), TPR ${effect.tpr.toFixed(2)}: ${harmed ? 'harmed' : 'NOT harmed'}`,
  );
}
