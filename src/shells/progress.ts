import { oneLine } from '../errors.ts';
import type { Progress } from '../review/request.ts';

interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface ProgressLine {
  show(progress: Progress): void;
  /** Removes the line of a terminal, so that what follows stands alone. */
  clear(): void;
}

const QUIET_SECONDS = 15;

/** Progress on standard error: one line rewritten on a terminal; in a log, a line now and then. */
export function progressLine(output: Output, seconds: () => number): ProgressLine {
  let last: number | null = null;
  let shown = false;
  return {
    show(progress) {
      const text = describe(progress);
      if (output.isTTY) {
        shown = true;
        output.write(`\r\u001b[2K${oneLine(text, Math.max(20, (output.columns ?? 80) - 1))}`);
        return;
      }
      if (last !== null && seconds() - last < QUIET_SECONDS) return;
      last = seconds();
      output.write(`${text}\n`);
    },
    clear() {
      if (shown) output.write('\r\u001b[2K');
      shown = false;
    },
  };
}

function describe({ step, done, secondsLeft }: Progress): string {
  const left = secondsLeft === null ? '' : `, about ${duration(secondsLeft)} left`;
  return oneLine(`${Math.floor(done * 100)}%  ${step}${left}`);
}

function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 90 ? `${whole} s` : `${Math.ceil(whole / 60)} min`;
}
