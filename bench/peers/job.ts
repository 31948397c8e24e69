/** What is trained: sizes that all peers are given. */
export interface Job {
  readonly network: 'mlp' | 'conv';
  /** N; each model trains on half of them. */
  readonly rows: number;
  /** D */
  readonly width: number;
  readonly hidden: number;
  /** C */
  readonly classes: number;
  readonly channels: number;
  readonly side: number;
  readonly batch: number;
  readonly epochs: number;
}

/** One model after another, or all in one graph. */
export type Way = 'sequential' | 'stacked';

const none = { hidden: 0, channels: 0, side: 0 } as const;

export const jobs = {
  /** Location-30's sizes, with the slice that a budget of five minutes gives it. */
  mlp: { ...none, network: 'mlp', rows: 5010, width: 446, hidden: 96, classes: 30, batch: 128, epochs: 20 },
  /** The last residual block of a ResNet-20's kind and its head, behind a frozen trunk. */
  conv: { ...none, network: 'conv', rows: 512, width: 64 * 8 * 8, channels: 64, side: 8, classes: 10, batch: 64, epochs: 10 }, // biome-ignore format: one line
} as const satisfies Readonly<Record<string, Job>>;
