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
    is_left boolean;
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
      perform pg_advisory_xact_lock(hashtextextended(the_repository || '#' || the_pull, 0));
      is_left := exists (
        select 1 from taster.runs
        where repository = the_repository and pull = the_pull and key <> the_key and asked_at > the_at);
      select * into there from taster.runs where key = the_key;
      if not found then
        insert into taster.runs (key, repository, pull, head_sha, base_sha, ask, asked_at, superseded)
        values (the_key, the_repository, the_pull, the_ask -> 'head' ->> 'sha', the_ask -> 'base' ->> 'sha',
          the_ask, the_at, is_left);
      -- A head that was left and came back is asked for anew, as is one whose check somebody started again.
      elsif (there.superseded and not is_left and the_at >= there.asked_at)
        or (is_again and there.state = 'concluded') then
        update taster.runs
        set state = 'asked', attempt = attempt + 1, superseded = is_left and not is_again, conclusion = null,
          ask = the_ask, base_sha = the_ask -> 'base' ->> 'sha', asked_at = greatest(asked_at, the_at)
        where key = the_key;
      else
        continue;
      end if;
      return next the_key;
      if not is_left then
        return query update taster.runs set superseded = true
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
    .sort((a, b) => a.pull - b.pull)
    .map((ask) => ({ ask, key: runKey(ask), repository: ask.repository.toLowerCase() }));
  const rows = await query('select distinct taster.take($1, $2::text::jsonb, $3) as key', [
    ...[delivery, JSON.stringify(list), again],
  ]);
  return rows.map(({ key }) => String(key));
}
