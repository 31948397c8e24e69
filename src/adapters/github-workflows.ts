import type { WorkflowRun } from '../bot/dispatched.ts';
import { UserError } from '../errors.ts';
import { failed, type GitHubOptions, openGitHubClient } from './github-client.ts';

export interface WorkflowStart {
  /** Name of the file in `.github/workflows`. */
  readonly workflow: string;
  readonly branch: string;
  readonly inputs: Readonly<Record<string, string>>;
}

export interface Artifact {
  readonly id: number;
  readonly bytes: number;
  readonly expired: boolean;
}

export interface GitHubWorkflows {
  defaultBranch(): Promise<string>;
  /** Starts a workflow: the id of its run, or null where this server does not tell. Throws a UserError. */
  start(start: WorkflowStart): Promise<number | null>;
  /** The runs that were started by request on a branch since `since`, newest first, at most 100. */
  started(of: Pick<WorkflowStart, 'workflow' | 'branch'> & { readonly since: Date }): Promise<readonly WorkflowRun[]>;
  /** Null where there is no such run. */
  run(id: number): Promise<WorkflowRun | null>;
  artifacts(run: number, name: string): Promise<readonly Artifact[]>;
  /** Throws a UserError where it is longer than `most` bytes. */
  download(artifact: number, most: number): Promise<Buffer>;
  cancel(run: number): Promise<void>;
  mergeBase(base: string, head: string): Promise<string>;
}

/** The longest that an artifact may take to come, in milliseconds. */
const DOWNLOAD_MS = 120_000;

/** Workflows of one repository, as the App's installation token sees them. */
export async function connectWorkflows(options: GitHubOptions): Promise<GitHubWorkflows> {
  const { octokit, owner, repo, ask } = await openGitHubClient(options);
  const { actions, repos } = octokit.rest;
  const place = { owner, repo };
  return {
    async defaultBranch() {
      return (await ask(() => repos.get(place))).data.default_branch;
    },
    async start({ workflow, branch, inputs }) {
      // Never asked twice: what failed on the way back may be running, and is found by its title.
      const { data } = await octokit
        .request('POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches', {
          ...{ ...place, workflow_id: workflow, ref: branch, inputs: { ...inputs }, return_run_details: true },
        })
        .catch((error: unknown) => notStarted(error, workflow));
      const id = (data as { workflow_run_id?: unknown } | undefined)?.workflow_run_id;
      return typeof id === 'number' && Number.isSafeInteger(id) && id > 0 ? id : null;
    },
    async started({ workflow, branch, since }) {
      const created = `>=${since.toISOString()}`;
      const { data } = await ask(() =>
        actions.listWorkflowRuns({
          ...{ ...place, workflow_id: workflow, branch, event: 'workflow_dispatch', created, per_page: 100 },
        }),
      );
      return data.workflow_runs.map(runOf);
    },
    async run(id) {
      const { data } = await ask(() =>
        actions.getWorkflowRun({ ...place, run_id: id }).catch((error: unknown) => {
          if ((error as { status?: number }).status === 404) return { data: null };
          throw error;
        }),
      );
      return data === null ? null : runOf(data);
    },
    async artifacts(run, name) {
      const { data } = await ask(() =>
        actions.listWorkflowRunArtifacts({ ...place, run_id: run, name, per_page: 100 }),
      );
      return data.artifacts
        .filter((artifact) => artifact.name === name)
        .map(({ id, size_in_bytes: bytes, expired }) => ({ id, bytes, expired }));
    },
    async download(artifact, most) {
      const bytes = await ask(async () => {
        const { headers } = await actions.downloadArtifact({
          ...{ ...place, artifact_id: artifact, archive_format: 'zip' },
          request: { redirect: 'manual' },
        });
        // The storage is another server: it is not shown the token.
        return await read(String(headers.location ?? ''), most);
      });
      if (bytes !== null) return bytes;
      throw new UserError('artifact', `The workflow's artifact has more than ${most} bytes.`, {
        hint: 'Upload the file of the output review-path, and beside it only report-path.',
      });
    },
    async cancel(run) {
      await ask(() =>
        actions.cancelWorkflowRun({ ...place, run_id: run }).catch((error: unknown) => {
          // It has ended by itself, or is gone.
          if (![404, 409].includes((error as { status?: number }).status ?? 0)) throw error;
        }),
      );
    },
    async mergeBase(base, head) {
      const basehead = `${base}...${head}`;
      const { data } = await ask(() => repos.compareCommitsWithBasehead({ ...place, basehead, per_page: 1 }));
      return data.merge_base_commit.sha;
    },
  };
}

interface RawRun {
  readonly id: number;
  readonly event: string;
  readonly head_branch: string | null;
  readonly path: string;
  readonly repository: { readonly full_name: string };
  readonly head_repository: { readonly full_name: string } | null;
  readonly display_title: string;
  readonly status: string | null;
  readonly conclusion: string | null;
}

function runOf(run: RawRun): WorkflowRun {
  const { id, event, head_branch: branch, path, status, conclusion, display_title: title } = run;
  const [repository, headRepository] = [run.repository.full_name, run.head_repository?.full_name ?? null];
  return { id, event, branch, path, repository, headRepository, title, status, conclusion };
}

/** Null where there is more. */
async function read(address: string, most: number): Promise<Buffer | null> {
  const response = await fetch(address, { signal: AbortSignal.timeout(DOWNLOAD_MS) });
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw Object.assign(new Error('the artifact was not handed out'), { status: response.status });
  }
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body) {
    bytes += part.length;
    // Leaving the loop ends the download.
    if (bytes > most) return null;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function notStarted(error: unknown, workflow: string): never {
  const { status } = error as { status?: number };
  const problem: Readonly<Record<number, string>> = {
    403: 'the App may not start workflows (it needs the permission Actions: write)',
    404: `the default branch has no .github/workflows/${workflow}, or the App may not start workflows`,
    422: `.github/workflows/${workflow} is disabled, does not run on workflow_dispatch, or has not the inputs head, base, pull and run`,
  };
  const said = problem[status ?? 0];
  const isLimit = 'retry-after' in ((error as { response?: { headers?: object } }).response?.headers ?? {});
  if (said === undefined || isLimit) return failed(error);
  throw new UserError('dispatch', `The repository's workflow could not be started: ${said}.`, {
    hint: 'docs/bot.md has the workflow, under "Two ways to work".',
    cause: error,
  });
}
