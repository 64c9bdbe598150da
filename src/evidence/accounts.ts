import { z } from 'zod';
import type { PackageType } from '../core/dependency.ts';
import { digestOf } from '../core/digest.ts';
import type { PackageEvidence, PublisherStanding } from '../core/evidence.ts';
import { type Fact, known, knownValue, notApplicable, unavailable } from '../core/fact.ts';
import type { PackageDocument, Registry } from '../core/lookup.ts';
import type { EvidenceCache } from './cache.ts';
import type { Gate } from './gate.ts';
import type { NameKnowledge } from './names.ts';
import { createSilence, type Silence } from './silence.ts';

/** An account beside a package: the earliest instant at which it is known to have stood behind it. */
const sightingSchema = z
  .object({
    name: z.string(),
    since: z.string(),
    /** The package was on the list of popular names then, under the owner that made it popular. */
    wellKnown: z.boolean(),
  })
  .readonly();
type Sighting = z.infer<typeof sightingSchema>;
const sightingsSchema = z.array(sightingSchema).readonly();

/** One package of a public source, as it was answered. */
export interface SeenPackage {
  readonly type: PackageType;
  readonly source: string;
  /** Normalised. */
  readonly name: string;
  readonly document: PackageDocument;
  /** ISO 8601 instant of the answer. */
  readonly askedAt: string;
}

/** How a registry is asked what else an account published. */
export interface AccountAsking {
  readonly registry: Registry;
  readonly base: string | null;
  readonly gate: Gate;
  readonly signal: AbortSignal;
}

/** What this installation has seen accounts publish. Kept by the digest of an account's name, never by the name. */
export interface AccountBook {
  learn(packages: readonly SeenPackage[]): Promise<void>;
  /** What is known of the accounts behind a package, beside that package. */
  standing(
    seen: SeenPackage,
    evidence: PackageEvidence,
    options: { readonly baseNames: ReadonlySet<string>; readonly asking: AccountAsking },
  ): Promise<Fact<PublisherStanding>>;
}

const DAY_MS = 86_400_000;
const KEPT_MS = 730 * DAY_MS;
/** A search that was made is not made again for as long as a document is fresh. */
const SEARCHED_MS = 10 * 60_000;
/** Whoever takes over a well-known package must not vouch for what he publishes next: as for versions, a week. */
const STOOD_MS = 7 * DAY_MS;
/** Rules ask for the accounts behind young names only. A year and some days. */
const YOUNG_MS = 400 * DAY_MS;
/** Of one account, the oldest and the well-known packages; of one package, its latest publishers. */
const MOST_PACKAGES = 12;
const MOST_ACCOUNTS = 8;
const MOST_HELD = 5000;

