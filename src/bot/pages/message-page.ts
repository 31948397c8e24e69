import { escapeHtml, words } from '../../report/html/text.ts';
import { type Person, page } from './page.ts';

/** A page that says one thing. All texts are plain. */
export interface Message {
  readonly title: string;
  readonly text: string;
  /** Where to go from here; null: nowhere. */
  readonly onward: { readonly address: string; readonly word: string } | null;
}

export function messagePage({ title, text, onward }: Message, person: Person | null): string {
  const link =
    onward === null
      ? ''
      : `<ul class="buttons"><li><a class="button first" href="${escapeHtml(onward.address)}">${words(onward.word, 60)}</a></li></ul>`;
  return page({
    title,
    person,
    main: `<div class="box text calm"><h1>${words(title, 120)}</h1><p>${words(text, 600)}</p>${link}</div>`,
  });
}

const HOME = { address: '/', word: 'To the runs' } as const;

export const MESSAGES = {
  notSetUp: {
    title: 'Signing in is not set up',
    text: 'The App is at work, but its pages show nothing: whoever runs it has not set CLIENT_ID, CLIENT_SECRET and PUBLIC_URL. Reviews stand in the pull requests all the same.',
    onward: null,
  },
  notFound: {
    title: 'Nothing is here',
    text: 'There is no such page, or it is of a repository that GitHub does not let you read.',
    onward: HOME,
  },
  noReport: {
    title: 'No report is kept of this run',
    text: 'It came to no review, or the days for which reports are kept are over.',
    onward: HOME,
  },
  wrongWord: {
    title: 'This was not asked for by a page of yours',
    text: 'The request came without the word that your own pages send, or from another site. Nothing was done.',
    onward: HOME,
  },
  method: { title: 'That cannot be done here', text: 'The page can be read, and nothing else.', onward: HOME },
  query: { title: 'That cannot be asked for', text: 'The address has a part that means nothing here.', onward: HOME },
  github: {
    title: 'GitHub does not answer',
    text: 'What you may read is asked of GitHub, which gives no answer at the moment. Try again in a minute.',
    onward: HOME,
  },
  broken: {
    title: 'Something broke',
    text: 'It is not your doing; the log of the App says more. Try again in a minute.',
    onward: HOME,
  },
  refused: {
    title: 'This sign-in did not come to its end',
    text: 'It was begun elsewhere, took too long, was used before, or GitHub did not confirm it. Nobody is signed in by it.',
    onward: { address: '/sign-in', word: 'Sign in again' },
  },
} as const satisfies Readonly<Record<string, Message>>;

/** Asks to sign in; `address` leads there and back. */
export function signInMessage(address: string): Message {
  return {
    title: 'Sign in to see the runs',
    text: 'You will see the runs of the repositories that GitHub lets you read and that the App is installed in.',
    onward: { address, word: 'Sign in with GitHub' },
  };
}
