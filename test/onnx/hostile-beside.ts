import { filesBeside } from '../../src/adapters/files-beside.ts';
import type { Message } from '../../src/onnx/fields.ts';
import type { Hostile } from './hostile-corpus.ts';
import { attribute, functions, graph, node, tensor, value, writeModel } from './written-model.ts';

/** Names of what the test lays beside the model, and outside its folder. */
export const LAID = {
  weights: 'w.bin',
  link: 'link.bin',
  folderLink: 'away',
  secret: 'secret.bin',
  pipe: 'pipe',
} as const;

const held = (location: string): Message<'TensorProto'> =>
  tensor({
    ...{ name: 'w', dims: [2], dataType: 1, dataLocation: 1 },
    externalData: [{ key: 'location', value: location }],
  });

const rows = { input: [value('x', [2, 2])], output: [value('y', [2, 2])] };

const main = (location: string) => () =>
  writeModel({ ...rows, node: [node('Add', ['x', 'w'], ['y'])], initializer: [held(location)] });

/** The places where a tensor may hide beside the outermost graph's constants. */
const hidden: Readonly<Record<string, (location: string) => () => Uint8Array>> = {
  'an attribute': (location) => () => {
    const own = attribute({ name: 'value', t: held(location), type: 4 });
    return writeModel({
      ...rows,
      node: [node('Constant', [], ['w'], { attribute: [own] }), node('Add', ['x', 'w'], ['y'])],
    });
  },
  'an attribute of several': (location) => () => {
    const own = attribute({ name: 'values', tensors: [held(location)], type: 9 });
    return writeModel({ ...rows, node: [node('Add', ['x', 'x'], ['y'], { attribute: [own] })] });
  },
  'sparse values': (location) => () =>
    writeModel({
      ...rows,
      node: [node('Add', ['x', 'w'], ['y'])],
      sparseInitializer: [
        { values: held(location), indices: tensor({ dims: [2], dataType: 7, int64Data: [0n, 1n] }), dims: [2] },
      ],
    }),
  'sparse indices': (location) => () =>
    writeModel({
      ...rows,
      node: [node('Add', ['x', 'w'], ['y'])],
      sparseInitializer: [
        {
          values: tensor({ name: 'w', dims: [2], dataType: 1, floatData: [1, 2] }),
          indices: tensor({ ...held(location), dataType: 7 }),
          dims: [2],
        },
      ],
    }),
  'a sparse attribute': (location) => () => {
    const sparseTensor = {
      values: held(location),
      indices: tensor({ dims: [2], dataType: 7, int64Data: [0n, 1n] }),
      dims: [2],
    };
    const own = attribute({ name: 'sparse_value', sparseTensor, type: 11 });
    return writeModel({
      ...rows,
      node: [node('Constant', [], ['w'], { attribute: [own] }), node('Add', ['x', 'w'], ['y'])],
    });
  },
  'a subgraph': (location) => () => {
    const inner = graph({
      initializer: [held(location)],
      node: [node('Relu', ['w'], ['t'])],
      output: [value('t', [2])],
    });
    const branch = (name: string) => attribute({ name, g: inner, type: 5 });
    const choice = node('If', ['yes'], ['y'], { attribute: [branch('then_branch'), branch('else_branch')] });
    const yes = tensor({ name: 'yes', dims: [], dataType: 9, int32Data: [1] });
    return writeModel({ ...rows, node: [choice], initializer: [yes] });
  },
  'a function': (location) => () => {
    const own = attribute({ name: 'value', t: held(location), type: 4 });
    const body = [node('Constant', [], ['c'], { attribute: [own] }), node('Add', ['v', 'c'], ['w'])];
    const [made] = functions([
      {
        ...{ name: 'A', domain: 'f', input: ['v'], output: ['w'], attribute: [], attributeProto: [], node: body },
        opsetImport: [],
      },
    ]);
    const imports = [
      { domain: '', version: 17 },
      { domain: 'f', version: 1 },
    ];
    const calling = { ...rows, node: [node('A', ['x'], ['y'], { domain: 'f' })] };
    return writeModel(calling, { opsetImport: imports, functions: [made!] });
  },
  "a function's default": (location) => () => {
    const own = attribute({ name: 'kept', t: held(location), type: 4 });
    const use = attribute({ name: 'value', refAttrName: 'kept', type: 4 });
    const body = [node('Constant', [], ['c'], { attribute: [use] }), node('Add', ['v', 'c'], ['w'])];
    const [made] = functions([
      {
        ...{ name: 'A', domain: 'f', input: ['v'], output: ['w'], attribute: [], attributeProto: [own], node: body },
        opsetImport: [],
      },
    ]);
    const imports = [
      { domain: '', version: 17 },
      { domain: 'f', version: 1 },
    ];
    const calling = { ...rows, node: [node('A', ['x'], ['y'], { domain: 'f' })] };
    return writeModel(calling, { opsetImport: imports, functions: [made!] });
  },
};

/**
 * Models whose weights lie beside them, in `folder/model`, with `folder/secret.bin` outside: the honest one is taken,
 * all others are refused.
 */
export function beside(folder: string): Hostile[] {
  const files = filesBeside(`${folder}/model`);
  const outside = [
    ...[`${folder}/${LAID.secret}`, `../${LAID.secret}`, `./../${LAID.secret}`, `sub/../../${LAID.secret}`],
    ...[`file://${folder}/${LAID.secret}`, `..\\${LAID.secret}`, `~/${LAID.secret}`, '/proc/self/environ', '/dev/zero'],
    ...['', '.', './', '..', 'w.bin/', 'a\u0000b', `${LAID.weights}\u0000.txt`, 'CON:', 'x'.repeat(2000)],
    ...[LAID.link, `${LAID.folderLink}/${LAID.secret}`, LAID.pipe, 'sub', 'is-not-there.bin'],
  ];
  return [
    { name: 'weights beside the model', bytes: main(LAID.weights), files, ends: 'taken' },
    { name: 'weights in a folder beside it', bytes: main(`./sub/${LAID.weights}`), files, ends: 'taken' },
    ...outside.map(
      (location): Hostile => ({
        ...{
          name: `weights in ${JSON.stringify(location.slice(0, 60))}`,
          bytes: main(location),
          files,
          ends: 'refused',
        },
      }),
    ),
    ...Object.entries(hidden).flatMap(([where, write]) =>
      [`${folder}/${LAID.secret}`, `../${LAID.secret}`, LAID.link, LAID.weights].map(
        (location): Hostile => ({
          ...{ name: `${where}: ${JSON.stringify(location)}`, bytes: write(location), files, ends: 'refused' },
        }),
      ),
    ),
  ];
}
