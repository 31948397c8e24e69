import type { NearCopy } from '../evidence/rows.ts';
import { openImages, type Unread } from '../features/images/images.ts';
import { shrinkImages } from '../features/images/shrink.ts';
import type { ImageFiles } from '../table/image-column.ts';
import type { Pool } from '../table/pool.ts';
import type { Answer } from './answer.ts';
import { unmetNeed } from './needs.ts';
import type { Tools } from './tools.ts';

/** Pixels in width and height of what the built-in slice sees of an image; of more rows than these, half of them. */
const SIDE = 16;
const MOST_ROWS = 100_000;

/**
 * The pool with its images read: small versions beside their column. A row without a readable image keeps its place
 * among the rows and in the counts, but loses its label: it is neither trained on nor judged. How many there are, and
 * why, is said in `remarks`.
 */
export async function withImages(
  pool: Pool,
  files: ImageFiles,
  tools: Pick<Tools, 'images'>,
  progress: (share: number) => void,
): Promise<Pool> {
  const at = pool.columns.findIndex(({ kind }) => kind === 'image');
  const column = pool.columns[at];
  if (!column) return pool;
  const source = await tools.images(files);
  try {
    const { small, unread } = await shrinkImages(
      openImages(column.values, source),
      column.values,
      pool.rows.length > MOST_ROWS ? SIDE / 2 : SIDE,
      progress,
    );
    return {
      ...pool,
      rows: pool.rows.map((row, index) => ({
        ...row,
        label: unread[index] === null ? row.label : null,
        // The image is the row's own file.
        ...(files.folder ? { path: row.id.slice(0, 1000), ordinal: 0 } : {}),
      })),
      columns: pool.columns.map((each, index) => (index === at ? { ...each, small } : each)),
      // First, since only so many are shown.
      remarks: [...remarksOn(pool, unread), ...pool.remarks],
    };
  } finally {
    await source.close();
  }
}

const WORDS: Readonly<Record<Unread, string>> = {
  'no path': 'name no image',
  outside: 'name an image by an absolute path, an address or through "..", which is not followed',
  missing: 'name an image that is not there (or whose name has no ending of an image)',
  link: 'name a symbolic link, which is not followed',
  large: 'have an image of too many bytes',
  format: 'have an image that is no JPEG, PNG or WebP',
  pixels: 'have an image of too many pixels, or of too many passes',
  broken: 'have an image that is cut off, damaged, or hangs its decoder',
};

function remarksOn({ rows }: Pool, unread: readonly (Unread | null)[]): string[] {
  const count = (why: Unread, change: boolean) =>
    unread.filter((each, row) => each === why && isChange(rows[row]!) === change).length;
  return (Object.keys(WORDS) as Unread[]).flatMap((why) => {
    const [ofChange, others] = [count(why, true), count(why, false)];
    if (ofChange + others === 0) return [];
    return [`${ofChange + others} row(s) ${WORDS[why]}: read without features (${ofChange} of the change).`];
  });
}

/** Rows that arrive, in the holdout or out of it. */
function isChange({ inBase, inHead }: Pool['rows'][number]): boolean {
  return inHead && !inBase;
}

/** How many arriving rows no check could look at, because their image could not be read. */
export function unseenRows({ rows, columns }: Pool): number {
  const small = columns.find(({ kind }) => kind === 'image')?.small;
  return small ? rows.filter((row, index) => isChange(row) && small.readable[index] === 0).length : 0;
}

/** Pairs of rows that were both read: all others look alike. Equal contents are pairs all the same. */
export function readPairs(pairs: readonly NearCopy[], { columns }: Pool): readonly NearCopy[] {
  const small = columns.find(({ kind }) => kind === 'image')?.small;
  if (!small) return pairs;
  return pairs.filter(
    ({ a, b, similarity }) => similarity === 1 || (small.readable[a] === 1 && small.readable[b] === 1),
  );
}

/** Told from the table alone, whether an image can be read or not. */
const FROM_TABLE: readonly string[] = ['row-diff', 'schema-change', 'secrets', 'extraction'];

/**
 * Answers about a change of which some rows could not be looked at: nothing was found is then not a pass, so that no
 * gate opens to an image that only another decoder can read.
 */
export function withUnseen(
  answers: readonly Answer[],
  pool: Pool,
  evidence: Parameters<typeof unmetNeed>[1],
): Answer[] {
  const unseen = unseenRows(pool);
  if (unseen === 0) return [...answers];
  const addition = `${unseen} row(s) of the change could not be looked at: their images could not be read.`;
  return answers.map((answer) => {
    const { check, finding } = answer;
    const needs = check.needs.filter((need) => !['shadows', 'ensembles', 'screen', 'features'].includes(need));
    const never = finding.outcome === 'not-applicable' && unmetNeed({ needs }, evidence) !== null;
    if (FROM_TABLE.includes(check.id) || never) return answer;
    const untold = finding.outcome === 'pass' || finding.outcome === 'not-applicable';
    return {
      ...answer,
      finding: {
        ...finding,
        unseen,
        outcome: untold ? 'unknown' : finding.outcome,
        summary: `${finding.summary} ${addition}`,
        remedy: finding.remedy || 'Save these images as JPEG, PNG or WebP, or take their rows out of the change.',
      },
    };
  });
}
