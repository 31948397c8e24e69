import { setTimeout as sleep } from 'node:timers/promises';
import type { QueueDepth } from '../bot/listed-run.ts';
import type { RunCount } from './run-list.ts';

/** How a review went, as far as a monitor is told. */
export type ReviewEnd = 'done' | 'failed';

export interface Metrics {
  readonly contentType: string;
  webhook(seen: { readonly event: string; readonly status: number; readonly seconds: number }): void;
  review(seen: { readonly end: ReviewEnd; readonly seconds: number }): void;
  page(status: number): void;
  /** All of them in Prometheus' text format; what is counted in the database is asked for now. */
  text(): Promise<string>;
}

export interface MetricsSources {
  counts(): Promise<readonly RunCount[]>;
  depths(): Promise<readonly QueueDepth[]>;
}

/** Names of events come from whoever sends one: others than these are counted together. */
const EVENTS = new Set(
  (
    'pull_request merge_group check_suite check_run issue_comment push installation installation_repositories ' +
    'workflow_run ping'
  ).split(' '),
);
const WEBHOOK_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const REVIEW_SECONDS = [5, 10, 20, 30, 60, 120, 300, 600, 1200, 3600, 7200];

/** Where the database is gone the other figures are still told. */
const PATIENCE_MS = 2000;

async function asked<T>(ask: () => Promise<readonly T[]>): Promise<readonly T[]> {
  return await Promise.race([ask().catch(() => []), sleep(PATIENCE_MS, [], { ref: false })]);
}

/** Figures about the App as a whole: no label names a repository, a person or a commit. */
export async function openMetrics({ counts, depths }: MetricsSources): Promise<Metrics> {
  const { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } = await import('prom-client');
  const register = new Registry();
  const registers = [register];
  collectDefaultMetrics({ register });
  new Gauge({
    ...{ name: 'taster_database_up', help: 'Whether the database answers: 1 or 0', registers },
    async collect() {
      this.set((await asked(depths)).length > 0 ? 1 : 0);
    },
  });
  new Gauge({
    ...{ name: 'taster_runs', help: 'Runs in the database by state and conclusion', registers },
    labelNames: ['state', 'conclusion'],
    async collect() {
      const now = await asked(counts);
      this.reset();
      for (const { count, ...labels } of now) this.set(labels, count);
    },
  });
  new Gauge({
    ...{ name: 'taster_queue_jobs', help: 'Jobs that wait and that are worked on, by queue', registers },
    labelNames: ['queue', 'state'],
    async collect() {
      const now = await asked(depths);
      this.reset();
      for (const { queue, waiting, working } of now) {
        this.set({ queue, state: 'waiting' }, waiting);
        this.set({ queue, state: 'working' }, working);
      }
    },
  });
  const webhooks = new Counter({
    ...{ name: 'taster_webhooks_total', help: 'Webhooks by event and status of the answer', registers },
    labelNames: ['event', 'status'],
  });
  const webhookSeconds = new Histogram({
    ...{ name: 'taster_webhook_seconds', help: 'Seconds until a webhook was answered', registers },
    buckets: WEBHOOK_SECONDS,
  });
  const reviewSeconds = new Histogram({
    ...{ name: 'taster_review_seconds', help: 'Seconds of one try of a review, by how it ended', registers },
    ...{ labelNames: ['end'], buckets: REVIEW_SECONDS },
  });
  const pages = new Counter({
    ...{ name: 'taster_pages_total', help: 'Pages served by status', registers },
    labelNames: ['status'],
  });
  return {
    contentType: register.contentType,
    webhook({ event, status, seconds }) {
      webhooks.inc({ event: EVENTS.has(event) ? event : 'other', status });
      webhookSeconds.observe(seconds);
    },
    review: ({ end, seconds }) => reviewSeconds.observe({ end }, seconds),
    page: (status) => pages.inc({ status }),
    text: () => register.metrics(),
  };
}
