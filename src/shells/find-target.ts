import type { GitHub, Pull } from '../adapters/github.ts';
import { type Runner, textField } from '../adapters/runner.ts';
import { UserError } from '../errors.ts';

/** Where the commit of a workflow's run is to be merged. */
export interface Target {
  /** Null in the merge queue, and where none is open. */
  readonly pull: Pull | null;
  /** The target branch; null where no pull request is open. */
  readonly branch: string | null;
}

const QUEUE = /^gh-readonly-queue\/(.+)\/pr-\d+-[0-9a-f]{40}$/;

/**
 * Finds what the run behind a `workflow_run` event was about, by what GitHub says of it alone: the head repository's
 * owner, the branch and the commit. Throws a UserError where several open pull requests have all three.
 */
export async function findTarget(github: GitHub, { event }: Runner, sha: string): Promise<Target> {
  const head = textField(event, 'workflow_run', 'head_branch');
  if (textField(event, 'workflow_run', 'event') === 'merge_group')
    return { pull: null, branch: QUEUE.exec(head ?? '')?.[1] ?? null };
  const owner = textField(event, 'workflow_run', 'head_repository', 'owner', 'login');
  const [pull = null, ...others] = owner && head ? await github.findPulls({ owner, branch: head, sha }) : [];
  if (others.length === 0) return { pull, branch: pull?.baseRef ?? null };
  throw new UserError('pull-unclear', `${others.length + 1} open pull requests have this branch and commit.`, {
    hint: 'Close all but one: a review counts for one target branch.',
  });
}
