import { escapeHtml } from '../../report/html/text.ts';
import type { ListedRun } from '../listed-run.ts';

type Named = Pick<ListedRun, 'repository' | 'pull' | 'head' | 'checkRun'>;

export const pullUrl = (server: string, { repository, pull }: Named): string | null =>
  pull === null ? null : `${server}/${repository}/pull/${pull}`;
export const commitUrl = (server: string, { repository, head }: Named): string =>
  `${server}/${repository}/commit/${head}`;
export const checkUrl = (server: string, { repository, checkRun }: Named): string | null =>
  checkRun === null ? null : `${server}/${repository}/runs/${checkRun}`;

/** A link that leads away from the App. `inner` is HTML. */
export function away(url: string, inner: string, className = ''): string {
  return `<a rel="noreferrer noopener"${className === '' ? '' : ` class="${className}"`} href="${escapeHtml(url)}">${inner}</a>`;
}
