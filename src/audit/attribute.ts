import type { Unasked } from '../features/sensitive-values.ts';
import { type Answered, type Attack, type AttackRun, answered } from './attack.ts';
import { type AskedColumn, askColumn } from './attribute-column.ts';
import { type AttributeQuestion, attributeBatches, attributeQuestion } from './attribute-question.ts';
import { attributeFigure, attributeSummary, attributeTable, exposedValues, unaskedWords } from './attribute-report.ts';
import { whyNoWrongLabels } from './enough.ts';
import { imputeValues } from './imputation.ts';

/** Copies of each value that are planted where one number of them must do: more flood a small data set. */
const USUAL_COPIES = 8;

/**
 * Attribute inference with and without poison (Tramèr et al., CCS 2022, section 4.3), beside imputation without the model
 * (Jayaraman and Evans, CCS 2022): models in which the row is out tell what is no leakage of the row.
 */
export const attribute: Attack = {
  id: 'attribute',
  question: 'If someone knew all of a row but its sensitive value, could they tell the value from the model?',
  paper: 'Tramèr et al., CCS 2022 (arXiv 2204.00032); Jayaraman and Evans, CCS 2022 (arXiv 2209.01292)',
  blind:
    'It attacks one slice through its answers for the known label, one column at a time, by an attacker who knows all other columns exactly; what the parameters give away is not asked.',
  isDefault: () => true,
  weight: 6,
  run: attackColumns,
};

async function attackColumns(at: AttackRun): Promise<Answered> {
  if (at.sensitive.length === 0)
    return answered('not-applicable', 'There is no column that the configuration calls `sensitive`.');
  const why = whyNoWrongLabels(at);
  if (why !== null) return answered('unknown', why);
  if (at.blocks === null)
    return answered(
      'not-applicable',
      "The features are a model's own: no column's value can be put in the place of another, and only imputation could tell.",
    );
  const counts = copiesOf(at);
  const drawn = at.sensitive.map((column) => attributeQuestion(at, column, { copies: Math.max(...counts) }));
  const unasked = drawn.filter((one): one is Unasked => 'why' in one);
  const questions = drawn.filter((one): one is AttributeQuestion => 'targets' in one);
  if (questions.length === 0)
    return answered(
      unasked.some(({ outcome }) => outcome === 'unknown') ? 'unknown' : 'not-applicable',
      unaskedWords(unasked),
    );
  const ensembles = questions.flatMap((question) =>
    counts.map((copies) => attributeBatches(at, question, copies).length),
  );
  at.expect(ensembles.reduce((sum, one) => sum + one, 0));
  const asked: AskedColumn[] = [];
  let left = 0;
  for (const question of questions) {
    let prior: Float64Array | null = null;
    for (const copies of counts) {
      if (asked.length > 0 && at.secondsLeft() <= 0) left++;
      else {
        prior ??= await imputeValues(
          at,
          question.values,
          question.targets.map(({ row }) => row),
        );
        asked.push(await askColumn(at, question, { copies, prior }));
      }
    }
  }
  return answered('measured', attributeSummary(asked), {
    tables: [attributeTable(at, asked, unasked)],
    figures: counts.length > 1 ? [attributeFigure(asked)] : [],
    rows: exposedValues(asked),
    cut: left > 0,
  });
}

/** None, and the largest number that is usual; all that are asked for where there is time. */
function copiesOf({ options: { poisons, thorough } }: Pick<AttackRun, 'options'>): number[] {
  const planted = poisons.filter((count) => count > 0);
  if (thorough || planted.length === 0) return [0, ...planted];
  const usual = planted.filter((count) => count <= USUAL_COPIES);
  return [0, usual.at(-1) ?? planted[0]!];
}
