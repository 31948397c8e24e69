import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse, parseDocument } from 'yaml';
import { actionInputs } from '../../src/config/options.ts';
import { workflowYaml } from '../../src/config/workflow.ts';

interface Step {
  readonly uses: string;
  readonly if?: string;
  readonly 'continue-on-error'?: boolean;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Job {
  readonly if?: string;
  readonly needs?: string;
  readonly permissions: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
  readonly 'timeout-minutes': number;
}
interface Workflow {
  readonly on: Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;
  readonly permissions: object;
  readonly concurrency: { readonly group: string; readonly 'cancel-in-progress'?: string };
  readonly jobs: Readonly<Record<string, Job>>;
}

/** As GitHub's workflows write it. */
const expression = (inside: string) => `$\{{ ${inside} }}`;

const text = workflowYaml({ action: 'owner/taster', version: 'v1' });
const workflow = parse(text) as Workflow;
/** The same after somebody has opened what stands there as a comment. */
const opened = text.replaceAll(/^( *)# (schedule:| {2}- cron: .*)$/gm, '$1$2');
const page = readFileSync(join(import.meta.dirname, '../../docs/configuration.md'), 'utf8');
/** The workflows for pull requests from forks, as they are to be copied. */
const recipes = [...page.matchAll(/```yaml\n(name: taster(?:-publish)?\n[\s\S]*?)```/g)].map(([, yaml]) => yaml!);
const [reviewing, recipe] = recipes.map((yaml) => parse(yaml) as Workflow) as [Workflow, Workflow];
const weeklyText = /```yaml\n(name: taster-weekly\n[\s\S]*?)```/.exec(page)?.[1] ?? '';
const weekly = parse(weeklyText) as Workflow;

test('the workflow is plain YAML without surprises', () => {
  assert.equal(recipes.length, 2);
  for (const each of [text, opened, weeklyText, ...recipes]) {
    const document = parseDocument(each, { strict: true });
    assert.deepEqual([document.errors, document.warnings], [[], []]);
    assert.ok(!each.includes('\t'));
  }
});

test('it runs on every pull request and in the merge queue, whatever files have changed', () => {
  assert.deepEqual(Object.keys(workflow.on).sort(), ['merge_group', 'pull_request', 'workflow_dispatch']);
  const types = workflow.on.pull_request!.types as string[];
  for (const type of ['opened', 'synchronize', 'reopened', 'edited']) assert.ok(types.includes(type));
  assert.doesNotMatch(text.replaceAll(/#.*/g, ''), /paths|pull_request_target/);
});

test('a newer push cancels the review of the older one; nothing is cancelled in the merge queue', () => {
  assert.match(workflow.concurrency.group, /pull_request\.number \|\| github\.ref/);
  assert.equal(workflow.concurrency['cancel-in-progress'], expression("github.event_name == 'pull_request'"));
});

test('the job that opens the change may only read; the one that may write opens nothing of it', () => {
  assert.deepEqual(workflow.permissions, {});
  assert.deepEqual(Object.keys(workflow.jobs), ['review', 'publish']);
  const { review, publish } = workflow.jobs as { review: Job; publish: Job };
  assert.deepEqual(review.permissions, { contents: 'read' });
  assert.deepEqual(publish.permissions, { contents: 'read', 'pull-requests': 'write' });
  assert.equal(publish.needs, 'review');
  const checkout = review.steps.find(({ uses }) => uses.startsWith('actions/checkout'));
  assert.equal(checkout?.with?.['persist-credentials'], false);
  assert.equal(review.if, undefined, 'a required check always runs');
  for (const { with: given } of review.steps) assert.equal(given?.token, undefined);
  assert.ok(publish.steps.every(({ uses }) => !uses.startsWith('actions/checkout')));
  for (const job of [review, publish]) assert.ok(job['timeout-minutes'] <= 30);
});

test('the review is handed over also where a gate is broken, and lies where publish looks for it', () => {
  const { review, publish } = workflow.jobs as { review: Job; publish: Job };
  const upload = review.steps.find(({ uses }) => uses.startsWith('actions/upload-artifact'))!;
  const download = publish.steps.find(({ uses }) => uses.startsWith('actions/download-artifact'))!;
  assert.match(upload.if ?? '', /always\(\)/);
  assert.match(publish.if ?? '', /!cancelled\(\)/);
  assert.equal(upload.with?.name, download.with?.name);
  const files = ['review-path', 'report-path'].map((name) => expression(`steps.taster.outputs.${name}`));
  assert.equal(upload.with?.path, `${files.join('\n')}\n`);
  assert.equal(download.with?.path, `${expression('runner.temp')}/taster/taster`);
});

test('only inputs that the action has are given, and no word of the event goes into a script', () => {
  const names = new Set(actionInputs().map(({ name }) => name));
  for (const { jobs } of [workflow, reviewing, recipe, weekly])
    for (const { steps } of Object.values(jobs))
      for (const step of steps) {
        assert.ok(!('run' in step));
        if (/taster@/i.test(step.uses))
          for (const name of Object.keys(step.with ?? {})) assert.ok(names.has(name), name);
      }
  assert.ok(text.includes('owner/taster@v1'));
});

test('the recipe for forks: its first workflow reviews as the default one does, and may write nothing', () => {
  assert.deepEqual(reviewing.on, { pull_request: workflow.on.pull_request, merge_group: null });
  assert.deepEqual(reviewing.permissions, {});
  assert.deepEqual(reviewing.concurrency, workflow.concurrency);
  assert.deepEqual(Object.keys(reviewing.jobs), ['review']);
  const [own, usual] = [reviewing.jobs.review!, workflow.jobs.review!];
  assert.deepEqual(own.permissions, { contents: 'read' });
  const bare = ({ uses, ...step }: Step) => ({ ...step, uses: uses.replace(/.*\/|@.*/g, '') });
  assert.deepEqual(own.steps.map(bare), usual.steps.map(bare));
});

test('the schedule is there to be opened: the review job may run by it, the one that comments does not', () => {
  const { on, jobs } = parse(opened) as Workflow;
  assert.deepEqual(on.schedule, weekly.on.schedule);
  assert.equal(jobs.review!.if, undefined);
  assert.match(jobs.publish!.if ?? '', /github\.event_name == 'pull_request'/);
});

test('the weekly workflow: the whole history, and a token that reads', () => {
  assert.deepEqual([Object.keys(weekly.on), weekly.permissions, Object.keys(weekly.jobs)], [['schedule'], {}, ['review']]); // biome-ignore format: one idea
  const { permissions, steps, ...job } = weekly.jobs.review!;
  assert.deepEqual(permissions, { contents: 'read' });
  assert.ok(job['timeout-minutes'] <= 30);
  const [checkout, taster, upload, ...rest] = steps;
  assert.equal(rest.length, 0);
  assert.deepEqual(checkout!.with, { 'fetch-depth': 0, 'persist-credentials': false });
  assert.match(taster!.uses, /taster@/);
  assert.match(upload!.if ?? '', /always\(\)/);
});

test('the recipe for forks: its second runs after the review, without checkout, with no more than it needs', () => {
  assert.deepEqual(recipe.on, {
    workflow_run: { workflows: [(reviewing as unknown as { name: string }).name], types: ['requested', 'completed'] },
  });
  assert.deepEqual(recipe.permissions, {});
  const { publish } = recipe.jobs as { publish: Job };
  assert.deepEqual(Object.keys(recipe.jobs), ['publish']);
  const permissions = { actions: 'read', contents: 'read', 'pull-requests': 'write', statuses: 'write' };
  assert.deepEqual(publish.permissions, permissions);
  for (const event of Object.keys(reviewing.on))
    assert.match(publish.if ?? '', new RegExp(`github\\.event\\.workflow_run\\.event == '${event}'`));
  assert.doesNotMatch(publish.if ?? '', /conclusion/, 'a run that failed is told, too');
  assert.equal(recipe.concurrency['cancel-in-progress'], false);
  const [download, taster, ...rest] = publish.steps;
  assert.equal(rest.length, 0);
  assert.match(download!.uses, /^actions\/download-artifact@/);
  assert.equal(download!.if, expression("github.event.action == 'completed'"));
  assert.equal(download!['continue-on-error'], true, 'a run without an artifact is told, too');
  assert.equal(download!.with?.name, reviewing.jobs.review!.steps.at(-1)!.with?.name);
  assert.equal(download!.with?.['run-id'], expression('github.event.workflow_run.id'));
  assert.equal(download!.with?.path, `${expression('runner.temp')}/taster/taster`);
  assert.equal(taster!.with?.mode, 'publish');
});

test('the recipe for forks: every action is pinned by commit, with its version beside it, and every permission has a reason', () => {
  for (const yaml of recipes) {
    const uses = (yaml.match(/- uses: .*/g) ?? []).map((line) => line.slice(2));
    assert.ok(uses.length >= 2);
    for (const line of uses)
      assert.match(line, /^uses: (?:actions\/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+|OWNER\/taster@COMMIT # VERSION)$/);
  }
  const granted = /permissions:\n((?: {6}.*\n)+)/.exec(recipes[1]!)?.[1]?.trim().split('\n') ?? [];
  assert.equal(granted.length, 4);
  for (const line of granted) assert.match(line, /^\s*[a-z-]+: (?:read|write) # .+$/);
  assert.match(
    recipes[1]!,
    /# Nothing of the change is .+\n {2}workflow_run: # zizmor: ignore\[dangerous-triggers\]\n/,
  );
});
