import { type Check, defaultOptions } from '../checks/check.ts';
import type { Config } from '../config/config.ts';
import { oneLine, UserError } from '../errors.ts';
import type { Evidence } from '../evidence/evidence.ts';
import type { Experiment, ExperimentResult } from '../evidence/experiment.ts';
import { type Finding, plainFinding } from '../evidence/finding.ts';
import { unmetNeed } from './needs.ts';

/** One check's answer, with whose it is. */
export interface Answer {
  readonly check: Check;
  readonly finding: Finding;
  readonly infrastructure: boolean;
}

/** Checks that this run asks: on in the configuration, and wanted. */
export function chosenChecks(
  checks: readonly Check[],
  config: Pick<Config, 'checks'>,
  only: readonly string[] | null,
): Check[] {
  return checks.filter(({ id }) => config.checks[id] !== 'off' && (only === null || only.includes(id)));
}

/** Options of a check: the configured values over the defaults. */
export function optionsOf(check: Check, config: Pick<Config, 'checks'>): Record<string, number> {
  const given = config.checks[check.id];
  return { ...defaultOptions(check.options), ...(given === 'off' ? {} : given) };
}

/** Asks every check; one that throws becomes an `error` finding and the others go on. */
export function answerAll(checks: readonly Check[], evidence: Evidence, config: Pick<Config, 'checks'>): Answer[] {
  return checks.map((check) => {
    const unmet = unmetNeed(check, evidence);
    const options = optionsOf(check, config);
    // One that is silent by its defaults was asked for: what it cannot answer it does not know.
    const isAsked = check.silent?.(options) === null;
    if (unmet !== null) {
      const outcome = isAsked ? 'unknown' : 'not-applicable';
      return { check, finding: plainFinding(outcome, unmet), infrastructure: false };
    }
    try {
      return { check, finding: check.run(evidence, options), infrastructure: false };
    } catch (error) {
      return { check, ...brokenFinding(error) };
    }
  });
}

/** One experiment to run, and the ids under which checks will look for its result. */
export interface WantedExperiment {
  readonly experiment: Experiment;
  readonly ids: readonly string[];
}

/** The experiments that the checks ask for and that the evidence does not hold, equal ones once. A check that throws here will throw again when asked. */
export function wantedExperiments(
  checks: readonly Check[],
  evidence: Evidence,
  config: Pick<Config, 'checks'>,
): WantedExperiment[] {
  const known = new Set(evidence.experiments.map(({ experiment }) => experiment.id));
  const wanted = new Map<string, { experiment: Experiment; ids: string[] }>();
  for (const check of checks) {
    if (!check.experiments || unmetNeed(check, evidence) !== null) continue;
    try {
      for (const experiment of check.experiments(evidence, optionsOf(check, config))) {
        const { id, ...rest } = experiment;
        if (known.has(id)) continue;
        const key = JSON.stringify(rest);
        const equal = wanted.get(key);
        if (equal) equal.ids.push(id);
        else wanted.set(key, { experiment, ids: [id] });
      }
    } catch {
      // `answerAll` reports it.
    }
  }
  return [...wanted.values()];
}

/** An error of a check, or of a data set's reader, as a finding. */
export function brokenFinding(error: unknown): { finding: Finding; infrastructure: boolean } {
  if (error instanceof UserError)
    return {
      finding: plainFinding('error', oneLine(error.message, 900), { remedy: oneLine(error.hint, 900) }),
      infrastructure: error.infrastructure,
    };
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    finding: plainFinding('error', oneLine(`The check broke: ${message}`, 900), {
      remedy: 'Please report this as a bug of Taster.',
    }),
    infrastructure: false,
  };
}

/** Results of experiments by the id under which the evidence knows them. */
export function withResults(evidence: Evidence, results: readonly ExperimentResult[]): Evidence {
  return { ...evidence, experiments: [...evidence.experiments, ...results] };
}
