import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { UserError } from '../errors.ts';

/** Beside the sources in a checkout, beside `dist/` when installed. */
const EXAMPLE = import.meta.url.endsWith('.ts') ? '../../examples/sms-spam/' : '../examples/sms-spam/';
const DATA = 'data/messages.csv';
export const BASE_BRANCH = 'main';
export const CHANGE_BRANCH = 'more-messages';

/** The copy checks are off: what finds the poison is retraining alone. Real messages hold real phone numbers: not today's matter. */
const CONFIG = `version: 1
data:
  - name: messages
    path: ${DATA}
    label: label
    text: [message]
shadows: {models: 32, epochs: 20, budget: 80s}
checks:
  conflicting-copies: off
  duplicates: off
  secrets: off
  extraction: off
gates:
  amplification: fail
`;

export interface DemoRepository {
  readonly path: string;
  /** Removes it, unless it was made in a folder that the user named. */
  close(): Promise<void>;
}

/**
 * Builds a git repository with a real data set on its default branch, and a branch that adds 200 honest messages and
 * six wrong-label copies. `keep` is a folder that is made for it and stays; null makes a temporary one.
 */
export async function makeDemoRepository(keep: string | null): Promise<DemoRepository> {
  const path = keep ?? (await mkdtemp(join(tmpdir(), 'taster-demo-')));
  if (keep !== null)
    await mkdir(keep).catch((cause: NodeJS.ErrnoException) => {
      throw new UserError('demo-folder', `${keep} cannot be made (${cause.code ?? 'unknown'}).`, {
        hint: 'Name a folder that is not there yet.',
        cause,
      });
    });
  const example = (name: string) => fileURLToPath(new URL(EXAMPLE + name, import.meta.url));
  const git = gitIn(path);
  try {
    await git('init', '--quiet', `--initial-branch=${BASE_BRANCH}`);
    await mkdir(join(path, dirname(DATA)));
    await mkdir(join(path, '.github'));
    await writeFile(join(path, '.github/taster.yml'), CONFIG);
    await cp(example('README.md'), join(path, 'README.md'));
    await cp(example('messages.csv'), join(path, DATA));
    await git('add', '.');
    await git('commit', '--quiet', '--message', 'Messages, labelled');
    await git('checkout', '--quiet', '-b', CHANGE_BRANCH);
    const base = await readFile(example('messages.csv'), 'utf8');
    const added = await readFile(example('added.csv'), 'utf8');
    const { victims } = JSON.parse(await readFile(example('poison.json'), 'utf8')) as { victims: number[] };
    await writeFile(join(path, DATA), base + poisonedLines(base, added, victims));
    await git('commit', '--quiet', '--all', '--message', 'More messages');
  } catch (error) {
    if (keep === null) await rm(path, { recursive: true, force: true });
    throw error;
  }
  return {
    path,
    async close() {
      if (keep === null) await rm(path, { recursive: true, force: true });
    },
  };
}

/** The honest lines with a wrong-label copy of each victim among them, evenly spread. Every row is one line. */
function poisonedLines(base: string, added: string, victims: readonly number[]): string {
  const rows = base.trimEnd().split('\n').slice(1);
  const honest = added.trimEnd().split('\n').slice(1);
  const every = Math.floor(honest.length / victims.length);
  const lines = honest.flatMap((line, at) => {
    const victim = at % every === every - 1 ? victims[Math.floor(at / every)] : undefined;
    return victim === undefined ? [line] : [line, wrongLabelCopy(rows[victim]!)];
  });
  return `${lines.join('\n')}\n`;
}

function wrongLabelCopy(line: string): string {
  return line.startsWith('ham,') ? line.replace('ham,', 'spam,') : line.replace('spam,', 'ham,');
}

/** git with nothing of the user's own settings, so that two demos make the same commits. */
function gitIn(folder: string): (...args: string[]) => Promise<void> {
  const who = { NAME: 'Taster demo', EMAIL: 'demo@taster.invalid', DATE: '2026-01-01T00:00:00Z' };
  const env = Object.fromEntries([
    ...['PATH', 'SystemRoot'].map((name) => [name, process.env[name]] as const),
    ...Object.entries(who).flatMap(([name, value]) =>
      ['AUTHOR', 'COMMITTER'].map((role) => [`GIT_${role}_${name}`, value]),
    ),
    ['GIT_CONFIG_GLOBAL', '/dev/null'],
    ['GIT_CONFIG_NOSYSTEM', '1'],
  ]);
  const settings = ['-c', 'core.autocrlf=false', '-c', 'commit.gpgSign=false', '-c', 'gc.auto=0'];
  return async (...args) => {
    await promisify(execFile)('git', ['-C', folder, ...settings, ...args], { env }).catch((cause) => {
      throw new UserError(
        'git-failed',
        `git ${args[0]} did not work: ${cause.code === 'ENOENT' ? 'git was not found' : 'see below'}.`,
        {
          hint: 'Install git 2.28 or newer.',
          cause,
        },
      );
    });
  };
}
