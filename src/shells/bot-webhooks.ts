import type { Probot } from 'probot';
import type { BotDispatches } from '../adapters/bot-dispatches.ts';
import type { BotQueue } from '../adapters/bot-queue.ts';
import type { BotStore } from '../adapters/bot-store.ts';
import type { CommandStore } from '../adapters/command-store.ts';
import { askedAgain, askedByGroup, askedByPull } from '../bot/asked.ts';
import { CHECK_NAME } from '../bot/check-output.ts';
import { endedWorkflow } from '../bot/dispatched.ts';
import { leftBy, removedBy } from '../bot/left.ts';
import { type Said, saidByButton, saidInComment } from '../bot/said.ts';
import { installationKey } from './bot-reconcile.ts';

export interface BotWebhooksOptions {
  readonly store: BotStore;
  readonly queue: BotQueue;
  readonly commands: CommandStore;
  /** Null where reviews are not made by workflows. */
  readonly dispatches: BotDispatches | null;
  now(): number;
}

/** Events to runs: each is written down and queued, and GitHub has its answer. The work comes later. */
export function botWebhooks(app: Probot, { store, queue, commands, dispatches, now }: BotWebhooksOptions): void {
  const announce = async (keys: readonly string[]) => {
    for (const key of keys) await queue.send('announce', key);
  };
  app.on(
    ['pull_request.opened', 'pull_request.synchronize', 'pull_request.reopened', 'pull_request.ready_for_review'],
    async ({ id, payload }) => {
      const ask = askedByPull(payload);
      if (ask !== null) await announce(await store.take(id, [ask]));
    },
  );
  app.on('pull_request.edited', async ({ id, payload }) => {
    // A new title is no new change; another target branch is.
    if (payload.changes.base === undefined) return;
    const ask = askedByPull(payload);
    if (ask !== null) await announce(await store.take(id, [ask]));
  });
  app.on('merge_group.checks_requested', async ({ id, payload }) => {
    const ask = askedByGroup(payload);
    if (ask !== null) await announce(await store.take(id, [ask]));
  });
  app.on(['pull_request.closed', 'merge_group.destroyed'], async ({ id, payload }) => {
    const left = leftBy(payload);
    if (left !== null) await announce(await store.leave(id, left));
  });
  app.on(
    ['installation.deleted', 'installation.suspend', 'installation_repositories.removed'],
    async ({ id, payload }) => {
      const removed = removedBy(payload);
      if (removed !== null) await store.drop(id, removed);
    },
  );
  app.on(['installation.created', 'installation.unsuspend', 'installation_repositories.added'], ({ payload }) =>
    queue.send('reconcile', installationKey(payload.installation.id)),
  );
  // A hint, which may come twice, late or never: what ended is asked of GitHub.
  app.on('workflow_run.completed', async ({ payload }) => {
    const ended = endedWorkflow(payload);
    const key = ended && (await dispatches?.keyOf(ended));
    if (key) await queue.send('collect', key);
  });
  const again = async (id: string, payload: unknown) => {
    const asked = askedAgain(payload);
    if (asked === null) return;
    // The store knows the pull requests of forks, too, and their branches.
    const known = (await store.runsOf(asked.repository, asked.head)).map(({ ask }) => ask);
    await announce(await store.take(id, known.length > 0 ? known : asked.asks, { again: true }));
  };
  app.on('check_suite.rerequested', ({ id, payload }) => again(id, payload));
  app.on('check_run.rerequested', async ({ id, payload }) => {
    if (payload.check_run.name === CHECK_NAME) await again(id, payload);
  });
  const hear = async (said: Said | null) => {
    if (said !== null && (await commands.take(said))) await queue.send('command', said.id);
  };
  app.on('issue_comment.created', ({ payload }) => hear(saidInComment(payload)));
  app.on('check_run.requested_action', async ({ id, payload }) => {
    if (payload.check_run.name === CHECK_NAME) await hear(saidByButton(id, payload, now()));
  });
}
