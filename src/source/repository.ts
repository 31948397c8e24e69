/** The head revision that means the files as they lie in the work tree. */
export const WORKTREE = 'WORKTREE';

export interface TreeEntry {
  /** Path inside the repository, with forward slashes. */
  readonly path: string;
  readonly kind: 'file' | 'link' | 'submodule';
  /** Object id of the blob; null in the work tree. */
  readonly object: string | null;
}

export interface ChangedFile {
  readonly path: string;
  /** Another path at base, where git saw a rename. */
  readonly previousPath: string | null;
  readonly change: 'added' | 'removed' | 'modified' | 'renamed';
  readonly kind: TreeEntry['kind'];
}

/** A branch as it grew: newest first. */
export interface FirstParents {
  /** `seconds` since 1970, as the committer states them. */
  readonly commits: readonly { readonly sha: string; readonly seconds: number }[];
  /** False where the way goes on beyond what this clone holds. */
  readonly isWhole: boolean;
}

/** What the review needs of a git repository; implemented by `adapters/git.ts`. */
export interface Repository {
  /** Full commit id. Throws a UserError for an unknown revision. */
  resolve(revision: string): Promise<string>;
  mergeBase(a: string, b: string): Promise<string>;
  /** The way back from a commit along first parents. */
  firstParents(revision: string): Promise<FirstParents>;
  /** A name that resolves, such as `origin/main`. */
  defaultBranch(): Promise<string>;
  /** Address of a remote, or null. */
  remoteUrl(name: string): Promise<string | null>;
  /** `head` may be WORKTREE. */
  changedFiles(base: string, head: string): Promise<ChangedFile[]>;
  /** All files of a revision, sorted by path. */
  listTree(revision: string): Promise<TreeEntry[]>;
  /** Streams one file of a revision to a new local file; at most `maxBytes`. Answers its size in bytes. */
  writeFile(revision: string, path: string, localPath: string, maxBytes: number): Promise<number>;
  /** The first bytes of a file of a revision, at most `bytes`; none where it is no file. */
  readStart(revision: string, path: string, bytes: number): Promise<Buffer>;
  /**
   * The content of blobs in the order asked for, by one process; null for one of more than `maxBytes`. Throws a
   * UserError for an object that this clone does not hold.
   */
  readBlobs(objects: readonly string[], maxBytes: number): AsyncIterable<Buffer | null>;
  /** Makes a commit that a shallow clone lacks available. */
  fetchCommit(sha: string): Promise<void>;
  /** Absolute path of the work tree's root. */
  readonly root: string;
}

/** The folder of a path with a slash at its end; empty for the repository's root. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}
