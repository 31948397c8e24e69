import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleChange, sampleForm, sampleTensors, sampleWeights } from '../../../src/checks/sample-weights.ts';
import { tensorDiff } from '../../../src/checks/weights/tensor-diff.ts';
import type { TensorChange, WeightFacts } from '../../../src/evidence/weights.ts';

const judge = (facts: Partial<WeightFacts>, low_bits = 0.0005) => tensorDiff.run(sampleWeights(1, facts), { low_bits });
const withChange = (...changes: TensorChange[]) => ({ tensors: { ...sampleTensors(1), changes } });
const moved = { share: 1, relativeNorm: 0.1, cosine: 0.99, usualStep: 0.2 };

test('a pass says what changed, the figures stand in the list', () => {
  const found = judge({});
  assert.equal(found.outcome, 'pass');
  assert.match(
    found.summary,
    /Of 10 tensors 5 changed, by 20% of the norm; most: "layers\.0\.weight" \(by 5\.2% of the norm, cosine/,
  );
  assert.equal(found.tensors!.length, 5);
  assert.deepEqual([found.metrics[0]!.name, found.metrics[0]!.head!.value], ['relative change', 0.2]);
  const same = judge({ tensors: { ...sampleTensors(1), same: 10, changes: [], relativeNorm: 0 } });
  assert.match(same.summary, /All 10 tensors as before; what differs in the file is no tensor/);
});

test('numbers that are none warn where base had fewer', () => {
  const odd = (base: number, head: number): TensorChange => ({
    ...sampleChange('w', moved, { nans: head }),
    base: { ...sampleForm, nans: base },
  });
  assert.equal(judge(withChange(odd(0, 1))).outcome, 'warn');
  assert.equal(judge(withChange(odd(2, 1))).outcome, 'pass');
});

test('low bits alone warn by the option, for types that have bits to spare', () => {
  const step = (usualStep: number | null) => withChange(sampleChange('w', { ...moved, usualStep }));
  assert.equal(judge(step(0.0004)).outcome, 'warn');
  assert.equal(judge(step(0.0004), 0.0001).outcome, 'pass');
  assert.equal(judge(step(null)).outcome, 'pass');
  assert.match(judge(step(0.0004)).summary, /low bits alone .* in 1 tensor: "w" \(100% of its numbers\)/);
});

test('another type or shape warns; tensors that come, go or cannot be compared are told', () => {
  const form = { ...sampleForm, type: 'float16', shape: [5, 200] };
  const retyped = judge(withChange({ name: 'w', kind: 'retyped', base: sampleForm, head: form, change: null }));
  assert.equal(retyped.outcome, 'warn');
  assert.match(retyped.summary, /"w" \(float32 \[10, 100\] to float16 \[5, 200\]\)/);
  const told = judge(
    withChange(
      { name: 'n', kind: 'added', base: null, head: form, change: null },
      { name: 'o', kind: 'removed', base: form, head: null, change: null },
      { name: 'q', kind: 'uncompared', base: form, head: form, change: null },
    ),
  );
  assert.equal(told.outcome, 'pass');
  assert.match(told.summary, /added: "n"; removed: "o"; of another content, but of a type that is not read: "q"/);
  const renamed = (relativeNorm: number | null) => {
    const changes = [
      { name: 'n', kind: 'added', base: null, head: form, change: null },
      { name: 'o', kind: 'removed', base: form, head: null, change: null },
    ] as const;
    return judge({ tensors: { ...sampleTensors(1), relativeNorm, changes } }).outcome;
  };
  assert.deepEqual([renamed(null), renamed(0)], ['unknown', 'pass'], 'other names all through');
  const blind = { ...sampleTensors(1), relativeNorm: null, changes: [{ name: 'q', kind: 'uncompared', base: form, head: form, change: null }] } as const; // biome-ignore format: one record
  assert.equal(judge({ tensors: blind }).outcome, 'unknown', 'nothing could be compared');
});

test('what cannot be read is unknown; a new file has nothing to be compared with; a change from zero has no share', () => {
  const unread = judge({ tensors: null, tensorsUnread: 'Tensors of a pickle are not read in this version.' });
  assert.deepEqual([unread.outcome, unread.summary], ['unknown', '"models/model.pt": Tensors of a pickle are not read in this version.']); // biome-ignore format: one line
  const fresh = judge({ change: 'added', base: null });
  assert.deepEqual([fresh.outcome, fresh.metrics, fresh.tensors], ['pass', [], []]);
  assert.match(fresh.summary, /New: 10 tensors of 10,000 numbers/);
  assert.equal(judge({ change: 'removed', head: null, base: null }).outcome, 'pass');
  const grown = judge(withChange(sampleChange('w', { ...moved, relativeNorm: Number.POSITIVE_INFINITY })));
  assert.match(grown.summary, /"w" \(from zero/);
  assert.equal(grown.tensors![0]!.relativeNorm, null);
});
