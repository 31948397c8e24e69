import { spawn } from 'node:child_process';

/** What a test run ended with; names of tests that passed and of those that failed, nested ones included. */
export interface TestRun {
  readonly passed: readonly string[];
  readonly failed: readonly string[];
  /** False when it was stopped by the clock or its report is cut. */
  readonly ended: boolean;
}

const LIMIT_MS = 180_000;

/** Runs test files of a tree, in processes of their own. */
export function runTests(root: string, files: readonly string[]): Promise<TestRun> {
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--test', '--test-reporter=tap', ...files], {
      cwd: root,
      env: environment,
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: LIMIT_MS,
    });
    let report = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      report += part;
    });
    child.once('error', reject);
    child.once('close', () => resolve(readTap(report)));
  });
}

/** Reads TAP as Node 24 writes it: `ok 1 - name`, `not ok 2 - name`, and a count of tests at the end. */
export function readTap(report: string): TestRun {
  const passed: string[] = [];
  const failed: string[] = [];
  for (const [, no, name = ''] of report.matchAll(/^ *(not )?ok \d+ - (.*?)(?: # (?:SKIP|TODO)\b.*)?$/gm))
    (no ? failed : passed).push(name);
  return { passed, failed, ended: /^# tests [1-9]/m.test(report) };
}
