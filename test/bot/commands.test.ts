import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandLine, LINE_CHARACTERS, parseCommand } from '../../src/bot/commands.ts';

const NOW = Date.parse('2026-11-27T15:00:00Z');
const read = (body: string) => {
  const line = commandLine(body);
  return line === null ? null : parseCommand(line, NOW);
};
const problem = (body: string) => {
  const command = read(body);
  assert.equal(command?.kind, 'misread', body);
  return command?.kind === 'misread' ? command.problem : '';
};

test('each command is read from the first line', () => {
  assert.deepEqual(read('/taster'), { kind: 'help' });
  assert.deepEqual(read('/taster help\r\n\r\nthank you'), { kind: 'help' });
  assert.deepEqual(read('/taster rerun  \nplease'), { kind: 'rerun' });
  assert.deepEqual(read('/taster explain data/my file.parquet row 812'), {
    ...{ kind: 'explain', about: 'data/my file.parquet row 812' },
  });
  assert.deepEqual(read('/taster accept'), { kind: 'how-to-accept' });
  assert.deepEqual(read('/taster accept mislabelled until 2027-01-31 because until then it is fixed'), {
    ...{ kind: 'accept', check: 'mislabelled', rows: null, until: '2027-01-31', reason: 'until then it is fixed' },
  });
  assert.deepEqual(read('/taster accept mislabelled data/a b.csv:12, id=17 until 2026-11-27 because because'), {
    ...{ kind: 'accept', check: 'mislabelled', rows: ['data/a b.csv:12', 'id=17'], until: '2026-11-27' },
    reason: 'because',
  });
});

test('what is no command is none', () => {
  const accept = '/taster accept mislabelled until 2027-01-31 because x';
  const none = [
    ...['', 'taster help', '/tasters', '/taster-x help', '/taster/help', '/TASTER help', '\ufeff/taster help'],
    ...[` ${accept}`, `\t${accept}`, `    ${accept}`, `> ${accept}`, `- ${accept}`, `\n${accept}`, `\r\n${accept}`],
    ...[`\`\`\`\n${accept}\n\`\`\``, `~~~\n${accept}`, `\`${accept}\``, `<!--\n${accept}\n-->`, `<b>${accept}</b>`],
    ...[`Look:\n${accept}`, `\u200b${accept}`, `\\${accept}`, `*${accept}*`],
  ];
  for (const body of none) assert.equal(read(body), null, JSON.stringify(body));
});

test('what is wrong with a command is told without a word of it', () => {
  const accept = (check: string, until: string, reason = 'x', rows = '') =>
    `/taster accept ${check} ${rows} until ${until} because ${reason}`;
  const cases: readonly (readonly [string, RegExp])[] = [
    ['/taster zebra', /no such command/],
    ['/taster rerun zebra', /Nothing follows/],
    ['/taster explain', /wants a check or a row/],
    ['/taster accept mislabelled zebra', /`until` with a date/],
    ['/taster accept mislabelled until 2027-01-31 because ', /because/],
    ['/taster accept mislabelled until 2027-01-31 zebra', /because/],
    [accept('zebra', '2027-01-31'), /no such check/],
    [accept('__proto__', '2027-01-31'), /no such check/],
    [accept('mislabelled', 'zebra'), /form 2027-01-31/],
    [accept('mislabelled', '2027-02-30'), /form 2027-01-31/],
    [accept('mislabelled', '2027-13-01'), /form 2027-01-31/],
    [accept('mislabelled', '20270131'), /form 2027-01-31/],
    [accept('mislabelled', '2027-01-31T23:00:00Z'), /form 2027-01-31/],
    [accept('mislabelled', '2026-11-26'), /is over/],
    [accept('mislabelled', '0000-01-01'), /is over/],
    [accept('mislabelled', '2027-11-29'), /more than a year/],
    [accept('mislabelled', '9999-12-31'), /more than a year/],
    [accept('mislabelled', '2027-01-31', 'z'.repeat(501)), /500 characters/],
    [accept('mislabelled', '2027-01-31', 'x', 'a.csv:1,,a.csv:2'), /no row/],
    [accept('mislabelled', '2027-01-31', 'x', Array(101).fill('a:1').join(',')), /100 rows/],
    [accept('mislabelled', '2027-01-31', 'x\u202ezebra'), /cannot be seen/],
    [accept('mislabelled', '2027-01-31', 'x\u0007zebra'), /cannot be seen/],
    [accept('mislabelled', '2027-01-31', 'x\u2028zebra'), /cannot be seen/],
    [accept('mislabelled', '2027-01-31', 'x\ud800zebra'), /cannot be seen/],
    [`/taster explain ${'z'.repeat(LINE_CHARACTERS)}`, /longer than/],
  ];
  for (const [body, pattern] of cases) {
    assert.match(problem(body), pattern, body);
    assert.doesNotMatch(problem(body), /zebra|zzz/);
  }
  assert.equal(read(accept('mislabelled', '2027-11-27', '😀'.repeat(500)))?.kind, 'accept');
});

test('a hostile line takes no time', () => {
  const bodies = [
    `/taster accept a${' '.repeat(1900)}`,
    `/taster accept ${'a until '.repeat(240)}`,
    `/taster accept ${'a until b because '.repeat(105)}`,
    `/taster accept ${', '.repeat(900)}`,
    `/taster ${' \t'.repeat(900)}`,
    `/taster explain ${'\u202e'.repeat(1_000_000)}`,
  ];
  const started = performance.now();
  for (const body of bodies) read(body);
  assert.ok(performance.now() - started < 1000, `${performance.now() - started} ms`);
});
