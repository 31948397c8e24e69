import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { SCRIPT } from '../../src/report/html/script.ts';
import { renderHtml } from '../../src/report/html.ts';
import { limits } from '../../src/report/limits.ts';
import { verdictLine } from '../../src/report/verdict-line.ts';
import type { Review, ReviewFigure } from '../../src/review/review.ts';
import { readPage } from './html-page.ts';
import { FIGURES, richReview } from './pages.ts';
import { crowdedReview, findingOf, flooded, LINKS, SAMPLES, sampleReview, withFinding } from './samples.ts';

const render = (review: Review) => renderHtml(review, { links: LINKS });
const read = (review: Review) => readPage(render(review), LINKS.server);
const bytes = (page: string) => Buffer.byteLength(page);

for (const name of SAMPLES) {
  const review = sampleReview(name);

  test(`${name}: the page is sound, says the verdict first, and each finding once`, () => {
    const page = read(review);
    assert.equal(page.querySelectorAll('h1').length, 1);
    assert.ok(page.querySelector('h1')!.textContent.startsWith(verdictLine(review).word));
    assert.equal(page.querySelectorAll('article.finding').length, review.findings.length);
    assert.equal(page.querySelectorAll('#unseen + .box li').length, limits(review).length);
    assert.equal(page.querySelectorAll('figure').length, review.findings.flatMap(({ figures }) => figures).length);
    const levels = [...page.querySelectorAll('h1,h2,h3,h4')].map((heading) => Number(heading.localName.slice(1)));
    for (const [at, level] of levels.entries()) assert.ok(level <= (levels[at - 1] ?? 0) + 1, `h${level}`);
    assert.equal(render(review), render(review));
  });

  test(`${name}: without links the page leads nowhere`, () => {
    assert.doesNotMatch(renderHtml(review, { links: null }), /<a [^>]*href="(?!#)/);
  });
}

test("the policy lets in the page's own script and style by their hashes, and nothing else", () => {
  const page = read(richReview());
  const policy = page.querySelector('meta[http-equiv]')!.getAttribute('content')!;
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  assert.ok(policy.includes(`script-src ${hash(page.querySelector('script')!.textContent)};`));
  assert.match(policy, /^default-src 'none';/);
  assert.doesNotMatch(policy, /unsafe|\*|https?:/);
});

for (const figure of FIGURES)
  test(`a figure of kind ${figure.kind} is drawn with title, axes, units and legend`, () => {
    const page = read(withFinding(sampleReview('pass-clean'), 'membership', { figures: [figure] }));
    const drawn = page.querySelector('figure')!;
    const svg = drawn.querySelector('svg[role=img]')!;
    assert.equal(svg.querySelector('title')!.textContent, figure.title);
    const texts = [...svg.querySelectorAll('text')].map((text) => text.textContent);
    assert.ok(texts.includes(figure.x) && texts.includes(figure.y), texts.join('|'));
    const legend = [...drawn.querySelectorAll('.legend li')].map((item) =>
      item.textContent.replace(/^[●■]| \(\d+\)$/g, ''),
    );
    const names = figure.series.map(({ name }) => name);
    assert.deepEqual(figure.kind === 'matrix' ? names.filter((name) => texts.includes(name)) : legend, names);
    assert.doesNotMatch(svg.outerHTML, /NaN|Infinity|undefined/);
    assert.ok(svg.querySelectorAll('path, rect, circle').length > figure.series.length);
  });

test('the intervals of the true-positive rates are drawn at their false-positive rate', () => {
  const without = read(withFinding(richReview(), 'membership', { metrics: [] }));
  const upright = (page: ReturnType<typeof read>) =>
    page.querySelectorAll('g[stroke-width="5"] line, line[stroke-width="5"]').length;
  assert.equal(upright(without), 0);
  assert.ok(upright(read(richReview())) >= 2);
});

const wild: Readonly<Record<string, [number, number][]>> = {
  nothing: [],
  'one point': [[0.5, 0.5]],
  'zeros only': [
    [0, 0],
    [0, 0],
  ],
  'far beyond': [
    [1e300, -1e300],
    [5, 1e12],
  ],
  'below zero': [
    [-1, -2],
    [-3, 4],
  ],
  'two thousand': Array.from({ length: 2000 }, (_, at) => [at, (at * 7919) % 2000]),
};
for (const [what, points] of Object.entries(wild))
  test(`figures of every kind with ${what}`, () => {
    const figures = FIGURES.map((figure): ReviewFigure => ({ ...figure, series: Array.from({ length: 20 }, () => ({ name: 'a', points })) })); // biome-ignore format: one idea
    const page = render(withFinding(sampleReview('pass-clean'), 'membership', { figures }));
    readPage(page, LINKS.server);
    assert.doesNotMatch(page.replace(SCRIPT, ''), /NaN|Infinity/);
    assert.ok(bytes(page) < 2_000_000, `${bytes(page)} bytes`);
    if (what === 'two thousand') assert.match(page, /14 more series not drawn\..*points not drawn; review\.json/);
    if (what === 'nothing') assert.doesNotMatch(page, /<figure>/);
  });

test('culprits and what they expose are linked both ways, and the rest is counted', () => {
  const page = read(richReview());
  const [culprit] = page.querySelectorAll('#f1 tr[id^="f1-r"]');
  const victim = page.getElementById(culprit!.querySelector('a[href^="#f1-v"]')!.getAttribute('href')!.slice(1))!;
  assert.ok(victim.querySelector(`a[href="#${culprit!.id}"]`));
  assert.match(page.querySelector('#f1')!.textContent, /…and 3 more that this review does not name/);
  const { rows } = findingOf(richReview(), 'amplification');
  assert.equal(page.querySelectorAll('#f1 tr[id^="f1-r"]').length, rows.length);
});

test('ten thousand findings, and names of ten thousand letters, stay under 8 MB and say what was cut', () => {
  const crowded = crowdedReview();
  const { findings } = crowded;
  const many = { ...crowded, findings: Array.from({ length: 10_000 }, (_, at) => findings[at % findings.length]!) };
  const page = render(many);
  assert.ok(bytes(page) < 8_000_000, `${bytes(page)} bytes`);
  readPage(page, LINKS.server);
  assert.match(
    page,
    /[\d,]+ findings did not fit on this page in full, of which [\d,]+ are only counted; review\.json/,
  );
  for (const text of ['a'.repeat(10_000), '<&"'.repeat(3334), '😀'.repeat(5000)]) {
    const flood = render(flooded(many, text));
    assert.ok(bytes(flood) < 8_000_000, `${bytes(flood)} bytes`);
  }
});

test('one finding as large as the schema allows leaves room for the others', () => {
  const review = richReview();
  const [row] = findingOf(review, 'amplification').rows;
  const victims = Array.from({ length: 20 }, (_, at) => ({ ...row!.victims[0]!, path: '<'.repeat(1000), ordinal: at }));
  const rows = Array.from({ length: 100 }, (_, at) => ({ ...row!, why: '<'.repeat(500), ordinal: at, victims: victims.map((victim) => ({ ...victim, ordinal: victim.ordinal + 20 * at })) })); // biome-ignore format: one idea
  const page = read(withFinding(review, 'amplification', { rows, rowsTotal: 100 }));
  assert.match(page.querySelector('#f1')?.textContent ?? '', /1,700 more rows touched/);
  assert.ok(page.querySelector('#f2'));
});
