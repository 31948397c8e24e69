import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BotDatabase, openBotDatabase } from '../../src/adapters/bot-database.ts';
import { openBotQueue, Postponed } from '../../src/adapters/bot-queue.ts';
import { type BotStore, openBotStore } from '../../src/adapters/bot-store.ts';
import { type Ask, runKey } from '../../src/bot/ask.ts';
import { UserError } from '../../src/errors.ts';
import { bothDatabases } from '../fixtures/bot/both-databases.ts';

const sha = (digit: string) => digit.repeat(40);
let pulls = 0;

function ask(head: string, at: number, pull: number): Ask {
  return {
    ...{ installation: 1, repository: 'Example/spam-filter', pull, at },
    base: { sha: sha('0'), ref: 'main' },
    head: { sha: sha(head).slice(0, 36) + String(pull).padStart(4, '0'), ref: 'change', repository: null },
  };
}

const { places, postgres } = await bothDatabases();

for (const { name, skip, at } of places)
  describe(name, { skip }, () => {
    let database: BotDatabase;
    let store: BotStore;
    const open = async () => {
      database = await openBotDatabase({ at: at(), log: () => {} });
      store = await openBotStore(database);
    };
    before(open);
    after(() => database.close());

    test('a delivery is taken once, a head has one run', async () => {
      const first = ask('a', 1, ++pulls);
      assert.deepEqual(await store.take('d1', [first]), [runKey(first)]);
      assert.deepEqual(await store.take('d1', [first]), []);
      assert.deepEqual(await store.take('d2', [first]), []);
      const run = await store.run(runKey(first));
      assert.deepEqual([run?.state, run?.attempt, run?.superseded], ['asked', 1, false]);
      assert.deepEqual(run?.ask, first);
    });

    test('an old delivery is forgotten, one that may come again is not', async () => {
      const one = ask('g', 1, ++pulls);
      for (const id of ['long-ago', 'lately']) await store.take(id, [one]);
      await database.query(`update taster.deliveries set at = now() - interval '31 days' where id = 'long-ago'`);
      await store.prune();
      const rows = await database.query(`select id from taster.deliveries where id in ('long-ago', 'lately')`);
      assert.deepEqual(rows, [{ id: 'lately' }]);
    });

    test('twenty arrivals at once make one run', async () => {
      const one = ask('b', 1, ++pulls);
      const taken = await Promise.all(Array.from({ length: 20 }, (_, i) => store.take(`many-${i % 10}`, [one])));
      assert.deepEqual(taken.flat(), [runKey(one)]);
    });

    test('the newest head stands, whatever the order of arrival', async () => {
      const [old, young] = [ask('c', 10, ++pulls), ask('d', 20, pulls)];
      await store.take('young', [young]);
      await store.take('old', [old]);
      assert.equal((await store.run(runKey(young)))?.superseded, false);
      assert.equal((await store.run(runKey(old)))?.superseded, true);
      const next = ask('e', 30, pulls);
      assert.deepEqual((await store.take('next', [next])).sort(), [runKey(young), runKey(next)].sort());
      assert.equal((await store.run(runKey(young)))?.superseded, true);
      // The branch is set back to a head that was left.
      await store.take('back', [{ ...young, at: 40 }]);
      const again = await store.run(runKey(young));
      assert.deepEqual([again?.superseded, again?.attempt, again?.state], [false, 2, 'asked']);
      assert.equal((await store.run(runKey(next)))?.superseded, true);
    });

    test('a run goes its way, keeps its findings once, and is asked for again', async () => {
      const one = ask('f', 1, ++pulls);
      const key = runKey(one);
      await store.take('way', [one]);
      const asked = (await store.run(key))!;
      await store.announced(asked, 77);
      assert.equal(await store.begun(asked, null), true);
      assert.deepEqual((await store.run(key))?.state, 'in_progress');
      assert.ok((await store.open()).includes(key));
      assert.deepEqual(await store.take('early', [one], { again: true }), []);
      const named = [
        { hash: 'h1', score: 6.25 },
        { hash: 'h2', score: null },
      ];
      const findings = [{ id: 'x', check: 'amplification', subject: 'train', outcome: 'fail', rows: named }];
      assert.equal(await store.concluded(asked, 'failure', findings), true);
      assert.equal(await store.concluded(asked, 'failure', findings), true);
      const rows = await database.query('select * from taster.findings where run = $1', [asked.number]);
      assert.deepEqual(
        rows.map(({ run: _, ...row }) => row),
        [
          {
            ...{ finding: 'x', check: 'amplification', subject: 'train', outcome: 'fail' },
            ...{ rows: ['h1', 'h2'], scores: [6.25, null] },
          },
        ],
      );
      assert.ok(!(await store.open()).includes(key));
      assert.deepEqual(await store.take('again', [one], { again: true }), [key]);
      // Whoever still works on the first attempt has nothing to say any more.
      assert.equal(await store.concluded(asked, 'success', []), false);
      assert.deepEqual(
        [(await store.run(key))?.attempt, (await store.run(key))?.conclusion, (await store.run(key))?.checkRun],
        [2, null, 77],
      );
      assert.deepEqual(await store.runsOf(one.repository, one.head.sha), [await store.run(key)]);
    });

    test('what was taken is there after a restart', async () => {
      const one = ask('9', 1, ++pulls);
      await store.take('kept', [one]);
      await database.close();
      await open();
      assert.ok((await store.open()).includes(runKey(one)));
      assert.deepEqual(await store.take('kept', [one]), []);
    });

    test('repositories take turns, and a new one does not wait behind a long line', async () => {
      const repository = (name: string, at: string) => ({ ...ask(at, 1, ++pulls), repository: `turns/${name}` });
      const turn = async (of: Ask) => {
        await store.take(`turn-${runKey(of)}`, [of]);
        return await store.announced((await store.run(runKey(of)))!, 1);
      };
      const third = repository('busy', '3');
      const busy = [await turn(repository('busy', '1')), await turn(repository('busy', '2')), await turn(third)];
      assert.deepEqual(
        busy.map((each) => each - busy[0]!),
        [0, 1, 2],
      );
      const other = [await turn(repository('other', '4')), await turn(repository('other', '5'))];
      assert.deepEqual(other, busy.slice(0, 2));
      // Announced once more, after a restart, it keeps its place.
      assert.equal(await store.announced((await store.run(runKey(third)))!, 1), busy[2]);
    });

    test('an installation has no more reviews at once than its limit, whoever looks at the same moment', async () => {
      const asks = Array.from({ length: 6 }, () => ({ ...ask('7', 1, ++pulls), installation: 77 }));
      for (const each of asks) await store.take(`limit-${runKey(each)}`, [each]);
      const runs = await Promise.all(asks.map(async (each) => (await store.run(runKey(each)))!));
      const begun = await Promise.all(runs.map((run) => store.begun(run, 2)));
      assert.equal(begun.filter(Boolean).length, 2);
      const first = runs[begun.indexOf(true)]!;
      assert.equal(await store.begun(first, 2), true);
      assert.equal(await store.concluded(first, 'success', []), true);
      const again = await Promise.all(runs.filter((_, at) => !begun[at]).map((run) => store.begun(run, 2)));
      assert.equal(again.filter(Boolean).length, 1);
    });

    test('what was taken and not announced is found after a while', async () => {
      const one = ask('8', 1, ++pulls);
      await store.take('forgotten', [one]);
      assert.ok(!(await store.forgotten(60)).includes(runKey(one)));
      assert.ok((await store.forgotten(0)).includes(runKey(one)));
      await store.announced((await store.run(runKey(one)))!, 5);
      assert.ok(!(await store.forgotten(0)).includes(runKey(one)));
    });

    test('a postponed job comes again with its turn, and that was no try', { timeout: 60_000 }, async () => {
      const queue = await openBotQueue(database, { retryDelaySeconds: 0 });
      const seen: string[] = [];
      await queue.work('announce', { atOnce: 1 }, async ({ key }) => {
        seen.push(key);
        if (key === 'p/q@later' && seen.filter((each) => each === key).length <= 5) throw new Postponed('full', 0);
      });
      await queue.send('announce', 'p/q@later', { group: '5', turn: 9 });
      for (let waited = 0; seen.length < 6 && waited < 200; waited++) await sleep(100);
      await sleep(200);
      assert.deepEqual(seen, Array(6).fill('p/q@later'));
      const rows = await database.query(
        `select state, priority, group_id, retry_count from pgboss.job where name = 'announce' and singleton_key = 'p/q@later'`,
      );
      assert.equal(rows.length, 6);
      for (const row of rows)
        assert.deepEqual(row, { state: 'completed', priority: -9, group_id: '5', retry_count: 0 });
    });

    test('the queue hands a job out once, again after an error, and gives up at last', {
      timeout: 60_000,
    }, async () => {
      const queue = await openBotQueue(database, { retryDelaySeconds: 0 });
      const seen: string[] = [];
      const given: string[] = [];
      await queue.work('review', { atOnce: 2 }, async ({ key }) => {
        seen.push(key);
        // Long enough for the second of its kind to come while it is worked on.
        if (key === 'a/b@good') await sleep(500);
        if (key === 'a/b@bad' || (key === 'a/b@once' && seen.filter((each) => each === key).length === 1))
          throw new Error('no');
      });
      await queue.work('give-up', { atOnce: 1 }, async ({ key }) => void given.push(key));
      for (const key of ['a/b@good', 'a/b@good', 'a/b@once', 'c/d@bad', 'a/b@bad']) await queue.send('review', key);
      for (let waited = 0; given.length === 0 && waited < 400; waited++) await sleep(100);
      const times = (key: string) => seen.filter((each) => each === key).length;
      assert.deepEqual(['a/b@good', 'a/b@once', 'c/d@bad', 'a/b@bad'].map(times), [1, 2, 1, 4]);
      assert.deepEqual(given, ['a/b@bad']);
    });

    test('a second owner of the folder is refused', {
      skip: name !== 'PGlite' && 'a server may have many',
    }, async () => {
      await assert.rejects(
        openBotDatabase({ at: at(), log: () => {} }),
        (error) => error instanceof UserError && error.code === 'folder-owned',
      );
      // And the owner goes on.
      assert.equal((await database.query('select 1 as one'))[0]?.one, 1);
    });
  });

