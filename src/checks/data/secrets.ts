import type { Evidence } from '../../evidence/evidence.ts';
import { type Metric, type NamedRow, plainFinding } from '../../evidence/finding.ts';
import type { SecretPlace } from '../../evidence/secrets.ts';
import { defineCheck } from '../check.ts';
import { sampleEvidence, sampleWorld } from '../sample-evidence.ts';
import { sampleSecrets } from '../sample-secrets.ts';
import { counted, listed } from '../words.ts';

const NAMED = 50;

const REMEDY =
  'Revoke the credentials first, for whoever can read the repository has them; then take them and the personal data out of the rows, and out of the history.';

const PERSONAL = 'Take the personal data out of the rows, and out of the history, or say why they may stand there.';

/** Credentials and personal data in the cells. */
export const secrets = defineCheck({
  id: 'secrets',
  family: 'data',
  question: 'Does the change bring credentials or personal data into the rows?',
  why: 'What stands in the data stands in the history of the repository, and models repeat it: language models gave away names, numbers and keys that were in one document alone (Carlini et al. 2021, arXiv 2012.07805).',
  needs: ['head', 'secrets'],
  options: {
    credentials: {
      default: 0,
      min: 0,
      max: 1e6,
      unit: 'places',
      sentence: 'Fails when more new keys, tokens and passwords than this come.',
    },
    personal: {
      default: 0,
      min: 0,
      max: 1e9,
      unit: 'places',
      sentence: 'Warns when more new e-mail addresses, phone, account, card and national numbers than this come.',
    },
  },
  gateMetric: 'new secrets',
  remedy: REMEDY,
  run(evidence, options) {
    const { places, counts, unplaced, unscanned } = evidence.secrets!;
    const sum = (isCredential: boolean, side: 'base' | 'fresh') =>
      counts.reduce((total, count) => total + (count.isCredential === isCredential ? count[side] : 0), 0);
    const credentials = sum(true, 'fresh');
    const personal = sum(false, 'fresh');
    const standing = { credentials: sum(true, 'base'), personal: sum(false, 'base') };
    const metrics = metricsOf(evidence);
    const unseen = unscanned.fresh > 0 ? { unseen: unscanned.fresh } : {};
    const cut = cutWords(evidence);
    const isFound = credentials > options.credentials || personal > options.personal;
    if (isFound) {
      const fresh = places.filter((place) => place.isNew);
      const rows = namedRows(evidence, fresh);
      const apart =
        unplaced > 0
          ? ` ${counted(unplaced, 'of them is', 'of them are')} in rows beyond the sample that is looked at.`
          : '';
      return plainFinding(
        credentials > options.credentials ? 'fail' : 'warn',
        `The change brings ${freshWords(evidence)}.${apart}${cut}`,
        {
          remedy: credentials > 0 ? REMEDY : PERSONAL,
          metrics,
          rows: rows.slice(0, NAMED),
          rowsTotal: rows.length + unplaced,
          ...unseen,
        },
      );
    }
    if (unscanned.fresh > 0)
      return plainFinding('unknown', `No new secret was found, but not all was looked at.${cut}`, {
        metrics,
        ...unseen,
      });
    const told = [
      ...(credentials + personal > 0
        ? [`New ones stay within the limits: ${freshWords(evidence)}.`]
        : ['No new credential or personal data.']),
      ...(standing.credentials + standing.personal > 0
        ? [
            `Base has ${counted(standing.credentials, 'credential')} and personal data in ${counted(standing.personal, 'place')}.`,
          ]
        : []),
    ].join(' ');
    if (standing.credentials === 0) return plainFinding('pass', `${told}${cut}`, { metrics });
    const rows = namedRows(
      evidence,
      places.filter((place) => place.isCredential),
    );
    return plainFinding('warn', `${told}${cut}`, {
      ...{ introduced: false, remedy: REMEDY, metrics },
      ...{ rows: rows.slice(0, NAMED), rowsTotal: rows.length },
    });
  },
  samples(seed) {
    const world = sampleWorld(seed, { base: 200, added: 40 });
    const evidence = (fresh: number) => {
      const plain = sampleEvidence(world);
      return { ...plain, secrets: sampleSecrets(plain.rows, seed, fresh) };
    };
    return { faulty: evidence(1 + (seed % 3)), clean: evidence(0) };
  },
});

