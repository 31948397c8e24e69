import type { GitHub } from '../adapters/github.ts';
import { field, type Runner, textField } from '../adapters/runner.ts';

/** A commit, and the branch that it is to be merged into. */
export interface MergedInto {
  readonly sha: string;
  readonly branch: string;
}

/** The longest file name comes first: what follows the last `.yml@` is a ref, and nobody can hide a file behind one. */
const WORKFLOW = /^(\.github\/workflows\/[^\n]{1,500}\.ya?ml)(?:@[^\n]*)?$/;

/**
 * The file of the event's workflow, or of one that it calls in this repository, that is not what the target branch
 * would run; null where all are, and the folder where they cannot be told. GitHub runs the pull request's own version of them: whoever edits one writes the
 * result. A branch that is only behind its target has changed nothing.
 */
export async function changedWorkflow(github: GitHub, runner: Runner, into: MergedInto): Promise<string | null> {
  const paths = workflowPaths(runner);
  if (paths === null) return '.github/workflows';
  let base: string | null | undefined;
  for (const path of paths) {
    const idAt = async (ref: string) => (await github.fileAt({ path, ref }))?.id ?? null;
    const tip = await idAt(`refs/heads/${into.branch}`);
    if (tip === null) return path;
    const head = await idAt(into.sha);
    if (head === tip) continue;
    base ??= await github.mergeBase(into);
    if (base === null || head !== (await idAt(base))) return path;
  }
  return null;
}

/** Paths in this repository of what ran; null where one cannot be told. A workflow called from elsewhere is not the change's. */
function workflowPaths({ event, repository }: Runner): string[] | null {
  const own = `${repository}/`.toLowerCase();
  const inside = (text: string) => (text.toLowerCase().startsWith(own) ? text.slice(own.length) : text);
  const called = field(event, 'workflow_run', 'referenced_workflows') ?? [];
  if (!Array.isArray(called)) return null;
  const texts = [
    inside(textField(event, 'workflow_run', 'path') ?? ''),
    ...called
      .map((each) => textField(each, 'path') ?? own)
      .filter((path) => path.toLowerCase().startsWith(own))
      .map(inside),
  ];
  const paths = texts.flatMap((text) => WORKFLOW.exec(text)?.[1] ?? []);
  return paths.length === texts.length ? paths : null;
}
