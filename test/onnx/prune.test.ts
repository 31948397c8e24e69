import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeBuilder } from '../../src/onnx/builder.ts';
import { prune } from '../../src/onnx/prune.ts';

test('only nodes and constants that an output depends on are kept, in their order', () => {
  const build = makeBuilder('t_');
  const doubled = build.add('Mul', ['x', build.scalar(2)]);
  const unused = build.add('Add', [doubled, build.scalar(3)]);
  build.add('Neg', [unused]);
  const wanted = build.add('Exp', [doubled]);
  const value = (name: string) => ({ name, type: 'float32' as const, shape: [2] });
  const graph = prune(build.graph('t', [value('x'), value('y')], [value(wanted)]));
  assert.deepEqual(graph.nodes.map(({ op }) => op), ['Mul', 'Exp']); // biome-ignore format: short
  assert.deepEqual(graph.initializers.map(({ name }) => name), ['t_f2']); // biome-ignore format: short
  assert.equal(graph.inputs.length, 2, 'the signature stays');
});
