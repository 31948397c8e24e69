import type { EngineRequest } from '../review/request.ts';
import type { Review } from '../review/review.ts';

/** The review of a change in which nothing is to be looked at: it passes, and says so. */
export function quietReview(request: Omit<EngineRequest, 'data' | 'weights' | 'folders' | 'runtime'>): Review {
  const { onUnknown, onInfrastructure } = request.config;
  const touched =
    request.models.length > 0
      ? 'The change touches no data set, and no check of weights was asked.'
      : 'The change touches no data set and no weights.';
  return {
    schema: 'taster/review@1',
    tool: request.tool,
    verdict: 'pass',
    onUnknown,
    onInfrastructure,
    repository: request.repository,
    pull: request.pull,
    run: request.run,
    base: request.base,
    head: request.head,
    config: request.configuration,
    data: [],
    models: [...request.models],
    plan: null,
    findings: [],
    power: [],
    notes: [touched, ...request.notes].slice(0, 50),
    cost: { seconds: 0, shadows: 0, provider: 'none', runtime: 'none', flops: 0, peak_bytes: 0, cached: false },
    reproduce: { command: request.command },
  };
}
