import type { BotStage } from '../../test/fixtures/bot/run-bot.ts';
import { type Visitor, visitor } from '../../test/fixtures/bot/visitor.ts';

export interface DemoPages {
  /** Address of the App, as it knows it. */
  readonly url: string;
  readonly repository: string;
  /** Head commits that were reviewed, in order. */
  readonly heads: readonly string[];
  /** Texts of rows that no page may hold. */
  readonly contents: readonly string[];
}

/** A person of the played GitHub looks at the App's pages: the questions, and whether the answer is yes. */
export async function visitPages(
  { github }: BotStage,
  { url, repository, heads, contents }: DemoPages,
): Promise<{ readonly answers: readonly (readonly [what: string, isSo: boolean])[]; readonly reader: Visitor }> {
  const { people } = github;
  people.accounts.set('reviewer', { reads: new Map([[1, [repository]]]) });
  people.accounts.set('stranger', { reads: new Map() });
  const enter = async (login: string) => {
    const one = visitor(url);
    people.atGitHub = login;
    await one.get('/sign-in');
    return one;
  };
  const reader = await enter('reviewer');
  const list = await reader.get('/');
  const numbers = [...list.text.matchAll(/<th scope="row"><a href="\/runs\/(\d+)"/g)].map(([, number]) =>
    Number(number),
  );
  const pages = await Promise.all(
    numbers.map(async (number) => ({
      run: await reader.get(`/runs/${number}`),
      report: await reader.get(`/runs/${number}/report`),
      review: await reader.get(`/runs/${number}/review.json`),
    })),
  );
  const texts = [list, ...pages.flatMap(({ run, report, review }) => [run, report, review])].map(({ text }) => text);
  const told = pages.map(({ review }) => JSON.parse(review.text) as { head: { sha: string }; verdict: string });
  const links = github.checks.map(({ details }) => details).sort();
  const stranger = await enter('stranger');
  const seen = await Promise.all(
    ['/', ...numbers.map((number) => `/runs/${number}/report`)].map((path) => stranger.once(path)),
  );
  return {
    reader,
    answers: [
      [
        'the page shows both runs',
        numbers.length === heads.length && heads.every((sha) => list.text.includes(sha.slice(0, 7))),
      ],
      [
        'and the full report of each, the first of which fails',
        pages.every(({ report }) => report.status === 200 && /<article class="finding"/.test(report.text)) &&
          heads.every((sha, at) =>
            told.some(({ head, verdict }) => head.sha === sha && (verdict === 'fail') === (at === 0)),
          ),
      ],
      ['"Details" of each check run leads to its page', links.join() === numbers.map((number) => `${url}/runs/${number}`).sort().join()], // biome-ignore format: one idea
      ['no page holds the content of a row', contents.length > 0 && contents.every((content) => !texts.some((text) => text.includes(content)))], // biome-ignore format: one idea
      [
        'a stranger sees nothing of it',
        seen.every(({ status, text }, at) => status === (at === 0 ? 200 : 404) && !text.includes(repository)),
      ],
    ],
  };
}

/** A picture of the list of runs, light, as Chromium shows it. */
export async function drawList(
  file: string,
  { url, reader }: { readonly url: string; readonly reader: Visitor },
): Promise<void> {
  const { chromium } = await import('playwright-core');
  // Started as root in containers, Chromium has no sandbox.
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  const context = await browser.newContext({ viewport: { width: 1180, height: 300 }, colorScheme: 'light' });
  await context.addCookies([...reader.cookies].map(([name, value]) => ({ name, value, url })));
  const page = await context.newPage();
  await page.goto(url);
  await page.screenshot({ path: file, fullPage: true });
  await browser.close();
}
