import type { DependencyEntry } from './dependency.ts';

type Hashed = Pick<DependencyEntry, 'type' | 'integrity' | 'artefacts'>;

/**
 * How two statements about the hash of one version stand to one another.
 * - `same`: they agree; `incomparable`: they speak of different things, or one says nothing
 * - `changed`: one algorithm, one artefact, another hash, or a hash more that would be accepted
 * - `weakened`: the strong hash is gone and only a broken one is left
 * - `unconfirmed`: both hash the registry's file, with algorithms that have nothing in common
 */
export type HashComparison = 'same' | 'changed' | 'weakened' | 'unconfirmed' | 'incomparable';

/** Digests of the file a registry serves, weakest first; yarn berry's checksums are of its own archive. */
const OF_THE_ARTEFACT = ['md5', 'sha1', 'sha256', 'sha384', 'sha512', 'h1'];
/** Collisions are practical (RFC 6151 for MD5, RFC 9155 for SHA-1). */
const BROKEN = new Set(['md5', 'sha1']);
const HEX_LENGTHS = new Set([32, 40, 64, 96, 128]);

export function compareHashes(base: Hashed, head: Hashed): HashComparison {
  if (base.artefacts !== undefined && head.artefacts !== undefined) {
    return artefactsDiffer(base.artefacts, head.artefacts) ? 'changed' : 'same';
  }
  if (base.integrity === undefined || head.integrity === undefined) return 'incomparable';
  const before = hashesOf(base.integrity);
  const after = hashesOf(head.integrity);
  const common = [...after].filter(([algorithm]) => before.has(algorithm));
  if (common.length > 0) {
    if (common.some(([algorithm, values]) => differ(head.type, before.get(algorithm), values))) return 'changed';
    return isStrong(before) && !isStrong(after) ? 'weakened' : 'same';
  }
  if (!hasArtefactHash(before) || !hasArtefactHash(after)) return 'incomparable';
  return isStrong(before) && !isStrong(after) ? 'weakened' : 'unconfirmed';
}

/** True where one of the hashes stated is, in one algorithm, one that the other statement has too. */
export function hashesAgree(left: string, right: string): boolean {
  const before = hashesOf(left);
  return [...hashesOf(right)].some(([algorithm, values]) =>
    [...values].some((value) => before.get(algorithm)?.has(value)),
  );
}

/** True where `right` would accept content that `left` does not: a hash more, in an algorithm that both state. */
export function acceptsMore(left: string, right: string): boolean {
  const before = hashesOf(left);
  return [...hashesOf(right)].some(([algorithm, values]) => {
    const stated = before.get(algorithm);
    return stated !== undefined && [...values].some((value) => !stated.has(value));
  });
}

/** True for an entry with a hash that still resists collisions. */
export function isStronglyHashed(entry: Hashed): boolean {
  if (entry.artefacts !== undefined && entry.artefacts.length > 0) return true;
  return entry.integrity !== undefined && isStrong(hashesOf(entry.integrity));
}

/** One name is one file, except for PyPI, where a version is a set of files and hashes stand beside one another. */
function differ(type: Hashed['type'], before: ReadonlySet<string> | undefined, after: ReadonlySet<string>): boolean {
  if (before === undefined) return false;
  const isNew = [...after].some((value) => !before.has(value));
  return type === 'pypi' ? isNew && [...before].some((value) => !after.has(value)) : isNew;
}

function isStrong(hashes: ReadonlyMap<string, ReadonlySet<string>>): boolean {
  return [...hashes.keys()].some((algorithm) => !BROKEN.has(algorithm));
}

function hasArtefactHash(hashes: ReadonlyMap<string, ReadonlySet<string>>): boolean {
  return OF_THE_ARTEFACT.some((algorithm) => hashes.has(algorithm));
}

/** `sha512-<base64>` (W3C Subresource Integrity) and `sha512:<hex>` alike, as base64 by algorithm. */
function hashesOf(integrity: string): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const part of integrity.trim().split(/\s+/)) {
    const sri = /^([a-z]+\d+)-([^?]+)/i.exec(part);
    const colon = part.lastIndexOf(':');
    const algorithm = (sri?.[1] ?? (colon === -1 ? '' : part.slice(0, colon))).toLowerCase();
    const value = asBase64(sri?.[2] ?? part.slice(colon + 1));
    const list = found.get(algorithm);
    if (list === undefined) found.set(algorithm, new Set([value]));
    else list.add(value);
  }
  return found;
}

function asBase64(value: string): string {
  return HEX_LENGTHS.has(value.length) && /^[0-9a-f]+$/i.test(value)
    ? Buffer.from(value, 'hex').toString('base64')
    : value;
}

function artefactsDiffer(
  base: readonly { readonly file: string; readonly hash: string }[],
  head: readonly { readonly file: string; readonly hash: string }[],
): boolean {
  const known = new Map(base.map((artefact) => [artefact.file, artefact.hash]));
  return head.some((artefact) => {
    const before = known.get(artefact.file);
    return before !== undefined && before !== artefact.hash;
  });
}
