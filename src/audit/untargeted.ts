import { type Answered, type Attack, type AttackRun, answered } from './attack.ts';
import { carriedRates, smallClasses, whyNoWrongLabels } from './enough.ts';
import { divideRows, trainShare } from './mislabelled-share.ts';
import { judgeOthers, type ShareLine } from './share-figures.ts';
import { precisionTable, shareFigure, shareSummary, shareTable } from './share-report.ts';

/** Shares of the rows that the attacker owns. */
const SHARES = { usual: [0.01, 0.1, 0.5], thorough: [0.01, 0.05, 0.1, 0.25, 0.5] } as const;

/**
 * Untargeted poisoning (Tramèr et al., CCS 2022): a contributor of a share of the rows mislabels all of them by one rule.
 * Everyone else's rows under it, beside the same rows where the same contributor's labels are right.
 */
export const untargeted: Attack = {
  id: 'untargeted',
  question: "If a contributor mislabelled all of their rows by one rule, what would it do to everyone else's?",
  paper: 'Tramèr et al., CCS 2022 (arXiv 2204.00032); LiRA: Carlini et al., S&P 2022 (arXiv 2112.03570)',
  blind:
    'It tries one rule, the class after the right one, on rows drawn at random: an attacker who chooses rows or labels by what the model does may expose more.',
  isDefault: () => true,
  weight: 4,
  run: attackEveryone,
};

async function attackEveryone(at: AttackRun): Promise<Answered> {
  const why = whyNoWrongLabels(at);
  if (why !== null) return answered(at.pool.task === 'regression' ? 'not-applicable' : 'unknown', why);
  const { models } = at.training!.plan;
  const asked = SHARES[at.options.thorough ? 'thorough' : 'usual'].map((share) => divideRows(at, share));
  const fewest = Math.min(...asked.map(({ others }) => others.length));
  const rates = carriedRates(fewest, models);
  if (rates.length === 0)
    return answered(
      'unknown',
      `${fewest} rows of others and ${models} shadow models are too few for a rate of 1% false positives.`,
    );
  at.expect(2 * asked.length);
  const lines: ShareLine[] = [];
  // The largest first: where time runs out, the small ones are missing.
  for (const shares of asked.toReversed()) {
    if (lines.length > 0 && at.secondsLeft() <= 0) break;
    const { right, wrong } = await trainShare(at, shares);
    const judged = [right, wrong].map((ensemble) => judgeOthers(ensemble, shares.others, rates));
    lines.unshift({ shares, right: judged[0]!, wrong: judged[1]! });
  }
  const note = `${models} shadow models each, at least ${lines.at(-1)!.shares.others.length} rows of others.${smallClasses(at.pool)}`;
  return answered('measured', shareSummary(lines.at(-1)!), {
    tables: [shareTable(lines, note), precisionTable(lines)],
    figures: [shareFigure(lines)],
    cut: lines.length < asked.length,
  });
}
