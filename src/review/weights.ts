import type { Check } from '../checks/check.ts';
import { oneLine } from '../errors.ts';
import { type Subject, weightEvidence } from '../evidence/evidence.ts';
import { plainFinding } from '../evidence/finding.ts';
import { folderOf } from '../source/repository.ts';
import { keyOf } from '../tensor/random.ts';
import type { WeightSide } from '../weights/weight-facts.ts';
import { weightFacts } from '../weights/weight-facts.ts';
import type { DataReview } from './account.ts';
import { type Answer, answerAll, brokenFinding } from './answer.ts';
import { findingOf } from './place.ts';
import type { EngineRequest, WeightFiles, WeightRequest } from './request.ts';
import type { Tools } from './tools.ts';

/** What is said of a file of weights, and about which. */
export function weightSubject({ path }: Pick<WeightRequest, 'path'>): Subject {
  const short = path.slice(0, 1000);
  return { data: null, model: short, path: short };
}

/** Asks the checks of weights about every changed file of weights; one that cannot be read is an `error` of each. */
export function reviewWeights(
  checks: readonly Check[],
  { request, tools, nonce }: { readonly request: EngineRequest; readonly tools: Tools; readonly nonce: string },
): DataReview[] {
  if (checks.length === 0) return [];
  return request.weights.map((file, index) => {
    tools.progress({
      ...{ step: `${oneLine(file.path, 60)}: reading weights`, secondsLeft: null },
      // Beside data sets, which are trained on, it is a moment at the end.
      done: request.data.length > 0 ? 0.99 : index / request.weights.length,
    });
    const answers = answersAbout(file, checks, { config: request.config, tools, nonce });
    const findings = answers.map((answer) => findingOf(answer, weightSubject(file)));
    return { answers, findings, summary: null, prepared: null, measured: null };
  });
}

function answersAbout(
  { path, change, base, head, problem }: WeightRequest,
  checks: readonly Check[],
  { config, tools, nonce }: { readonly config: EngineRequest['config']; readonly tools: Tools; readonly nonce: string },
): Answer[] {
  try {
    if (problem) {
      const finding = plainFinding('error', problem.message);
      return checks.map((check) => ({ check, finding, infrastructure: problem.infrastructure }));
    }
    const [before, after] = [sideOf(base, tools), sideOf(head, tools)];
    const evidence = weightEvidence(weightSubject({ path }).path!, weightFacts(change, before, after), keyOf(nonce));
    return answerAll(checks, evidence, config);
  } catch (error) {
    return checks.map((check) => ({ check, ...brokenFinding(error) }));
  }
}

function sideOf(side: WeightFiles | null, tools: Tools): WeightSide | null {
  if (!side) return null;
  const { file, beside } = side;
  const folder = folderOf(file.repoPath);
  return {
    path: file.repoPath,
    source: tools.bytes(file),
    beside: new Map(beside.map((other) => [other.repoPath.slice(folder.length), tools.bytes(other)])),
  };
}
