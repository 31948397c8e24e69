import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Audit } from '../../../src/audit/audit.ts';
import { renderAuditHtml } from '../../../src/report/audit/html.ts';
import { PAGE_ATTACKS, readPage } from '../html-page.ts';
import { flooded, LINKS } from '../samples.ts';
import { anAudit, richAudit } from './audits.ts';

const render = (audit: Audit) => renderAuditHtml(audit, { links: LINKS });
const read = (audit: Audit) => readPage(render(audit), LINKS.server);
const AUDITS: Readonly<Record<string, Audit>> = {
  'one attack': anAudit(),
  'all there is': richAudit(),
  'no attack': { ...anAudit(), answers: [] },
  'no data': { ...anAudit(), data: [] },
};

for (const [name, audit] of Object.entries(AUDITS))
  test(`${name}: the page is sound, says a sentence for each attack first, and shows each answer once`, () => {
    const page = read(audit);
    assert.equal(page.querySelectorAll('h1').length, 1);
    const said = [...page.querySelectorAll('header .said li')].map(({ textContent }) => textContent);
    assert.equal(said.length, audit.answers.length);
    for (const [at, { summary }] of audit.answers.entries()) assert.ok(said[at]!.includes(summary), summary);
    assert.equal(page.querySelectorAll('article.finding').length, audit.answers.length);
    assert.equal(page.querySelectorAll('figure').length, audit.answers.flatMap(({ figures }) => figures).length);
    const levels = [...page.querySelectorAll('h1,h2,h3,h4')].map((heading) => Number(heading.localName.slice(1)));
    for (const [at, level] of levels.entries()) assert.ok(level <= (levels[at - 1] ?? 0) + 1, `h${level}`);
    assert.equal(render(audit), render(audit));
  });

test('whose an answer is stands where it must: with several data sets, or with one that could not be read', () => {
  const [one, all] = [anAudit(), richAudit()].map((audit) => read(audit).querySelector('header')!.textContent);
  assert.match(one!, /someone poisoned location\?.*truth-serum With 1 copy/s);
  assert.match(all!, /someone poisoned these data\?.*access on other broke/s);
  const unread = read({ ...anAudit(), data: [] }).querySelector('header')!.textContent;
  assert.match(unread, /truth-serum on location/);
});

test('each answer has its question, what it cannot see, its paper and its cost', () => {
  const audit = anAudit();
  const text = read(audit).querySelector('article')!.textContent.replace(/\s+/g, ' ');
  const { question, blind, paper } = audit.answers[0]!;
  for (const part of [question, blind, paper, '768 shadow models, 149 s']) assert.ok(text.includes(part), part);
});

test('a figure stands with its interval and false positives; a rate has its place between 0 and 1', () => {
  const page = read(anAudit());
  const [cell] = [...page.querySelectorAll('article tbody td.n')];
  assert.match(cell!.textContent, /^21\.2%\[13\.8, 28\.6\] · 6 FP$/);
  assert.equal(cell!.querySelectorAll('svg.gauge').length, 1);
  assert.equal(Number(cell!.getAttribute('data-v')), 0.21223);
});

test('units are said in their own way; what is fitted is told; what is missing is a dash', () => {
  const page = read(richAudit());
  const rows = [...page.querySelectorAll('#a2 tbody tr')].map((row) =>
    [...row.querySelectorAll('th,td')].slice(0, 2).map(({ textContent }) => textContent),
  );
  assert.deepEqual(Object.fromEntries(rows), {
    rate: '0.04%[0, 0.20] · 1 FP',
    'share, fitted': '~50.0%',
    fall: '−25.0%[−50.0, 1.0]',
    "d'": '0',
    guesses: '9,018[230, 120,000]',
    factor: '8.00×',
    bits: '12.34 bits',
    epsilon: '3.20',
    'of a later version': '1.50',
    none: '–',
  });
  assert.match(page.querySelector('#a2')!.textContent, /~: read off a fitted distribution/);
  assert.doesNotMatch(page.querySelector('#a1')!.textContent, /fitted distribution/);
});

test('a threshold is no result: its figure is not set off', () => {
  const told = [...read(anAudit()).querySelectorAll('article .told b')].map(({ textContent }) => textContent);
  assert.deepEqual(told, ['100%', '21.2%']);
});

test('named rows lead to file and line at the revision where the repository is known, else nowhere', () => {
  const audit = anAudit();
  const links = [...read(audit).querySelectorAll('.rows a')].map((link) => link.getAttribute('href'));
  assert.equal(links.length, audit.answers[0]!.rows.length);
  assert.equal(links[0], `${LINKS.server}/${LINKS.repository}/blob/${audit.revision.sha}/location.csv?plain=1#L4653`);
  assert.doesNotMatch(renderAuditHtml(audit, { links: null }), /<a [^>]*href="(?!#)/);
  const worktree = { ...audit, revision: { sha: 'WORKTREE', ref: null } };
  assert.doesNotMatch(renderAuditHtml(worktree, { links: LINKS }), /<a [^>]*href="(?!#)/);
});

test('a table of lines that are too short or too long is drawn by its heading', () => {
  const audit = anAudit();
  const table = { title: 't', note: '', columns: ['a', 'b'], rows: [[], ['1'], ['1', '2', '3']] };
  const page = read({ ...audit, answers: [{ ...audit.answers[0]!, tables: [table, { ...table, rows: [] }] }] });
  const tables = [...page.querySelectorAll('article .measured table')];
  assert.equal(tables.length, 1);
  for (const row of tables[0]!.querySelectorAll('tbody tr')) assert.equal(row.querySelectorAll('th,td').length, 2);
});

test('an audit as large as its schema allows stays a page that can be opened, and says what was cut', () => {
  const audit = richAudit();
  const cell = '<&"'.repeat(40);
  const rows = Array.from({ length: 100 }, () => Array.from({ length: 20 }, () => cell));
  const table = { title: 't', note: '', columns: Array.from({ length: 20 }, (_, at) => `c${at}`), rows };
  const wide = { ...audit.answers[0]!, tables: [table] };
  const huge = [{ ...wide, tables: [table, table, table] }, audit.answers[0]!];
  const many = Array.from({ length: 12 }, () => wide);
  for (const answers of [huge, many]) {
    const page = render({ ...audit, answers });
    assert.ok(Buffer.byteLength(page) <= 8_000_000, `${Buffer.byteLength(page)}`);
    assert.match(page, /answers? did not fit on this page; audit\.json holds everything/);
    assert.ok(/<article/.test(page));
  }
});

for (const [name, text] of Object.entries(PAGE_ATTACKS))
  test(`every text replaced by ${name}`, () => {
    for (const audit of Object.values(AUDITS)) readPage(render(flooded(audit, text)), LINKS.server);
  });
