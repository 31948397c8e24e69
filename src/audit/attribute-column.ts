import { oneLine } from '../errors.ts';
import type { AttributeAnswers } from '../stats/attribute.ts';
import { type AttributeFigures, attributeFigures } from '../stats/attribute-figures.ts';
import type { AttackRun } from './attack.ts';
import { type AttributeQuestion, askAttribute } from './attribute-question.ts';

/** One column's answers under one number of copies. */
export interface AskedColumn {
  readonly question: AttributeQuestion;
  readonly copies: number;
  readonly answers: AttributeAnswers;
  /** Of an attacker who knows other rows, and what they tell of the column. */
  readonly figures: AttributeFigures;
  /** Of one who has the models' answers alone. */
  readonly alone: AttributeFigures;
}

/** Asks one column under one number of copies. @param prior by imputation, [K,V]. */
export async function askColumn(
  at: AttackRun,
  question: AttributeQuestion,
  { copies, prior }: { readonly copies: number; readonly prior: Float64Array },
): Promise<AskedColumn> {
  const { targets, truth, states, values } = question;
  const poison = copies === 0 ? 'without poison' : `${copies} copies of each value`;
  const answers: AttributeAnswers = {
    ...{ models: at.training!.plan.models, rows: targets.length, values: values.features.length },
    phi: await askAttribute(at, question, { copies, name: `${oneLine(values.column, 60)}, ${poison}` }),
    ...{ states, truth, prior },
  };
  const { informed, alone } = attributeFigures(answers);
  return { question, copies, answers, figures: informed, alone };
}
