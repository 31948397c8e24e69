/** A page of the run list: which runs, and from where on. */
export interface ListQuery {
  readonly repository: string | null;
  readonly pull: number | null;
  readonly before: number | null;
}

const REPOSITORY = /^[\w.-]{1,100}\/[\w.-]{1,100}$/;
/** What may stand behind a sign-in: one of these pages, and no other address. */
const OWN = /^\/(?:runs\/\d{1,15}(?:\/report)?)?(?:\?[\w.%=&/-]{0,300})?$/;

/** Reads the query of the run list; null where it asks for what cannot be. */
export function readListQuery(search: URLSearchParams): ListQuery | null {
  // An empty field of the form is one that was not filled in.
  const repository = search.get('repository') || null;
  const [pull, before] = ['pull', 'before'].map((name) => whole(search.get(name) || null));
  const isSound = repository === null || REPOSITORY.test(repository);
  return pull === undefined || before === undefined || !isSound ? null : { repository, pull, before };
}

/** Null where there is none, undefined where it is none of ours. */
function whole(text: string | null): number | null | undefined {
  if (text === null) return null;
  const number = Number(text);
  return /^\d{1,15}$/.test(text) && number >= 1 && number < 2 ** 31 ? number : undefined;
}

export function listAddress({ repository, pull, before }: Partial<ListQuery>): string {
  const query = new URLSearchParams({
    ...(repository ? { repository } : {}),
    ...(pull ? { pull: String(pull) } : {}),
    ...(before ? { before: String(before) } : {}),
  });
  return query.size === 0 ? '/' : `/?${query}`;
}

export const runAddress = (number: number): string => `/runs/${number}`;
export const reportAddress = (number: number): string => `/runs/${number}/report`;
export const reviewAddress = (number: number): string => `/runs/${number}/review.json`;

/** The page that somebody wanted when they had to sign in; the first page where it is none of ours. */
export const ownAddress = (wanted: string | null): string => (wanted !== null && OWN.test(wanted) ? wanted : '/');
