import assert from 'node:assert/strict';
import { test } from 'node:test';
import { marker, readMarker } from '../../src/report/marker.ts';
import { memoryLine, type NamedGroup, type Remembered, readMemory } from '../../src/report/memory.ts';

const MARK = { id: 'taster', sha: 'a'.repeat(40), run: '7', attempt: 1 };
const hash = (at: number) => at.toString(16).padStart(10, '0');
const group = (at: number, rows: number, cut = false): NamedGroup => ({
  ...{ subject: hash(at), check: hash(at + 1), cut },
  rows: Array.from({ length: rows }, (_, row) => hash(1000 * at + row)),
});
const remembered = (digit: string, groups: readonly NamedGroup[], cut = false): Remembered => ({
  ...{ sha: digit.repeat(40), groups, cut },
});
const bodyWith = (line: string) => `${marker(MARK)}\n${line}\n\n### Taster`;

for (const [name, value] of Object.entries<readonly Remembered[]>({
  nothing: [remembered('a', [])],
  'a finding without rows': [remembered('a', [group(1, 0)])],
  'rows of two checks, one of them cut': [remembered('a', [group(1, 3), group(2, 1, true)], true)],
  'two reviews': [remembered('b', [group(1, 3)]), remembered('a', [group(2, 2)], true)],
  'a commit of 64 digits': [{ ...remembered('a', [group(1, 1)]), sha: 'c'.repeat(64) }],
  'as much as a line holds': ['a', 'b'].map((digit) =>
    remembered(
      digit,
      Array.from({ length: 60 }, (_, at) => group(at, 4)),
    ),
  ),
}))
  test(`a memory is read as it was written: ${name}`, () => {
    const line = memoryLine(value);
    assert.deepEqual(readMemory(bodyWith(line)), value);
    assert.deepEqual(readMemory(bodyWith(line).replaceAll('\n', '\r\n')), value);
    assert.match(line, /^<!-- [\w :+,-]+ -->$/);
    assert.doesNotMatch(line.slice(4, -3), /--|[<>]/);
    assert.ok(line.length <= 10_000, `${line.length}`);
  });

test('versions that know no memory read the marker above it as before', () => {
  assert.deepEqual(readMarker(bodyWith(memoryLine([remembered('a', [group(1, 3)])]))), MARK);
  const older = /^\s*<!-- taster id=(\S*) sha=(\S*) run=(\S*) attempt=(\d*) -->\s*(?:\n|$)/;
  assert.match(bodyWith(memoryLine([remembered('a', [group(1, 3)])])), older);
});

test('what is too much is cut, and said to be', () => {
  const [many] = readMemory(bodyWith(memoryLine([remembered('a', [group(1, 300), group(2, 5), group(3, 0)])])));
  assert.deepEqual(
    many!.groups.map(({ rows, cut }) => [rows.length, cut]),
    [
      [240, true],
      [0, true],
      [0, false],
    ],
  );
  const crowd = Array.from({ length: 500 }, (_, at) => group(at, 0));
  const [first] = readMemory(bodyWith(memoryLine([remembered('a', crowd)])));
  assert.deepEqual([first!.groups.length, first!.cut], [60, true]);
  assert.equal(readMemory(bodyWith(memoryLine('abc'.split('').map((digit) => remembered(digit, []))))).length, 2);
});

test('a review of no commit is not remembered', () => {
  for (const sha of ['', 'main', '0123', 'a'.repeat(41), `${'a'.repeat(39)}\n`, '--> <b>'])
    assert.equal(memoryLine([{ ...remembered('a', [group(1, 1)]), sha }]), '');
});

const PLAIN = memoryLine([remembered('a', [group(1, 3)]), remembered('b', [group(2, 1)])]);
for (const [name, body] of Object.entries({
  nothing: '',
  'no second line': marker(MARK),
  'in the first line': `${PLAIN}\n${PLAIN.slice(1)}`,
  'in the third line': `${marker(MARK)}\n\n${PLAIN}`,
  quoted: bodyWith(`> ${PLAIN}`),
  'with words behind it': bodyWith(`${PLAIN} and more`),
  'with letters that are no digits': bodyWith(PLAIN.replace(/0{9}1/, 'zzzzzzzzzz')),
  'with capitals': bodyWith(PLAIN.replace('taster', 'Taster')),
  'with half a hash': bodyWith(PLAIN.replace(' -->', '0 -->')),
  'with a group too short': bodyWith(`<!-- taster-named ${'a'.repeat(40)}:${hash(1)} -->`),
  'with a short commit': bodyWith(PLAIN.replace('a'.repeat(40), 'abc1234')),
  'with three reviews': bodyWith(PLAIN.replace(' -->', ` ${'c'.repeat(40)}: -->`)),
  'with no review': bodyWith('<!-- taster-named -->'),
  'with more rows than are ever written': bodyWith(`<!-- taster-named ${'a'.repeat(40)}:${hash(1).repeat(300)} -->`),
  'with more groups than are ever written': bodyWith(
    `<!-- taster-named ${'a'.repeat(40)}:${Array.from({ length: 100 }, () => hash(1) + hash(2)).join(',')} -->`,
  ),
  'cut off': bodyWith(PLAIN.slice(0, 60)),
  'a megabyte of it': bodyWith(PLAIN.replace(' -->', `,${hash(1).repeat(100_000)} -->`)),
  'a megabyte before it': `${' '.repeat(2 ** 20)}\n${PLAIN}`,
}))
  test(`a forged or broken memory is none: ${name}`, () => assert.deepEqual(readMemory(body), []));
