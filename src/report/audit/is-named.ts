import type { Audit } from '../../audit/audit.ts';

/** Whether an answer must say whose it is: there are several data sets, or the one could not be read. */
export function isNamed({ data, answers }: Pick<Audit, 'data' | 'answers'>): boolean {
  return data.length !== 1 || answers.some((answer) => answer.data !== data[0]!.name);
}
