import type { ColumnSummary } from '../evidence/column.ts';
import { isGlob } from '../source/glob.ts';
import { FOLDER } from '../source/images.ts';
import { guessLabel, isLabelName, isPlainText } from '../table/guess-label.ts';
import { isNumbered } from '../table/header.ts';
import { pairSplits, stem } from './pair-splits.ts';
import { isRepoPath } from './schema-value.ts';
import { guessed, listed, word } from './yaml-word.ts';

/** A table that was found in the repository, and how its columns read. */
export interface FoundFile {
  readonly path: string;
  /** Files that it lies in, where `path` is a glob. */
  readonly count?: number;
  readonly rows: number;
  readonly columns: readonly Pick<ColumnSummary, 'name' | 'kind' | 'missing' | 'distinct'>[];
  /** The column whose cells are paths of images of the repository; null for none. */
  readonly image?: string | null;
}

/** A folder of images that was found, each folder in it a class. */
export interface FoundFolder {
  readonly path: string;
  readonly images: number;
  readonly classes: readonly string[];
}

/** An entry of `data`: what it is, and its lines. */
export interface ProposedData {
  readonly name: string;
  readonly label: string | null;
  /** Values of the label; null where there is none. */
  readonly classes: number | null;
  readonly text: readonly string[];
  /** Columns that are features, in their order; none for a folder of images. */
  readonly features: FoundFile['columns'];
  readonly isImages: boolean;
  readonly lines: readonly string[];
}

type Column = FoundFile['columns'][number];

const SENSITIVE = /^(race|sex|gender|age|religion|ethnicity|nationality|disability)$/i;
const ID = /(?:^|[-_. ])(?:id|uuid|guid)$|^(?:index|idx|row|row_?id|row_?names?|key|unnamed: ?0)$/i;
/** As in PassengerId. */
const CAMEL_ID = /[a-z](?:Id|ID)$/;
const PERSON = /^(?:patient|user|person|subject|customer|speaker|author|member|client|student|participant)[-_ ]?id$/i;
const TEXT = /^(?:text|message|sms|review|sentence|content|body|comment|tweet|post|title|headline|question|prompt)$/i;
/** What a program is tested on. A folder `test` may hold a split. */
const TESTS = /(?:^|\/)(?:tests|fixtures?|testdata|__tests__)\//i;
const MOST = 100;
/** Lists of names, results, settings: no check can tell anything of so few rows. */
const FEWEST_ROWS = 20;
/** A text of few words is told from a category by how seldom it repeats. */
const SELDOM = 0.5;

/** The data sets that the tables and folders seem to be, and what is said of those left out. */
export function proposeData(
  files: readonly FoundFile[],
  folders: readonly FoundFolder[],
): { readonly data: readonly ProposedData[]; readonly leftOut: readonly string[] } {
  const splits = pairSplits(
    files.filter(isUsable).map((file) => ({ ...file, parts: file.columns.map(({ name }) => name) })),
    (one, other) => equalSets(one, other),
  );
  const images = pairSplits(
    folders.filter(isUsable).map((folder) => ({ ...folder, parts: folder.classes })),
    (holdout, train) => holdout.every((name) => train.includes(name)),
  );
  const names = new Set<string>();
  const unlabelled = splits.alone.filter((file) => toPredict(file, splits.alone) !== null);
  const paths = (all: readonly { readonly path: string }[]) => listed(all.map(({ path }) => path));
  const ofTests = [...files, ...folders].filter(({ path }) => TESTS.test(path));
  const unnameable = [...files, ...folders].filter((one) => !ofTests.includes(one) && !isUsable(one));
  const others = splits.alone.filter((file) => !unlabelled.includes(file));
  const small = others.filter((file) => file.rows < FEWEST_ROWS && guessLabel(file) === null);
  const tables = others.filter((file) => !small.includes(file));
  const leftOut = [
    ...(small.length > 0 ? [`Of fewer than ${FEWEST_ROWS} rows and without a label, not taken for data sets: ${paths(small)}.`] : []),
    ...(ofTests.length > 0 ? [`In a folder of tests, not taken for data sets: ${paths(ofTests)}.`] : []),
    ...(unnameable.length > 0 ? [`Of names that a configuration cannot hold: ${paths(unnameable)}.`] : []),
    ...unlabelled.map((file) => `${word(file.path)} has the columns of ${word(toPredict(file, splits.alone)!.path)} without its label: rows to be predicted, no data set.`),
    ...[...splits.others, ...images.others].map(({ path, of }) => `${word(path)} looks like another split of ${word(of)}, which can have one holdout.`),
  ]; // biome-ignore format: a sentence a line
  const data = [
    ...tables.map((file) => proposeTable(file, freshName(file.path, names), splits.holdoutOf.get(file.path))),
    ...images.alone.map((folder) => proposeFolder(folder, freshName(folder.path, names), images.holdoutOf.get(folder.path))),
  ]; // biome-ignore format: a kind a line
  const cut = data.length > MOST ? [`${data.length - MOST} more data sets: at most ${MOST} can be named.`] : [];
  return { data: data.slice(0, MOST), leftOut: [...leftOut, ...cut] };
}

