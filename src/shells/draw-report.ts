import { openTimedThread } from '../adapters/timed-thread.ts';
import type { ReportOrder } from './report-thread.ts';

/** Longer than this no reader waits. */
const LIMIT_MS = 20_000;
const MEMORY_MB = 512;

export interface ReportDrawer {
  /** The report as one HTML page; null where it took too long. */
  draw(order: ReportOrder): Promise<string | null>;
  close(): Promise<void>;
}

/** Reports are drawn one after another, on a thread of their own. */
export function openReportDrawer(): ReportDrawer {
  const program = new URL(
    import.meta.url.endsWith('.ts') ? './report-thread.ts' : './report-thread.js',
    import.meta.url,
  );
  const thread = openTimedThread<ReportOrder, { readonly html: string }>(program, {
    limitMs: LIMIT_MS,
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
  });
  let last: Promise<unknown> = Promise.resolve();
  return {
    async draw(order) {
      const drawn = last.then(() => thread.run(order));
      last = drawn.catch(() => {});
      return (await drawn)?.html ?? null;
    },
    close: () => thread.end(),
  };
}
