/** A run as the pages tell of it. Times in milliseconds since 1970. */
export interface ListedRun {
  readonly number: number;
  /** `owner/name`, as GitHub writes it. */
  readonly repository: string;
  /** Null for a group of a merge queue. */
  readonly pull: number | null;
  /** The branch that is to be changed. */
  readonly into: string;
  readonly head: string;
  readonly attempt: number;
  readonly state: 'asked' | 'queued' | 'in_progress' | 'concluded';
  readonly conclusion: string | null;
  readonly checkRun: number | null;
  readonly asked: number;
  readonly began: number | null;
  readonly ended: number | null;
  /** The attempt whose report is kept; null: none is. */
  readonly reported: number | null;
  /** What that says in a sentence. */
  readonly headline: string | null;
}

export interface RepositoryRuns {
  readonly repository: string;
  readonly runs: number;
}

/** How many jobs of a queue wait, and are worked on. */
export interface QueueDepth {
  readonly queue: string;
  readonly waiting: number;
  readonly working: number;
}

/** A repository that somebody may read, through one installation of the App. */
export interface Readable {
  readonly installation: number;
  /** `owner/name` in small letters. */
  readonly repository: string;
}
