import { beforeEach, describe, expect, it } from 'vitest';
import type { RepositoryRef } from '../../../src/core/host.ts';
import type { OperatedStore } from '../../../src/core/store.ts';
import type { AskedPackage } from '../../../src/core/watch.ts';
import { START } from '../support.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const SHOP: RepositoryRef = { installationId: 11, id: 9001, owner: 'octo', name: 'shop' };
const BLOG: RepositoryRef = { installationId: 11, id: 9002, owner: 'octo', name: 'blog' };

const invented = (name: string): AskedPackage => ({ kind: 'absent', type: 'npm', name, version: null });
const installed = (name: string, version = '1.0.0'): AskedPackage => ({ kind: 'version', type: 'npm', name, version });
const event = (at: number) => ({
  at: new Date(at).toISOString(),
  source: 'npm',
  firstPublishedAt: null,
  advisoryIds: [],
});

/** What both engines do with packages that are looked at again. */
export function watchCases(store: () => OperatedStore, clock: { now: number }): void {
  describe('packages that are looked at again', () => {
    let start = START + 3_000 * DAY;
    beforeEach(async () => {
      // Every case begins long after the one before, and with nothing remembered.
      start += 1_000 * DAY;
      clock.now = start;
      await store().retain({ reviewDays: 9_000, closedPullRequestDays: 9_000, effectDays: 9_000, watchedDays: 1 });
    });

    const names = async (kind: AskedPackage['kind'], limit = 10) =>
      (await store().due(kind, limit, HOUR)).map((each) => each.asked.name);

    it('are due an hour after they were asked for, and put off while somebody looks', async () => {
      await store().remember(SHOP, 1, [invented('left-padder')]);
      expect(await names('absent')).toEqual([]);
      clock.now += HOUR;
      expect(await names('absent')).toEqual(['left-padder']);
      expect(await names('absent')).toEqual([]);
      clock.now += HOUR;
      expect(await names('absent')).toEqual(['left-padder']);
      await store().putOff(invented('left-padder'), new Date(clock.now + DAY).toISOString());
      clock.now += DAY - 1;
      expect(await names('absent')).toEqual([]);
      clock.now += 1;
      expect(await names('absent')).toEqual(['left-padder']);
    });

    it('come in bounded lots, each to one taker', async () => {
      const many = Array.from({ length: 1_200 }, (_, index) => invented(`n-${index}`));
      await store().remember(SHOP, 1, many);
      clock.now += HOUR;
      const lots = await Promise.all([store().due('absent', 500, HOUR), store().due('absent', 500, HOUR)]);
      const taken = lots.flat().map((each) => each.asked.name);
      expect(taken).toHaveLength(1_000);
      expect(new Set(taken).size).toBe(1_000);
      expect(await store().due('absent', 500, HOUR)).toHaveLength(200);
    });

    it('are one row however many ask, and keep what the name holds', async () => {
      const hostile = invented('x\u0000\u202e"; DROP TABLE --'.padEnd(600, 'y'));
      await store().remember(SHOP, 1, [hostile]);
      await store().remember(SHOP, 2, [hostile]);
      await store().remember(BLOG, 1, [hostile]);
      clock.now += HOUR;
      expect((await store().due('absent', 10, HOUR)).map((each) => each.asked)).toEqual([hostile]);
      expect((await store().watched()).absent).toBe(1);
    });

    it('versions count only once their pull request is merged', async () => {
      await store().remember(SHOP, 1, [installed('a')]);
      await store().remember(SHOP, 2, [installed('b')]);
      await store().settle(SHOP.id, 1, true);
      await store().settle(SHOP.id, 2, false);
      clock.now += HOUR;
      expect(await names('version')).toEqual(['a']);
    });

    it('a later review replaces the versions of an earlier one, and leaves absent names as they are', async () => {
      await store().remember(SHOP, 1, [installed('old'), invented('gone')]);
      await store().remember(SHOP, 1, [installed('new')]);
      await store().settle(SHOP.id, 1, true);
      clock.now += HOUR;
      expect(await names('version')).toEqual(['new']);
      expect(await names('absent')).toEqual(['gone']);
    });

    it('a private name is forgotten for the repository whose it is', async () => {
      await store().remember(SHOP, 1, [invented('acme-core')]);
      await store().forgetNames(SHOP.id, [{ type: 'npm', name: 'acme-core' }]);
      clock.now += HOUR;
      expect(await names('absent')).toEqual([]);
    });

    it('what happened is told once to every repository that asked', async () => {
      await store().remember(SHOP, 3, [invented('squat')]);
      await store().remember(SHOP, 1, [invented('squat')]);
      await store().remember(BLOG, 9, [invented('squat')]);
      expect(await store().untold(10)).toEqual([]);
      await store().happened(invented('squat'), event(clock.now));
      await store().happened(invented('squat'), event(clock.now + DAY));
      expect(await store().untold(10)).toEqual([SHOP, BLOG]);
      expect(await store().cameTrue(SHOP.id)).toEqual([
        { asked: invented('squat'), event: event(clock.now), pullRequests: [1, 3], told: false },
      ]);
      await store().markTold(SHOP.id, [invented('squat')]);
      expect(await store().untold(10)).toEqual([BLOG]);
      expect((await store().cameTrue(SHOP.id))[0]?.told).toBe(true);
      clock.now += 30 * DAY;
      expect(await names('absent')).toEqual([]);
    });

    it('are told later where the issue is refused, and at once when something else happens', async () => {
      await store().remember(SHOP, 1, [invented('squat'), invented('other')]);
      await store().happened(invented('squat'), event(clock.now));
      const refusedAt = new Date(clock.now).toISOString();
      await store().putOffTelling(SHOP.id, [invented('squat')], new Date(clock.now + DAY).toISOString());
      expect(await store().untold(10)).toEqual([]);
      clock.now += DAY;
      expect(await store().untold(10)).toEqual([SHOP]);
      await store().putOffTelling(SHOP.id, [invented('squat')], new Date(clock.now + 9 * DAY).toISOString());
      expect(await store().refusedTellings(10)).toEqual([{ repository: SHOP, packages: 1, since: refusedAt }]);

      await store().happened(invented('other'), event(clock.now));
      expect(await store().untold(10)).toEqual([SHOP]);
      await store().markTold(SHOP.id, [invented('squat'), invented('other')]);
      expect(await store().untold(10)).toEqual([]);
      expect(await store().refusedTellings(10)).toEqual([]);
    });

    it('are forgotten a year after the last one asked', async () => {
      await store().remember(SHOP, 1, [invented('early'), invented('late')]);
      clock.now += 300 * DAY;
      await store().remember(BLOG, 1, [invented('late')]);
      clock.now += 100 * DAY;
      const counts = await store().retain({
        reviewDays: 9_000,
        closedPullRequestDays: 9_000,
        effectDays: 9_000,
        watchedDays: 365,
      });
      expect(counts.watched).toBe(1);
      expect(await names('absent')).toEqual(['late']);
    });
  });
}
