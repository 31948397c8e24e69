/**
 * Where the bundled libraries look for their native files. The bundler replaces their `require` of the native file by
 * a look at this place (build/native-require.ts); run from a checkout, the libraries find their own files and ignore it.
 */
export interface NativeFolders {
  readonly onnxruntime: string | null;
  readonly duckdb: string | null;
}

const PLACE = Symbol.for('taster.native-folders');

/** Must be called before the libraries are imported for the first time. */
export function setNativeFolders({ onnxruntime, duckdb }: NativeFolders): void {
  (globalThis as Record<symbol, unknown>)[PLACE] = { onnxruntime, duckdb };
}
