import type { PoolRow } from '../../evidence/rows.ts';
import type { Pool } from '../../table/pool.ts';
import { keyOf } from '../../tensor/random.ts';
import { placeKey } from './beginnings.ts';
import type { Target, Targets } from './targets.ts';

/** A text that language models train on. */
export interface Document {
  readonly text: string;
  readonly row: number;
  /** Indices of the targets that it holds: it trains the models that these are in. */
  readonly targets: readonly number[];
  readonly inBase: boolean;
  readonly inHead: boolean;
  /** Whether it is there at head without the suspects. */
  readonly staysWithout: boolean;
  /** The same in every set of texts. */
  readonly key: number;
}

export interface Documents {
  /** As many of the targets as the texts around them leave room for. */
  readonly targets: readonly Target[];
  readonly documents: readonly Document[];
}

/** Characters of a text, and around a secret, that models train on. */
const LONGEST = 160;
const BEFORE = 100;
const AFTER = 60;
/** Characters of the texts around secrets and suspects, and of all others: what models learn in seconds. */
const MOST_AROUND = 20_000;
const MOST_OTHERS = 10_000;

/** The texts around the targets, those of their suspects, and others of both revisions by the hash of their content. */
export function documentsOf(pool: Pool, { targets: all, beginnings }: Targets): Documents {
  const columns = new Map(pool.columns.flatMap(({ name, kind, values }) => (kind === 'text' ? [[name, values]] : [])));
  const documents: Document[] = [];
  const targets = fitting(all);
  const suspects = new Set(targets.flatMap((target) => target.suspects));
  const add = (row: number, text: string, own: readonly number[] = []) => {
    const { inBase, inHead, contentHash } = pool.rows[row]!;
    if (text.trim() === '') return;
    const key = keyOf(`${contentHash}/${documents.length}`);
    documents.push({ text, row, targets: own, inBase, inHead, staysWithout: inHead && !suspects.has(row), key });
  };
  const holding = holdersOf(targets);
  for (const { row, column, from, to, targets: own } of holding.values())
    add(row, columns.get(column)![row]!.slice(Math.max(0, from - BEFORE), Math.min(to, from + LONGEST) + AFTER), own);
  for (const row of suspects)
    for (const [name, values] of columns) {
      if (holding.has(placeKey(row, name))) continue;
      const from = Math.max(0, (beginnings.at.get(placeKey(row, name)) ?? 0) - BEFORE);
      add(row, (values[row] ?? '').slice(from, from + BEFORE + LONGEST));
    }
  // Texts of targets beyond their cap would train every model: they are left out.
  const asked = new Set(targets.map(({ places }) => places[0]!.secret));
  const held = new Set(
    pool.secrets!.places.flatMap(({ secret, row, column }) => (asked.has(secret) ? [placeKey(row, column)] : [])),
  );
  let characters = 0;
  for (const row of byHash(pool.rows)) {
    if (characters >= MOST_OTHERS) break;
    if (suspects.has(row)) continue;
    for (const [name, values] of columns) {
      const text = (values[row] ?? '').slice(0, LONGEST);
      if (held.has(placeKey(row, name))) continue;
      characters += text.length;
      add(row, text);
    }
  }
  return { targets, documents };
}

/** Those targets, in their order, whose texts and suspects' leave room; one at least. A row counts once. */
function fitting(targets: readonly Target[]): Target[] {
  let around = new Set<number>();
  return targets.filter(({ places, suspects }, at) => {
    const more = new Set([...around, ...places.map(({ row }) => row), ...suspects]);
    const fits = at === 0 || more.size * LONGEST <= MOST_AROUND;
    if (fits) around = more;
    return fits;
  });
}

/** The parts of texts that hold targets, each text once. */
function holdersOf(targets: readonly Target[]) {
  const holding = new Map<string, { from: number; to: number; row: number; column: string; targets: number[] }>();
  for (const [index, { places }] of targets.entries())
    for (const { row, column, start, end } of places) {
      const key = placeKey(row, column);
      const before = holding.get(key);
      holding.set(key, {
        ...{ row, column, targets: [...new Set([...(before?.targets ?? []), index])] },
        ...{ from: Math.min(before?.from ?? start, start), to: Math.max(before?.to ?? end, end) },
      });
    }
  return holding;
}

/** Rows of the training data by the hash of their content: a sample that no one chose. */
function byHash(rows: readonly PoolRow[]): number[] {
  return rows
    .flatMap(({ split }, row) => (split === 'train' ? [row] : []))
    .sort((a, b) => (rows[a]!.contentHash < rows[b]!.contentHash ? -1 : 1));
}
