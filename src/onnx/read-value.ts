import { typeOfCode } from './data-types.ts';
import type { Message } from './fields.ts';
import type { Value } from './graph.ts';
import { MOST_AXES } from './limits.ts';
import { readMessage } from './read-message.ts';
import { invalidModel, quoted, refusedModel } from './refuse.ts';

/** An input or output of a graph; what is no tensor, or has no rank, keeps its bytes. Throws a UserError. */
export function readValue({ name = '', type }: Message<'ValueInfoProto'>): Value {
  const other: Value = { name, type: 'other', shape: [], ...(type && { typeProto: type }) };
  if (!type) return other;
  const { tensorType } = readMessage(type, 'TypeProto', `the type of ${quoted(name)}`);
  if (!tensorType) return other;
  const element = typeOfCode(tensorType.elemType ?? 0);
  if (!tensorType.shape || element === 'other') return { ...other, type: element };
  const shape = tensorType.shape.dim.map(({ dimValue, dimParam }) => dimValue ?? dimParam ?? '');
  if (shape.length > MOST_AXES)
    throw refusedModel(`the value ${quoted(name)} has ${shape.length} axes`, `Use at most ${MOST_AXES} axes.`);
  if (shape.some((axis) => typeof axis === 'number' && axis < 0))
    throw invalidModel(`the value ${quoted(name)} has the shape [${shape}]`);
  return { name, type: element, shape };
}
