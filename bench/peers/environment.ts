import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where the peers are installed: a folder that is thrown away, or kept where `TASTER_PEERS` names one. */
export interface Environment {
  readonly folder: string;
  /** A Python that has these packages, by pip as it is configured here; null where they cannot be had. */
  python(packages: readonly (string | PythonPackage)[]): string | null;
  /** A folder whose `node_modules` has these packages; null where they cannot be had. */
  node(packages: readonly string[]): string | null;
  close(): void;
}

/** A package that is imported by another name than it is installed by. */
export interface PythonPackage {
  readonly pip: string;
  readonly module: string;
}

export function makeEnvironment(): Environment {
  const kept = process.env.TASTER_PEERS;
  const folder = kept ?? mkdtempSync(join(tmpdir(), 'taster-peers-'));
  mkdirSync(folder, { recursive: true });
  const runs = (command: string, args: readonly string[], cwd = folder): boolean => {
    try {
      execFileSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'ignore'] });
      return true;
    } catch {
      return false;
    }
  };
  return {
    folder,
    python(wanted) {
      const packages = wanted.map((each) => (typeof each === 'string' ? { pip: each, module: each } : each));
      const python = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
      const isThere = () => packages.every(({ module }) => runs(python, ['-c', `import ${module}`]));
      if (existsSync(python) && isThere()) return python;
      const names = packages.map(({ pip }) => pip);
      console.error(`installing ${names.join(', ')} ...`);
      const isMade = existsSync(python) || runs('python3', ['-m', 'venv', folder]);
      return isMade && runs(python, ['-m', 'pip', 'install', '--quiet', ...names]) && isThere() ? python : null;
    },
    node(packages) {
      const isThere = () => packages.every((name) => existsSync(join(folder, 'node_modules', name)));
      if (isThere()) return folder;
      console.error(`installing ${packages.join(', ')} ...`);
      const args = ['install', '--no-save', '--no-audit', '--no-fund', '--prefix', folder, ...packages];
      return runs('npm', args) && isThere() ? folder : null;
    },
    close() {
      if (kept === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}