test('two processes that take and announce at the same moment see each other', {
  skip: postgres.skip,
}, async () => {
  const open = () => openBotDatabase({ at: postgres.at(), log: () => {} });
  const databases = [await open(), await open()];
  try {
    const [one, other] = [await openBotStore(databases[0]!), await openBotStore(databases[1]!)];
    const turns: Promise<number>[] = [];
    for (let round = 0; round < 20; round++) {
      const [older, newer] = [ask('b', 1, ++pulls), ask('c', 2, pulls)];
      await Promise.all([one.take(`o${round}`, [older]), other.take(`n${round}`, [newer])]);
      const runs = [await one.run(runKey(older)), await one.run(runKey(newer))];
      assert.deepEqual(
        runs.map((run) => run!.superseded),
        [true, false],
      );
      turns.push(...runs.map((run, at) => [one, other][at]!.announced({ ...run!, turn: -1 }, 1)));
      if (turns.length % 8 === 0) await Promise.all(turns);
    }
    assert.equal(new Set(await Promise.all(turns)).size, turns.length);
  } finally {
    for (const database of databases) await database.close(0);
  }
});

test('Apps that start at once on a new database make its tables one after the other', {
  skip: postgres.skip,
}, async () => {
  const url = postgres.address();
  const admin = await openBotDatabase({ at: { url }, log: () => {} });
  try {
    for (const name of ['one', 'two', 'three', 'four']) {
      await admin.query(`create database ${name}`);
      const opened = Array.from({ length: 3 }, async () => {
        const database = await openBotDatabase({ at: { url: url.replace(/postgres$/, name) }, log: () => {} });
        try {
          await openBotStore(database);
          await openBotQueue(database);
        } finally {
          await database.close(0);
        }
      });
      await Promise.all(opened);
    }
  } finally {
    await admin.close(0);
  }
});

test('a server that is not there is told without its password', async () => {
  await assert.rejects(
    openBotDatabase({ at: { url: 'postgres://u:hunter2@127.0.0.1:9/x' }, log: () => {} }),
    (error) => error instanceof UserError && error.code === 'database' && !/hunter2/.test(error.message),
  );
});
