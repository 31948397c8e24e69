import type { ChangedFile, TreeEntry } from '../source/repository.ts';

const LINK = '120000';
const SUBMODULE = '160000';

function kindOf(mode: string): TreeEntry['kind'] {
  return mode === LINK ? 'link' : mode === SUBMODULE ? 'submodule' : 'file';
}

/** Output of `git ls-tree -r -z`: `mode type object TAB path NUL`. */
export function parseTree(output: string): TreeEntry[] {
  return output
    .split('\0')
    .filter(Boolean)
    .map((line) => {
      const tab = line.indexOf('\t');
      const [mode = '', , object = ''] = line.slice(0, tab).split(' ');
      return { path: line.slice(tab + 1), kind: kindOf(mode), object };
    });
}

/** Output of `git diff --raw -z -M`: `:old new old-id new-id status NUL path NUL [new path NUL]`. */
export function parseChanges(output: string): ChangedFile[] {
  const fields = output.split('\0');
  const changes: ChangedFile[] = [];
  for (let at = 0; at + 1 < fields.length; ) {
    const [oldMode = '', newMode = '', , , status = ''] = fields[at]!.slice(1).split(' ');
    const two = status.startsWith('R') || status.startsWith('C');
    const first = fields[at + 1]!;
    const path = two ? fields[at + 2]! : first;
    const renamed = status.startsWith('R');
    const change =
      status === 'A' || status.startsWith('C')
        ? 'added'
        : status === 'D'
          ? 'removed'
          : renamed
            ? 'renamed'
            : 'modified';
    changes.push({
      path,
      previousPath: renamed ? first : null,
      change,
      kind: kindOf(status === 'D' ? oldMode : newMode),
    });
    at += two ? 3 : 2;
  }
  return changes;
}
