import type { Sql, SqlValue } from '../table/sql.ts';

export interface DuckdbOptions {
  /** The private folder: the only place that may be read. */
  readonly folder: string;
  /** Where the database may spill. */
  readonly scratch: string;
  readonly memoryBytes: number;
  readonly threads: number;
  /** Path of `duckdb.node`; only a bundled build reads it (its alias of `@duckdb/node-bindings`). */
  readonly bindings?: string | null;
}

export interface Duckdb extends Sql {
  close(): void;
}

/** The variable by which the bundled alias of `@duckdb/node-bindings` learns where the native file lies. */
export const BINDINGS_VARIABLE = 'TASTER_DUCKDB_BINDINGS';

/** An in-memory database, locked before it reads anything: one folder, no extensions, no network, no way back. */
export async function openDuckdb(options: DuckdbOptions): Promise<Duckdb> {
  if (options.bindings) process.env[BINDINGS_VARIABLE] = options.bindings;
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(Math.max(1, Math.floor(options.threads))),
    memory_limit: `${Math.max(64, Math.floor(options.memoryBytes / 1e6))}MB`,
    temp_directory: options.scratch,
    max_temp_directory_size: '20GB',
    autoload_known_extensions: 'false',
    autoinstall_known_extensions: 'false',
    allow_community_extensions: 'false',
  });
  const connection = await instance.connect();
  for (const lock of [
    `SET allowed_directories = [${quoteText(options.folder)}]`,
    'SET enable_external_access = false',
    'SET lock_configuration = true',
  ])
    await connection.run(lock);
  const read = async (query: string, parameters?: readonly SqlValue[]) =>
    await connection.runAndReadAll(query, parameters ? [...parameters] : undefined);
  return {
    async run(statement, parameters) {
      await connection.run(statement, parameters ? [...parameters] : undefined);
    },
    async rows(query, parameters) {
      return (await read(query, parameters)).getRows().map((row) => row.map(plainValue));
    },
    async columns(query, parameters) {
      const result = await read(query, parameters);
      const columns = result.getColumns();
      return Array.from({ length: result.columnCount }, (_, at) => (columns[at] ?? []).map(plainValue));
    },
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

function plainValue(value: unknown): SqlValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  return typeof value === 'bigint' ? Number(value) : String(value);
}

function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
