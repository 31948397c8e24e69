import type { Review } from '../review/review.ts';
import { isImagePath } from '../source/images.ts';
import { code } from './escape.ts';

/** Where links lead: `{server: 'https://github.com', repository: 'owner/name'}`; null writes no links. */
export interface Links {
  readonly server: string;
  readonly repository: string;
}

/** The commits of a report, and where head's is kept. */
export type Commits = Pick<Review, 'base' | 'head'>;

/** What a row and a victim have in common. */
export interface Place {
  readonly revision: 'base' | 'head';
  readonly path: string;
  readonly line: number | null;
  readonly ordinal: number;
}

const SHA = /^[0-9a-f]{40}([0-9a-f]{24})?$/;
const REPOSITORY = /^[\w.-]{1,100}\/[\w.-]{1,100}$/;

/**
 * `data/train.csv:812`, or `data/train.parquet row 811` where the format has no lines (rows counted from 1); an image
 * is its own row. Raw.
 */
export function placeText(place: Place): string {
  if (place.line === null && isImagePath(place.path)) return place.path;
  return place.line === null ? `${place.path} row ${place.ordinal + 1}` : `${place.path}:${place.line}`;
}

/** The place as inline code that links to the file and line at its own revision. */
export function placeLink(review: Commits, place: Place, links: Links | null): string {
  const text = code(shorten(placeText(place)));
  const url = placeUrl(review, place, links);
  return url === null ? text : `[${text}](${url})`;
}

/** The first seven signs of a commit as inline code, linked to the commit. */
export function commitLink(review: Commits, revision: 'base' | 'head', links: Links | null): string {
  const text = code(review[revision].sha.slice(0, 7));
  const url = commitUrl(review, revision, links);
  return url === null ? text : `[${text}](${url})`;
}

/** Address of the commit, or null where a part of it cannot be trusted to be one. */
export function commitUrl(review: Commits, revision: 'base' | 'head', links: Links | null): string | null {
  const { sha } = review[revision];
  const repository = repositoryOf(review, revision, links);
  return links === null || repository === null || !SHA.test(sha) ? null : `${links.server}/${repository}/commit/${sha}`;
}

/** Address of the place, or null where a part of it cannot be trusted to be one. */
export function placeUrl(review: Commits, place: Place, links: Links | null): string | null {
  const { sha } = review[place.revision];
  const repository = repositoryOf(review, place.revision, links);
  const segments = place.path.split('/');
  if (links === null || repository === null || !SHA.test(sha)) return null;
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..')) return null;
  const path = segments.map(encodeSegment).join('/');
  // GitHub draws these as tables and pages; only their source has line numbers.
  const plain = /\.(csv|tsv|md)$/i.test(place.path) && place.line !== null ? '?plain=1' : '';
  return `${links.server}/${repository}/blob/${sha}/${path}${plain}${place.line === null ? '' : `#L${place.line}`}`;
}

/** Where a revision's commit can be read, or null. A fork's name comes from a file that the change could have written. */
function repositoryOf(review: Commits, revision: 'base' | 'head', links: Links | null): string | null {
  if (!links || !/^https?:\/\/[\w.-]+(:\d+)?$/.test(links.server)) return null;
  const fork = revision === 'head' ? review.head.repository : null;
  const repository = fork !== null && isRepository(fork) ? fork : links.repository;
  return isRepository(repository) ? repository : null;
}

function isRepository(name: string): boolean {
  return REPOSITORY.test(name) && !name.split('/').some((part) => part === '.' || part === '..');
}

function encodeSegment(segment: string): string {
  return encodeURIComponent(segment.toWellFormed()).replace(
    /[!'()*~_]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Long paths keep their end: the file's name and the line are what the reader needs. */
export function shorten(text: string, limit = 80): string {
  const letters = Array.from(text.slice(-4 * limit));
  return letters.length > limit ? `…${letters.slice(1 - limit).join('')}` : text;
}
