import { readFileSync } from 'node:fs';
import type { AttackAnswer, Audit, AuditFigure, Measure } from '../../../src/audit/audit.ts';
import { parseAudit } from '../../../src/report/audit/parse-audit.ts';

export const LARGEST = { maxBytes: 8 * 2 ** 20 };

export const auditText = (): string =>
  readFileSync(new URL('../../fixtures/audits/location.json', import.meta.url), 'utf8');

/** What an audit of Location-30 gave: targeted poisoning with 0, 1 and 4 copies. */
export const anAudit = (): Audit => parseAudit(auditText(), LARGEST);

const measure = (value: number | null, unit: string, more: Partial<Measure> = {}): Measure => ({
  ...{ value, low: null, high: null, n: 100, unit, ...more },
});

/** One figure of every kind that an audit may hold. */
export const FIGURES: readonly AuditFigure[] = [
  {
    ...{ kind: 'lines', title: 'Accuracy by share', x: 'share of rows mislabelled', y: 'accuracy' },
    series: [
      { name: 'all', points: [[0.01, 0.8], [0.5, 0.4]], bounds: [[0.7, 0.9], [0.3, 0.5]] }, // biome-ignore format: one idea
      { name: 'rare class', points: [[0.01, 0.5], [0.5, 0.1]] }, // biome-ignore format: one idea
    ],
  },
  {
    ...{ kind: 'roc', title: 'Members recognised', x: 'false positive rate', y: 'true positive rate' },
    series: [
      { name: 'without poison', points: [[0.001, 0.01], [0.01, 0.05], [1, 1]], bounds: [[0, 0.02], [0.03, 0.07], [1, 1]] }, // biome-ignore format: one idea
      { name: 'with poison', points: [[0.001, 0.4], [0.01, 0.7], [1, 1]] }, // biome-ignore format: one idea
    ],
  },
  {
    ...{ kind: 'scatter', title: 'What helps', x: 'accuracy', y: "median d'" },
    series: [{ name: 'defences', points: [[0.9, 2], [0.7, 0.4]] }], // biome-ignore format: one idea
  },
  {
    ...{ kind: 'histogram', title: 'Scores of rows', x: "d'", y: 'share of rows' },
    series: [{ name: 'rows', points: [[0, 0.2], [1, 0.5], [2, 0.3]] }], // biome-ignore format: one idea
  },
  {
    ...{ kind: 'bars', title: 'Guesses until found', x: 'canary', y: 'guesses' },
    series: [{ name: 'poisoned', points: [[1, 200], [2, 90]] }], // biome-ignore format: one idea
  },
];

/** Every outcome, unit and kind of figure, and a second data set. */
export function richAudit(): Audit {
  const audit = anAudit();
  const [answer] = audit.answers as [AttackAnswer];
  const [data] = audit.data;
  const table = {
    title: 'One line for each unit',
    note: '',
    columns: ['what', 'figure', 'words'],
    rows: [
      ['rate', measure(0.0004, 'rate', { low: 0, high: 0.002, falsePositives: 1 }), 'few'],
      ['share, fitted', measure(0.5, 'share', { modelBased: true }), ''],
      ['fall', measure(-0.25, 'rate', { low: -0.5, high: 0.01 }), 'negative'],
      ["d'", measure(-0.001, 'd-prime'), ''],
      ['guesses', measure(9018.4, 'guesses', { low: 230, high: 120_000 }), ''],
      ['factor', measure(8, 'factor'), ''],
      ['bits', measure(12.34, 'bits'), ''],
      ['epsilon', measure(3.2, 'epsilon'), ''],
      ['of a later version', measure(1.5, 'furlongs'), ''],
      ['none', measure(null, 'rate'), ''],
    ],
  };
  const silent = { ...answer, tables: [], figures: [], rows: [], cost: { seconds: 0, shadows: 0 } };
  return {
    ...audit,
    repository: 'example/places',
    data: [data!, { ...data!, name: 'other', path: 'b.csv', slice: null, trainAccuracy: null, testAccuracy: null, label: null, used: 10, columns: [] }], // biome-ignore format: one idea
    answers: [
      answer,
      { ...answer, attack: 'untargeted', model: 'm.onnx', summary: 'Half of the rows mislabelled: 3.1 times more precise.', figures: [...FIGURES], tables: [table], rows: [] }, // biome-ignore format: one idea
      { ...silent, attack: 'attribute', outcome: 'unknown', summary: 'The column "sex" has one value.' },
      { ...silent, attack: 'extraction', outcome: 'not-applicable', summary: 'There is no column of text.' },
      { ...silent, attack: 'access', data: 'other', outcome: 'error', summary: 'b.csv cannot be read.' },
    ],
    cut: true,
    notes: ['The runtime was fetched.'],
  };
}
