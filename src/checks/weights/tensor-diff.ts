import { oneLine } from '../../errors.ts';
import { type Metric, type NamedTensor, plainFinding } from '../../evidence/finding.ts';
import type { TensorChange, TensorFacts, TensorForm } from '../../evidence/weights.ts';
import { defineCheck } from '../check.ts';
import { sampleChange, sampleForm, sampleTensors, sampleWeights } from '../sample-weights.ts';
import { counted, percent } from '../words.ts';
import { fileName, some } from './weight-words.ts';

const NAMED = 4;
const LISTED = 100;
const LOW_BITS = 2 ** -11;

const REMEDY = 'Ask how the new weights were made, and why these tensors differ from base in this way.';

/** How each tensor of a file of weights differs from base's. */
export const tensorDiff = defineCheck({
  id: 'tensor-diff',
  family: 'weights',
  question: 'Do weights hold no numbers, other shapes or types, or differ in their lowest bits alone?',
  why: 'A line diff says nothing about weights. Training moves a tensor as a whole; one that differs by less than any training step can carry a hidden payload that no test of the model shows (EvilModel, Wang et al. 2021, arXiv 2107.08590). Norm, direction and effective rank (Roy and Vetterli 2007) of each change say what was retrained.',
  needs: ['weights'],
  options: {
    low_bits: {
      ...{ default: 0.0005, min: 0, max: 0.1, unit: 'share' },
      sentence:
        'A tensor in single or double precision counts as changed in its low bits alone where 99 of 100 of the numbers that moved have moved by no more than this part of themselves.',
    },
  },
  gateMetric: 'relative change',
  remedy: REMEDY,
  run(evidence, options) {
    const { change, base, head, tensors, tensorsUnread } = evidence.weights!;
    const file = fileName(evidence);
    if (!head) return plainFinding('pass', `${file} is removed.`);
    if (!tensors) return plainFinding('unknown', `${file}: ${tensorsUnread}`.slice(0, 990));
    const told = [
      ...groupWords('no finite numbers', tensors.changes.filter(isLessFinite), oddWords),
      ...groupWords(
        'low bits alone (rounding by another exporter, or hidden data)',
        tensors.changes.filter((each) => isLow(each, options.low_bits)),
        lowWords,
      ),
      ...groupWords(
        'another type or shape',
        tensors.changes.filter(({ kind }) => kind === 'retyped'),
        formWords,
      ),
    ];
    const isOther = base?.sha256 !== head.sha256;
    const facts = change === 'added' ? newWords(tensors) : changeWords(tensors, isOther);
    const figures = {
      metrics: change === 'added' ? [] : metricsOf(tensors),
      // Of a new file only what is odd is worth a line.
      tensors: (change === 'added' ? tensors.changes.filter(isLessFinite) : tensors.changes)
        .slice(0, LISTED)
        .map(namedTensor),
    };
    if (told.length > 0)
      return plainFinding('warn', `${file}: ${told.join('; ')}. ${facts}`.slice(0, 990), {
        remedy: REMEDY,
        ...figures,
      });
    const kinds = new Set(tensors.changes.map(({ kind }) => kind));
    // Other names all through, or types that are not read: whatever changed, nobody has measured it.
    const isRenamed = kinds.has('added') && kinds.has('removed');
    const isBlind = change !== 'added' && tensors.relativeNorm === null && (isRenamed || kinds.has('uncompared'));
    return plainFinding(isBlind ? 'unknown' : 'pass', `${file}: ${facts}`.slice(0, 990), figures);
  },
  samples(seed) {
    const fault = FAULTS[seed % FAULTS.length]!;
    return { faulty: sampleWeights(seed, { tensors: sampleTensors(seed, [fault]) }), clean: sampleWeights(seed, {}) };
  },
});

const oddOf = (form: TensorForm | null): number => (form ? form.nans + form.infinities : 0);
const isLessFinite = ({ base, head }: TensorChange): boolean => oddOf(head) > oddOf(base);
const isLow = ({ change }: TensorChange, lowBits: number): boolean =>
  change !== null && change.usualStep !== null && change.usualStep <= lowBits;

const nameOf = ({ name }: TensorChange): string => `"${oneLine(name, 60)}"`;

function groupWords(what: string, group: readonly TensorChange[], words: (change: TensorChange) => string): string[] {
  if (group.length === 0) return [];
  return [
    `${what} in ${counted(group.length, 'tensor')}: ${some(
      group.map((each) => `${nameOf(each)} ${words(each)}`),
      NAMED,
      ', ',
    )}`,
  ];
}

function oddWords({ head }: TensorChange): string {
  const { nans, infinities } = head!;
  return `(${[...(nans > 0 ? [`${nans} not a number`] : []), ...(infinities > 0 ? [`${infinities} infinite`] : [])].join(', ')})`;
}

