import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Marker, marker, readMarker } from '../../src/report/marker.ts';

const PLAIN: Marker = { id: 'default', sha: 'a'.repeat(40), run: '17', attempt: 2 };

for (const [name, value] of Object.entries<Marker>({
  plain: PLAIN,
  'without a run': { ...PLAIN, run: null, attempt: null },
  'an id that ends comments': { ...PLAIN, id: '--> <script> sha=x' },
  'an id with line breaks': { ...PLAIN, id: 'a\nb\r\n\u2028' },
  'an id with percent signs': { ...PLAIN, id: '100%25 --' },
  'an empty id': { ...PLAIN, id: '' },
}))
  test(`the marker is read as it was written: ${name}`, () => {
    const text = marker(value);
    assert.deepEqual(readMarker(`${text}\n\n### Taster`), value);
    assert.doesNotMatch(text.slice(4, -3), /--|[<>\n]/);
    assert.doesNotMatch(text, /\n/);
  });

for (const [name, text] of Object.entries({
  'not on the first line': `A comment that quotes:\n${marker(PLAIN)}\n`,
  'quoted on the first line': `> ${marker(PLAIN)}\n`,
  'with words behind it': `${marker(PLAIN)} and more\n`,
  'with an attempt that is no number': marker(PLAIN).replace('attempt=2', 'attempt=2e9'),
  'with a field missing': marker(PLAIN).replace(/ sha=\S+/, ''),
  'with a field twice': marker(PLAIN).replace('attempt', 'id=other attempt'),
  'with broken percent encoding': marker({ ...PLAIN, id: 'x' }).replace('id=x', 'id=%E0%A4%A'),
  'in other letters': marker(PLAIN).replace('taster', 'Taster'),
  nothing: '',
  'a megabyte of spaces': ' '.repeat(2 ** 20) + marker(PLAIN),
}))
  test(`a forged or broken marker is no marker: ${name}`, () => assert.equal(readMarker(text), null));

test('an overlong id is cut, half characters do not throw', () => {
  const text = marker({ ...PLAIN, id: `\ud800${'😀'.repeat(10_000)}` });
  assert.ok(text.length < 3000);
  assert.equal(readMarker(text)?.sha, PLAIN.sha);
});
