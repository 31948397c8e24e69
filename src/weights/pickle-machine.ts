import type { Opcode } from './pickle-opcodes.ts';

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

/** Values of the stack, as far as they matter: a text may become a name, an import may be called. */
type Value = { text: string } | { import: Import } | 'mark' | 'other';
type Import = { -readonly [K in keyof PickleImport]: PickleImport[K] };

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
    if (typeof value === 'object' && 'import' in value) value.import.isCalled = true;
  };
  const textOf = (value: Value) => (typeof value === 'object' && 'text' in value ? value.text : null);

  return {
    imports: imports as readonly PickleImport[],
    run({ name: opcode, effect }: Opcode, value: readonly string[], at: number): void {
      if (typeof effect === 'object') {
        const count = 'join' in effect ? effect.join : effect.into;
        for (let each = 0; each < count; each++) pop();
        if ('join' in effect) stack.push('other');
        else top();
        return;
      }
      switch (effect) {
        case 'push':
          stack.push('other');
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
          popToMark();
          stack.push('other');
          return;
        case 'intoToMark':
          popToMark();
          top();
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
          stack.push('other');
          return;
        case 'call':
        case 'callNew':
        case 'callNewKeywords':
          for (let each = effect === 'callNewKeywords' ? 2 : 1; each > 0; each--) pop();
          call(pop());
          stack.push('other');
          return;
        case 'callObject':
          call(popToMark()[0]);
          stack.push('other');
          return;
        case 'build':
          pop();
          call(top());
          return;
        case 'persistent':
          pop();
          stack.push('other');
          return;
        default:
          return;
      }
    },
  };
}

/** PUT and GET name places by decimal text, BINPUT and BINGET by number: both mean the same places. */
const keyOf = (text: string): string => String(Number.parseInt(text.replaceAll('_', ''), 10));

/** STRING is written as Python writes a literal, UNICODE with escapes of its own; the others are plain. */
function unescaped(opcode: string, text: string): string {
  if (opcode !== 'STRING' && opcode !== 'UNICODE') return text;
  const body = opcode === 'STRING' ? text.trim().replace(/^(['"])(.*)\1$/s, '$2') : text;
  return body.replace(
    /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|([0-7]{1,3})|(.))/gs,
    (whole, u, U, x, octal, other) => {
      const hex = u ?? U ?? x;
      if (hex !== undefined) {
        const code = Number.parseInt(hex, 16);
        return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
      }
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      return ({ n: '\n', t: '\t', r: '\r' } as Record<string, string>)[other] ?? other;
    },
  );
}
