import { code } from './escape.ts';

/** Why the review of a change that edits its own reviewer counts for nothing. */
export const DISBELIEF = 'This pull request changes the workflow that reviews it: its own result is not believed';

/** The comment in the place of such a review. `path` names the workflow's file; `hidden` holds the hidden first lines. */
export function renderDisbelief(path: string, hidden: string): string {
  return `${hidden === '' ? '' : `${hidden}\n\n`}### ❌ Taster: no review — ${DISBELIEF.replace(/^./, (first) => first.toLowerCase())}

Whoever writes ${code(path, 200)} decides what the review says, and here it is not the target branch's. So what the review says is not shown, and the status is a failure; the job summary holds it for information.

**What to do:** let somebody who may decide on workflows read that change, and merge it first, in a pull request that touches neither data nor models. Then bring this branch up to date.
`;
}
