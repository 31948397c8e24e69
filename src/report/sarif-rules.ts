import { checks } from '../checks/index.ts';

/** A SARIF `reportingDescriptor`: a check, in words of this version alone. */
export interface SarifRule {
  readonly id: string;
  readonly name: string;
  readonly shortDescription: { readonly text: string };
  readonly fullDescription: { readonly text: string };
  readonly help: { readonly text: string; readonly markdown: string };
  readonly defaultConfiguration: { readonly level: 'warning' };
  readonly properties: { readonly tags: readonly string[] };
}

/** Findings of checks that this version does not have (a review of a later one) go by this rule. */
export const OTHER_RULE = 'other-check';

/** The rules of a run, in the order of the checks; the last is for checks that this version does not have. */
export const sarifRules: readonly SarifRule[] = [
  ...checks.map(({ id, family, question, why, remedy }) => rule(id, [family], { question, why, remedy })),
  rule(OTHER_RULE, [], {
    question: 'Did a check that this version of Taster does not have find something?',
    why: 'The review was written by another version of Taster.',
    remedy: 'Use one version of Taster for the review and for this file.',
  }),
];

const indexes: ReadonlyMap<string, number> = new Map(sarifRules.map(({ id }, index) => [id, index]));

/** Id and place of the rule that a check's findings go by. */
export function ruleOf(check: string): { readonly ruleId: string; readonly ruleIndex: number } {
  const ruleId = indexes.has(check) ? check : OTHER_RULE;
  return { ruleId, ruleIndex: indexes.get(ruleId) ?? -1 };
}

interface Words {
  readonly question: string;
  readonly why: string;
  readonly remedy: string;
}

function rule(id: string, tags: readonly string[], { question, why, remedy }: Words): SarifRule {
  return {
    id,
    name: id
      .split('-')
      .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
      .join(''),
    shortDescription: { text: question },
    fullDescription: { text: `${question} ${why}` },
    help: {
      text: `${question} ${why} What to do: ${remedy}`,
      markdown: `**${question}**\n\n${why}\n\n**What to do:** ${remedy}`,
    },
    defaultConfiguration: { level: 'warning' },
    properties: { tags: ['training-data', 'machine-learning', ...tags] },
  };
}
