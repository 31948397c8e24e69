import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { normalAt } from '../../src/tensor/random.ts';
import type { PlayedAppPull } from '../../test/fixtures/bot/played-app-github.ts';

export interface BurstPull extends PlayedAppPull {
  /** What its review has to come to. */
  readonly wanted: 'success' | 'failure';
}

export interface BurstRepository {
  readonly name: string;
  readonly folder: string;
  readonly pulls: readonly BurstPull[];
}

const CONFIG = 'version: 1\ncomment: always\ngates: {unsafe-file: fail}\n';
const WEIGHTS = 'models/classifier.safetensors';
/** Calls `os.system` as soon as it is loaded. */
const HOSTILE = Buffer.from('cos\nsystem\n(S"true"\ntR.');
const EVERY_HOSTILE = 5;

/** A layer of 64 x 16 weights in the safetensors format. */
function weights(key: number): Buffer {
  const values = Float32Array.from({ length: 1024 }, (_, at) => normalAt(key, at));
  const header = JSON.stringify({ weight: { dtype: 'F32', shape: [64, 16], data_offsets: [0, 4096] } });
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, Buffer.from(header), Buffer.from(values.buffer)]);
}

/**
 * A repository of one model and so many pull requests. Each brings new weights; every fifth brings a pickle file beside
 * that runs a program when it is loaded, which the default gate refuses.
 */
export function makeBurstRepository(parent: string, at: number, count: number): BurstRepository {
  const name = `burst/repository-${String(at + 1).padStart(2, '0')}`;
  const folder = join(parent, name);
  mkdirSync(folder, { recursive: true });
  const git = (args: readonly string[], input?: Buffer) =>
    execFileSync('git', args, { cwd: folder, input, stdio: 'pipe' });
  git(['init', '-q', '-b', 'main']);
  const parts: Buffer[] = [];
  const line = (text: string) => parts.push(Buffer.from(`${text}\n`));
  const file = (path: string, bytes: Buffer) => {
    line(`M 100644 inline ${path}\ndata ${bytes.length}`);
    parts.push(bytes, Buffer.from('\n'));
  };
  const commit = (branch: string, from: string | null) => {
    line(`commit refs/heads/${branch}\ncommitter b <b@example.org> ${1_700_000_000 + at} +0000\ndata 1\nx`);
    if (from !== null) line(`from refs/heads/${from}`);
  };
  commit('main', null);
  file('.github/taster.yml', Buffer.from(CONFIG));
  file(WEIGHTS, weights(at));
  const isHostile = (number: number) => (at + number) % EVERY_HOSTILE === 0;
  for (let number = 1; number <= count; number++) {
    commit(`change-${number}`, 'main');
    file(WEIGHTS, weights(1000 * (at + 1) + number));
    if (isHostile(number)) file('models/scaler.pkl', HOSTILE);
  }
  git(['fast-import', '--quiet'], Buffer.concat(parts));
  const shas = new Map(
    git(['for-each-ref', '--format=%(refname:short) %(objectname)'])
      .toString()
      .trim()
      .split('\n')
      .map((text) => text.split(' ') as [string, string]),
  );
  const pulls = Array.from({ length: count }, (_, index) => ({
    ...{ repository: name, number: index + 1, updated: 1_700_000_000_000 + index },
    ...{ base: shas.get('main')!, head: shas.get(`change-${index + 1}`)! },
    wanted: isHostile(index + 1) ? ('failure' as const) : ('success' as const),
  }));
  return { name, folder, pulls };
}
