/** What follows an opcode: so many bytes, bytes after their count, lines of text, nothing. */
export type Argument =
  | { readonly bytes: number }
  | { readonly counted: 1 | 4 | 8; readonly as: 'text' | 'bytes' }
  | { readonly lines: 1 | 2 };

/** What an opcode does to the stack, as far as it matters for what is imported and called. */
export type Effect =
  | ('push' | 'pushText' | 'pushMark' | 'pop' | 'popToMark' | 'duplicate' | 'collect' | 'nothing' | 'stop')
  | ('put' | 'get' | 'memoize' | 'extension')
  | ('importLines' | 'importStack' | 'instance')
  | ('call' | 'callObject' | 'callNew' | 'callNewKeywords' | 'build' | 'persistent')
  /** Takes so many values into one; 0 of them into a new one. */
  | { readonly join: number }
  /** Puts so many values into the one below them. */
  | { readonly into: number }
  /** Puts all down to the mark into the value below it. */
  | 'intoToMark';

export interface Opcode {
  readonly name: string;
  readonly argument?: Argument;
  readonly effect: Effect;
}

const one = { bytes: 1 } as const;
const two = { bytes: 2 } as const;
const four = { bytes: 4 } as const;
const eight = { bytes: 8 } as const;
const line = { lines: 1 } as const;
const text = (counted: 1 | 4 | 8) => ({ counted, as: 'text' }) as const;
const bytes = (counted: 1 | 4 | 8) => ({ counted, as: 'bytes' }) as const;

const row = (code: number | string, name: string, effect: Effect, argument?: Argument): [number, Opcode] => [
  typeof code === 'number' ? code : code.charCodeAt(0),
  argument ? { name, effect, argument } : { name, effect },
];

/** Every opcode of Python's pickle, protocols 0 to 5. */
export const OPCODES: ReadonlyMap<number, Opcode> = new Map([
  row('(', 'MARK', 'pushMark'),
  row('.', 'STOP', 'stop'),
  row('0', 'POP', 'pop'),
  row('1', 'POP_MARK', 'popToMark'),
  row('2', 'DUP', 'duplicate'),
  row('F', 'FLOAT', 'push', line),
  row('G', 'BINFLOAT', 'push', eight),
  row('I', 'INT', 'push', line),
  row('J', 'BININT', 'push', four),
  row('K', 'BININT1', 'push', one),
  row('L', 'LONG', 'push', line),
  row('M', 'BININT2', 'push', two),
  row('N', 'NONE', 'push'),
  row('P', 'PERSID', 'push', line),
  row('Q', 'BINPERSID', 'persistent'),
  row('R', 'REDUCE', 'call'),
  row('S', 'STRING', 'pushText', line),
  row('T', 'BINSTRING', 'pushText', text(4)),
  row('U', 'SHORT_BINSTRING', 'pushText', text(1)),
  row('V', 'UNICODE', 'pushText', line),
  row('X', 'BINUNICODE', 'pushText', text(4)),
  row('a', 'APPEND', { into: 1 }),
  row('b', 'BUILD', 'build'),
  row('c', 'GLOBAL', 'importLines', { lines: 2 }),
  row('d', 'DICT', 'collect'),
  row('}', 'EMPTY_DICT', { join: 0 }),
  row('e', 'APPENDS', 'intoToMark'),
  row('g', 'GET', 'get', line),
  row('h', 'BINGET', 'get', one),
  row('i', 'INST', 'instance', { lines: 2 }),
  row('j', 'LONG_BINGET', 'get', four),
  row('l', 'LIST', 'collect'),
  row(']', 'EMPTY_LIST', { join: 0 }),
  row('o', 'OBJ', 'callObject'),
  row('p', 'PUT', 'put', line),
  row('q', 'BINPUT', 'put', one),
  row('r', 'LONG_BINPUT', 'put', four),
  row('s', 'SETITEM', { into: 2 }),
  row('t', 'TUPLE', 'collect'),
  row(')', 'EMPTY_TUPLE', { join: 0 }),
  row('u', 'SETITEMS', 'intoToMark'),
  row(0x80, 'PROTO', 'nothing', one),
  row(0x81, 'NEWOBJ', 'callNew'),
  row(0x82, 'EXT1', 'extension', one),
  row(0x83, 'EXT2', 'extension', two),
  row(0x84, 'EXT4', 'extension', four),
  row(0x85, 'TUPLE1', { join: 1 }),
  row(0x86, 'TUPLE2', { join: 2 }),
  row(0x87, 'TUPLE3', { join: 3 }),
  row(0x88, 'NEWTRUE', 'push'),
  row(0x89, 'NEWFALSE', 'push'),
  row(0x8a, 'LONG1', 'push', bytes(1)),
  row(0x8b, 'LONG4', 'push', bytes(4)),
  row('B', 'BINBYTES', 'push', bytes(4)),
  row('C', 'SHORT_BINBYTES', 'push', bytes(1)),
  row(0x8c, 'SHORT_BINUNICODE', 'pushText', text(1)),
  row(0x8d, 'BINUNICODE8', 'pushText', text(8)),
  row(0x8e, 'BINBYTES8', 'push', bytes(8)),
  row(0x8f, 'EMPTY_SET', { join: 0 }),
  row(0x90, 'ADDITEMS', 'intoToMark'),
  row(0x91, 'FROZENSET', 'collect'),
  row(0x92, 'NEWOBJ_EX', 'callNewKeywords'),
  row(0x93, 'STACK_GLOBAL', 'importStack'),
  row(0x94, 'MEMOIZE', 'memoize'),
  row(0x95, 'FRAME', 'nothing', eight),
  row(0x96, 'BYTEARRAY8', 'push', bytes(8)),
  row(0x97, 'NEXT_BUFFER', 'push'),
  row(0x98, 'READONLY_BUFFER', 'nothing'),
]);
