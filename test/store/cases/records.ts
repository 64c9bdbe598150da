import { describe, expect, it } from 'vitest';
import type { OperatedStore } from '../../../src/core/store.ts';
import { ledgerEntry, pullRequest, START, signOff, storedReview } from '../support.ts';

const DAY = 86_400_000;

/** What a store remembers, whatever the engine. */
export function recordsCases(store: () => OperatedStore, clock: { now: number }): void {
  describe('records', () => {
    it('gives a pull request back as it was saved, and null where there is none', async () => {
      const record = pullRequest(1, {
        handles: { ['e'.repeat(64)]: 'F1' },
        interested: [{ id: 5, login: 'yara', why: 'author' }],
        attribution: {
          agent: 'copilot',
          class: 'agent',
          tier: 'verified',
          requester: 'yara',
          evidence: [{ agent: 'copilot', tier: 'verified', where: 'author', value: '198982749' }],
        },
        openCheckRun: { id: 4, headSha: 'a'.repeat(40) },
      });
      await store().savePullRequest(record);
      expect(await store().pullRequest(77, 1)).toEqual(record);
      expect(await store().pullRequest(77, 999)).toBeNull();
      expect(await store().pullRequest(78, 1)).toBeNull();
    });

    it('keeps fields that a newer version wrote', async () => {
      const written = { ...pullRequest(2, {}), ofTheFuture: { x: 1 } };
      await store().savePullRequest(written);
      expect(await store().pullRequest(77, 2)).toEqual(written);
    });

    it('lists open pull requests that are held for long, by their latest review, whatever their texts hold', async () => {
      const held = async (number: number, result: 'blocked' | 'inconclusive' | 'pass', createdAt: string) => {
        const review = { ...storedReview(number, `r-held${number}`, 1), createdAt };
        const text = { notes: ['\u0000 \ud800'] };
        await store().savePullRequest(pullRequest(number, {}));
        await store().saveReview({
          ...review,
          report: { ...review.report, ...text },
          verdict: { ...review.verdict, result },
        });
      };
      await held(901, 'blocked', '2026-01-02T00:00:00.000Z');
      await held(902, 'inconclusive', '2026-01-01T00:00:00.000Z');
      await held(903, 'pass', '2026-01-01T00:00:00.000Z');
      await held(904, 'blocked', '2026-01-09T00:00:00.000Z');
      await held(905, 'blocked', '2026-01-01T00:00:00.000Z');
      await held(905, 'pass', '2026-01-02T00:00:00.000Z');
      await held(906, 'blocked', '2026-01-01T00:00:00.000Z');
      await store().savePullRequest(pullRequest(906, { state: 'closed' }));
      const asked = { unknownBefore: '2026-01-05T00:00:00.000Z', blockedBefore: '2026-01-05T00:00:00.000Z' };
      const found = (await store().heldPullRequests({ ...asked, limit: 50 })).filter(({ number }) => number > 900);
      expect(found).toEqual([
        { repositoryId: 77, number: 902, result: 'inconclusive', since: '2026-01-01T00:00:00.000Z' },
        { repositoryId: 77, number: 901, result: 'blocked', since: '2026-01-02T00:00:00.000Z' },
      ]);
      expect(await store().heldPullRequests({ ...asked, limit: 1 })).toHaveLength(1);
    });

    it('finds the open pull requests of a head, and not the closed ones', async () => {
      const headSha = '1'.repeat(40);
      await store().savePullRequest(pullRequest(31, { headSha }));
      await store().savePullRequest(pullRequest(30, { headSha }));
      await store().savePullRequest(pullRequest(32, { headSha, state: 'closed' }));
      await store().savePullRequest(pullRequest(33, { headSha }));
      await store().savePullRequest(pullRequest(33, { headSha: '2'.repeat(40) }));
      expect((await store().pullRequestsByHead(77, headSha)).map((record) => record.number)).toEqual([30, 31]);
      const open = await store().openPullRequests(77);
      expect(open).toEqual(expect.arrayContaining([30, 31, 33]));
      expect(open).toEqual([...open].sort((a, b) => a - b));
      expect(open).not.toContain(32);
      expect(await store().openPullRequests(7_700)).toEqual([]);
    });

    it('takes names and texts that carry NUL, lone surrogates and quotes', async () => {
      const hostile = 'a\u0000b\ud800"\\\u202e';
      const record = pullRequest(3, {
        handles: { [hostile]: 'F1' },
        interested: [{ id: 1, login: hostile, why: 'pushed' }],
      });
      await store().savePullRequest(record);
      expect(await store().pullRequest(77, 3)).toEqual(record);
      await store().cache(hostile, hostile, new Date(clock.now + DAY).toISOString());
      expect(await store().cached(hostile)).toBe(hostile);
      expect(await store().cached('a\u0001b')).toBeNull();
      expect(await store().claimEffect(hostile)).toBe(true);
      expect(await store().claimEffect(hostile)).toBe(false);
      expect(await store().claimEffect(JSON.stringify(hostile))).toBe(true);
      const long = Array.from({ length: 20_000 }, (_, at) => String.fromCharCode(97 + ((at * at) % 26))).join('');
      await store().cache(long, 1, new Date(clock.now + DAY).toISOString());
      await store().cache(`${long}b`, 2, new Date(clock.now + DAY).toISOString());
      expect([await store().cached(long), await store().cached(`${long}b`)]).toEqual([1, 2]);
      expect([await store().claimEffect(long), await store().claimEffect(long)]).toEqual([true, false]);
      const head = await store().ledger.append(
        20,
        ledgerEntry(long, { requester: long, actor: { id: 1, login: hostile } }),
      );
      expect(await store().ledger.append(20, ledgerEntry(long, {}))).toEqual(head);
      expect(await store().ledger.verify(20, head.hash)).toMatchObject({ state: 'verified', anchored: true });
    });

    it('names the review that was saved last, whatever the clock says', async () => {
      await store().saveReview(storedReview(40, 'r-first000', 1));
      clock.now -= DAY;
      await store().saveReview(storedReview(40, 'r-second00', 2));
      clock.now += DAY;
      expect((await store().latestReview(77, 40))?.report.code).toBe('r-second00');
      await store().saveReview({ ...storedReview(40, 'r-first000', 1), createdAt: '2026-03-01T13:00:00.000Z' });
      expect((await store().latestReview(77, 40))?.report.code).toBe('r-first000');
      expect((await store().reviewByCode(77, 'r-second00'))?.checkRunId).toBe(2);
      expect((await store().reviewByCheckRun(77, 1))?.createdAt).toBe('2026-03-01T13:00:00.000Z');
      expect(await store().reviewByCheckRun(77, 3)).toBeNull();
      expect(await store().reviewByCode(78, 'r-second00')).toBeNull();
      expect(await store().latestReview(77, 41)).toBeNull();
    });

    it('replaces a sign-off by its id and lists them by age', async () => {
      await store().saveSignOff(signOff('s2', { pullRequest: 50, createdAt: '2026-03-01T12:05:00.000Z' }));
      await store().saveSignOff(signOff('s1', { pullRequest: 50 }));
      await store().saveSignOff(
        signOff('s1', {
          pullRequest: 50,
          state: 'effective',
          presence: { checkRunId: 4, at: '2026-03-01T12:01:00.000Z' },
        }),
      );
      const listed = await store().signOffs(77, 50);
      expect(listed.map(({ id, state }) => [id, state])).toEqual([
        ['s1', 'effective'],
        ['s2', 'pending'],
      ]);
      expect(await store().signOffs(77, 51)).toEqual([]);
    });

    it('lets exactly one of many claim an effect at the same time', async () => {
      const claims = await Promise.all(Array.from({ length: 50 }, () => store().claimEffect('comment:1')));
      expect(claims.filter((claimed) => claimed)).toHaveLength(1);
    });

    it('gives an effect again to the job that holds it, and to no other', async () => {
      const races = await Promise.all(
        Array.from({ length: 20 }, (_, job) => store().claimEffect('press:1:n', `job-${job}`)),
      );
      const holder = `job-${races.indexOf(true)}`;
      expect(races.filter((claimed) => claimed)).toHaveLength(1);
      expect(await store().claimEffect('press:1:n', holder)).toBe(true);
      expect(await store().claimEffect('press:1:n', 'another job')).toBe(false);
      expect(await store().claimEffect('press:1:n')).toBe(false);
    });

    it('forgets a cached answer when its time is over', async () => {
      await store().cache('k', { a: [1, null, 'x'] }, new Date(clock.now + 1_000).toISOString());
      expect(await store().cached('k')).toEqual({ a: [1, null, 'x'] });
      clock.now += 1_000;
      expect(await store().cached('k')).toBeNull();
      await store().cache('k', 2, new Date(clock.now + 1_000).toISOString());
      expect(await store().cached('k')).toBe(2);
    });

    it('tells the shapes of other pull requests, the first seen first, and forgets them in time', async () => {
      const shape = (fingerprint: string, places: number) => ({ fingerprint, places, path: 'src/\u0000a.ts', line: 4 });
      const asked = { repositoryId: 77, besides: [93], fingerprints: ['f1', 'f2'] };
      const since = () => new Date(clock.now - 10 * DAY).toISOString();
      await store().saveShapes(77, 92, [shape('f1', 1), shape('f3', 1)]);
      clock.now += DAY;
      await store().saveShapes(77, 91, [shape('f1', 2), shape('f2', 1)]);
      await store().saveShapes(77, 93, [shape('f1', 1)]);
      await store().saveShapes(78, 94, [shape('f1', 1)]);
      // Seen again: the time it was first seen stays, what is gone is gone.
      await store().saveShapes(77, 92, [shape('f1', 3)]);
      expect(await store().shapesElsewhere({ ...asked, since: since() })).toEqual([
        { ...shape('f1', 3), pullRequest: 92 },
        { ...shape('f1', 2), pullRequest: 91 },
        { ...shape('f2', 1), pullRequest: 91 },
      ]);
      const besides = { ...asked, since: since() };
      expect(await store().shapesElsewhere({ ...besides, besides: [91, 92, 93] })).toEqual([]);
      expect(await store().shapesElsewhere({ ...besides, besides: [] })).toHaveLength(4);
      await store().saveShapes(77, 91, []);
      expect(await store().shapesElsewhere({ ...asked, since: since() })).toHaveLength(1);
      expect(await store().shapesElsewhere({ ...asked, fingerprints: [], since: since() })).toEqual([]);
      clock.now += 10 * DAY;
      expect(await store().shapesElsewhere({ ...asked, since: since() })).toEqual([]);
      const { shapes } = await store().retain({
        reviewDays: 5,
        closedPullRequestDays: 90,
        effectDays: 365,
        watchedDays: 90,
      });
      expect(shapes).toBe(3);
    });

    it('deletes what is old, keeps what still decides, and never touches the ledger', async () => {
      clock.now = START + 400 * DAY;
      const limits = { reviewDays: 30, closedPullRequestDays: 90, watchedDays: 365, effectDays: 365 };
      await store().retain(limits);
      await store().savePullRequest(pullRequest(60, {}));
      await store().saveReview(storedReview(60, 'r-60000001', 601));
      await store().saveReview(storedReview(60, 'r-60000002', 602));
      await store().savePullRequest(pullRequest(61, { state: 'closed' }));
      await store().saveReview(storedReview(61, 'r-61000001', 611));
      await store().saveSignOff(signOff('s60', { pullRequest: 60 }));
      await store().saveSignOff(signOff('s61', { pullRequest: 61 }));
      await store().claimEffect('comment:60');
      await store().cache('old', 1, new Date(clock.now + DAY).toISOString());
      const head = await store().ledger.append(60, ledgerEntry('retention', {}));

      clock.now += 31 * DAY;
      expect(await store().retain(limits)).toMatchObject({
        reviews: 1,
        pullRequests: 0,
        signOffs: 0,
        effects: 0,
        cached: 1,
        shapes: 0,
      });
      expect((await store().latestReview(77, 60))?.report.code).toBe('r-60000002');
      expect(await store().claimEffect('comment:60')).toBe(false);

      clock.now += 400 * DAY;
      expect(await store().retain(limits)).toMatchObject({
        reviews: 1,
        pullRequests: 1,
        signOffs: 1,
        effects: 1,
        cached: 0,
        shapes: 0,
      });
      expect((await store().latestReview(77, 60))?.report.code).toBe('r-60000002');
      expect(await store().signOffs(77, 60)).toHaveLength(1);
      expect(await store().pullRequest(77, 61)).toBeNull();
      expect(await store().latestReview(77, 61)).toBeNull();
      expect(await store().ledger.verify(60, head.hash)).toEqual({ state: 'verified', head, anchored: true });
    });
  });
}
