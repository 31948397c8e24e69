import type { Check } from '../checks/check.ts';
import { checks as builtChecks } from '../checks/index.ts';
import { UserError } from '../errors.ts';
import { assemble, crossCheck } from './assemble.ts';
import type { Config } from './config.ts';
import { configError, schemaProblems } from './problems.ts';
import { configSchema } from './schema.ts';
import { readYaml } from './yaml-tree.ts';

const BYTES_LIMIT = 1024 * 1024;

/**
 * Reads `.github/taster.yml` with every default filled in. `path` is what the messages call the file.
 * Throws a UserError (`config-invalid`) that lists all that is wrong, with line and column, in at most ten lines.
 */
export function parseConfig(
  source: string | Uint8Array,
  { path, checks = builtChecks }: { path: string; checks?: readonly Check[] },
): Config {
  const text = decode(source, path);
  let tree: ReturnType<typeof readYaml>;
  try {
    tree = readYaml(text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw configError(path, [{ line: 1, column: 1, message: 'nested too deeply to be read' }]);
  }
  if (tree.problems.length > 0) throw configError(path, tree.problems);
  if (tree.value === null)
    throw configError(path, [{ line: 1, column: 1, message: 'the file is empty; expected at least "version: 1"' }]);
  const parsed = configSchema(checks).safeParse(tree.value);
  if (!parsed.success) throw configError(path, schemaProblems(tree, parsed.error.issues));
  const config = assemble(parsed.data);
  const problems = crossCheck(parsed.data, config, checks).map((problem) => ({
    ...tree.place(problem.path),
    message: problem.message,
  }));
  if (problems.length > 0) throw configError(path, problems);
  return config;
}

function decode(source: string | Uint8Array, path: string): string {
  const bytes = typeof source === 'string' ? Buffer.byteLength(source) : source.byteLength;
  if (bytes > BYTES_LIMIT)
    throw new UserError('config-too-large', `${path} has ${bytes} bytes; a configuration has at most ${BYTES_LIMIT}.`, {
      hint: 'Is this the right file?',
    });
  let text: string;
  try {
    text = typeof source === 'string' ? source : new TextDecoder('utf-8', { fatal: true }).decode(source);
  } catch (cause) {
    throw new UserError('config-encoding', `${path} is not valid UTF-8.`, { hint: 'Save the file as UTF-8.', cause });
  }
  const nul = text.indexOf('\0');
  if (nul >= 0) {
    const line = text.slice(0, nul).split('\n').length;
    throw new UserError('config-encoding', `${path}:${line} holds a NUL byte.`, {
      hint: 'Save the file as plain UTF-8 text (UTF-16 looks like this, too).',
    });
  }
  return text.replace(/^\ufeff/, '');
}
