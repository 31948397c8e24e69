import { code } from './escape.ts';

/** Why the review of a change that edits its own reviewer counts for nothing. */
export const DISBELIEF = 'This pull request changes the workflow that reviews it: its own result is not believed';

/** The comment in the place of such a review. `path` names the workflow's file, as the change calls it. */
export function renderDisbelief(path: string, hidden: string): string {
  return `${hidden === '' ? '' : `${hidden}\n\n`}### ❌ Taster: not believed — ${DISBELIEF.charAt(0).toLowerCase()}${DISBELIEF.slice(1)}

The file ${code(path, 200)} of this change is not the target branch's. Whoever writes it decides what the review says, so what it says is not shown here, and the status is a failure. The job summary holds it, for information.

**What to do:** merge the change of the workflow first, in a pull request that touches no data and no model, after somebody who may decide on workflows has read it. Then bring this branch up to date.
`;
}