/** A wildcard in a name would stand for other files as well. */
function isUsable({ path, count = 1 }: { readonly path: string; readonly count?: number }): boolean {
  return isPlainText(path, 1000) && isRepoPath(path) && (count > 1 || !isGlob(path)) && !TESTS.test(path);
}

function proposeTable(file: FoundFile, name: string, holdout: string | undefined): ProposedData {
  const plain = file.columns.filter((column) => isPlainText(column.name, 200));
  const label = guessLabel(file);
  const { image = null } = file;
  const isUnique = ({ distinct, missing }: Column) => distinct === file.rows && missing === 0 && file.rows > 0;
  const isId = (column: Column) => ID.test(column.name) || CAMEL_ID.test(column.name);
  const open = plain.filter((column) => column.name !== label && column.name !== image);
  const id = open.find((column) => isId(column) && isUnique(column));
  const group = open.find((column) => PERSON.test(column.name) && column !== id && column.distinct < file.rows);
  const rest = open.filter((column) => column !== id && column !== group);
  const text = rest.filter(
    ({ name: of, kind, distinct }) => kind === 'text' || (kind === 'category' && TEXT.test(of) && distinct > SELDOM * file.rows),
  ); // biome-ignore format: one idea
  const sensitive = rest.filter((column) => SENSITIVE.test(column.name));
  const names = (columns: readonly Column[]) => `[${columns.map((column) => word(column.name)).join(', ')}]`;
  const labelled = plain.find((column) => column.name === label);
  const lines = [`  - name: ${word(name)}`, guessed(`    path: ${word(file.path)}`, sizeOf(file))];
  lines.push(
    labelled
      ? guessed(`    label: ${word(labelled.name)}`, `guessed: ${labelWhy(labelled)}`)
      : `    # label: NAME # the column to be predicted; without it only some checks run. Columns: ${listed(plain.map((column) => column.name), 12)}`,
  ); // biome-ignore format: one idea
  if (id) lines.push(guessed(`    id: ${word(id.name)}`, 'guessed: another value in each row'));
  if (group) lines.push(guessed(`    group: ${word(group.name)}`, `guessed: rows of one person, ${group.distinct} of them`)); // biome-ignore format: one idea
  if (image !== null) lines.push(guessed(`    image: ${word(image)}`, 'guessed: paths of images'));
  if (text.length > 0) lines.push(guessed(`    text: ${names(text)}`, 'guessed: free text'));
  if (sensitive.length > 0) lines.push(guessed(`    sensitive: ${names(sensitive)}`, 'by name')); // biome-ignore format: one idea
  if (holdout !== undefined)
    lines.push(guessed(`    holdout: ${word(holdout)}`, 'guessed: its name and the same columns'));
  return {
    ...{ name, label, classes: labelled?.distinct ?? null, text: text.map((column) => column.name), lines },
    features: rest.filter((column) => !text.includes(column)),
    isImages: image !== null,
  };
}

function sizeOf({ rows, count = 1 }: FoundFile): string {
  return count === 1 ? `${rows} rows` : `guessed: ${count} files are parts of one table`;
}

function labelWhy({ name, distinct }: Column): string {
  return `${isLabelName(name) ? 'its name' : 'the last column'}, ${distinct} values`;
}

function proposeFolder(
  { path, images, classes }: FoundFolder,
  name: string,
  holdout: string | undefined,
): ProposedData {
  const lines = [
    `  - name: ${word(name)}`,
    guessed(`    path: ${word(path)}`, `${images} images`),
    guessed(`    image: ${FOLDER}`, `guessed: the ${classes.length} folders in it are classes: ${listed(classes)}`),
  ];
  if (holdout !== undefined)
    lines.push(guessed(`    holdout: ${word(holdout)}`, 'guessed: its name and the same classes'));
  return { name, label: null, classes: classes.length, text: [], features: [], isImages: true, lines };
}

/** The labelled table that a file has all columns of but the label. */
function toPredict(file: FoundFile, files: readonly FoundFile[]): FoundFile | null {
  const names = file.columns.map(({ name }) => name);
  // Names that were given for want of a header say nothing.
  if (names.every(isNumbered)) return null;
  const found = files.find((other) => {
    const label = guessLabel(other);
    const rest = other.columns.map(({ name }) => name).filter((name) => name !== label);
    return other !== file && label !== null && rest.length > 1 && equalSets(names, rest);
  });
  return found ?? null;
}

function equalSets(one: readonly string[], other: readonly string[]): boolean {
  return JSON.stringify([...one].sort()) === JSON.stringify([...other].sort());
}

function freshName(path: string, taken: Set<string>): string {
  const wanted =
    stem(path)
      .replace(/[-_. ]*\*/g, '')
      .trim()
      .slice(0, 190) || 'data';
  let name = wanted;
  for (let count = 2; taken.has(name); count++) name = `${wanted}-${count}`;
  taken.add(name);
  return name;
}
