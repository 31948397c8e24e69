import type { GitHub, Posted, Pull } from '../adapters/github.ts';
import type { Config } from '../config/config.ts';
import { renderDisbelief } from '../report/disbelief.ts';
import { COMMENT_CHARACTERS, renderMarkdown } from '../report/markdown.ts';
import { type Marker, marker, readMarker } from '../report/marker.ts';
import { memoryLine, type Remembered, readMemory } from '../report/memory.ts';
import type { Links } from '../report/place.ts';
import { remember, sinceLast } from '../report/since-last.ts';
import type { Review } from '../review/review.ts';

export interface StickOptions {
  readonly review: Review;
  readonly pull: Pull;
  readonly mine: Marker;
  readonly when: Exclude<Config['comment'], 'never'>;
  readonly links: Links;
}

/** Writes a review as the one comment of its marker: a new one only where there is something to say, or always. */
export async function stickReview(github: GitHub, { review, pull, mine, when, links }: StickOptions): Promise<Posted> {
  return await stick(github, {
    ...{ pull, mine, create: when === 'always' || review.verdict !== 'pass' },
    body(there) {
      const last = lastReview(there, mine.sha);
      return renderMarkdown(review, {
        ...{ limit: COMMENT_CHARACTERS, links, since: last === null ? null : sinceLast(last, review) },
        marker: hidden(mine, [remember(review), ...(last === null ? [] : [last])]),
      });
    },
  });
}

/** The comment of a review that is not believed: what was named before it stays remembered. */
export async function stickDisbelief(
  github: GitHub,
  { path, pull, mine }: Pick<StickOptions, 'pull' | 'mine'> & { readonly path: string },
): Promise<Posted> {
  const body = (there: string | null) => renderDisbelief(path, hidden(mine, readMemory(there ?? '')));
  return await stick(github, { pull, mine, create: true, body });
}

interface Sticking extends Pick<StickOptions, 'pull' | 'mine'> {
  readonly create: boolean;
  body(there: string | null): string;
}

async function stick(github: GitHub, { pull, mine, create, body }: Sticking): Promise<Posted> {
  return await github.stick({
    pull: pull.number,
    body,
    isOurs: (text) => readMarker(text)?.id === mine.id,
    mayReplace: (text) => isNewer(mine, readMarker(text), pull.headSha),
    create,
  });
}

function hidden(mine: Marker, remembered: readonly Remembered[]): string {
  return [marker(mine), memoryLine(remembered)].filter((line) => line !== '').join('\n');
}

/** What the last review of another commit named: the same commit reviewed again is compared with what it was before. */
function lastReview(there: string | null, sha: string): Remembered | null {
  return readMemory(there ?? '').find((each) => each.sha !== sha) ?? null;
}

/** Whether `mine` may stand in place of `there`: the pull request's own head wins, then the later run. */
function isNewer(mine: Marker, there: Marker | null, headSha: string): boolean {
  if (there === null) return true;
  if (mine.sha !== there.sha) {
    if (mine.sha === headSha) return true;
    if (there.sha === headSha) return false;
  }
  const [own, other] = [mine.run, there.run].map((run) => (run && /^\d{1,20}$/.test(run) ? BigInt(run) : 0n));
  return own === other ? (mine.attempt ?? 0) >= (there.attempt ?? 0) : own! > other!;
}