/** `1 credential and 2 pieces of personal data: GitHub token (1), email address (2); columns "note", "text"`. */
function freshWords({ secrets: found }: Evidence): string {
  const fresh = found!.counts.filter((count) => count.fresh > 0);
  const sum = (isCredential: boolean) =>
    fresh.reduce((total, count) => total + (count.isCredential === isCredential ? count.fresh : 0), 0);
  const [credentials, personal] = [sum(true), sum(false)];
  const what = [
    ...(credentials > 0 ? [counted(credentials, 'credential')] : []),
    ...(personal > 0 ? [counted(personal, 'piece of personal data', 'pieces of personal data')] : []),
  ];
  const kinds = fresh
    .toSorted((a, b) => Number(b.isCredential) - Number(a.isCredential) || b.fresh - a.fresh)
    .map(({ kind, fresh: count }) => `${kind} (${count})`);
  const more = kinds.length > 6 ? ` and ${kinds.length - 6} more` : '';
  const columns = [...new Set(found!.places.filter(({ isNew }) => isNew).map(({ column }) => column.slice(0, 60)))];
  const where = columns.length === 0 ? '' : `; ${columns.length === 1 ? 'column' : 'columns'} ${listed(columns)}`;
  return `${what.join(' and ')}: ${kinds.slice(0, 6).join(', ')}${more}${where}`;
}

function cutWords({ secrets: found }: Evidence): string {
  const { fresh, base } = found!.unscanned;
  return [
    ...(fresh > 0
      ? [
          ` ${counted(fresh, 'cell was', 'cells were')} not looked into, or not to the end: too long, too many, or made to hold the scan up.`,
        ]
      : []),
    ...(base > 0
      ? [
          ` ${counted(base, 'cell of base was', 'cells of base were')} not looked into to the end: what stands there may count as new.`,
        ]
      : []),
  ].join('');
}

/** A row per place's row, credentials first. */
function namedRows(evidence: Evidence, places: readonly SecretPlace[]): NamedRow[] {
  const byRow = Map.groupBy(places, ({ row }) => row);
  return [...byRow]
    .map(([row, held]) => ({ row, held, credentials: held.filter(({ isCredential }) => isCredential).length }))
    .sort((a, b) => b.credentials - a.credentials || b.held.length - a.held.length || a.row - b.row)
    .map(({ row, held }): NamedRow => {
      const words = [...Map.groupBy(held, ({ kind, column }) => JSON.stringify([kind, column])).values()].map(
        (same) => {
          const { kind, column } = same[0]!;
          return `${kind}${same.length > 1 ? ` (${same.length})` : ''} in column "${column.slice(0, 60)}"`;
        },
      );
      const more = words.length > 3 ? ` and ${words.length - 3} more` : '';
      return {
        row,
        revision: evidence.rows[row]!.inHead ? 'head' : 'base',
        ...{ score: held.length, q: null, victims: [] },
        why: `Holds: ${words.slice(0, 3).join(', ')}${more}.`,
      };
    });
}

function metricsOf({ secrets: found }: Evidence): Metric[] {
  const exactly = (value: number) => ({ value, low: null, high: null, n: null });
  const metric = (name: string, base: number | null, head: number): Metric => ({
    ...{ name, at: null, unit: 'count', limit: null },
    ...{
      base: base === null ? null : exactly(base),
      head: exactly(head),
      delta: base === null ? null : exactly(head - base),
    },
  });
  const { counts } = found!;
  return [
    metric(
      'new secrets',
      null,
      counts.reduce((sum, { fresh }) => sum + fresh, 0),
    ),
    ...counts.slice(0, 20).map(({ kind, base, head }) => metric(kind, base, head)),
  ];
}
