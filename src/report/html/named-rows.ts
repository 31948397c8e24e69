import type { Review, ReviewFinding, ReviewVictim } from '../../review/review.ts';
import { effectText, effectWord, namedId, pairWord } from '../finding-rows.ts';
import { type Links, type Place, placeText, placeUrl, shorten } from '../place.ts';
import { formatCount, plural } from '../quantity.ts';
import { rowKey } from '../rows.ts';
import type { Target } from './draw.ts';
import { type Cell, table } from './table.ts';
import { escapeHtml, mono, words } from './text.ts';

const VICTIMS_IN_CELL = 5;
const VICTIMS_SHOWN = 300;

interface Victim {
  readonly place: ReviewVictim;
  readonly id: string;
  largest: number;
  readonly by: number[];
}

/** The rows that a finding names and, linked with them both ways, the rows that these touch. `id` is the finding's on the page. */
export function namedRows(
  review: Review,
  finding: ReviewFinding,
  { links, id }: { links: Links | null; id: string },
): string {
  if (finding.rows.length === 0) return '';
  const victims = victimsOf(finding, id);
  const tested = finding.rows.some(({ q }) => q !== null);
  const scored = finding.rows.some(({ score }) => score !== null);
  const paired = victims.size > 0;
  const rows = finding.rows.map((row): Cell[] => [
    placeCell(review, row, links),
    words(row.why, 300) || '–',
    ...(paired ? [victimCell(finding, row.victims, victims)] : []),
    ...(scored ? [figure(row.score)] : []),
    ...(tested ? [figure(row.q)] : []),
  ]);
  const heading = ['row', 'why', ...(paired ? [pairWord(finding)] : []), ...(scored ? ['#score'] : []), ...(tested ? ['#adjusted p'] : [])]; // biome-ignore format: one idea
  const ids = finding.rows.map((_, at) => `${id}-r${at}`);
  const rest = finding.rowsTotal - finding.rows.length;
  return [
    `<h4>Rows</h4>`,
    table({
      caption: `Rows named by ${words(finding.check, 40)} (${id.slice(1)})`,
      heading,
      rows,
      ids,
      sortable: true,
    }),
    rest > 0 ? `<p class="note">…and ${formatCount(rest)} more that this review does not name.</p>` : '',
    paired ? '<h4>Rows touched</h4>' : '',
    paired ? victimTable(review, finding, [...victims.values()], { links, id }) : '',
  ].join('');
}

/** Where `namedRows` speaks of a row, by the row's id: as one that is touched before as one that touches. */
export function namedPlaces(finding: ReviewFinding, id: string): Map<string, Target> {
  const target = (place: Place, anchor: string) => ({ href: `#${anchor}`, title: shorten(placeText(place), 80) });
  const victims = [...victimsOf(finding, id).values()].slice(0, VICTIMS_SHOWN);
  const all = [
    ...finding.rows.map((row, at) => [row.id, target(row, `${id}-r${at}`)] as const),
    ...victims.map((victim) => [victim.place.id, target(victim.place, victim.id)] as const),
  ];
  return new Map(all.filter(([row]) => row !== ''));
}

function victimsOf({ rows }: ReviewFinding, id: string): Map<string, Victim> {
  const victims = new Map<string, Victim>();
  for (const [at, row] of rows.entries())
    for (const place of row.victims) {
      const key = rowKey(place);
      const known = victims.get(key) ?? { place, id: `${id}-v${victims.size}`, largest: place.effect, by: [] };
      known.largest = Math.max(known.largest, place.effect);
      known.by.push(at);
      victims.set(key, known);
    }
  return victims;
}

function victimCell(
  finding: ReviewFinding,
  victims: readonly ReviewVictim[],
  known: ReadonlyMap<string, Victim>,
): string {
  const shown = victims.slice(0, VICTIMS_IN_CELL).map((victim) => {
    const { id } = known.get(rowKey(victim))!;
    const number = Number(id.slice(id.lastIndexOf('v') + 1));
    const name = mono(shorten(placeText(victim), 40));
    const place = number < VICTIMS_SHOWN ? `<a href="#${id}">${name}</a>` : name;
    return `${place} <b>${effectOf(finding, victim.effect)}</b>`;
  });
  const more = victims.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('<br>') || '–';
}

function victimTable(
  review: Review,
  finding: ReviewFinding,
  victims: readonly Victim[],
  { links, id }: { links: Links | null; id: string },
): string {
  const word = { exposes: 'exposed by', 'may expose': 'perhaps exposed by', 'other row': 'named with' }[
    pairWord(finding)
  ];
  const shown = victims.slice(0, VICTIMS_SHOWN);
  const rows = shown.map(({ place, largest, by }): Cell[] => {
    const culprits = by
      .slice(0, VICTIMS_IN_CELL)
      .map((at) => `<a href="#${id}-r${at}">${mono(shorten(placeText(finding.rows[at]!), 40))}</a>`);
    const more = by.length - culprits.length;
    return [
      placeCell(review, place, links),
      [...culprits, ...(more > 0 ? [`and ${more} more`] : [])].join('<br>'),
      { html: effectOf(finding, largest), sort: largest },
    ];
  });
  const caption = `Rows touched, ${words(finding.check, 40)} (${id.slice(1)})`;
  const table_ = table({
    caption,
    heading: ['row touched', word, `#${effectWord(finding)}`],
    rows,
    ids: shown.map((one) => one.id),
    sortable: true,
  });
  const rest = victims.length - shown.length;
  return table_ + (rest > 0 ? `<p class="note">${plural(rest, 'more row')} touched; review.json names them.</p>` : '');
}

function placeCell(review: Review, row: Place & { readonly id: string }, links: Links | null): string {
  const text = mono(shorten(placeText(row), 80));
  const url = placeUrl(review, row, links);
  const id = namedId(row);
  const name = url === null ? text : `<a rel="noreferrer noopener" href="${escapeHtml(url)}">${text}</a>`;
  return `${name}${id === null ? '' : ` <small>id ${mono(id, 40)}</small>`}${row.revision === 'base' ? ' <small>in base</small>' : ''}`;
}

const effectOf = (finding: ReviewFinding, effect: number): string => effectText(finding, effect).slice(0, 24);

function figure(value: number | null): Cell {
  return value === null ? '–' : { html: String(Number(value.toPrecision(3))).replace('-', '−'), sort: value };
}
