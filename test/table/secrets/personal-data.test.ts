import assert from 'node:assert/strict';
import { test } from 'node:test';
import { personalData } from '../../../src/table/secrets/personal-data.ts';

const kindsIn = (text: string) => personalData(text).map(({ kind }) => kind);

for (const [kind, ...texts] of [
  [
    'email address',
    'write to anna.berg@posteo.de.',
    'ANNA+x@mail.kth.se',
    '<o_o@a-b.co.uk>',
    'mailto:a1@b.io?subject=x',
  ],
  ['phone number', 'call +49 30 901820 99', '+14155552671', '+1 (415) 555-2671', '(415) 555-2671', '415-555-2671 x'],
  [
    'IBAN',
    'DE89370400440532013000',
    'to DE89 3704 0044 0532 0130 00.',
    'GB29 NWBK 6016 1331 9268 19',
    'FR1420041010050500013M02606',
  ],
  [
    'card number',
    '4539 1488 0343 6467',
    '4539-1488-0343-6467',
    '4539148803436467',
    '5425 2334 3010 9903',
    '3782 822463 10013',
  ],
  ['French social security number', '2 55 08 14 168 025 38', '255081416802538'],
  ['Italian tax code', 'RSSMRA85T10A562S'],
  ['Finnish identity code', '131052-308T'],
  ['Brazilian CPF number', 'cpf 111.444.777-35'],
] as const)
  test(`finds: ${kind}`, () => {
    for (const text of texts) assert.deepEqual(kindsIn(text), [kind], text);
  });

test('leaves alone what is none: a wrong checksum, another length, names that stand for no one, numbers of other kinds', () => {
  for (const text of [
    ...['DE88370400440532013000', 'DE8937040044053201300', 'XX89370400440532013000', 'AB12CDEF34567890'],
    ...['4539 1488 0343 6468', '4242 4242 4242 4242', '0000000000000000', '1234567890123456', '9539148803436467'],
    ...['255081416802539', 'RSSMRA85T10A562T', '131052-308U', '111.444.777-36', '111.111.111-11'],
    ...['a@example.com', 'x@sub.example.org', 'me@localhost', 'logo@2x.png', 'git@github.com:a/b', 'no-reply@firm.io'],
    ...['@anna', 'anna@', 'a@b', 'a@b.c', '+1.23456789012', '(212) 555-0143', '2024-01-02 10:11:12', '192.168.100.200'],
    ...[
      '08712460324',
      '2125552671',
      '+0 123 456 789 01',
      '+123',
      'v1.2.3-4.5.6',
      '1,234,567,890',
      'deadbeef0123456789',
    ],
  ])
    assert.deepEqual(kindsIn(text), [], text);
});

test('gives the characters of each place, and one form for all spellings', () => {
  const text = 'DE89 3704 0044 0532 0130 00, DE89370400440532013000, Anna@Mail.de anna@mail.de';
  const found = personalData(text);
  assert.deepEqual(
    found.map(({ start, end }) => text.slice(start, end)),
    ['DE89 3704 0044 0532 0130 00', 'DE89370400440532013000', 'Anna@Mail.de', 'anna@mail.de'],
  );
  assert.equal(found[0]!.value, found[1]!.value);
  assert.equal(found[2]!.value, found[3]!.value);
});

test('takes linear time on hostile texts', () => {
  const size = 2 ** 20;
  for (const unit of [
    'a',
    '1',
    '+1',
    '+1 ',
    'a.',
    'a@',
    'a@a.',
    '1-',
    '4539 ',
    'DE89',
    'DE89 ',
    '(415) ',
    '@',
    '-',
    ' ',
    '\0',
    '\ud800',
    'é',
    '415-',
  ])
    for (const tail of ['', '!', 'x']) {
      const start = performance.now();
      personalData(unit.repeat(size / unit.length) + tail);
      assert.ok(performance.now() - start < 5000, `${JSON.stringify(unit)} took ${performance.now() - start} ms`);
    }
});
