import type { Format } from './scan.ts';

/** What an ending promises, and all that it may honestly be. */
const PROMISES: readonly (readonly [endings: RegExp, name: string, formats: readonly Format[]])[] = [
  [/\.onnx$/i, 'ONNX', ['onnx']],
  [/\.safetensors$/i, 'safetensors', ['safetensors']],
  [/\.gguf$/i, 'GGUF', ['gguf']],
  [/\.tflite$/i, 'TensorFlow Lite', ['tflite']],
  [/\.(?:h5|hdf5)$/i, 'HDF5', ['hdf5']],
  [/\.keras$/i, 'Keras', ['zip', 'hdf5']],
  [/\.npy$/i, 'a NumPy array', ['npy']],
  [/\.npz$/i, 'NumPy arrays', ['zip']],
  [/\.(?:pt|pth|th|ckpt)$/i, 'PyTorch', ['zip', 'pickle']],
  [/\.(?:pkl|pickle|joblib)$/i, 'a pickle', ['pickle', 'gzip', 'zlib', 'packed']],
];

/** Formats that hold numbers and cannot run code when they are loaded. */
const HARMLESS: readonly Format[] = ['onnx', 'safetensors', 'gguf', 'tflite'];

/** In words. */
export const formatNames: Readonly<Record<Format, string>> = {
  ...{ pickle: 'a pickle', zip: 'a zip archive', npy: 'a NumPy array', safetensors: 'safetensors', onnx: 'ONNX' },
  ...{ gzip: 'a gzip file', zlib: 'a zlib file', hdf5: 'HDF5', gguf: 'GGUF', tflite: 'TensorFlow Lite' },
  ...{ packed: 'a packed file', other: 'of no known format' },
};

/** The promise of a path that its content breaks; null where it keeps it, makes none, or the content is not known. */
export function brokenPromise(
  path: string,
  format: Format,
): { readonly format: string; readonly isDisguise: boolean } | null {
  const promise = PROMISES.find(([endings]) => endings.test(path));
  if (!promise || format === 'other' || promise[2].includes(format)) return null;
  return {
    format: promise[1],
    isDisguise: promise[2].every((each) => HARMLESS.includes(each)) && !HARMLESS.includes(format),
  };
}
