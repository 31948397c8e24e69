import { type Check, defaultOptions, isAboutWeights } from '../checks/check.ts';
import { checkFamilies } from '../checks/ids.ts';
import { checks as builtChecks } from '../checks/index.ts';
import { UserError } from '../errors.ts';
import { suggest } from './suggest.ts';
import { quote } from './yaml-tree.ts';

/** The check of an id. Throws a UserError (`check-unknown` or `check-not-built`). */
export function findCheck(id: string, checks: readonly Check[] = builtChecks): Check {
  const check = checks.find((each) => each.id === id);
  if (check) return check;
  const known = checks.map((each) => each.id).join(', ');
  if (checkFamilies.has(id))
    throw new UserError('check-not-built', `The check ${id} is not in this version of Taster.`, {
      hint: `This version has: ${known}.`,
    });
  const near = suggest(id, [...checkFamilies.keys()]);
  throw new UserError('check-unknown', `No check is called ${quote(id)}.`, {
    hint: near === null ? `This version has: ${known}.` : `Did you mean ${near}?`,
  });
}

/** What a check asks, why it matters, its options, its remedy and how to gate it, as plain text. */
export function explain(id: string, checks: readonly Check[] = builtChecks): string {
  const check = findCheck(id, checks);
  const lines = [`${check.id} (${check.family})`, '', check.question, '', check.why, '', `What to do: ${check.remedy}`];
  const entries = Object.entries(check.options);
  if (entries.length > 0) lines.push('', 'Options, under "checks" in .github/taster.yml:');
  for (const [name, option] of entries) {
    lines.push(`  ${name}: ${option.default}`);
    lines.push(`      ${option.sentence} From ${option.min} to ${option.max} (${option.unit}).`);
  }
  const silent = check.silent?.(defaultOptions(check.options));
  if (silent) lines.push('', `By its defaults it answers nothing: ${silent}.`);
  lines.push('', 'To make the required check red:', '  gates:', `    ${check.id}: fail`);
  const limits = limitsExample(check);
  if (limits !== null) lines.push('or with limits:', `    ${check.id}: {${limits}}`);
  if (check.gateMetric !== null)
    lines.push(`"max" limits ${check.gateMetric} with the change, "max_increase" what the change adds to it.`);
  lines.push('', 'To leave it out:', '  checks:', `    ${check.id}: off`);
  return `${lines.join('\n')}\n`;
}

function limitsExample(check: Check): string | null {
  if (check.gateMetric === null) return isAboutWeights(check) ? null : 'max_rows: 0';
  return 'max: 0.05, max_increase: 0.01';
}