const lowWords = ({ change }: TensorChange): string => `(${percent(change!.share)} of its numbers)`;
const formWords = ({ base, head }: TensorChange): string => `(${formText(base!)} to ${formText(head!)})`;
const formText = ({ type, shape }: TensorForm): string =>
  `${oneLine(type, 20)} [${shape.slice(0, 6).join(', ')}${shape.length > 6 ? ', …' : ''}]`;

function newWords({ tensors, numbers }: TensorFacts): string {
  return `New: ${counted(tensors.head, 'tensor')} of ${counted(numbers.head, 'number')}, with nothing to compare them with.`;
}

/** What changed, largest first. */
function changeWords({ tensors, same, relativeNorm, changes }: TensorFacts, isOther: boolean): string {
  const of = (kind: TensorChange['kind']) => changes.filter((each) => each.kind === kind);
  const moved = of('changed');
  if (changes.length === 0)
    return `All ${counted(same, 'tensor')} as before${isOther ? '; what differs in the file is no tensor' : ''}.`;
  const parts = [
    `Of ${counted(tensors.base, 'tensor')} ${moved.length} changed${moved.length > 0 && relativeNorm !== null ? `, ${sizeText(relativeNorm)}` : ''}`,
    ...(moved.length > 0
      ? [
          `most: ${some(
            moved.map((each) => `${nameOf(each)} ${figureWords(each)}`),
            NAMED,
            ', ',
          )}`,
        ]
      : []),
    ...(['added', 'removed'] as const).flatMap((kind) =>
      of(kind).length > 0 ? [`${kind}: ${some(of(kind).map(nameOf), NAMED, ', ')}`] : [],
    ),
    ...(of('uncompared').length > 0
      ? [`of another content, but of a type that is not read: ${some(of('uncompared').map(nameOf), NAMED, ', ')}`]
      : []),
  ];
  return `${parts.join('; ')}.`;
}

function figureWords({ change }: TensorChange): string {
  const { relativeNorm, cosine, effectiveRank, share } = change!;
  const rank = effectiveRank ? `, effective rank ${effectiveRank.value.toFixed(1)} of ${effectiveRank.most}` : '';
  return `(${sizeText(relativeNorm)}, cosine ${cosine.toFixed(3)}${rank}${share < 1 ? `, ${percent(share)} of its numbers` : ''})`;
}

const sizeText = (norm: number): string => (Number.isFinite(norm) ? `by ${percent(norm)} of the norm` : 'from zero');

function metricsOf({ relativeNorm, numbers }: TensorFacts): Metric[] {
  const exactly = (value: number) => ({ value, low: null, high: null, n: null });
  const plain = { at: null, limit: null };
  return [
    // Where base is zero a change has no size in parts of it.
    ...(relativeNorm === null || !Number.isFinite(relativeNorm)
      ? []
      : [{ ...plain, name: 'relative change', unit: 'share', base: null, head: exactly(relativeNorm), delta: null }]),
    ...(numbers.base === numbers.head
      ? []
      : [
          {
            ...{ ...plain, name: 'numbers', unit: 'count', base: exactly(numbers.base), head: exactly(numbers.head) },
            delta: exactly(numbers.head - numbers.base),
          },
        ]),
  ];
}

function namedTensor({ name, kind, base, head, change }: TensorChange): NamedTensor {
  const finite = (value: number | undefined) => (value !== undefined && Number.isFinite(value) ? value : null);
  return {
    ...{
      name: oneLine(name, 200),
      kind: kind as NamedTensor['kind'],
      base: base && formText(base),
      head: head && formText(head),
    },
    notFinite: oddOf(head),
    share: finite(change?.share),
    relativeNorm: finite(change?.relativeNorm),
    cosine: finite(change?.cosine),
    effectiveRank: finite(change?.effectiveRank?.value),
    fullRank: finite(change?.effectiveRank?.most),
  };
}

const FAULTS: readonly TensorChange[] = [
  sampleChange('head.weight', { share: 1, relativeNorm: 0.1, cosine: 0.99, usualStep: 0.2 }, { nans: 3 }),
  sampleChange('head.weight', { share: 1, relativeNorm: 0.1, cosine: 0.99, usualStep: 0.2 }, { infinities: 1 }),
  sampleChange('frozen.weight', { share: 0.9, relativeNorm: 1e-6, cosine: 1, usualStep: LOW_BITS / 16 }),
  { name: 'head.bias', kind: 'retyped', base: sampleForm, head: { ...sampleForm, type: 'float16' }, change: null },
  { name: 'head.bias', kind: 'added', base: null, head: { ...sampleForm, nans: 1 }, change: null },
];
