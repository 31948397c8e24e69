import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { oneLine } from '../errors.ts';
import { TOLERANCE } from '../training/probe.ts';
import type { BuiltInSlice } from '../training/slice.ts';
import type { Provider } from './onnxruntime.ts';

/** What a child is to try. */
export interface ProbeOrder {
  readonly provider: Provider;
  /** Address of the program of a training thread. */
  readonly lane: string;
  readonly folder: string | null;
  /** What speeds are compared at: a built-in slice, or (null) a stand-in for layers of a model. Null: not compared. */
  readonly work: { readonly slice: BuiltInSlice | null; readonly batch: number } | null;
}

export interface ProbeAnswer {
  /** Largest difference of the scores from the processor's, relative above 1. */
  readonly worst: number;
  /** Operations that did not run on the processor. */
  readonly there: number;
  /** Products and convolutions that did. */
  readonly elsewhere: readonly string[];
  /** Floating-point operations a second of one lane. */
  readonly speed: { readonly cpu: number; readonly device: number } | null;
}

/** `speed` in floating-point operations a second, of the provider and of one thread of the processor. */
export type Trial =
  | { readonly serves: true; readonly worst: number; readonly speed: ProbeAnswer['speed'] }
  | { readonly serves: false; readonly reason: string };

const STDERR_KEPT = 4096;

/**
 * Trains a small MLP and a small convolutional network on a provider and compares the scores with the processor's, in a
 * child that is killed when it is done or too slow: a driver may crash or hang there. Never throws.
 * @param program `probe.ts`, or what it was built to.
 */
export async function tryProvider(program: URL, order: ProbeOrder, limitSeconds: number): Promise<Trial> {
  const refused = (reason: string): Trial => ({ serves: false, reason: oneLine(reason, 240) });
  // TF32 keeps ten bits of a product's factors: too few to be compared with another provider's.
  const env = { ...process.env, NVIDIA_TF32_OVERRIDE: '0' };
  const child = fork(fileURLToPath(program), [], {
    env,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    windowsHide: true,
  });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (part: string) => {
    stderr = (stderr + part).slice(-STDERR_KEPT);
  });
  const clock = AbortSignal.timeout(limitSeconds * 1000);
  try {
    return await new Promise<Trial>((resolve) => {
      clock.addEventListener('abort', () => resolve(refused(`no answer in ${limitSeconds} seconds`)), { once: true });
      child.once('error', ({ message }) => resolve(refused(message)));
      let failure: string | null = null;
      child.once('message', (raw) => {
        const answer = raw as ProbeAnswer | { readonly error: string };
        if (!('error' in answer)) return resolve(judged(answer, refused));
        // What a library lacks is told on standard error alone, which is whole when the child has ended.
        failure = answer.error;
        child.kill('SIGKILL');
      });
      child.once('close', (code, signal) => {
        if (failure !== null) return resolve(refused(missingLibrary(stderr) ?? withoutPlace(failure)));
        const last = stderr.trim().split('\n').at(-1) ?? '';
        resolve(refused(`its driver ended the process (${signal ?? `code ${code}`})${last && `: ${last}`}`));
      });
      child.send(order, (error) => {
        if (error) child.kill('SIGKILL');
      });
    });
  } finally {
    child.kill('SIGKILL');
  }
}

function judged(answer: ProbeAnswer, refused: (reason: string) => Trial): Trial {
  const { worst, there, elsewhere, speed } = answer;
  // IPC is JSON: what is not finite arrives as null.
  if (!(typeof worst === 'number' && worst <= TOLERANCE))
    return refused(
      `its scores differ from the processor's by ${worst ?? 'no number'}, at most ${TOLERANCE} is allowed`,
    );
  if (there === 0 || elsewhere.length > 0)
    return refused(`${elsewhere.join(', ') || 'every operation'} ran on the processor instead`);
  return { serves: true, worst, speed };
}

function missingLibrary(stderr: string): string | null {
  const name = /with error: ([^\s:]+): cannot open shared object file/.exec(stderr)?.[1];
  return name === undefined ? null : `the loader does not find ${name}`;
}

/** An error of onnxruntime without the file, line and condition that begin it. */
const withoutPlace = (message: string): string => message.replace(/^\/\S+:\d+ .* was false\. /s, '');
