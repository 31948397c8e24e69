import type { TestRun } from './test-run.ts';

/** `caught` is the only good one. */
export interface Result {
  readonly kind: 'caught' | 'GREEN' | 'red before' | 'no end' | 'crashed';
  readonly detail: string;
}

/**
 * A break is caught when a test that passes without it fails with it. A file that no longer loads proves nothing:
 * then what fails is the file, not one of its tests.
 */
export function judge(before: TestRun, after: TestRun): Result {
  if (!before.ended || !after.ended) return { kind: 'no end', detail: '' };
  if (before.failed.length > 0) return { kind: 'red before', detail: before.failed.join('; ') };
  if (after.failed.length === 0) return { kind: 'GREEN', detail: '' };
  const caught = after.failed.find((name) => before.passed.includes(name));
  return caught === undefined
    ? { kind: 'crashed', detail: after.failed.join('; ') }
    : { kind: 'caught', detail: caught };
}
