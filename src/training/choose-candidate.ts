import type { Candidate } from '../gradients/slices.ts';
import { quoted, refusedModel } from '../onnx/refuse.ts';

/** Which part of a model is trained: the deepest that `fits`, the last so many layers, or what is behind a node. */
export type SliceChoice = 'auto' | { readonly last: number } | { readonly from: string };

/** Throws a UserError where the model has no such place. */
export function chooseCandidate(
  candidates: readonly Candidate[],
  choice: SliceChoice,
  fits: (candidate: Candidate) => boolean,
): Candidate {
  const shallowest = candidates[0]!;
  if (choice === 'auto') return candidates.findLast(fits) ?? shallowest;
  if ('last' in choice) {
    const most = candidates.at(-1)!.layers;
    const found = candidates.find(({ layers }) => layers === choice.last);
    if (found) return found;
    throw refusedModel(
      `it cannot be cut before its last ${choice.last} layers; cuts are known before the last ${listed(candidates)}`,
      most < choice.last ? `Ask for at most ${most}.` : '`taster explain slice` lists the places.',
    );
  }
  const found = candidates.find(({ after, value }) => after === choice.from || value === choice.from);
  if (found) return found;
  throw refusedModel(
    `it cannot be cut at ${quoted(choice.from)}`,
    `\`taster explain slice\` lists the places; the last is behind ${quoted(shallowest.after)}.`,
  );
}

const listed = (candidates: readonly Candidate[]) =>
  [...new Set(candidates.map(({ layers }) => layers))].slice(0, 20).join(', ');
