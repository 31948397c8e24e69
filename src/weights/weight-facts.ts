import { createHash } from 'node:crypto';
import { oneLine, UserError } from '../errors.ts';
import type { FileFacts, ImportFact, WeightFacts } from '../evidence/weights.ts';
import type { ByteSource } from './byte-source.ts';
import { isKnown, runsAnything } from './known-imports.ts';
import { readOnnxWeights } from './onnx-weights.ts';
import { brokenPromise, formatNames } from './promised-format.ts';
import { indexSafetensors } from './safetensors.ts';
import { type FoundImport, scanFile } from './scan.ts';
import type { StoredTensor } from './stored-tensor.ts';
import { diffTensors } from './tensor-diff.ts';

/** A file of weights at one revision. */
export interface WeightSide {
  /** Path inside the repository. */
  readonly path: string;
  readonly source: ByteSource;
  /** Files in its folder or below that it may name, by their path from there. */
  readonly beside: ReadonlyMap<string, ByteSource>;
}

const MOST_IMPORTS = 1000;
const MOST_SENTENCES = 100;
const LONGEST = 300;

/**
 * Scans both revisions of a file and compares their tensors. One file is held in memory at a time, tensors a piece at a
 * time. What the author wrote wrongly becomes a sentence; nothing is thrown for it.
 */
export function weightFacts(
  change: WeightFacts['change'],
  base: WeightSide | null,
  head: WeightSide | null,
): WeightFacts {
  // One room for both files: of a large one the second copy would be the one too many.
  const room = new Uint8Array(Math.max(base?.source.size ?? 0, head?.source.size ?? 0));
  const [one, other] = [base && readSide(base, room), head && readSide(head, room)];
  const facts = { change, base: one?.facts ?? null, head: other?.facts ?? null };
  const [before, after] = [one?.tensors ?? [], other?.tensors ?? []];
  // Head's reason first: base is what is left behind.
  for (const unread of [after, before])
    if (typeof unread === 'string') return { ...facts, tensors: null, tensorsUnread: unread };
  return { ...facts, tensors: diffTensors(before as StoredTensor[], after as StoredTensor[]), tensorsUnread: null };
}

interface Side {
  readonly facts: FileFacts;
  /** Or why there are none. */
  readonly tensors: readonly StoredTensor[] | string;
}

function readSide({ path, source, beside }: WeightSide, room: Uint8Array): Side {
  const bytes = source.read(0, source.size, room);
  const scan = scanFile(bytes);
  const isPromised = (ending: RegExp) => scan.format === 'other' && ending.test(path);
  const read =
    scan.format === 'onnx' || isPromised(/\.onnx$/i)
      ? readOnnxWeights(bytes, source, beside)
      : scan.format === 'safetensors' || isPromised(/\.safetensors$/i)
        ? readTensors(source)
        : null;
  const imports = factsOf(scan.imports);
  const facts: FileFacts = {
    bytes: source.size,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    format: formatNames[scan.format],
    promised: brokenPromise(path, scan.format),
    imports: imports.slice(0, MOST_IMPORTS),
    importsTotal: imports.length,
    problems: capped([...scan.problems, ...(read?.problems ?? [])]),
    unread: capped([...scan.unread, ...(read?.unread ?? [])]),
  };
  if (!read) return { facts, tensors: `Tensors are not read in this version: it is ${formatNames[scan.format]}.` };
  return { facts, tensors: typeof read.tensors === 'string' ? oneLine(read.tensors, LONGEST) : read.tensors };
}

function readTensors(source: ByteSource): ReturnType<typeof readOnnxWeights> {
  try {
    return { problems: [], unread: [], tensors: indexSafetensors(source) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const told = [error.message];
    return error.code === 'safetensors-refused'
      ? { problems: [], unread: told, tensors: error.message }
      : { problems: told, unread: [], tensors: error.message };
  }
}

/** Each import once; unknown ones first, those that may run anything in front. */
function factsOf(imports: readonly FoundImport[]): ImportFact[] {
  const facts = new Map<string, ImportFact>();
  for (const each of imports) {
    const name = oneLine(`${each.module ?? '?'}.${each.name ?? '?'}`, LONGEST);
    const inside = oneLine(each.inside, LONGEST);
    const key = JSON.stringify([name, inside, each.isCalled]);
    if (!facts.has(key))
      facts.set(key, {
        name,
        inside,
        at: each.at,
        isCalled: each.isCalled,
        isKnown: isKnown(each),
        runsAnything: runsAnything(each),
      });
  }
  const rank = ({ isKnown: known, runsAnything: runs, isCalled }: ImportFact) =>
    (known ? 4 : 0) + (runs ? 0 : 2) + (isCalled ? 0 : 1);
  return [...facts.values()].sort((a, b) => rank(a) - rank(b));
}

function capped(sentences: readonly string[]): string[] {
  const lines = sentences.slice(0, MOST_SENTENCES).map((sentence) => oneLine(sentence, LONGEST));
  const more = sentences.length - lines.length;
  return more > 0 ? [...lines, `And ${more} more like these.`] : lines;
}
