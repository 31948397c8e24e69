import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type BotDatabase, openBotDatabase } from '../../src/adapters/bot-database.ts';
import { openBotQueue, QUEUES } from '../../src/adapters/bot-queue.ts';
import { type BotStore, openBotStore } from '../../src/adapters/bot-store.ts';
import { openReportStore, type ReportStore } from '../../src/adapters/report-store.ts';
import { openRunList, type RunList, type Wanted } from '../../src/adapters/run-list.ts';
import { type Ask, runKey } from '../../src/bot/ask.ts';
import { bothDatabases } from '../fixtures/bot/both-databases.ts';

const { places } = await bothDatabases();

let asks = 0;
function ask(more: Partial<Ask> = {}): Ask {
  const sha = (++asks).toString(16).padStart(40, '0');
  return {
    ...{ installation: 1, repository: 'Example/Spam-Filter', pull: asks, at: asks },
    ...{ base: { sha, ref: 'main' }, head: { sha, ref: 'change', repository: null }, ...more },
  };
}
const READABLE = [{ installation: 1, repository: 'example/spam-filter' }];
const ALL: Wanted = { repository: null, pull: null, before: null, limit: 100 };

for (const { name, skip, at } of places)
  describe(name, { skip }, () => {
    let database: BotDatabase;
    let store: BotStore;
    let reports: ReportStore;
    let list: RunList;
    before(async () => {
      database = await openBotDatabase({ at: at(), log: () => {} });
      await openBotQueue(database);
      store = await openBotStore(database);
      reports = await openReportStore(database, { days: 10 });
      // Opened twice, as by a second process.
      await openReportStore(database, { days: 10 });
      list = openRunList(database);
    });
    after(() => database.close());
    const made = async (more: Partial<Ask> = {}) => {
      const one = ask(more);
      await store.take(`d${asks}`, [one]);
      return (await store.run(runKey(one)))!;
    };
    const age = async (number: number, days: number) =>
      await database.query(`update taster.reports set kept_at = now() - $2::int * interval '1 day' where run = $1`, [
        number,
        days,
      ]);

    test('the latest attempt is kept, packed, and read as it was written', async () => {
      const run = await made();
      const review = `{"text": "${'ü€𝄞 '.repeat(20_000)}"}`;
      assert.equal(await reports.read(run.number), null);
      await reports.keep({ ...run, attempt: 2 }, { review, headline: 'second' });
      await reports.keep({ ...run, attempt: 1 }, { review: 'late', headline: 'first' });
      assert.deepEqual(await reports.read(run.number), { attempt: 2, review });
      const [{ size } = { size: 0 }] = await database.query('select length(review) as size from taster.reports where run = $1', [run.number]); // biome-ignore format: one idea
      assert.ok(Number(size) < review.length / 20, String(size));
      await reports.keep({ ...run, attempt: 3 }, { review: 'third', headline: 'third' });
      assert.deepEqual(await reports.read(run.number), { attempt: 3, review: 'third' });
      const listed = await list.one(READABLE, run.number);
      assert.deepEqual([listed?.reported, listed?.headline], [3, 'third']);
    });

    test('a report goes when its days are over, and with its run', async () => {
      const [old, young, gone] = [await made(), await made(), await made()];
      for (const run of [old, young, gone]) await reports.keep(run, { review: 'x', headline: '' });
      await age(old.number, 11);
      await age(young.number, 9);
      assert.equal(await reports.read(old.number), null, 'not shown, even before it is taken away');
      assert.equal(await reports.prune(), 1);
      assert.notEqual(await reports.read(young.number), null);
      assert.equal((await list.one(READABLE, old.number))?.reported, null);
      await database.query('delete from taster.runs where number = $1', [gone.number]);
      assert.deepEqual(await database.query('select 1 from taster.reports where run = $1', [gone.number]), []);
    });

    test('with no days nothing is kept, and what was goes at the start', async () => {
      const run = await made();
      await reports.keep(run, { review: 'x', headline: '' });
      const none = await openReportStore(database, { days: 0 });
      await none.keep(await made(), { review: 'x', headline: '' });
      assert.deepEqual(await database.query('select run from taster.reports'), []);
    });

    test('what unfolds to more than a review may hold is refused', async () => {
      const run = await made();
      await reports.keep(run, { review: ' '.repeat(33 * 1024 * 1024), headline: '' });
      await assert.rejects(reports.read(run.number), { code: 'ERR_BUFFER_TOO_LARGE' });
    });

    test('the list holds what is readable by name and installation, latest first, as GitHub writes it', async () => {
      const mine = await made({ installation: 7, repository: 'Own/Er', pull: 3 });
      const late = await made({ installation: 7, repository: 'Own/Er', pull: 4 });
      const before = await made({ installation: 6, repository: 'Own/Er', pull: 3 });
      const other = await made({ installation: 7, repository: 'Own/Other' });
      const readable = [
        { installation: 7, repository: 'own/er' },
        { installation: 6, repository: 'own/other' },
      ];
      const numbers = async (wanted: Partial<Wanted> = {}) =>
        (await list.list(readable, { ...ALL, ...wanted })).map(({ number }) => number);
      assert.deepEqual(await numbers(), [late.number, mine.number]);
      assert.deepEqual(await numbers({ pull: 3 }), [mine.number]);
      assert.deepEqual(await numbers({ repository: 'OWN/er', limit: 1 }), [late.number]);
      assert.deepEqual(await numbers({ before: late.number }), [mine.number]);
      assert.deepEqual(await list.list([], ALL), []);
      for (const { number } of [before, other]) assert.equal(await list.one(readable, number), null);
      assert.equal((await list.one(readable, mine.number))?.repository, 'Own/Er');
      assert.deepEqual(await list.repositories(readable, 10), [{ repository: 'Own/Er', runs: 2 }]);
      await store.announced(late, 9);
      await store.begun(late, null);
      await store.concluded(late, 'failure', []);
      const done = (await list.one(readable, late.number))!;
      assert.deepEqual([done.state, done.conclusion, done.checkRun], ['concluded', 'failure', 9]);
      assert.ok(Math.abs(done.asked - Date.now()) < 60_000 && done.began! >= done.asked && done.ended! >= done.began!);
      const counts = await list.counts();
      assert.ok(
        counts.some(({ state, conclusion, count }) => state === 'concluded' && conclusion === 'failure' && count === 1),
      );
      const review = async () => (await list.depths()).find(({ queue }) => queue === 'review');
      assert.deepEqual(await review(), { queue: 'review', waiting: 0, working: 0 });
      await database.boss.send('review', { key: 'a' }, { singletonKey: 'a' });
      await database.boss.send('review', { key: 'b' }, { singletonKey: 'b', startAfter: 3600 });
      assert.deepEqual(await review(), { queue: 'review', waiting: 2, working: 0 });
      const [job] = await database.boss.fetch('review');
      assert.deepEqual(await review(), { queue: 'review', waiting: 1, working: 1 });
      await database.boss.complete('review', job!.id);
      assert.deepEqual(await review(), { queue: 'review', waiting: 1, working: 0 });
      assert.deepEqual(
        (await list.depths()).map(({ queue }) => queue),
        [...QUEUES],
      );
    });
  });
