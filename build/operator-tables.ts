import { readFileSync, writeFileSync } from 'node:fs';
import { markdownTable } from 'markdown-table';
import { rules } from '../src/gradients/index.ts';
import { type InputRule, inputRule } from '../src/gradients/rule.ts';
import { DOMAINS, OLDEST_OPSET } from '../src/onnx/decode.ts';
import { FOLDED } from '../src/onnx/fold.ts';
import { linearForms } from '../src/onnx/linear-ml.ts';
import { isSliceOp } from '../src/onnx/schema.ts';
import { NEWEST_READ, upgrades } from '../src/onnx/upgrade.ts';
import { writers } from '../src/onnx/write-out.ts';
import { ARRANGING } from '../src/training/cut-model.ts';
import { fillTables } from './fill-tables.ts';
import { onnxOperators } from './onnx-operators.ts';

const FILE = new URL('../docs/ops.md', import.meta.url);

export type State = 'rule' | 'constant' | 'written out' | 'folded' | 'trunk' | 'not read';

export interface OperatorState {
  readonly op: string;
  readonly state: State;
  /** Operator sets whose form of it is read. */
  readonly opsets: string;
  readonly note: string;
}

const code = (text: string) => `\`${text}\``;

/** What becomes of an operator of ONNX's default domain behind a cut, from the tables that the code works by. */
export function operatorState([op, since]: readonly [op: string, since: number]): OperatorState {
  const first = Math.max(OLDEST_OPSET, since);
  if (first > NEWEST_READ)
    return { op, state: 'not read', opsets: '', note: `models of set ${NEWEST_READ} and older are read` };
  const upgraded = upgrades[op];
  const opsets = `${first}-${upgraded?.into ? upgraded.since - 1 : NEWEST_READ}`;
  const isRewritten = upgraded && !upgraded.refuses && upgraded.since > first;
  const older = isRewritten ? `below ${upgraded.since} rewritten` : '';
  if (upgraded?.into)
    return { ...operatorState([upgraded.into, since]), op, opsets, note: `becomes ${code(upgraded.into)}` };
  if (isSliceOp(op)) {
    const row = rules[op];
    const inputs = row.samples.reduce((most, { shapes }) => Math.max(most, shapes.length), 0);
    const own = Array.from({ length: inputs }, (_, index) => inputRule(row, index)!);
    const notes = [
      older,
      ...refusals(own),
      row.limit ? `refused: ${row.limit.reason}` : '',
      upgraded?.refuses ? `refused: ${upgraded.refuses}` : '',
    ];
    const state = own.some((rule) => typeof rule === 'function') ? 'rule' : 'constant';
    return { op, state, opsets, note: joined(notes) };
  }
  const writer = Object.hasOwn(writers, op) ? writers[op]! : null;
  if (writer) return { op, state: 'written out', opsets, note: joined([older, `into ${writer.as}`]) };
  if (FOLDED.includes(op)) return { op, state: 'folded', opsets, note: older };
  return { op, state: 'trunk', opsets, note: older };
}

const joined = (notes: readonly string[]) => notes.filter((note) => note !== '').join('; ');

/** Inputs that are refused, counted from 1, by reason. */
function refusals(inputs: readonly InputRule[]): string[] {
  const places = new Map<string, number[]>();
  for (const [index, rule] of inputs.entries())
    if (typeof rule === 'object') places.set(rule.refused, [...(places.get(rule.refused) ?? []), index + 1]);
  return [...places].map(([reason, list]) => `refused for input ${list.join(' and ')}: ${reason}`);
}

export const states: readonly OperatorState[] = onnxOperators.map(operatorState);

const WORDS: Readonly<Record<State, string>> = {
  rule: 'a row of the table passes its gradient on',
  constant: 'a row says that no gradient flows through it, rightly (comparisons, steps)',
  'written out': 'no row of its own: its node is replaced by nodes that have one',
  folded: 'worked out before the cut where its inputs are constants (shape arithmetic, chosen branches)',
  trunk: 'not in the table: the model can only be cut behind it, and it runs as it is before the cut',
  'not read': 'newer than what is read',
};

const summary = () =>
  markdownTable([
    ['State', 'Operators', ''],
    ...Object.entries(WORDS).flatMap(([state, words]) => {
      const count = states.filter((each) => each.state === state).length;
      return count === 0 ? [] : [[state, String(count), words]];
    }),
  ]);

const operators = () =>
  markdownTable([
    ['Operator', 'State', 'Opsets', ''],
    ...states.map(({ op, state, opsets, note }) => [code(op), state, opsets, note]),
  ]);

const otherDomains = () => {
  const arranging = ARRANGING.filter((op) => !onnxOperators.some(([name]) => name === op));
  const handled: Readonly<Record<string, readonly (readonly string[])[]>> = {
    'ai.onnx.ml': [
      ...Object.entries(linearForms).map(([op, as]) => [code(op), 'written out', `into ${as}`]),
      ...arranging.map((op) => [code(op), 'looked through', 'where it arranges the answer: the logits lie before it']),
    ],
  };
  return markdownTable([
    ['Domain', 'Operator', 'State', ''],
    ...DOMAINS.filter((domain) => domain !== '').flatMap((domain) => [
      ...(handled[domain] ?? []).map((row) => [code(domain), ...row]),
      [code(domain), 'all others', 'trunk', ''],
    ]),
    ['any other', 'all', 'refused', "their code would be the author's"],
  ]);
};

/** The page with its tables as the code has them. Throws where a table's place is missing. */
export const withOperators = (text: string): string =>
  fillTables(text, { summary, operators, 'other domains': otherDomains });

if (import.meta.main) writeFileSync(FILE, withOperators(readFileSync(FILE, 'utf8')));
