import type { CheckOutput, ConcludedCheck } from '../bot/check-output.ts';
import { type GitHubOptions, openGitHubClient } from './github-client.ts';

type Status = 'queued' | 'in_progress';
type CheckAnnotation = ConcludedCheck['annotations'][number];

export interface GitHubChecks {
  /** The check run of this key, made where there is none: looked for at each attempt, so that none is made twice. */
  ensure(check: { readonly key: string; readonly sha: string; readonly output: CheckOutput }): Promise<number>;
  /** Whether there is a check run of this key that has its conclusion. */
  isConcluded(key: string, sha: string): Promise<boolean>;
  show(id: number, status: Status, output: CheckOutput): Promise<void>;
  /** Adds what is not yet there of the annotations, then concludes. */
  conclude(id: number, concluded: ConcludedCheck): Promise<void>;
}

export interface GitHubChecksOptions extends GitHubOptions {
  readonly name: string;
  /** GitHub takes so many annotations in one request. */
  readonly annotationsAtOnce: number;
}

const LEVELS = { error: 'failure', warning: 'warning', notice: 'notice' } as const;

/** Check runs of one repository, as the App's installation token sees them. */
export async function connectChecks(options: GitHubChecksOptions): Promise<GitHubChecks> {
  const { octokit, owner, repo, ask } = await openGitHubClient(options);
  const { checks } = octokit.rest;
  const place = { owner, repo };
  const find = async (sha: string, key: string): Promise<{ id: number; conclusion: string | null } | null> => {
    const pages = octokit.paginate.iterator(checks.listForRef, {
      ...{ ...place, ref: sha, check_name: options.name, filter: 'all', per_page: 100 },
    });
    for await (const { data } of pages)
      for (const run of data) if (run.external_id === key && run.name === options.name) return run;
    return null;
  };
  const annotated = async (id: number): Promise<Set<string>> => {
    const found = await octokit.paginate(checks.listAnnotations, { ...place, check_run_id: id, per_page: 100 });
    return new Set(found.map(identity));
  };
  return {
    async ensure({ key, sha, output }) {
      return await ask(async () => {
        const there = await find(sha, key);
        if (there !== null) return there.id;
        const made = await checks.create({
          ...{ ...place, name: options.name, head_sha: sha, external_id: key, status: 'queued', output },
        });
        return made.data.id;
      });
    },
    async isConcluded(key, sha) {
      return (await ask(() => find(sha, key)))?.conclusion != null;
    },
    async show(id, status, output) {
      await ask(() => checks.update({ ...place, check_run_id: id, status, output }));
    },
    async conclude(id, { conclusion, output, annotations }) {
      await ask(async () => {
        // Asked at each attempt: GitHub adds what it is sent to what it has, and takes nothing away.
        const { data } = await checks.get({ ...place, check_run_id: id });
        const there = data.output.annotations_count > 0 ? await annotated(id) : new Set<string>();
        const rest = annotations.map(annotationOf).filter((each) => !there.has(identity(each)));
        const step = options.annotationsAtOnce;
        for (; rest.length > step; rest.splice(0, step))
          await checks.update({
            ...{ ...place, check_run_id: id, output: { ...output, annotations: rest.slice(0, step) } },
          });
        await checks.update({
          ...{ ...place, check_run_id: id, status: 'completed', conclusion },
          output: { ...output, annotations: rest },
        });
      });
    },
  };
}

function annotationOf({ path, line, level, title, message }: CheckAnnotation) {
  const at = line ?? 1;
  return { path, start_line: at, end_line: at, annotation_level: LEVELS[level], title, message };
}

/** What two annotations that say the same have in common. */
function identity(annotation: {
  readonly path: string;
  readonly start_line: number;
  readonly title: string | null;
  readonly message: string | null;
}): string {
  const { path, start_line, title, message } = annotation;
  return JSON.stringify([path, start_line, title, message]);
}
