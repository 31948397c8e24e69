import type { Message } from '../../src/onnx/fields.ts';
import { type Draft, writeMessage } from '../../src/onnx/write-message.ts';

type Drafts<K extends Parameters<typeof writeMessage>[0]> = readonly Draft<K>[];
const whole = <T>(draft: unknown): T => draft as T;

export const tensorType = (shape: readonly number[], elemType = 1): Uint8Array =>
  writeMessage('TypeProto', {
    tensorType: whole({ elemType, shape: { dim: shape.map((dimValue) => ({ dimValue })) } }),
  });

export const value = (name: string, shape: readonly number[], elemType = 1): Message<'ValueInfoProto'> => ({
  name,
  type: tensorType(shape, elemType),
});

export const node = (
  opType: string,
  input: readonly string[],
  output: readonly string[],
  more: Draft<'NodeProto'> = {},
): Message<'NodeProto'> => whole({ opType, input, output, ...more });

export const attribute = (draft: Draft<'AttributeProto'>): Message<'AttributeProto'> => whole(draft);
export const tensor = (draft: Draft<'TensorProto'>): Message<'TensorProto'> => whole(draft);
export const graph = (draft: Draft<'GraphProto'>): Message<'GraphProto'> => whole({ name: 'g', ...draft });
export const functions = (drafts: Drafts<'FunctionProto'>): Message<'FunctionProto'>[] => whole(drafts);

/** A model as a careless or hostile author might write it: whatever fields are given, on top of a whole one. */
export function writeModel(draft: Draft<'GraphProto'>, more: Draft<'ModelProto'> = {}): Uint8Array {
  return writeMessage('ModelProto', {
    irVersion: 8,
    opsetImport: [{ domain: '', version: 17 }],
    graph: graph({ input: [value('x', [2])], output: [value('y', [2])], ...draft }),
    ...more,
  });
}
