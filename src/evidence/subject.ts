import { type DependencyChange, isFromRegistry, type PackageType } from '../core/dependency.ts';
import { type Fact, known, notApplicable } from '../core/fact.ts';
import type { Registry, Route } from '../core/lookup.ts';
import { chooseVersion, type LocalKnowledge } from './assemble.ts';
import type { DatedAnswer, EvidenceCache } from './cache.ts';
import type { NameKnowledge } from './names.ts';
import { type Routed, type RoutingSettings, routeOf } from './routing.ts';

/** One change, and where its name is looked up. */
export interface Subject {
  readonly change: DependencyChange;
  readonly registry: Registry | null;
  /** Normalised. */
  readonly name: string;
  readonly routed: Routed;
  /** Git, url, path and workspace entries, and what the change removes, are nobody's to look up. */
  readonly lookedUp: boolean;
}

export function subjectOf(
  change: DependencyChange,
  registries: ReadonlyMap<string, Registry>,
  routing: RoutingSettings,
  baseRoutes: readonly Route[],
): Subject {
  const registry = registries.get(change.type) ?? null;
  const name = registry?.normalizeName(change.name) ?? change.name;
  const routed = routeOf(change.type, name, routing, baseRoutes);
  const base = routed.state === 'refused' ? null : routed.destination.registry;
  const lookedUp = registry !== null && isFromRegistry(change) && registry.covers?.(name, base) !== false;
  return { change, registry, name, routed, lookedUp };
}

/** What evidence calls the source of a subject. */
export function sourceOf(routed: Routed): string {
  return routed.state === 'refused' ? routed.source : routed.destination.source;
}

/** Exact versions the change is about. */
export function versionsOf(change: DependencyChange): readonly string[] {
  return [change.version, change.previous?.version].flatMap((version) => version ?? []);
}

/** The version that advisories are asked for, where it is known. */
export function resolvedOf({ change, registry }: Subject, answer: DatedAnswer | null): string | null {
  if (answer?.answer.state === 'found' && registry !== null) {
    return chooseVersion(change, answer.answer.document, registry) ?? change.version ?? null;
  }
  return change.version ?? null;
}

/** What the base tree, the shipped lists and our own memory say of a name. */
export async function localKnowledge(
  subject: Subject,
  answer: DatedAnswer | null,
  sources: {
    readonly names: NameKnowledge;
    readonly cache: EvidenceCache | null;
    readonly baseNames: ReadonlySet<string>;
    readonly now: number;
  },
): Promise<LocalKnowledge> {
  const { change, name, routed } = subject;
  const observedAt = new Date(sources.now).toISOString();
  const { type } = change;
  const isPrivate = routed.state !== 'public';
  // A private registry's `lodash` is not the public one: lists speak of the public source only.
  const listedSince = isPrivate ? null : sources.names.popularSince(type, name);
  const createdAt = answer?.answer.state === 'found' ? answer.answer.document.firstPublishedAt : undefined;
  // Given up since the list was made, and registered again: the new owner has no part in the name's fame.
  const isReborn = listedSince !== null && createdAt !== undefined && createdAt > listedSince;
  const popularSince = isReborn ? null : listedSince;
  const seenSince =
    answer?.answer.state === 'found'
      ? await firstSight(sources.cache, `${sourceOf(routed)}:${type}:${name}`, createdAt, sources.now)
      : null;
  const since = [popularSince, seenSince].flatMap((each) => each ?? []).sort()[0];
  const listed = sources.names.elsewhere(type, name);
  const isAbsent = answer?.answer.state === 'absent' && !isPrivate;
  const seen = isAbsent ? await seenElsewhere(type, name, sources) : [];
  const elsewhere = [...new Set([...seen, ...listed])];
  return {
    inBase: sources.baseNames.has(`${type}:${name}`) || sources.baseNames.has(`${type}:${change.name}`),
    popular: popularSince !== null,
    existedBy:
      since === undefined
        ? notApplicable()
        : known(since, since === popularSince ? 'popular list' : 'own records', observedAt),
    looksLike: isPrivate ? notApplicable() : sources.names.looksLike(type, name),
    existsElsewhere: known(elsewhere, seen.length > 0 ? 'own records and popular lists' : 'popular lists', observedAt),
    privateRoute: privateRouteOf(routed, observedAt),
  };
}

function privateRouteOf(routed: Routed, observedAt: string): Fact<string> {
  return routed.state === 'public'
    ? { state: 'absent', source: 'routing', observedAt }
    : known(sourceOf(routed), 'routing', observedAt);
}

/** Types whose registries tell of names; the others name places, not packages. */
const NAMED: readonly PackageType[] = ['npm', 'pypi', 'cargo', 'golang', 'gem', 'composer', 'nuget', 'maven'];

/** Other types whose public registry was asked for this name before, in whatever review, and had it. Nobody is asked anew. */
async function seenElsewhere(
  type: PackageType,
  name: string,
  { cache, names }: { readonly cache: EvidenceCache | null; readonly names: NameKnowledge },
): Promise<readonly PackageType[]> {
  if (cache === null) return [];
  const found = await Promise.all(
    NAMED.filter((other) => other !== type).map(async (other) => {
      const kept = await cache.cached(sightKey(`${other}:${other}:${names.normalize(other, name)}`));
      return typeof kept === 'string' ? [other] : [];
    }),
  );
  return found.flat();
}

function sightKey(subject: string): string {
  return `first-sight:${subject}`;
}

const MEMORY_MS = 3650 * 86_400_000;

/**
 * When we first saw the name exist. Kept for ten years: a lower bound on age that no proxy can strip. A name that was
 * created after our first sight was given up and registered again: it is as young as its new owner.
 */
async function firstSight(
  cache: EvidenceCache | null,
  subject: string,
  createdAt: string | undefined,
  now: number,
): Promise<string | null> {
  if (cache === null) return null;
  const key = sightKey(subject);
  const kept = await cache.cached(key);
  const seen = typeof kept === 'string' ? Date.parse(kept) : Number.NaN;
  if (typeof kept === 'string' && seen >= (createdAt === undefined ? 0 : Date.parse(createdAt))) return kept;
  const seenAt = new Date(now).toISOString();
  await cache.cache(key, seenAt, new Date(now + MEMORY_MS).toISOString());
  return seenAt;
}
