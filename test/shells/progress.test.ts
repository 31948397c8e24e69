import assert from 'node:assert/strict';
import { test } from 'node:test';
import { progressLine } from '../../src/shells/progress.ts';

function show(isTTY: boolean) {
  let seconds = 0;
  const written: string[] = [];
  const output = { isTTY, columns: 60, write: (text: string) => written.push(text) };
  const line = progressLine(output, () => seconds);
  return { line, written, wait: (more: number) => (seconds += more) };
}

const progress = { step: 'train: training', done: 0.42, secondsLeft: 61.5 };

test('a terminal sees one line, rewritten and then removed', () => {
  const { line, written } = show(true);
  line.show(progress);
  line.show({ ...progress, done: 1, secondsLeft: null });
  line.clear();
  line.clear();
  assert.deepEqual(written, [
    '\r\u001b[2K42%  train: training, about 62 s left',
    '\r\u001b[2K100%  train: training',
    '\r\u001b[2K',
  ]);
});

test('a log sees a line now and then', () => {
  const { line, written, wait } = show(false);
  for (let second = 0; second < 40; second++) {
    line.show({ ...progress, secondsLeft: 300 });
    wait(1);
  }
  line.clear();
  assert.deepEqual(written, new Array(3).fill('42%  train: training, about 5 min left\n'));
});

test('a step cannot give orders to a runner or a terminal', () => {
  const { line, written } = show(false);
  line.show({ step: '::error::x\n\u001b[31m', done: 0, secondsLeft: null });
  assert.doesNotMatch(written.join(''), /::error|\n./);
  assert.ok(!written.join('').includes('\u001b'));
});
