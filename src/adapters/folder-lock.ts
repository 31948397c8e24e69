import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../errors.ts';

interface Owner {
  readonly pid: number;
  /** Start of the process: a number that is used again later is another process. */
  readonly started: string;
  readonly host: string;
}

export interface FolderLock {
  release(): void;
}

const NAME = 'owner.lock';

/**
 * Makes this process the one owner of a folder, until it is released or the process is gone: the lock of a dead
 * process is taken over. Throws a UserError where another process owns it.
 */
export function lockFolder(folder: string): FolderLock {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, NAME);
  const me: Owner = { pid: process.pid, started: startOf(process.pid) ?? '', host: hostname() };
  const draft = join(folder, `${NAME}.${randomUUID()}`);
  writeFileSync(draft, JSON.stringify(me), { mode: 0o600, flag: 'wx' });
  try {
    if (!create(draft, file)) takeOver(folder, file, draft);
  } finally {
    rmSync(draft, { force: true });
  }
  const release = () => {
    process.off('exit', release);
    if (isSame(readOwner(file), me)) rmSync(file, { force: true });
  };
  process.once('exit', release);
  return { release };
}

/** A link appears whole or not at all, and never over another. */
function create(draft: string, file: string): boolean {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** One at a time: else the second of two would take over what the first has just taken. */
function takeOver(folder: string, file: string, draft: string): void {
  const turn = join(folder, `${NAME}.turn`);
  try {
    mkdirSync(turn);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
    throw refused(folder, 'another process is just taking it over', `Where none is, remove ${turn} and start again.`);
  }
  try {
    const there = readOwner(file);
    if (there !== null && there.host !== hostname())
      throw refused(
        folder,
        `a process of the machine ${there.host} owns it`,
        `Where that one is gone, remove ${file}.`,
      );
    if (there !== null && startOf(there.pid) === there.started)
      throw refused(folder, `process ${there.pid} owns it`, 'Stop that one first.');
    renameSync(draft, file);
  } finally {
    rmdirSync(turn);
  }
}

function readOwner(file: string): Owner | null {
  try {
    const owner = JSON.parse(readFileSync(file, 'utf8')) as Partial<Owner> | null;
    return typeof owner?.pid === 'number' && typeof owner.started === 'string' && typeof owner.host === 'string'
      ? (owner as Owner)
      : null;
  } catch {
    return null;
  }
}

function isSame(a: Owner | null, b: Owner): boolean {
  return a !== null && a.pid === b.pid && a.started === b.started && a.host === b.host;
}

/** When a process started, in a form that two processes of one number do not share; null where there is none. */
function startOf(pid: number): string | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program may hold spaces and brackets; the start is the 22nd field.
    const ticks = fields.slice(fields.lastIndexOf(')') + 2).split(' ')[19];
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${ticks}`;
  } catch {
    if (process.platform === 'linux') return null;
  }
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || null;
  } catch {
    return null;
  }
}

function refused(folder: string, reason: string, hint: string): UserError {
  return new UserError('folder-owned', `The data folder ${folder} has one owner at a time, and ${reason}.`, {
    hint: `${hint} Several processes or machines need PostgreSQL: set DATABASE_URL.`,
  });
}
