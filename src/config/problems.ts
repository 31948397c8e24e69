import type { z } from 'zod';
import { UserError } from '../errors.ts';
import { received } from './schema-value.ts';
import type { Path, Problem, Tree, YamlTree } from './yaml-tree.ts';

const LINES = 10;

/** What a schema found wrong, each with the place of the file that it speaks of. */
export function schemaProblems(tree: YamlTree, issues: readonly z.core.$ZodIssue[]): Problem[] {
  return issues.flatMap((issue) => problemsOf(tree, issue, issue.path));
}

function problemsOf(tree: YamlTree, issue: z.core.$ZodIssue, path: Path): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    const messages = issue.message.split('\n');
    return issue.keys.map((key, index) => ({ ...tree.place([...path, key], true), message: messages[index] ?? '' }));
  }
  const value = valueAt(tree.value, path);
  if (issue.code === 'invalid_union') {
    // Every union here is a word or a mapping, in this order: what stands in the file says which one was meant.
    const meant = issue.errors[value !== null && typeof value === 'object' && !Array.isArray(value) ? 1 : 0] ?? [];
    return meant.flatMap((inner) => problemsOf(tree, inner, [...path, ...inner.path]));
  }
  return [{ ...tree.place(path), message: `${nameOf(path)}${sentence(issue, value)}` }];
}

function sentence(issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.code === 'invalid_type' && issue.expected === 'array')
    return `expected a list, received ${received(value)}`;
  if (issue.code === 'invalid_type' && (issue.expected === 'object' || issue.expected === 'record'))
    return `expected a mapping (key: value), received ${received(value)}`;
  if (issue.code === 'too_small') return `expected at least ${issue.minimum} entries`;
  if (issue.code === 'too_big') return `expected at most ${issue.maximum} entries`;
  return issue.message;
}

function nameOf(path: Path): string {
  const key = path.at(-1);
  if (key === undefined) return '';
  return typeof key === 'number' ? `${String(path.at(-2) ?? '')} ${key + 1}: ` : `${String(key)}: `;
}

function valueAt(tree: Tree, path: Path): unknown {
  let value: unknown = tree;
  for (const key of path) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<PropertyKey, unknown>>)[key];
  }
  return value;
}

/** All problems of a configuration as one error: a line each, in the order of the file, at most ten lines. */
export function configError(path: string, problems: readonly Problem[]): UserError {
  const sorted = [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
  const shown = sorted.length > LINES ? sorted.slice(0, LINES - 1) : sorted;
  const lines = shown.map(({ line, column, message }) => `${path}:${line}:${column}: ${message}`);
  if (shown.length < sorted.length) lines.push(`... and ${sorted.length - shown.length} more`);
  return new UserError('config-invalid', lines.join('\n'), {
    hint: 'Every key is described in docs/configuration.md; docs/taster.schema.json checks the file in an editor.',
  });
}
