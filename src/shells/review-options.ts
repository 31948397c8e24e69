import type { EngineProcess } from '../adapters/engine-process.ts';
import { findCheck } from '../config/explain.ts';
import { UserError } from '../errors.ts';
import type { EngineRequest, Progress } from '../review/request.ts';

/** A review of a local repository, as a shell asks for it. */
export interface ReviewOptions {
  readonly repo: string;
  readonly base: string | null;
  readonly head: string | null;
  /** Tip of the target branch, whose configuration counts; null: `base` where it is given, else the default branch. */
  readonly tip: string | null;
  /** Path of the configuration inside the repository. */
  readonly configPath: string;
  /** A local configuration file instead; null for none. */
  readonly configFile: string | null;
  /**
   * The repository need not have data or weights: a workflow may stand there before they come, and the App is installed
   * for whole organisations. Without it that is an error: somebody named the wrong place.
   */
  readonly mayBeEmpty?: boolean;
  readonly seed: string | null;
  readonly budgetSeconds: number | null;
  readonly shadows: number | null;
  readonly device: EngineRequest['limits']['device'];
  readonly only: readonly string[] | null;
  readonly dryRun: boolean;
  /** Bound on the engine's resident memory in bytes; null: four fifths of the machine's. */
  readonly memoryBytes: number | null;
  readonly runtimePath: string | null;
  readonly registry: string | null;
  /** For the repository's own LFS endpoint. Never handed to the engine. */
  readonly token: string | null;
  readonly isolated?: EngineProcess['isolated'];
  /** Where trained base ensembles are kept; null keeps none. */
  readonly cache: string | null;
  readonly context: Pick<EngineRequest, 'repository' | 'pull' | 'run'> & {
    readonly baseRef: string | null;
    readonly headRef: string | null;
    readonly headRepository: string | null;
  };
  readonly environment: Readonly<Record<string, string | undefined>>;
  log(line: string): void;
  onProgress(progress: Progress): void;
}

/** Throws a UserError for an option that cannot be. */
export function checkOptions({ only, seed }: Pick<ReviewOptions, 'only' | 'seed'>): void {
  for (const id of only ?? []) findCheck(id);
  if (seed !== null && !/^[\w.-]{1,64}$/.test(seed))
    throw new UserError('option-invalid', '--seed: expected up to 64 letters, digits, dots, dashes or underscores.', {
      hint: 'Take it from the plan of the review that is to be reproduced.',
    });
}
