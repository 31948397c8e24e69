import { sizeOf } from '../tensor/shape.ts';
import type { Opcode } from './pickle-opcodes.ts';
import { unescaped } from './python-text.ts';

/** Something that unpickling would fetch from a Python module. */
export interface PickleImport {
  /** Null where the name is worked out while it is unpickled. */
  readonly module: string | null;
  readonly name: string | null;
  /** Whether it is called, made an object of, or given a state. */
  readonly isCalled: boolean;
  /** Byte of the opcode. */
  readonly at: number;
}

/** Ends the reading of a stream; the imports so far stand. */
export class Broken extends Error {}

/** Values of the stack, as far as they matter: what may become a name or a size, what may be called, what holds others. */
interface Held {
  readonly text?: string;
  readonly number?: number;
  readonly import?: Import;
  /** What was called to make it, and with what. */
  readonly made?: { readonly by: Import | undefined; readonly from: readonly Value[] };
  /** Of a tuple or a list its items, of a dictionary keys and values in turn. */
  readonly items?: Value[];
}
type Value = Held | 'mark';
type Import = { -readonly [K in keyof PickleImport]: PickleImport[K] };

/** An array that joblib writes between the opcodes: raw numbers, or a pickle of its own. */
export type Between =
  | 'pickle'
  | {
      readonly bytes: number /** Whether a byte comes first that counts bytes of padding. */;
      readonly isPadded: boolean;
    };

/** The stack and the memo of an unpickler, kept as far as they hold names. Throws `Broken` where it could not go on. */
export function makeMachine() {
  const stack: Value[] = [];
  const memo = new Map<string, Value>();
  const imports: Import[] = [];
  const pop = (): Value => {
    const value = stack.pop();
    if (value === undefined) throw new Broken('it takes from an empty stack');
    return value;
  };
  const top = (): Value => {
    const value = stack.at(-1);
    if (value === undefined) throw new Broken('it looks at an empty stack');
    return value;
  };
  const popToMark = (): Value[] => {
    const mark = stack.lastIndexOf('mark');
    if (mark < 0) throw new Broken('it looks for a mark that is not there');
    return stack.splice(mark).slice(1);
  };
  const fetch = (module: string | null, name: string | null, at: number): Import => {
    const found: Import = { module, name, isCalled: false, at };
    imports.push(found);
    return found;
  };
  const call = (value: Value | undefined) => {
    if (typeof value === 'object' && value.import) value.import.isCalled = true;
  };
  const textOf = (value: Value) => (typeof value === 'object' ? (value.text ?? null) : null);
  const put = (values: readonly Value[]) => {
    const into = top();
    if (typeof into === 'object') into.items?.push(...values);
  };

  return {
    imports: imports as readonly PickleImport[],
    /** Answers what lies between this opcode and the next; mostly nothing. */
    run({ name: opcode, effect }: Opcode, value: readonly string[], at: number): Between | undefined {
      if (typeof effect === 'object') {
        const count = 'join' in effect ? effect.join : effect.into;
        const values = Array.from({ length: count }, pop).reverse();
        if ('join' in effect) stack.push({ items: values });
        else put(values);
        return;
      }
      switch (effect) {
        case 'push':
          stack.push(value[0] ? { number: Number(value[0]) } : {});
          return;
        case 'pushText':
          stack.push({ text: unescaped(opcode, value[0] ?? '') });
          return;
        case 'pushMark':
          stack.push('mark');
          return;
        case 'pop':
          pop();
          return;
        case 'popToMark':
          popToMark();
          return;
        case 'duplicate':
          stack.push(top());
          return;
        case 'collect':
          stack.push({ items: popToMark() });
          return;
        case 'intoToMark':
          put(popToMark());
          return;
        case 'put':
          memo.set(keyOf(value[0]!), top());
          return;
        case 'memoize':
          memo.set(String(memo.size), top());
          return;
        case 'get': {
          const kept = memo.get(keyOf(value[0]!));
          if (kept === undefined) throw new Broken('it asks for what it has not kept');
          stack.push(kept);
          return;
        }
        case 'extension':
          // A number that the reading program has given a name: nobody but it knows which.
          stack.push({ import: fetch(null, null, at) });
          return;
        case 'importLines':
          stack.push({ import: fetch(value[0]!, value[1]!, at) });
          return;
        case 'importStack': {
          const [own, module] = [pop(), pop()];
          stack.push({ import: fetch(textOf(module), textOf(own), at) });
          return;
        }
        case 'instance':
          popToMark();
          fetch(value[0]!, value[1]!, at).isCalled = true;
          stack.push({});
          return;
        case 'call':
        case 'callNew':
        case 'callNewKeywords': {
          if (effect === 'callNewKeywords') pop();
          const from = pop();
          const called = pop();
          call(called);
          const by = typeof called === 'object' ? called.import : undefined;
          stack.push({ made: { by, from: (typeof from === 'object' && from.items) || [] } });
          return;
        }
        case 'callObject':
          call(popToMark()[0]);
          stack.push({});
          return;
        case 'build': {
          const state = pop();
          const target = top();
          call(target);
          return isWrapper(target) ? arrayOf(state) : undefined;
        }
        case 'persistent':
          pop();
          stack.push({});
          return;
        default:
          return;
      }
    },
  };
}

const isMadeBy = (value: Value | undefined, module: string, name: string): value is Held & { made: object } =>
  typeof value === 'object' && value.made?.by?.module === module && value.made.by.name === name;
const isWrapper = (value: Value) => isMadeBy(value, 'joblib.numpy_pickle', 'NumpyArrayWrapper');

/** What follows joblib's description of an array. */
function arrayOf(state: Value): Between {
  const items = (typeof state === 'object' && state.items) || [];
  const field = (name: string) => items[items.findIndex((key, at) => at % 2 === 0 && (key as Held).text === name) + 1];
  const shape = (field('shape') as Held | undefined)?.items?.map((size) => (size as Held).number ?? Number.NaN);
  const dtype = field('dtype');
  const type = isMadeBy(dtype, 'numpy', 'dtype') ? ((dtype.made.from[0] as Held | undefined)?.text ?? '') : '';
  if (/^[|<>=]?O\d*$/.test(type)) return 'pickle';
  const [, kind, size] = /^[|<>=]?([biufcmMSaUV])(\d+)$/.exec(type) ?? [];
  const count = shape ? sizeOf(shape) : Number.NaN;
  const bytes = count * Number(size) * (kind === 'U' ? 4 : 1);
  if (!Number.isSafeInteger(bytes)) throw new Broken('an array follows whose size is not known');
  return { bytes, isPadded: (field('numpy_array_alignment_bytes') as Held | undefined)?.number !== undefined };
}

/** PUT and GET name places by decimal text, BINPUT and BINGET by number: both mean the same places. */
const keyOf = (text: string): string => String(Number.parseInt(text.replaceAll('_', ''), 10));
