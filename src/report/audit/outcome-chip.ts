import type { AttackAnswer } from '../../audit/audit.ts';

/** An outcome that is no measurement, as a word on its colour; empty where something was measured. */
export function outcomeChip({ outcome }: Pick<AttackAnswer, 'outcome'>): string {
  const [kind, word] = WORDS[outcome];
  return word === '' ? '' : `<span class="chip ${kind}">${word}</span> `;
}

const WORDS: Readonly<Record<AttackAnswer['outcome'], readonly [string, string]>> = {
  measured: ['', ''],
  unknown: ['unknown', 'could not tell'],
  error: ['fail', 'broke'],
  'not-applicable': ['none', 'not applicable'],
};
