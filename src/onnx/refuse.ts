import { oneLine, UserError } from '../errors.ts';

const RE_EXPORT = 'Export the model again and check that the file is whole.';

/** A model that cannot be read: `reason` says what is wrong with which part; foreign names are made harmless. */
export function invalidModel(reason: string, hint = RE_EXPORT): UserError {
  return new UserError('onnx-invalid', `This is no ONNX model that can be read: ${oneLine(reason, 300)}.`, { hint });
}

/** A model that ONNX allows and Taster does not take. */
export function refusedModel(reason: string, hint: string): UserError {
  return new UserError('onnx-refused', `This model is refused: ${oneLine(reason, 300)}.`, { hint });
}

/** A foreign name for a message. */
export function quoted(name: string): string {
  return `"${oneLine(name, 60)}"`;
}

const MOST_NAMES = 8;

/** Foreign names for a message, the first few of them. */
export function quotedNames(all: readonly { readonly name: string }[]): string {
  const shown = all.slice(0, MOST_NAMES).map(({ name }) => quoted(name));
  return `${shown.join(', ')}${all.length > MOST_NAMES ? ' ...' : ''}`;
}
