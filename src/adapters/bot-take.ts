import { type Ask, runKey } from '../bot/ask.ts';
import type { Query } from './bot-database.ts';

/**
 * What a webhook writes, as one statement: in a burst its answer waits for nothing but round trips to the database.
 * Each statement inside sees what was committed before it began, and two events of one pull request take their turns.
 */
export const TAKE = `
  create or replace function taster.take(the_delivery text, the_asks jsonb, is_again boolean) returns setof text
  language plpgsql as $$
  declare
    one jsonb;
    the_ask jsonb;
    the_key text;
    the_repository text;
    the_pull integer;
    the_at bigint;
    why_left text;
    there taster.runs%rowtype;
  begin
    insert into taster.deliveries (id) values (the_delivery) on conflict do nothing;
    if not found then
      return;
    end if;
    for one in select value from jsonb_array_elements(the_asks) loop
      the_ask := one -> 'ask';
      the_key := one ->> 'key';
      the_repository := one ->> 'repository';
      the_pull := (the_ask ->> 'pull')::integer;
      the_at := (the_ask ->> 'at')::bigint;
      perform pg_advisory_xact_lock(hashtextextended(coalesce(the_repository || '#' || the_pull, the_key), 0));
      why_left := case
        when exists (
          select 1 from taster.runs
          where repository = the_repository and pull = the_pull and key <> the_key and asked_at > the_at) then 'newer'
        when exists (
          select 1 from taster.closed where repository = the_repository and pull = the_pull and at > the_at) then 'closed'
        end;
      select * into there from taster.runs where key = the_key;
      if not found then
        insert into taster.runs (key, repository, pull, head_sha, base_sha, ask, asked_at, superseded, left_for)
        values (the_key, the_repository, the_pull, the_ask -> 'head' ->> 'sha', the_ask -> 'base' ->> 'sha',
          the_ask, the_at, why_left is not null, why_left);
      -- A head that was left and came back is asked for anew, as is one that now goes into another branch, and one
      -- whose check somebody started again.
      elsif (why_left is null and the_at >= there.asked_at and (there.superseded
          or there.ask -> 'base' ->> 'ref' is distinct from the_ask -> 'base' ->> 'ref'))
        or (is_again and there.state = 'concluded') then
        update taster.runs
        set state = 'asked', attempt = attempt + 1, superseded = why_left is not null and not is_again,
          left_for = case when is_again then null else why_left end, conclusion = null,
          ask = the_ask, base_sha = the_ask -> 'base' ->> 'sha', asked_at = greatest(asked_at, the_at)
        where key = the_key;
      else
        continue;
      end if;
      return next the_key;
      if why_left is null then
        return query update taster.runs set superseded = true, left_for = 'newer'
          where repository = the_repository and pull = the_pull and key <> the_key and state <> 'concluded'
            and not superseded
          returning key;
      end if;
    end loop;
  end $$`;

/** Takes a delivery once: the keys of the runs that are now to be worked on. */
export async function takeDelivery(
  query: Query,
  { delivery, asks, again }: { readonly delivery: string; readonly asks: readonly Ask[]; readonly again: boolean },
): Promise<string[]> {
  // In one order, whichever way round two deliveries name two pull requests.
  const list = [...asks]
    .sort((a, b) => (a.pull ?? 0) - (b.pull ?? 0))
    .map((ask) => ({ ask, key: runKey(ask), repository: ask.repository.toLowerCase() }));
  const rows = await query('select distinct taster.take($1, $2::text::jsonb, $3) as key', [
    ...[delivery, JSON.stringify(list), again],
  ]);
  return rows.map(({ key }) => String(key));
}
