import type { Check } from '../../checks/check.ts';
import { makeEvidence } from '../../evidence/evidence.ts';
import type { Pool } from '../../table/pool.ts';
import { type Answer, brokenFinding } from '../answer.ts';
import type { Context } from '../prepare.ts';
import type { Prepared } from '../subject.ts';
import { measureExtraction } from './measure-extraction.ts';

/** Share of a data set's budget that language models may take: plans leave nearly half of it free. */
const SHARE = 0.2;

const asksForIt = ({ needs }: Check) => needs.includes('extraction');

/** Adds what language models say of the secrets. What breaks there is an error of the checks that ask for it alone. */
export async function withExtraction(
  pool: Pool,
  prepared: Prepared,
  { request, tools, checks, nonce, progress }: Context,
): Promise<{ readonly prepared: Prepared; readonly refused: readonly Answer[] }> {
  const asking = checks.filter(asksForIt);
  if (asking.length === 0) return { prepared, refused: [] };
  const start = tools.seconds();
  const allowed = (SHARE * request.limits.budgetSeconds) / request.data.length;
  let [last, longest] = [start, 0];
  try {
    const extraction = await measureExtraction({
      ...{ pool, nonce, nearCopies: prepared.evidence.nearCopies, shadows: request.limits.shadows },
      runtime: () => tools.processor(),
      hasTime() {
        const now = tools.seconds();
        longest = Math.max(longest, now - last);
        last = now;
        return now - start + longest <= allowed;
      },
      progress: (share) => progress('training language models', 0.04 + 0.01 * share),
    });
    return { prepared: { ...prepared, evidence: makeEvidence({ ...prepared.evidence, extraction }) }, refused: [] };
  } catch (error) {
    return { prepared, refused: asking.map((check): Answer => ({ check, ...brokenFinding(error) })) };
  }
}
