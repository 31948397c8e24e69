import type { Config, Ignore } from '../config/config.ts';
import { oneLine } from '../errors.ts';
import type { Unjudged } from './judged.ts';

/** How far the configuration's ignores cover a finding. */
export interface Coverage {
  /** `all`: the check as such is accepted; `rows`: every row of the finding is; `none`: the finding stays. */
  readonly kind: 'all' | 'rows' | 'none';
  readonly ignored: { readonly reason: string; readonly until: string | null } | null;
}

const NONE: Coverage = { kind: 'none', ignored: null };

/** True after the last day (UTC) on which the ignore has an effect. `now` in milliseconds since 1970. */
export function isExpired(ignore: Pick<Ignore, 'until'>, now: number): boolean {
  return ignore.until !== null && now >= Date.parse(`${ignore.until}T00:00:00Z`) + 86_400_000;
}

/**
 * Whether ignores that are still valid cover a finding. Only what was looked at and found can be accepted: an
 * `unknown` or `error` never is. Ignores by rows must cover all rows together, those beyond the report's cap, too.
 */
export function coverage(finding: Unjudged, config: Pick<Config, 'data' | 'ignore'>, now: number): Coverage {
  if (!['pass', 'warn', 'fail'].includes(finding.outcome)) return NONE;
  const valid = config.ignore.filter((ignore) => ignore.check === finding.check && !isExpired(ignore, now));
  const blanket = valid.find((ignore) => ignore.rows.length === 0);
  if (blanket) return { kind: 'all', ignored: { reason: blanket.reason, until: blanket.until } };
  if (finding.rows.length === 0 || finding.rows.length !== finding.rowsTotal) return NONE;
  const used = new Set<Ignore>();
  for (const row of finding.rows) {
    const idColumn = config.data.find((data) => data.name === row.data)?.id ?? null;
    const names = [`id=${row.id}`, ...(idColumn === null ? [] : [`${idColumn}=${row.id}`])];
    const ignore = valid.find(({ rows }) => names.some((name) => rows.includes(name)));
    if (!ignore) return NONE;
    used.add(ignore);
  }
  const ends = [...used].flatMap(({ until }) => until ?? []).sort();
  const reasons = [...new Set([...used].map(({ reason }) => reason))].join('; ');
  return { kind: 'rows', ignored: { reason: oneLine(reasons, 500), until: ends[0] ?? null } };
}

/** One sentence for each ignore that has expired. */
export function expiryNotes(ignores: readonly Ignore[], now: number): string[] {
  return ignores
    .filter((ignore) => isExpired(ignore, now))
    .map(({ check, until, reason }) =>
      oneLine(`The ignore of ${check} ("${oneLine(reason, 200)}") expired on ${until} and has no effect.`),
    )
    .slice(0, 20);
}