export function createAccountBook(options: {
  readonly cache: EvidenceCache | null;
  readonly names: NameKnowledge;
  readonly now: () => number;
}): AccountBook {
  const { cache, names, now } = options;
  /** What this process has read or written lately, so that old news costs nothing. */
  const held = new Map<string, readonly Sighting[]>();
  const silences = new Map<string, Silence>();

  function silenceOf(source: string): Silence {
    const silence = silences.get(source) ?? createSilence(`accounts of ${source}`, cache, now);
    silences.set(source, silence);
    return silence;
  }

  function hold(key: string, sightings: readonly Sighting[]): void {
    held.delete(key);
    held.set(key, sightings);
    const [oldest] = held.keys();
    if (held.size > MOST_HELD && oldest !== undefined) held.delete(oldest);
  }

  async function kept(key: string): Promise<readonly Sighting[]> {
    const parsed = sightingsSchema.safeParse(await cache?.cached(key));
    return merged(held.get(key) ?? [], parsed.success ? parsed.data : []);
  }

  async function remember(key: string, news: readonly Sighting[]): Promise<void> {
    const near = held.get(key);
    if (near !== undefined && sameSightings(near, merged(near, news))) return;
    const before = await kept(key);
    const after = merged(before, news);
    hold(key, after);
    if (!sameSightings(before, after))
      await cache?.cache(
        key,
        after.map((each) => ({ ...each })),
        new Date(now() + KEPT_MS).toISOString(),
      );
  }

  function sightingsOf({ type, name, document, askedAt }: SeenPackage): ReadonlyMap<string, Sighting> {
    const listedSince = names.popularSince(type, name);
    const { firstPublishedAt: created } = document;
    const wellKnown = listedSince !== null && (created === undefined || created <= listedSince);
    const since = new Map<string, string>();
    for (const version of document.versions.toReversed()) {
      const { publisher, publishedAt } = document.records[version] ?? {};
      if (publisher === undefined || publishedAt === undefined || isService(publisher.name)) continue;
      const account = publisher.name.toLowerCase();
      if (since.size >= MOST_ACCOUNTS && !since.has(account)) continue;
      const before = since.get(account);
      since.set(account, before === undefined || publishedAt < before ? publishedAt : before);
    }
    // Who may publish stands in no version and has no date: there, our own sight is the bound.
    for (const holder of (document.holders ?? []).slice(0, MOST_ACCOUNTS)) {
      const account = holder.toLowerCase();
      if (!since.has(account)) since.set(account, askedAt);
    }
    const scope = scopeOf(type, name);
    if (scope !== null && created !== undefined) since.set(scope, created);
    return new Map([...since].map(([account, first]) => [account, { name, since: first, wellKnown }]));
  }

  async function search(
    account: string,
    seen: SeenPackage,
    { registry, base, gate, signal }: AccountAsking,
  ): Promise<{ readonly reason: string } | null> {
    const { publishedBy } = registry;
    const mark = `account-search:${digestOf([seen.source, seen.type, account.toLowerCase()])}`;
    if (publishedBy === undefined || (await cache?.cached(mark)) === true) return null;
    const given = await gate.ask(() => publishedBy({ account, registry: base, signal }), signal);
    const silence = silenceOf(seen.source);
    if (given.state === 'unavailable') {
      // A source that cannot be searched, or not by us, leaves it at what we have seen ourselves.
      const isSilent = !given.transient || (await silence.failed());
      return isSilent ? null : { reason: given.reason };
    }
    await silence.answered();
    if (given.state === 'given') {
      const found = given.value.map(({ name, since }): Sighting => {
        const listedSince = names.popularSince(seen.type, name);
        return { name, since, wellKnown: listedSince !== null && since <= listedSince };
      });
      await remember(keyOf(seen, account), found);
    }
    await cache?.cache(mark, true, new Date(now() + SEARCHED_MS).toISOString());
    return null;
  }

  async function standing(
    seen: SeenPackage,
    evidence: PackageEvidence,
    { baseNames, asking }: { readonly baseNames: ReadonlySet<string>; readonly asking: AccountAsking },
  ): Promise<Fact<PublisherStanding>> {
    const { type, source, name, document, askedAt } = seen;
    const { concepts } = asking.registry;
    if (!concepts.has('holders')) return notApplicable();
    const first = knownValue(evidence.firstPublishedAt);
    const isYoung = first === undefined || now() - Date.parse(first) < YOUNG_MS;
    if (evidence.privateRoute.state === 'known' || evidence.popular || evidence.inBase || !isYoung)
      return notApplicable();
    const accounts = accountsOf(document, concepts.has('publisher'));
    if (accounts.length === 0)
      return unavailable(source, 'this source does not give the accounts behind the package', false);

    const scope = scopeOf(type, name);
    const popularScope = scope === null ? null : names.popularScope(type, scope);
    const stood = new Date(now() - STOOD_MS).toISOString();
    const told = async (): Promise<PublisherStanding> => {
      const behind = scope === null ? accounts : [...accounts, scope];
      const lists = await Promise.all(behind.map((account) => kept(keyOf(seen, account))));
      // A package does not speak for itself.
      const others = merged(lists.flat(), []).filter((each) => each.name !== name);
      const [oldest] = others.toSorted(byAge);
      const vouching = others.find(
        (each) => each.since <= stood && (each.wellKnown || baseNames.has(`${type}:${each.name}`)),
      );
      return {
        accounts,
        known: oldest === undefined ? null : { name: oldest.name, since: oldest.since },
        vouchedBy: popularScope ?? vouching?.name ?? document.organisation ?? null,
      };
    };
    const own = await told();
    // What a search could add is a proof of age: where there is one already, nobody is asked.
    const proven = own.vouchedBy !== null || (own.known !== null && now() - Date.parse(own.known.since) >= YOUNG_MS);
    if (proven) return known(own, source, askedAt);
    const failures = await Promise.all(
      accounts.slice(0, MOST_SEARCHED).map((account) => search(account, seen, asking)),
    );
    const full = await told();
    const [failure] = failures.flatMap((each) => each ?? []);
    if (failure !== undefined && full.vouchedBy === null)
      return unavailable(source, `what else ${accounts[0]} published: ${failure.reason}`, true);
    return known(full, source, askedAt);
  }

  return {
    async learn(packages) {
      const news = new Map<string, Sighting[]>();
      for (const each of packages) {
        for (const [account, sighting] of sightingsOf(each)) {
          const key = keyOf(each, account);
          news.set(key, [...(news.get(key) ?? []), sighting]);
        }
      }
      await Promise.all([...news].map(([key, sightings]) => remember(key, sightings)));
    },
    standing,
  };
}

