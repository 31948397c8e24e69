import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { oneLine } from '../errors.ts';

/** A YAML value in which no type was guessed: every scalar is text, an empty one or `null` is null. */
export type Tree = string | null | readonly Tree[] | { readonly [key: string]: Tree };

export type Path = readonly PropertyKey[];

/** Something wrong at a place of the file; line and column count from one. */
export interface Problem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export interface YamlTree {
  readonly value: Tree;
  readonly problems: readonly Problem[];
  /** Place of the value at a path, or of its nearest ancestor; `key` asks for the place of the key itself. */
  place(path: Path, key?: boolean): { readonly line: number; readonly column: number };
}

const DEPTH_LIMIT = 20;
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);
const NULLS = new Set(['', '~', 'null', 'Null', 'NULL']);

/** Reads one YAML 1.2 document without anchors, aliases, tags, merges and directives; duplicate keys are problems. */
export function readYaml(text: string): YamlTree {
  const lines = new LineCounter();
  const places = new Map<string, { key: number; value: number }>();
  const problems: Problem[] = [];
  const report = (offset: number, message: string) => problems.push({ ...linePlace(lines, offset), message });

  const document = parseDocument(text, {
    lineCounter: lines,
    schema: 'failsafe',
    // The library compares keys pairwise, which is quadratic: told apart below instead.
    uniqueKeys: false,
    prettyErrors: false,
    // Not 'silent': that passes over further documents without a word.
    logLevel: 'error',
  });
  // One broken place makes the parser complain about all that follows: the first complaint is the true one.
  for (const error of document.errors.slice(0, 1)) report(error.pos[0], syntaxMessage(error.code, error.message));
  if (document.directives?.yaml.explicit === true || /^%/m.test(text.split(/^---/m, 1)[0] ?? ''))
    report(0, 'a YAML directive (%...) is not allowed here; remove it');

  function walk(node: Node | null, path: Path, keyOffset: number): Tree {
    const offset = node?.range?.[0] ?? keyOffset;
    places.set(placeKey(path), { key: keyOffset, value: offset });
    if (node === null) return null;
    if (isAlias(node) || ('anchor' in node && node.anchor !== undefined)) {
      report(offset, 'anchors and aliases (&, *) are not allowed here; write the value out');
      return null;
    }
    if (node.tag !== undefined) {
      report(offset, 'a YAML tag (!...) is not allowed here; remove it');
      return null;
    }
    if (path.length > DEPTH_LIMIT) {
      report(offset, `nested more than ${DEPTH_LIMIT} levels deep`);
      return null;
    }
    if (isScalar(node)) {
      const value = String(node.value ?? '');
      return node.type === 'PLAIN' && NULLS.has(value) ? null : value;
    }
    if (isSeq(node)) return node.items.map((item, index) => walk(item as Node | null, [...path, index], offset));
    if (!isMap(node)) return null;
    const result: Record<string, Tree> = {};
    for (const { key, value } of node.items) {
      const keyNode = key as Node | null;
      const at = keyNode?.range?.[0] ?? offset;
      if (!isScalar(keyNode) || keyNode.anchor !== undefined || keyNode.tag !== undefined) {
        report(at, 'a key must be plain text');
        continue;
      }
      const name = String(keyNode.value ?? '');
      if (FORBIDDEN_KEYS.has(name)) report(at, `the key "${name}" is not allowed`);
      else if (name === '<<') report(at, 'merging (<<) is not allowed here; write the keys out');
      else if (Object.hasOwn(result, name)) report(at, `the key ${quote(name)} stands here twice`);
      else result[name] = walk(value as Node | null, [...path, name], at);
    }
    return result;
  }

  const value = document.errors.length === 0 ? walk(document.contents as Node | null, [], 0) : null;
  return {
    value,
    problems,
    place(path, key = false) {
      for (let length = path.length; length >= 0; length--) {
        const found = places.get(placeKey(path.slice(0, length)));
        if (found) return linePlace(lines, key && length === path.length ? found.key : found.value);
      }
      return { line: 1, column: 1 };
    },
  };
}

/** A foreign word, made fit for a message. */
export function quote(word: string): string {
  return `"${oneLine(word, 60)}"`;
}

function placeKey(path: Path): string {
  return JSON.stringify(path);
}

function linePlace(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function syntaxMessage(code: string, message: string): string {
  if (code === 'MULTIPLE_DOCS') return 'more than one YAML document (---); keep one';
  if (code === 'TAB_AS_INDENT') return 'a tab is used for indentation; use spaces';
  if (message.includes('call stack')) return 'nested too deeply to be read';
  return `not valid YAML: ${oneLine(message, 160)}`;
}
