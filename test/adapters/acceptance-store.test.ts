import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type AcceptanceStore, openAcceptanceStore } from '../../src/adapters/acceptance-store.ts';
import { type BotDatabase, openBotDatabase } from '../../src/adapters/bot-database.ts';
import { type BotStore, openBotStore } from '../../src/adapters/bot-store.ts';
import { type CommandStore, openCommandStore } from '../../src/adapters/command-store.ts';
import { openToldStore, type ToldStore } from '../../src/adapters/told-store.ts';
import type { Acceptance } from '../../src/bot/acceptance.ts';
import { type Ask, runKey } from '../../src/bot/ask.ts';
import type { Said } from '../../src/bot/said.ts';
import { bothDatabases } from '../fixtures/bot/both-databases.ts';

const { places } = await bothDatabases();

const HOSTILE = `'; drop table taster.runs; -- \u202e "{,}" \\ $1 ${'é'.repeat(400)}`;
const pull = { repository: 'Example/Spam', pull: 7 };
const one: Acceptance = {
  ...{
    head: 'a'.repeat(40),
    finding: 'f1',
    digest: 'd'.repeat(64),
    check: 'mislabelled',
    subject: HOSTILE,
    rows: ['b'.repeat(64), HOSTILE],
  },
  ...{ whole: true, until: '2027-01-31', reason: HOSTILE, by: 'octo-cat', own: true },
};
const said: Said = {
  ...{ id: 'comment/17', installation: 1, repository: 'Example/Spam', pull: 7, head: null, login: 'octo-cat' },
  ...{ line: `/taster explain ${HOSTILE}`, at: 1_700_000_000_000 },
};
function ask(head: string, at: number): Ask {
  return {
    ...{ installation: 1, repository: 'Example/Spam', pull: 7, at },
    base: { sha: '0'.repeat(40), ref: 'main' },
    head: { sha: head.repeat(40), ref: 'change', repository: null },
  };
}

for (const { name, skip, at } of places)
  describe(name, { skip }, () => {
    let database: BotDatabase;
    let store: BotStore;
    let acceptances: AcceptanceStore;
    let commands: CommandStore;
    let told: ToldStore;
    before(async () => {
      database = await openBotDatabase({ at: at(), log: () => {} });
      store = await openBotStore(database);
      // Twice, as after a restart; the tables are there the second time.
      for (let times = 0; times < 2; times++) {
        acceptances = await openAcceptanceStore(database);
        commands = await openCommandStore(database);
        told = await openToldStore(database);
      }
    });
    after(() => database.close());

    test('an acceptance is kept as it was said, once for each command and finding', async () => {
      for (let times = 0; times < 2; times++)
        await acceptances.add('comment/1', pull, [
          one,
          { ...one, finding: 'f2', digest: null, rows: [], whole: false, own: false },
        ]);
      await acceptances.add('comment/2', { ...pull, repository: 'example/SPAM' }, [{ ...one, by: 'hubot' }]);
      const all = await acceptances.of(pull);
      assert.deepEqual(
        all.map(({ finding, by }) => [finding, by]),
        [
          ['f1', 'octo-cat'],
          ['f2', 'octo-cat'],
          ['f1', 'hubot'],
        ],
      );
      assert.deepEqual(all[0], one);
      assert.deepEqual(await acceptances.by('comment/2'), [{ ...one, by: 'hubot' }]);
      assert.deepEqual(await acceptances.of({ ...pull, pull: 8 }), []);
      assert.deepEqual(await acceptances.of({ ...pull, repository: 'other/spam' }), []);
    });

    test('a command is taken once, waits until it is done, and is then forgotten', async () => {
      // Two connections: which of the two is first is PostgreSQL's to say.
      const taken = await Promise.all([commands.take(said), commands.take(said)]);
      assert.deepEqual(taken.toSorted(), [false, true]);
      assert.deepEqual(await commands.read(said.id), said);
      assert.deepEqual(await commands.open(), [said.id]);
      await commands.done(said.id);
      assert.equal(await commands.read(said.id), null);
      assert.deepEqual(await commands.open(), []);
      assert.equal(await commands.take(said), false);
      const [row] = await database.query('select said from taster.commands where id = $1', [said.id]);
      assert.equal(row?.said, null);
    });

    test('a person is refused once in a pull request, the same command as often as it comes', async () => {
      const who = { ...pull, login: 'Reader' };
      assert.equal(await commands.refuse('comment/1', who), true);
      assert.equal(await commands.refuse('comment/2', { ...who, login: 'reader' }), false);
      assert.equal(await commands.refuse('comment/1', who), true);
      assert.equal(await commands.refuse('comment/3', { ...who, pull: 8 }), true);
      assert.equal(await commands.refuse('comment/4', { ...who, login: 'other' }), true);
    });

    test('the newest head of a pull request is known, and what its review told', async () => {
      assert.equal(await acceptances.headOf(pull), null);
      await store.take('d1', [ask('c', 5)]);
      await store.take('d2', [ask('d', 3)]);
      assert.equal(await acceptances.headOf(pull), 'c'.repeat(40));
      const run = (await store.run(runKey(ask('c', 5))))!;
      assert.equal(await told.read(run), null);
      await told.keep(run, { comment: 'always', unreadable: [HOSTILE] });
      await told.keep(run, { comment: 'on-findings', unreadable: [HOSTILE, ''] });
      assert.deepEqual(await told.read(run), { comment: 'on-findings', unreadable: [HOSTILE, ''] });
      assert.equal(await told.read({ ...run, attempt: 2 }), null);
      await told.conclude(run, 'success');
      assert.equal((await store.run(run.key))!.conclusion, null);
      assert.equal(await store.concluded(run, 'failure', []), true);
      await told.conclude({ ...run, attempt: 2 }, 'success');
      assert.equal((await store.run(run.key))!.conclusion, 'failure');
      await told.conclude(run, 'success');
      assert.equal((await store.run(run.key))!.conclusion, 'success');
    });
  });
