import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { defaultConfig } from '../config/defaults.ts';
import { parseConfig } from '../config/parse.ts';
import { oneLine, UserError } from '../errors.ts';
import type { Review } from '../review/review.ts';
import type { Repository } from '../source/repository.ts';

export interface Configuration {
  readonly config: Config;
  readonly origin: Review['config'];
  readonly notes: readonly string[];
}

export interface ConfigurationPlace {
  /** Tip of the target branch: the only revision whose configuration counts. */
  readonly tip: string;
  readonly head: string;
  /** Path inside the repository. */
  readonly path: string;
  /** A local file instead, for trying a configuration out; null for none. */
  readonly local: string | null;
  readonly scratch: string;
}

const MOST_BYTES = 2 * 1024 * 1024;

/** Reads the configuration that counts, and whether the change proposes another. Throws a UserError for a wrong one. */
export async function readConfiguration(repository: Repository, place: ConfigurationPlace): Promise<Configuration> {
  const { path, local } = place;
  const read = (revision: string) => readAt(repository, revision, path, place.scratch);
  const bytes = local === null ? await read(place.tip) : await readLocal(local);
  const proposal = local === null ? await read(place.head).catch(() => Buffer.of()) : bytes;
  const proposed = proposal === null ? bytes !== null : bytes === null || !proposal.equals(bytes);
  const notes = proposed ? [describeProposal(proposal, path)] : [];
  if (bytes === null)
    return {
      config: defaultConfig,
      origin: { sha256: null, source: 'none', proposed },
      notes: [
        ...notes,
        `The target branch has no ${path}: changed data and weights are told about, and nothing is gated but unsafe-file.`,
      ],
    };
  return {
    config: parseConfig(bytes, { path: local ?? path }),
    origin: { sha256: createHash('sha256').update(bytes).digest('hex'), source: 'tip', proposed },
    notes: local === null ? notes : [`The configuration is the local file ${local}, not the target branch's.`],
  };
}

function describeProposal(proposal: Buffer | null, path: string): string {
  if (proposal === null) return `The change removes ${path}; the target branch's configuration was used.`;
  try {
    parseConfig(proposal, { path });
    return `The change proposes another ${path}; the target branch's was used.`;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return oneLine(`The change proposes a ${path} that cannot be read: ${error.message}`, 500);
  }
}

async function readAt(repository: Repository, revision: string, path: string, scratch: string): Promise<Buffer | null> {
  const entry = (await repository.listTree(revision)).find((each) => each.path === path);
  if (!entry) return null;
  if (entry.kind !== 'file')
    throw new UserError('config-invalid', `${path} is a ${entry.kind}, not a file.`, {
      hint: 'Commit the file itself.',
    });
  const copy = join(scratch, randomUUID());
  await repository.writeFile(revision, path, copy, MOST_BYTES);
  return await readFile(copy);
}

async function readLocal(path: string): Promise<Buffer> {
  return await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw new UserError('config-missing', `The configuration ${path} cannot be read (${cause.code ?? 'unknown'}).`, {
      hint: 'Name an existing file by --config, or run `taster init`.',
      cause,
    });
  });
}
