import { type Between, Broken, makeMachine, type PickleImport } from './pickle-machine.ts';
import { type Argument, OPCODES } from './pickle-opcodes.ts';

/** What one stream of opcodes says, read without doing any of it. */
export interface PickleStream {
  readonly imports: readonly PickleImport[];
  /** Byte behind the STOP, or where reading ended. */
  readonly end: number;
  /** Why the stream is no whole pickle; null where it is one. */
  readonly broken: string | null;
  readonly opcodes: number;
}

const MOST_OPCODES = 50_000_000;
const LONGEST_LINE = 1_000_000;
const DEEPEST = 8;
const UTF8 = new TextDecoder('utf-8', { fatal: true });

function decoded(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    throw new Broken('a text is no UTF-8');
  }
}

/**
 * Reads a pickle opcode by opcode from `start`, keeping a stack of names alone: nothing is imported, called or built.
 * What an unpickler would have done before it fails is told, too.
 */
export function readPickle(bytes: Uint8Array, start = 0, depth = 0): PickleStream {
  const machine = makeMachine();
  const nested: PickleImport[] = [];
  let at = start;
  let count = 0;
  try {
    for (;;) {
      if (at >= bytes.length) throw new Broken('it ends before its STOP');
      if (++count > MOST_OPCODES) throw new Broken(`it has more than ${MOST_OPCODES} opcodes`);
      const opcode = OPCODES.get(bytes[at]!);
      if (!opcode) throw new Broken(`byte ${at} is no opcode`);
      const { value, end } = argumentOf(bytes, at + 1, opcode.argument);
      const from = at;
      at = end;
      if (opcode.effect === 'stop')
        return { imports: [...machine.imports, ...nested], end, broken: null, opcodes: count };
      const between = machine.run(opcode, value, from);
      if (between === 'pickle') {
        if (depth >= DEEPEST) throw new Broken(`pickles are nested more than ${DEEPEST} deep`);
        const inner = readPickle(bytes, at, depth + 1);
        nested.push(...inner.imports);
        if (inner.broken !== null) throw new Broken(inner.broken);
        at = inner.end;
      } else if (between) at = behind(bytes, at, between);
    }
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    return { imports: [...machine.imports, ...nested], end: at, broken: error.message, opcodes: count };
  }
}

/** The byte behind an array's numbers. */
function behind(bytes: Uint8Array, at: number, { bytes: size, isPadded }: Exclude<Between, 'pickle'>): number {
  const end = at + (isPadded ? 1 + (bytes[at] ?? 0) : 0) + size;
  if (end > bytes.length) throw new Broken('an array reaches beyond the end');
  return end;
}

function argumentOf(
  bytes: Uint8Array,
  start: number,
  argument: Argument | undefined,
): { readonly value: readonly string[]; readonly end: number } {
  if (!argument) return { value: [], end: start };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const need = (end: number) => {
    if (end > bytes.length) throw new Broken('an argument reaches beyond the end');
    return end;
  };
  const number = (size: number): number => {
    need(start + size);
    if (size === 1) return view.getUint8(start);
    if (size === 2) return view.getUint16(start, true);
    return size === 4 ? view.getUint32(start, true) : Number(view.getBigUint64(start, true));
  };
  if ('bytes' in argument) {
    const value = argument.bytes <= 4 ? String(number(argument.bytes)) : '';
    return { value: [value], end: need(start + argument.bytes) };
  }
  if ('counted' in argument) {
    const first = start + argument.counted;
    const end = need(first + number(argument.counted));
    return { value: argument.as === 'text' ? [decoded(bytes.subarray(first, end))] : [], end };
  }
  const lines: string[] = [];
  let end = start;
  for (let line = 0; line < argument.lines; line++) {
    const stop = bytes.indexOf(0x0a, end);
    if (stop < 0 || stop - end > LONGEST_LINE) throw new Broken('a line has no end');
    lines.push(decoded(bytes.subarray(end, stop)));
    end = stop + 1;
  }
  return { value: lines, end };
}
