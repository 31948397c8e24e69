import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type BotDatabase, openBotDatabase } from '../../src/adapters/bot-database.ts';
import { type BotDispatches, openBotDispatches } from '../../src/adapters/bot-dispatches.ts';
import { type BotStore, openBotStore, type Run } from '../../src/adapters/bot-store.ts';
import { type Ask, runKey } from '../../src/bot/ask.ts';
import { bothDatabases } from '../fixtures/bot/both-databases.ts';

const { places } = await bothDatabases();

let pulls = 0;
function nextAsk(): Ask {
  const pull = ++pulls;
  const head = { sha: String(pull).padStart(40, 'a'), ref: 'change', repository: null };
  return {
    ...{ installation: 1, repository: 'Example/Spam', pull, at: 1 },
    ...{ base: { sha: '0'.repeat(40), ref: 'main' }, head },
  };
}

for (const { name, skip, at } of places)
  describe(name, { skip }, () => {
    let database: BotDatabase;
    let store: BotStore;
    let dispatches: BotDispatches;
    const begun = async (): Promise<Run> => {
      const ask = nextAsk();
      await store.take(`delivery ${ask.pull}`, [ask]);
      const run = (await store.run(runKey(ask)))!;
      await store.begun(run, null);
      return run;
    };
    before(async () => {
      database = await openBotDatabase({ at: at(), log: () => {} });
      store = await openBotStore(database);
      // Made once, found the second time.
      await openBotDispatches(database);
      dispatches = await openBotDispatches(database);
    });
    after(() => database.close());

    test('an attempt has one dispatch, whoever claims it and however often', async () => {
      const run = await begun();
      assert.equal(await dispatches.of(run), null);
      const claims = await Promise.all(
        ['one', 'two', 'three'].map((nonce) => dispatches.claim(run, nonce + run.number)),
      );
      assert.equal(claims.filter(({ isNew }) => isNew).length, 1);
      assert.equal(new Set(claims.map(({ nonce }) => nonce)).size, 1);
      assert.equal((await dispatches.of(run))!.workflowRun, null);
      assert.ok(Math.abs((await dispatches.of(run))!.startedAt.getTime() - Date.now()) < 60_000);
      await dispatches.running(run, 2 ** 40);
      assert.equal((await dispatches.of(run))!.workflowRun, 2 ** 40);
      const next = { ...run, attempt: run.attempt + 1 };
      assert.equal(await dispatches.of(next), null);
    });

    test('an ended workflow is the run’s by its number, or by its name while the number is not known', async () => {
      const run = await begun();
      const { nonce } = await dispatches.claim(run, `name ${run.number}`);
      const ended = { repository: 'example/SPAM', id: 77_000 + run.number, nonce };
      assert.equal(await dispatches.keyOf(ended), run.key);
      assert.equal(await dispatches.keyOf({ ...ended, nonce: null }), null);
      assert.equal(await dispatches.keyOf({ ...ended, repository: 'example/other' }), null);
      await dispatches.running(run, ended.id);
      assert.equal(await dispatches.keyOf({ ...ended, nonce: null }), run.key);
      // Its name is known to everybody by now.
      assert.equal(await dispatches.keyOf({ ...ended, id: 1 }), null);
    });

    test('what nobody has looked at for a while is given out once, until it is concluded', async () => {
      const run = await begun();
      await dispatches.claim(run, `look ${run.number}`);
      assert.ok(!(await dispatches.look(3600)).includes(run.key));
      const both = await Promise.all([dispatches.look(0.0001), dispatches.look(3600)]);
      assert.equal(both.flat().filter((key) => key === run.key).length, 1);
      await store.concluded(run, 'success', []);
      assert.ok(!(await dispatches.look(0)).includes(run.key));
    });
  });
