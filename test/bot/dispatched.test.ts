import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endedWorkflow, isStarted, runTitle, type WorkflowRun, workflowInputs } from '../../src/bot/dispatched.ts';

const where = { repository: 'Example/Spam', branch: 'main', workflow: 'taster.yml' };
const run: WorkflowRun = {
  ...{ id: 1, event: 'workflow_dispatch', branch: 'main', path: '.github/workflows/taster.yml@refs/heads/main' },
  ...{ repository: 'example/spam', headRepository: 'example/spam' },
  ...{ title: 'Taster 00', status: 'completed', conclusion: 'success' },
};

test('a run of the configured workflow on the default branch, started by request, is ours', () => {
  assert.ok(isStarted(run, where));
  assert.ok(isStarted({ ...run, path: '.github/workflows/taster.yml' }, where));
  const others: Partial<WorkflowRun>[] = [
    { event: 'pull_request' },
    { event: 'repository_dispatch' },
    { branch: 'change' },
    { branch: null },
    { path: '.github/workflows/other.yml' },
    { path: '.github/workflows/other.yml@.github/workflows/taster.yml' },
    { path: 'taster.yml' },
    { repository: 'example/other' },
    { headRepository: 'fork/spam' },
    { headRepository: null },
  ];
  for (const more of others) assert.ok(!isStarted({ ...run, ...more }, where), JSON.stringify(more));
});

test('the inputs are texts, the pull request of a merge queue’s group an empty one', () => {
  const [base, head] = ['b', 'a'].map((letter) => ({ sha: letter.repeat(40), ref: 'x', repository: null }));
  const ask = { installation: 1, repository: 'example/spam', pull: 7, at: 0, base: base!, head: head! };
  assert.deepEqual(workflowInputs(ask, 'n'), { head: head!.sha, base: base!.sha, pull: '7', run: 'n' });
  assert.equal(workflowInputs({ ...ask, pull: null }, 'n').pull, '');
});

test('an event that a started workflow has ended; no other event', () => {
  const ended = { id: 5, event: 'workflow_dispatch', display_title: runTitle('abc') };
  const payload = { repository: { full_name: 'example/spam' }, workflow_run: ended };
  assert.deepEqual(endedWorkflow(payload), { repository: 'example/spam', id: 5, nonce: 'abc' });
  assert.equal(endedWorkflow({ ...payload, workflow_run: { ...ended, display_title: 'Fix Taster abc' } })?.nonce, null);
  for (const workflow_run of [{ ...ended, event: 'pull_request' }, { ...ended, id: -1 }, { ...ended, id: '5' }, null])
    assert.equal(endedWorkflow({ ...payload, workflow_run }), null);
  for (const other of [null, {}, [], 'x', { workflow_run: ended }]) assert.equal(endedWorkflow(other), null);
});
