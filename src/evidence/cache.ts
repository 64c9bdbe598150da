import { digestOf } from '../core/digest.ts';
import type { JsonValue } from '../core/json.ts';
import type { PackageDocument, RegistryAnswer } from '../core/lookup.ts';
import { type CachedAnswer, cachedAnswerSchema } from './schema.ts';

/** The part of the store that evidence uses. */
export interface EvidenceCache {
  cached(key: string): Promise<JsonValue | null>;
  /** `expiresAt` is an ISO 8601 instant. */
  cache(key: string, value: JsonValue, expiresAt: string): Promise<void>;
}

/** A found document is used without asking for this long. */
const FRESH_MS = 10 * 60_000;
/** A name that was absent may be registered any minute, by its rightful owner or by an attacker. */
const ABSENT_MS = 2 * 60_000;
/** An older document is kept for its ETag. */
const KEPT_MS = 24 * 3_600_000;
/** Larger documents are not kept: they would fill the store with what one request brings back. */
const LARGEST_KEPT = 2_000_000;

/** A registry's answer with the instant at which the source gave it. */
export interface DatedAnswer {
  readonly answer: Exclude<RegistryAnswer, { state: 'notModified' }>;
  readonly askedAt: string;
}

/** As many answers are also held in memory, so that a second review reads neither the store nor its JSON. */
const MOST_HELD = 500;

/** A cache of registry answers, in memory in front of the store. Without a store nothing is kept. */
export function createAnswerCache(cache: EvidenceCache | null): EvidenceCacheReader {
  const held = new Map<string, CachedAnswer>();
  function hold(key: string, value: CachedAnswer): void {
    held.delete(key);
    held.set(key, value);
    const [oldest] = held.keys();
    if (held.size > MOST_HELD && oldest !== undefined) held.delete(oldest);
  }
  return {
    async read(key) {
      if (cache === null) return null;
      const near = held.get(key);
      if (near !== undefined) return near;
      const parsed = cachedAnswerSchema.safeParse(await cache.cached(key));
      if (!parsed.success) return null;
      hold(key, parsed.data);
      return parsed.data;
    },
    async write(key, value, until) {
      if (cache === null) return;
      hold(key, value);
      const json = asJson(value);
      if (JSON.stringify(json).length > LARGEST_KEPT) return;
      await cache.cache(key, json, new Date(until).toISOString());
    },
  };
}

export interface EvidenceCacheReader {
  read(key: string): Promise<CachedAnswer | null>;
  /** `until` is milliseconds since the epoch. */
  write(key: string, value: CachedAnswer, until: number): Promise<void>;
}

/**
 * Asks through the cache: fresh answers are not asked again, older ones by their ETag. Only what a source answered is
 * kept; an unavailable answer never is.
 */
export async function askThroughCache(
  cache: EvidenceCacheReader,
  subject: {
    readonly registry: string | null;
    readonly type: string;
    readonly name: string;
    /** Where the answer is one to these versions only. */
    readonly versions?: readonly string[];
  },
  now: () => number,
  ask: (etag: string | undefined) => Promise<RegistryAnswer>,
  /** False for a document that lacks what is asked about: a version that came out since is not missing. */
  suffices: (document: PackageDocument) => boolean,
): Promise<DatedAnswer> {
  const key = `registry:${digestOf({ ...subject })}`;
  const kept = await cache.read(key);
  if (kept !== null && isFresh(kept, now()) && (kept.state === 'absent' || suffices(kept.document)))
    return fromCache(kept);

  const etag = kept?.state === 'found' ? kept.etag : undefined;
  const answer = await ask(etag);
  const askedAt = new Date(now()).toISOString();
  if (answer.state === 'notModified') {
    if (kept?.state !== 'found') {
      return { answer: { state: 'unavailable', reason: 'answered 304 to a first request', transient: true }, askedAt };
    }
    await cache.write(key, { ...kept, askedAt }, now() + KEPT_MS);
    return { answer: { state: 'found', document: kept.document }, askedAt };
  }
  if (answer.state === 'found') await cache.write(key, { ...answer, askedAt }, now() + KEPT_MS);
  if (answer.state === 'absent') await cache.write(key, { state: 'absent', askedAt }, now() + ABSENT_MS);
  return { answer, askedAt };
}

function isFresh(kept: CachedAnswer, now: number): boolean {
  const age = now - Date.parse(kept.askedAt);
  return age >= 0 && age < (kept.state === 'found' ? FRESH_MS : ABSENT_MS);
}

function fromCache(kept: CachedAnswer): DatedAnswer {
  return kept.state === 'absent'
    ? { answer: { state: 'absent' }, askedAt: kept.askedAt }
    : { answer: { state: 'found', document: kept.document }, askedAt: kept.askedAt };
}

function asJson(value: CachedAnswer): JsonValue {
  if (value.state === 'absent') return { state: value.state, askedAt: value.askedAt };
  return {
    state: value.state,
    askedAt: value.askedAt,
    ...(value.etag === undefined ? {} : { etag: value.etag }),
    document: documentAsJson(value.document),
  };
}

function documentAsJson(document: PackageDocument): JsonValue {
  const { records, maintainers, holders, distTags, versions, ...rest } = document;
  return {
    ...rest,
    versions: [...versions],
    ...(distTags === undefined ? {} : { distTags: { ...distTags } }),
    ...(maintainers === undefined ? {} : { maintainers: maintainers.map((each) => ({ ...each })) }),
    ...(holders === undefined ? {} : { holders: [...holders] }),
    records: Object.fromEntries(
      Object.entries(records).map(([version, { publisher, provenance, signatures, attestation, ...record }]) => [
        version,
        {
          ...record,
          ...(publisher === undefined ? {} : { publisher: { ...publisher } }),
          ...(provenance === undefined ? {} : { provenance: provenance === null ? null : { ...provenance } }),
          ...(attestation === undefined ? {} : { attestation: { ...attestation } }),
          ...(signatures === undefined ? {} : { signatures: signatures?.map((each) => ({ ...each })) ?? null }),
        },
      ]),
    ),
  };
}
