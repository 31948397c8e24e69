import type { AcceptanceStore } from '../adapters/acceptance-store.ts';
import type { BotQueue, Job } from '../adapters/bot-queue.ts';
import type { BotStore, Run } from '../adapters/bot-store.ts';
import type { CommandStore } from '../adapters/command-store.ts';
import { connectPeople, type GitHubPeople } from '../adapters/github-people.ts';
import { chosenBy } from '../bot/acceptance.ts';
import { runKey } from '../bot/ask.ts';
import { askedByPull } from '../bot/asked.ts';
import * as answers from '../bot/command-answers.ts';
import { type Accept, type Command, parseCommand } from '../bot/commands.ts';
import { explainAnswer } from '../bot/explain-answer.ts';
import type { Said } from '../bot/said.ts';
import { marker, readMarker } from '../report/marker.ts';
import type { BotSettle } from './bot-settle.ts';

export interface BotCommandsOptions {
  readonly store: BotStore;
  readonly queue: BotQueue;
  readonly commands: CommandStore;
  readonly acceptances: AcceptanceStore;
  readonly settle: BotSettle;
  readonly api: string;
  readonly appId: number;
  tokenOf(installation: number): Promise<string>;
  now(): number;
  log(line: string): void;
}

/** How far away the date is that the App proposes, in milliseconds. */
const PROPOSED_MS = 30 * 86_400_000;

/** What a command is about, asked of GitHub: the head is what it is now, not what an event once told. */
interface Scene {
  readonly said: Said;
  readonly people: GitHubPeople;
  /** Null for a merge group's check run: then there is no place for an answer. */
  readonly pull: number | null;
  readonly author: string | null;
  readonly run: Run | null;
  readonly record: unknown;
  answer(body: string): Promise<void>;
}

/** Does what people say. Each step may be done again after a fall: an answer is written once, a command done once. */
export function botCommands(options: BotCommandsOptions): (job: Pick<Job, 'key'>) => Promise<void> {
  const { commands, api, appId, tokenOf, log } = options;
  return async ({ key }) => {
    const said = await commands.read(key);
    if (said === null) return;
    const token = await tokenOf(said.installation).catch((error: { status?: number }) => {
      if (error.status === 404) return null;
      throw error;
    });
    // The App was removed: nobody waits for an answer any more.
    if (token === null) return await commands.done(key);
    const people = await connectPeople({ token, repository: said.repository, api, appId, log });
    const scene = await sceneOf(said, people, options);
    if (await people.mayWrite(said.login)) await obey(scene, parseCommand(said.line, said.at), options);
    else if (scene.pull !== null && (await commands.refuse(said.id, { ...said, pull: scene.pull })))
      await scene.answer(answers.refusalAnswer(said.login));
    await commands.done(key);
  };
}

async function sceneOf(said: Said, people: GitHubPeople, { store }: BotCommandsOptions): Promise<Scene> {
  const { repository, head } = said;
  const pressed = head === null ? null : await store.run(runKey({ repository, head: { sha: head } }));
  const pull = said.pull ?? pressed?.ask.pull ?? null;
  const there = pull === null ? null : await people.pull(pull);
  const run =
    there === null ? pressed : (pressed ?? (await store.run(runKey({ repository, head: { sha: there.head } }))));
  const mine = { id: `answer/${said.id}`, sha: there?.head ?? head ?? '', run: null, attempt: null };
  return {
    ...{ said, people, pull, run, author: there?.author ?? null, record: there?.record ?? null },
    async answer(body) {
      if (pull === null) return;
      const isIt = (text: string) => readMarker(text)?.id === mine.id;
      await people.answer({ pull, body: `${marker(mine)}\n${body}`, isIt });
    },
  };
}

async function obey(scene: Scene, command: Command, options: BotCommandsOptions): Promise<void> {
  const { settle, now } = options;
  if (command.kind === 'help') return await scene.answer(answers.helpAnswer);
  if (command.kind === 'misread') return await scene.answer(answers.misreadAnswer(command.problem));
  if (command.kind === 'rerun') return await rerun(scene, options);
  if (command.kind === 'accept') return await accept(scene, command, options);
  const review = scene.run?.state === 'concluded' ? await settle.kept(scene.run) : null;
  if (command.kind === 'explain') return await scene.answer(explainAnswer(command.about, review));
  if (scene.run?.state !== 'concluded') return await scene.answer(answers.NOT_YET);
  const until = new Date(now() + PROPOSED_MS).toISOString().slice(0, 10);
  await scene.answer(review === null ? answers.NO_REPORT : answers.howToAcceptAnswer(review, until));
}

async function rerun(scene: Scene, { store, queue }: BotCommandsOptions): Promise<void> {
  const { said, run, people } = scene;
  const asked =
    run?.ask ??
    askedByPull({
      ...{ installation: { id: said.installation }, repository: { full_name: said.repository } },
      pull_request: scene.record,
    });
  if (asked === null) return await scene.answer(answers.NO_PULL);
  const [, comment] = /^comment\/(\d+)$/.exec(said.id) ?? [];
  // A button's answer is the check run itself.
  if (run !== null && run.state !== 'concluded') return comment ? await scene.answer(answers.BUSY) : undefined;
  const keys = await store.take(`command/${said.id}`, [asked], { again: true });
  for (const key of keys) await queue.send('announce', key);
  if (comment !== undefined) await people.hear(Number(comment));
}

async function accept(scene: Scene, command: Accept, options: BotCommandsOptions): Promise<void> {
  const { acceptances, settle } = options;
  const { said, run, pull } = scene;
  if (run === null || pull === null) return await scene.answer(answers.NOT_YET);
  const done = await acceptances.by(said.id);
  if (done.length === 0) {
    if (run.state !== 'concluded') return await scene.answer(answers.NOT_YET);
    if (run.ask.at >= said.at) return await scene.answer(answers.MOVED);
    const review = await settle.kept(run);
    if (review === null) return await scene.answer(answers.NO_REPORT);
    const chosen = chosenBy(command, { review, hash: (id) => id });
    if ('problem' in chosen) return await scene.answer(answers.notAcceptedAnswer(command.check, chosen, review));
    const { until, reason } = command;
    const own = said.login.toLowerCase() === scene.author?.toLowerCase();
    const list = chosen.map((each) => ({ ...each, head: run.ask.head.sha, until, reason, by: said.login, own }));
    await acceptances.add(said.id, { repository: said.repository, pull }, list);
  }
  const list = await acceptances.by(said.id);
  const review = await settle.kept(run);
  if (review !== null) {
    const all = await acceptances.of({ repository: said.repository, pull });
    await scene.answer(answers.acceptedAnswer(list, await settle.applied(run, review, all)));
  }
  await settle.settle(run);
}
