import { markdownTable } from 'markdown-table';
import type { ReviewTensor } from '../review/review.ts';
import { code, prose } from './escape.ts';
import { formatCount, formatValue } from './quantity.ts';

const SHOWN = 12;
const ABSENT = '–';

/** What became of the tensors of a file, largest change first, as a markdown table; null without one. */
export function tensorTable(tensors: readonly ReviewTensor[]): string | null {
  if (tensors.length === 0) return null;
  const lines = tensors
    .slice(0, SHOWN)
    .map((tensor) => [
      code(tensor.name, 80),
      prose(tensor.kind, 20) + (tensor.notFinite > 0 ? `, ${formatCount(tensor.notFinite)} not finite` : ''),
      prose(formText(tensor), 120),
      tensor.kind === 'changed' && tensor.relativeNorm === null
        ? 'from zero'
        : formatValue(tensor.relativeNorm, 'share'),
      tensor.cosine === null ? ABSENT : tensor.cosine.toFixed(3),
      tensor.effectiveRank === null
        ? ABSENT
        : `${tensor.effectiveRank.toFixed(1)} of ${formatValue(tensor.fullRank, '')}`,
      formatValue(tensor.share, 'share'),
    ]);
  const heading = ['tensor', 'what', 'type and shape', 'change / norm', 'cosine', 'effective rank', 'numbers moved'];
  const table = markdownTable([heading, ...lines], {
    alignDelimiters: false,
    align: ['l', 'l', 'l', 'r', 'r', 'r', 'r'],
  });
  const rest = tensors.length - lines.length;
  return rest > 0 ? `${table}\n\n…and ${formatCount(rest)} more in review.json.` : table;
}

function formText({ base, head }: ReviewTensor): string {
  return base !== null && head !== null && base !== head ? `${base} → ${head}` : (head ?? base ?? ABSENT);
}
