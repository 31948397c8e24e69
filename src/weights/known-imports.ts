import type { PickleImport } from './pickle-machine.ts';

/**
 * What the savers of PyTorch and NumPy themselves write, and Python's plain containers: to fetch and call these builds
 * values and does nothing else. Short on purpose: what is not here is told, not judged harmless.
 */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  collections: ['OrderedDict', 'defaultdict', 'deque', 'Counter'],
  builtins: [
    ...['set', 'frozenset', 'bytearray', 'complex', 'list', 'dict', 'tuple', 'int', 'float', 'str', 'bool', 'bytes'],
    ...['slice', 'range'],
  ],
  __builtin__: ['set', 'frozenset', 'bytearray', 'complex', 'list', 'dict', 'tuple', 'int', 'long', 'float', 'str'],
  _codecs: ['encode'],
  datetime: ['datetime', 'date', 'time', 'timedelta', 'timezone'],
  numpy: [
    ...[
      'ndarray',
      'dtype',
      'matrix',
      'bool_',
      'int8',
      'int16',
      'int32',
      'int64',
      'uint8',
      'uint16',
      'uint32',
      'uint64',
    ],
    ...['float16', 'float32', 'float64', 'complex64', 'complex128', 'str_', 'bytes_', 'datetime64', 'timedelta64'],
  ],
  'numpy.core.multiarray': ['_reconstruct', 'scalar'],
  'numpy._core.multiarray': ['_reconstruct', 'scalar'],
  'numpy.core.numeric': ['_frombuffer'],
  'numpy._core.numeric': ['_frombuffer'],
  'numpy.dtypes': ['Float32DType', 'Float64DType', 'Int32DType', 'Int64DType', 'BoolDType'],
  torch: [
    ...['Size', 'device', 'dtype', 'Tensor', 'strided', 'contiguous_format', 'channels_last', 'preserve_format'],
    ...['float16', 'float32', 'float64', 'bfloat16', 'int8', 'int16', 'int32', 'int64', 'uint8', 'bool', 'complex64'],
    ...[
      'float',
      'double',
      'half',
      'long',
      'int',
      'short',
      'FloatStorage',
      'DoubleStorage',
      'HalfStorage',
      'LongStorage',
    ],
    ...['IntStorage', 'ShortStorage', 'CharStorage', 'ByteStorage', 'BoolStorage', 'BFloat16Storage'],
    ...['ComplexFloatStorage', 'ComplexDoubleStorage'],
  ],
  'torch.storage': ['TypedStorage', 'UntypedStorage', '_TypedStorage', '_UntypedStorage'],
  'torch.cuda': ['FloatStorage', 'DoubleStorage', 'HalfStorage', 'LongStorage', 'IntStorage', 'ByteStorage'],
  'torch.nn.parameter': ['Parameter', 'Buffer'],
  'torch.serialization': ['_get_layout'],
  'torch._utils': [
    ...['_rebuild_tensor', '_rebuild_tensor_v2', '_rebuild_tensor_v3', '_rebuild_parameter'],
    ...[
      '_rebuild_parameter_with_state',
      '_rebuild_qtensor',
      '_rebuild_sparse_tensor',
      '_rebuild_meta_tensor_no_storage',
    ],
  ],
  'torch._tensor': ['_rebuild_from_type_v2'],
  // Arrays of objects behind it are pickles of their own, whose imports are read, too.
  'joblib.numpy_pickle': ['NumpyArrayWrapper'],
};

/** What runs whatever its arguments say, by the first part of the module's name ... */
const RUNNERS: readonly string[] = [
  ...['os', 'posix', 'nt', 'sys', 'subprocess', 'pty', 'shutil', 'socket', 'ctypes', 'importlib', 'runpy', 'code'],
  ...['pickle', '_pickle', 'dill', 'cloudpickle', 'marshal', 'types', 'operator', '_operator', 'functools', 'timeit'],
  ...['webbrowser', 'asyncio', 'multiprocessing', 'pip', 'pdb', 'bdb', 'cProfile', 'profile', 'requests', 'urllib'],
];
/** ... and by name, where most of the module does not. */
const RUNNING_NAMES: Readonly<Record<string, readonly string[]>> = {
  builtins: ['eval', 'exec', 'compile', 'getattr', 'setattr', 'delattr', '__import__', 'open', 'apply', 'map', 'vars'],
  __builtin__: [
    'eval',
    'exec',
    'execfile',
    'compile',
    'getattr',
    'setattr',
    '__import__',
    'open',
    'apply',
    'map',
    'file',
  ],
  torch: ['load', 'jit', 'hub'],
  numpy: ['load'],
  joblib: ['load'],
};

/** Whether all depends on the arguments of a call: two pickles that import it alike need not do alike. */
export function runsAnything({ module, name }: Pick<PickleImport, 'module' | 'name'>): boolean {
  if (module === null || name === null) return true;
  const [first = ''] = module.split('.');
  const running = Object.hasOwn(RUNNING_NAMES, module) ? RUNNING_NAMES[module]! : [];
  return RUNNERS.includes(first) || running.some((each) => name === each || name.startsWith(`${each}.`));
}

/** Whether an import is one that savers of weights write themselves. */
export function isKnown({ module, name }: Pick<PickleImport, 'module' | 'name'>): boolean {
  return module !== null && name !== null && Object.hasOwn(KNOWN, module) && KNOWN[module]!.includes(name);
}
