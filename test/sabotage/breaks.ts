/** One named break of the sources, and the test files that must catch it. */
export interface Break {
  readonly name: string;
  /** Source file, from the repository's root. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly search: string;
  readonly replace: string;
  /** From the repository's root; at least one of their tests must fail, and none without the break. */
  readonly tests: readonly string[];
}

export const breaks: readonly Break[] = [
  {
    name: "a gradient's sign is turned",
    file: 'src/gradients/elementwise.ts',
    search: 'inputs: [spread(0, pass), spread(1, neg)]',
    replace: 'inputs: [spread(0, pass), spread(1, pass)]',
    tests: ['test/gradients/rules.test.ts'],
  },
  {
    name: 'the momentum is kept but never applied',
    file: 'src/training/optimizers.ts',
    search: "build.add('Mul', [velocity, rate])",
    replace: "build.add('Mul', [pull, rate])",
    tests: ['test/training/step.test.ts'],
  },
  {
    name: 'a device with other numbers than the processor is taken',
    file: 'src/adapters/try-provider.ts',
    search: 'worst <= TOLERANCE',
    replace: 'worst >= 0',
    tests: ['test/adapters/open-runtime.test.ts'],
  },
  {
    name: "verification returns the base's numbers",
    file: 'src/stats/paired.ts',
    search: '[after, before] = [at(applied), at(without)]',
    replace: '[after, before] = [at(without), at(without)]',
    tests: ['test/stats/paired.test.ts', 'test/checks/leakage/amplification.test.ts'],
  },
  {
    name: 'the confirmation compares an arm with itself',
    file: 'src/checks/leakage/confirmation.ts',
    search: '? { applied, without, withoutDecoys, last } : null;',
    replace: '? { applied: without, without, withoutDecoys, last } : null;',
    tests: ['test/checks/leakage/amplification.test.ts'],
  },
  {
    name: 'decoys are left out beside the accused',
    file: 'src/checks/leakage/confirmation.ts',
    search: 'factor: FRESH, without: accused',
    replace: 'factor: FRESH, without: [...decoys, ...accused]',
    tests: ['test/checks/leakage/amplification.test.ts'],
  },
  {
    name: 'all suspects are left out of the confirmation',
    file: 'src/checks/leakage/confirmation.ts',
    search: 'factor: FRESH, without: accused',
    replace: 'factor: FRESH, without: unitsOf(list.suspects)',
    tests: ['test/checks/leakage/amplification.test.ts'],
  },
  {
    name: 'the last round leaves out all of the accused once more',
    file: 'src/checks/leakage/confirmation.ts',
    search: 'factor: FRESH, without })',
    replace: 'factor: FRESH, without: accusedBy(trial) })',
    tests: ['test/checks/leakage/amplification.test.ts'],
  },
  {
    name: 'a failure near the limit is not verified again',
    file: 'src/checks/leakage/verify.ts',
    search: 'const BEYOND_DOUBT = 2;',
    replace: 'const BEYOND_DOUBT = 0;',
    tests: ['test/checks/leakage/amplification.test.ts'],
  },
  {
    name: 'the trial is its own confirmation',
    file: 'src/checks/leakage/verify.ts',
    search:
      '? [...accusations.keys()].flatMap((row) => pairedEffect(confirmation.applied, confirmation.without, row) ?? [])',
    replace: '? trial.effects.filter(({ row }) => accusations.has(row))',
    tests: ['test/checks/leakage/amplification.test.ts'],
  },
  {
    name: 'the reference of the screen is zeros',
    file: 'src/checks/leakage/shortlist.ts',
    search: 'reference.map(({ strength }) => strength);',
    replace: 'reference.map(() => 0);',
    tests: ['test/checks/leakage/amplification.test.ts'],
  },
  {
    name: 'the effects of decoys are zeros',
    file: 'src/checks/leakage/verify.ts',
    search: 'pairedEffect(beside, withoutDecoys, row)?.difference ?? []',
    replace: '0 * row',
    tests: ['test/checks/leakage/amplification.test.ts'],
  },
  {
    name: 'a verification that the budget cut passes',
    file: 'src/checks/leakage/amplification.ts',
    search: "if (!verified || isOpen)\n      return plainFinding(\n        'unknown',",
    replace: "if (!verified)\n      return plainFinding(\n        'pass',",
    tests: ['test/checks/leakage/amplification.test.ts'],
  },
  {
    name: 'a line number is off by one',
    file: 'src/table/locate-lines.ts',
    search: 'found.set(ordinal, line)',
    replace: 'found.set(ordinal, line + 1)',
    tests: ['test/table/load-pool.test.ts'],
  },
  {
    name: "a comment's marker is believed without its author",
    file: 'src/adapters/github.ts',
    search: "comment.user?.login === me && isOurs(comment.body ?? '')",
    replace: "me !== '' && isOurs(comment.body ?? '')",
    tests: ['test/adapters/github.test.ts'],
  },
  {
    name: 'a gate takes `unknown` for passed',
    file: 'src/review/verdict.ts',
    search: "if (untold.some(open)) return 'unknown';",
    replace: "if (untold.some(open)) return 'pass';",
    tests: ['test/review/verdict.test.ts'],
  },
  {
    name: 'suspicion bits come from the public key, not from the nonce',
    file: 'src/training/run.ts',
    search: "trained('screen', { key: plan.nonce })",
    replace: "trained('screen', { key: plan.membershipKey })",
    tests: ['test/training/run.test.ts'],
  },
  {
    name: 'foreign text is not escaped',
    file: 'src/report/escape.ts',
    search: 'return escapeMarkup(visible(text, limit));',
    replace: 'return visible(text, limit);',
    tests: ['test/report/hostile.test.ts'],
  },
  {
    name: 'the database is not locked',
    file: 'src/adapters/duckdb.ts',
    search: "'SET enable_external_access = false',",
    replace: '',
    tests: ['test/adapters/duckdb.test.ts'],
  },
  {
    name: "the engine inherits its parent's environment",
    file: 'src/adapters/engine-process.ts',
    search: 'env: { ...childEnvironment(options.environment), ...placesIn(request.folders.scratch) }',
    replace: 'env: { ...options.environment, ...placesIn(request.folders.scratch) }',
    tests: ['test/adapters/engine-process.test.ts'],
  },
  {
    name: 'an expired ignore still holds',
    file: 'src/review/ignore.ts',
    search: 'return ignore.until !== null && now >= ',
    replace: 'return Number.isNaN(now) && now >= ',
    tests: ['test/review/verdict.test.ts'],
  },
  {
    name: 'a check that throws passes',
    file: 'src/review/answer.ts',
    search: 'return { check, ...brokenFinding(error) };',
    replace: "return { check, ...brokenFinding(error), finding: plainFinding('pass', 'It is not so.') };",
    tests: ['test/review/run-faults.test.ts'],
  },
  {
    name: 'a pooled experiment is told to the first that asked',
    file: 'src/review/answer.ts',
    search: 'if (equal) equal.ids.push(id);',
    replace: 'if (equal) equal.ids.push(equal.ids[0]!);',
    tests: ['test/review/run-experiments.test.ts'],
  },
  {
    name: 'the clock cuts nothing',
    file: 'src/review/measure.ts',
    search: 'const cut = left < perShadow * experiment.shadows;',
    replace: 'const cut = Number.isNaN(left);',
    tests: ['test/review/run-experiments.test.ts'],
  },
  {
    name: 'a published review is believed about its own gates',
    file: 'src/review/rejudge.ts',
    search: '  const { findings } = applyPolicy(review.findings, config, { now, reviewed: subjectsOf(review) });',
    replace:
      '  const { findings } = { ...applyPolicy(review.findings, config, { now, reviewed: subjectsOf(review) }), ...review };',
    tests: ['test/review/rejudge.test.ts'],
  },
  {
    name: 'a result of a changed workflow is believed',
    file: 'src/shells/changed-workflow.ts',
    search: '    if (base === null || head !== (await idAt(base))) return path;',
    replace: '    if (base === null) return path;',
    tests: ['test/shells/publish-after-run.test.ts'],
  },
  {
    name: 'what nobody could look at again is called fixed',
    file: 'src/report/since-last.ts',
    search: "    return 'untold';\n  if (findings.some(isFound)) return 'still';",
    replace: "    return 'fixed';\n  if (findings.some(isFound)) return 'still';",
    tests: ['test/report/since-last.test.ts'],
  },
  {
    name: 'a closed pull request is reviewed to its end',
    file: 'src/adapters/bot-leave.ts',
    search: 'and pull = $3 and asked_at <= $4)',
    replace: 'and pull = $3 and asked_at < 0 and $4 > 0)',
    tests: ['test/shells/bot-events.test.ts'],
  },
  {
    name: 'the scan for secrets leaves out the last column',
    file: 'src/table/secrets/suspects.ts',
    search: "(test(plans.get(name)?.kind ?? 'text') ? [at] : [])",
    replace: "(test(plans.get(name)?.kind ?? 'text') && at < side.names.length - 1 ? [at] : [])",
    tests: ['test/table/secrets/find-secrets.test.ts'],
  },
  {
    name: 'secrets that base has count as brought by the change',
    file: 'src/table/secrets/find-secrets.ts',
    search: "held.filter(({ cell }) => sides[cell.side]!.revision === 'base')",
    replace: 'held.slice(0, 0)',
    tests: ['test/table/secrets/find-secrets.test.ts', 'test/review/secrets.test.ts'],
  },
  {
    name: 'what the scan was stopped over is passed',
    file: 'src/table/secrets/find-secrets.ts',
    search: 'if (matches === null) missed.push(id);',
    replace: 'if (matches === null) continue;',
    tests: ['test/table/secrets/find-secrets.test.ts'],
  },
  {
    name: "an audit's poison is in half of the models only",
    file: 'src/audit/targeted.ts',
    search: "label: wrong, trained: 'always',",
    replace: "label: wrong, trained: 'half',",
    tests: ['test/audit/targeted.test.ts'],
  },
  {
    name: 'poisoned targets are held against other models than the unpoisoned',
    file: 'src/audit/compare-targets.ts',
    search: 'poisoning.name}`, seed });',
    replace: "poisoning.name}`, seed: 'other' });",
    tests: ['test/audit/targeted.test.ts'],
  },
  {
    name: 'an audit answers with too few shadow models',
    file: 'src/audit/enough.ts',
    search: 'if (training.plan.models < FEWEST_MODELS)',
    replace: 'if (training.plan.models < 1)',
    tests: ['test/audit/targeted.test.ts'],
  },
];
