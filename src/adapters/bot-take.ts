import { type Ask, runKey } from '../bot/ask.ts';
import type { Query } from './bot-database.ts';

/**
 * What webhooks write, as one statement for all that came together: in a burst an answer waits for little but the round
 * trip to the database. Each statement inside sees what was committed before it began, and two events of one pull
 * request take their turns. Deliveries and pull requests are locked in one order, so that no two processes wait for each
 * other.
 */
export const TAKE = `
  create or replace function taster.take(the_deliveries jsonb) returns table (delivery_at integer, taken text)
  language plpgsql as $$
  declare
    fresh integer[] := '{}';
    one record;
    why_left text;
    there taster.runs%rowtype;
  begin
    for one in
      select (each ->> 'at')::integer as at, each ->> 'delivery' as delivery
      from jsonb_array_elements(the_deliveries) as each order by 2, 1
    loop
      insert into taster.deliveries (id) values (one.delivery) on conflict do nothing;
      if found then
        fresh := fresh || one.at;
      end if;
    end loop;
    for one in
      select (each ->> 'at')::integer as at, (each ->> 'again')::boolean as again, asked ->> 'key' as the_key,
        asked ->> 'repository' as repository, asked -> 'ask' as ask, (asked -> 'ask' ->> 'pull')::integer as pull,
        (asked -> 'ask' ->> 'at')::bigint as asked_at
      from jsonb_array_elements(the_deliveries) as each, jsonb_array_elements(each -> 'asks') as asked
      where (each ->> 'at')::integer = any(fresh)
      order by 4, 6, 1
    loop
      perform pg_advisory_xact_lock(hashtextextended(coalesce(one.repository || '#' || one.pull, one.the_key), 0));
      why_left := case
        when exists (
          select 1 from taster.runs as other
          where other.repository = one.repository and other.pull = one.pull and other.key <> one.the_key
            and other.asked_at > one.asked_at) then 'newer'
        when exists (
          select 1 from taster.closed as shut
          where shut.repository = one.repository and shut.pull = one.pull and shut.at > one.asked_at) then 'closed'
        end;
      select * into there from taster.runs as run where run.key = one.the_key;
      if not found then
        insert into taster.runs (key, repository, pull, head_sha, base_sha, ask, asked_at, superseded, left_for)
        values (one.the_key, one.repository, one.pull, one.ask -> 'head' ->> 'sha', one.ask -> 'base' ->> 'sha',
          one.ask, one.asked_at, why_left is not null, why_left);
      -- A head that was left and came back is asked for anew, as is one that now goes into another branch, and one
      -- whose check somebody started again.
      elsif (why_left is null and one.asked_at >= there.asked_at and (there.superseded
          or there.ask -> 'base' ->> 'ref' is distinct from one.ask -> 'base' ->> 'ref'))
        or (one.again and there.state = 'concluded') then
        update taster.runs as run
        set state = 'asked', attempt = run.attempt + 1, superseded = why_left is not null and not one.again,
          left_for = case when one.again then null else why_left end, conclusion = null,
          ask = one.ask, base_sha = one.ask -> 'base' ->> 'sha', asked_at = greatest(run.asked_at, one.asked_at)
        where run.key = one.the_key;
      else
        continue;
      end if;
      delivery_at := one.at;
      taken := one.the_key;
      return next;
      if why_left is null then
        return query update taster.runs as run set superseded = true, left_for = 'newer'
          where run.repository = one.repository and run.pull = one.pull and run.key <> one.the_key
            and run.state <> 'concluded' and not run.superseded
          returning one.at, run.key;
      end if;
    end loop;
  end $$`;

export interface Taken {
  readonly delivery: string;
  readonly asks: readonly Ask[];
  readonly again: boolean;
}

/** Takes each delivery once: the keys of the runs that are now to be worked on, for each. */
export async function takeDeliveries(query: Query, deliveries: readonly Taken[]): Promise<string[][]> {
  const list = deliveries.map(({ delivery, asks, again }, at) => {
    const named = asks.map((ask) => ({ ask, key: runKey(ask), repository: ask.repository.toLowerCase() }));
    return { at, delivery, again, asks: named };
  });
  const rows = await query('select * from taster.take($1::text::jsonb)', [JSON.stringify(list)]);
  const keys = deliveries.map(() => new Set<string>());
  for (const { delivery_at, taken } of rows) keys[Number(delivery_at)]!.add(String(taken));
  return keys.map((set) => [...set]);
}
