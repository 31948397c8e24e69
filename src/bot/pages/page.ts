import { sourceHash } from '../../report/html/policy.ts';
import { words } from '../../report/html/text.ts';
import { PAGE_STYLE } from './style.ts';

/** Who is signed in, and the word that their own pages post back. */
export interface Person {
  readonly login: string;
  readonly word: string;
}

export interface PageParts {
  /** Plain; the tab's name. */
  readonly title: string;
  readonly person: Person | null;
  /** HTML. */
  readonly main: string;
}

/** The mark stands in the page itself: nothing is asked for. */
const MARK =
  '<svg viewBox="0 0 24 24" aria-hidden="true"><rect x="1" y="1" width="22" height="22" rx="6" fill="var(--k1)"/><path d="M5 15.5h3.2l2-7 3.4 9 2-5.5H19" fill="none" stroke="var(--card)" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></svg>';

/** One page of the App, without script: all that it shows stands in it. */
export function page({ title, person, main }: PageParts): string {
  const out =
    person === null
      ? ''
      : `<form method="post" action="/sign-out"><span>${words(person.login, 60)}</span><input type="hidden" name="word" value="${words(person.word, 100)}"><button type="submit">Sign out</button></form>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="referrer" content="same-origin">
<meta name="robots" content="noindex">
<link rel="icon" href="data:,">
<title>${words(title, 120)} · Taster</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<a class="skip" href="#main">To the content</a>
<header class="top"><a class="home" href="/">${MARK}Taster</a>${out}</header>
<main id="main">
${main}
</main>
<footer>Taster reviews changes of training data and models. No page here holds the content of a row.</footer>
</body>
</html>
`;
}

/** What a page of the App may load and where it may post to. */
export function pagePolicy(): string {
  return `default-src 'none'; style-src '${sourceHash(PAGE_STYLE)}'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`;
}
