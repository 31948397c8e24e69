import { field, type Runner, textField } from '../adapters/runner.ts';
import { UserError } from '../errors.ts';
import type { Review } from '../review/review.ts';

/** Where the base is to be found; `findBase` finds it. */
export type Sought =
  /** The merge base with the tip of the target branch, a commit or a name. */
  | { readonly from: 'target'; readonly tip: string }
  /**
   * The commit that the branch was at before a push; null where it is new. Without it, the merge base with `target`, or
   * on the default branch, where that is null, the last commit that is at least so many days old.
   */
  | { readonly from: 'before'; readonly before: string | null; readonly target: string | null; readonly days: number }
  /** The last commit of the branch itself that is at least so old. */
  | { readonly from: 'days'; readonly days: number };

/** What an event asks to have reviewed. */
export interface Change {
  readonly pull: Review['pull'];
  readonly base: Sought & { readonly ref: string | null };
  readonly head: { readonly sha: string; readonly ref: string | null; readonly repository: string | null };
}

/** A scheduled review looks back so far, and one of a push that has lost its base. */
const DAYS = 7;

/**
 * Base and head of an event. `workflow_dispatch` compares what its inputs `head`, `base` and `pull` name; without them
 * the chosen commit with the default branch: then its base is a name, not a commit. Throws a UserError for an event
 * that names no two revisions.
 */
export function changeOf({ eventName, event, repository, sha, ref }: Runner): Change {
  const commit = (...path: string[]) => requireSha(textField(event, ...path), path.join('.'));
  const name = (text: string | null) => text?.replace(/^refs\/heads\//, '') ?? null;
  const main = textField(event, 'repository', 'default_branch') ?? 'main';
  switch (eventName) {
    case 'pull_request':
    case 'pull_request_target':
      return {
        pull: { number: requireNumber(field(event, 'pull_request', 'number')) },
        base: {
          from: 'target',
          tip: commit('pull_request', 'base', 'sha'),
          ref: textField(event, 'pull_request', 'base', 'ref'),
        },
        head: {
          sha: commit('pull_request', 'head', 'sha'),
          ref: textField(event, 'pull_request', 'head', 'ref'),
          repository: textField(event, 'pull_request', 'head', 'repo', 'full_name'),
        },
      };
    case 'merge_group':
      return {
        pull: null,
        base: {
          ...{ from: 'target', tip: commit('merge_group', 'base_sha') },
          ref: name(textField(event, 'merge_group', 'base_ref')),
        },
        head: {
          sha: commit('merge_group', 'head_sha'),
          ref: name(textField(event, 'merge_group', 'head_ref')),
          repository,
        },
      };
    case 'workflow_dispatch': {
      if (textField(event, 'inputs', 'head') || textField(event, 'inputs', 'base'))
        return {
          pull: pullInput(textField(event, 'inputs', 'pull')),
          base: { from: 'target', tip: commit('inputs', 'base'), ref: null },
          head: { sha: commit('inputs', 'head'), ref: null, repository: null },
        };
      return {
        pull: null,
        base: { from: 'target', tip: `origin/${main}`, ref: main },
        head: { sha: requireSha(sha, 'GITHUB_SHA'), ref: name(ref), repository },
      };
    }
    case 'schedule':
      return {
        pull: null,
        base: { from: 'days', days: DAYS, ref: name(ref) },
        head: { sha: requireSha(sha, 'GITHUB_SHA'), ref: name(ref), repository },
      };
    case 'push': {
      if (field(event, 'deleted') === true)
        throw new UserError('event', 'This push deleted a branch or tag: there is nothing to review.', {
          hint: 'Run this on pushes to branches.',
        });
      const before = commit('before');
      const isMain = ref === `refs/heads/${main}`;
      return {
        pull: null,
        base: {
          ...{ from: 'before', before: /^0+$/.test(before) ? null : before },
          ...{ target: isMain ? null : `origin/${main}`, days: DAYS },
          ref: name(ref),
        },
        head: { sha: commit('after'), ref: name(ref), repository },
      };
    }
    default:
      throw new UserError('event', `The event ${eventName} names no change to review.`, {
        hint: 'Run this on pull_request, merge_group, push, schedule or workflow_dispatch.',
      });
  }
}

/** Inputs are texts; an empty one is not given. */
function pullInput(text: string | null): Review['pull'] {
  if (!text) return null;
  return { number: requireNumber(/^[1-9]\d{0,9}$/.test(text) ? Number(text) : null) };
}

function requireSha(text: string | null, from: string): string {
  if (text !== null && /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(text)) return text;
  throw new UserError('event', `${from} of the event is not a full commit id.`, { hint: 'Run the job again.' });
}

function requireNumber(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
  throw new UserError('event', 'The number of the pull request in the event is not a number.', {
    hint: 'Run the job again.',
  });
}
