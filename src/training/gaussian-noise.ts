import type { Builder } from '../onnx/builder.ts';
import { codeOf } from '../onnx/data-types.ts';
import { hash32 } from '../tensor/random.ts';
import { type Shape, sizeOf } from '../tensor/shape.ts';

const FLOAT = codeOf('float32');
const STREAM = 0x6a55;

/** Key of a model's noise at a step that counts from 0: the same in whatever group the model is trained. */
export const noiseKey = (modelKey: number, step: number): number => hash32(modelKey, step, STREAM);

/**
 * Writes standard normal numbers for one parameter of M models: [M, ...shape]. Each is a pure function of its model's key, the
 * parameter's number and its place: murmur3's finaliser (Appleby 2011) over whole numbers, which is exact on every machine,
 * then Box and Muller (1958) from 16 bits of radius and 16 of angle (none lies beyond 4.9). For measuring: it is no
 * generator for secrets.
 * @param keys [M,1] uint32
 */
export function gaussianNoise(
  build: Builder,
  { keys, models, shape, index }: { keys: string; models: number; shape: Shape; index: number },
): string {
  const word = (value: number) =>
    build.constant({ name: `u_${value}`, type: 'uint32', shape: [], data: Uint32Array.of(value) });
  const size = sizeOf(shape);
  const pairs = Math.ceil(size / 2);
  const places = Uint32Array.from({ length: pairs }, (_, place) => hash32(place, index, STREAM));
  const counters = build.constant({ name: `u_places_${index}`, type: 'uint32', shape: [1, pairs], data: places });
  const right = (value: string, bits: number) => build.add('BitShift', [value, word(bits)], { direction: 'RIGHT' });
  const folded = (value: string, bits: number) => build.add('BitwiseXor', [value, right(value, bits)]);
  const mixed = (value: string, factor: number) => build.add('Mul', [value, word(factor)]);
  let bits = folded(build.add('BitwiseXor', [counters, keys]), 16);
  bits = folded(mixed(bits, 0x85ebca6b), 13);
  bits = folded(mixed(bits, 0xc2b2ae35), 16);

  const upper = build.add('Cast', [right(bits, 16)], { to: FLOAT });
  const lower = build.add('Cast', [build.add('BitwiseAnd', [bits, word(0xffff)])], { to: FLOAT });
  const uniform = build.add('Mul', [build.add('Add', [upper, build.scalar(0.5)]), build.scalar(2 ** -16)]);
  const radius = build.add('Sqrt', [build.add('Mul', [build.add('Log', [uniform]), build.scalar(-2)])]);
  const angle = build.add('Mul', [lower, build.scalar((2 * Math.PI) / 2 ** 16)]);
  const sides = ['Cos', 'Sin'].map((side) => build.add('Mul', [radius, build.add(side, [angle])]));
  const both = build.add('Concat', sides, { axis: 1 });
  const cut = size % 2 === 0 ? both : build.add('Slice', [both, build.ints([0]), build.ints([size]), build.ints([1])]);
  return build.add('Reshape', [cut, build.ints([models, ...shape])]);
}