/** A package that several accounts published in its first weeks is rare; one search each, and not many. */
const MOST_SEARCHED = 2;

/** Build services publish under one name for everybody (npm docs, "Trusted publishing"). */
function isService(name: string): boolean {
  return /^github actions$|^gitlab ci/i.test(name);
}

/**
 * Who published; a registry that does not tell it is believed who may. npm's maintainers do not stand in for its
 * publishers: an owner adds whom he likes, asked or not.
 */
function accountsOf(document: PackageDocument, tellsPublishers: boolean): readonly string[] {
  const published = document.versions.flatMap((version) => document.records[version]?.publisher?.name ?? []);
  const named = tellsPublishers ? published.filter((name) => !isService(name)) : (document.holders ?? []);
  return [...new Map(named.map((name) => [name.toLowerCase(), name])).values()].slice(0, MOST_ACCOUNTS);
}

/** npm gives a scope to one account or organisation, so that whoever publishes in it belongs to it. */
function scopeOf(type: PackageType, name: string): string | null {
  return type === 'npm' && name.startsWith('@') && name.includes('/') ? name.slice(0, name.indexOf('/')) : null;
}

function keyOf({ source, type }: Pick<SeenPackage, 'source' | 'type'>, account: string): string {
  return `account:${digestOf([source, type, account.toLowerCase()])}`;
}

function byAge(a: Sighting, b: Sighting): number {
  return a.since < b.since ? -1 : a.since > b.since ? 1 : a.name < b.name ? -1 : 1;
}

/** Both lists as one: of a package the earlier sight, and of many packages those that say most. */
function merged(before: readonly Sighting[], news: readonly Sighting[]): readonly Sighting[] {
  const all = new Map<string, Sighting>();
  for (const each of [...before, ...news]) {
    const had = all.get(each.name);
    const since = had !== undefined && had.since < each.since ? had.since : each.since;
    all.set(each.name, { name: each.name, since, wellKnown: each.wellKnown });
  }
  const oldest = [...all.values()].sort(byAge);
  const telling = [...oldest.filter((each) => each.wellKnown), ...oldest.filter((each) => !each.wellKnown)];
  const [first] = oldest;
  return [...new Set(first === undefined ? [] : [first, ...telling])].slice(0, MOST_PACKAGES);
}

function sameSightings(a: readonly Sighting[], b: readonly Sighting[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
