/** One value as the database gives it: all columns are read as text; counts come back as numbers. */
export type SqlValue = string | number | boolean | null;

/** The one thing that `table/` needs of a database; implemented by `adapters/duckdb.ts`. */
export interface Sql {
  /** Runs a statement with positional parameters ($1, $2 ...). Throws the database's own error. */
  run(statement: string, parameters?: readonly SqlValue[]): Promise<void>;
  /** Rows as arrays in column order. */
  rows(query: string, parameters?: readonly SqlValue[]): Promise<SqlValue[][]>;
  /** Column-wise: one array per column, for large results. */
  columns(query: string, parameters?: readonly SqlValue[]): Promise<SqlValue[][]>;
}

/** A file of one revision, materialised by the parent under a numbered name in the private folder. */
export interface LocalFile {
  /** Path inside the repository, with forward slashes. */
  readonly repoPath: string;
  readonly localPath: string;
  readonly bytes: number;
}
