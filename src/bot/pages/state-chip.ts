import type { ListedRun } from '../listed-run.ts';

type Told = Pick<ListedRun, 'state' | 'conclusion'>;

const CONCLUSIONS: Readonly<Record<string, readonly [string, string]>> = {
  success: ['pass', 'pass'],
  neutral: ['warn', 'warn'],
  failure: ['fail', 'fail'],
  action_required: ['unknown', 'no verdict'],
  cancelled: ['none', 'cancelled'],
};

/** Where a run is, in a word, and the colour that goes with it. */
export function stateOf({ state, conclusion }: Told): readonly [kind: string, word: string] {
  if (state === 'in_progress') return ['work', 'under review'];
  if (state !== 'concluded') return ['none', 'waiting'];
  return CONCLUSIONS[conclusion ?? ''] ?? ['none', 'concluded'];
}

export function stateChip(run: Told): string {
  const [kind, word] = stateOf(run);
  return `<span class="chip ${kind}">${word}</span>`;
}
