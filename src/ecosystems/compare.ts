import type { DependencyChange, DependencyEntry } from '../core/dependency.ts';
import { compareHashes } from '../core/integrity.ts';
import { purlOf } from '../core/purl.ts';

/** A manifest before and after; null where the side has no such file, or none that could be read. */
export interface ManifestPair {
  readonly base: readonly DependencyEntry[] | null;
  readonly head: readonly DependencyEntry[] | null;
}

export interface LockSide {
  readonly format: string;
  readonly entries: readonly DependencyEntry[];
}

/** Manifests and the lockfile that governs them, both sides. A side without a lockfile is null. */
export interface ComparedUnit {
  readonly manifests: readonly ManifestPair[];
  readonly lock: { readonly base: LockSide | null; readonly head: LockSide | null } | null;
  /** The form under which two entries' names are one (Ecosystem.normalizeName of the entry's own type). */
  readonly nameOf: NameOf;
}

export type NameOf = (entry: Pick<DependencyEntry, 'type' | 'name'>) => string;

type Previous = NonNullable<DependencyChange['previous']>;

/**
 * The differences of one unit. One row per real name and version that differs, from the lockfile where there is one,
 * else from the manifest: one version gone and one come of a name is `updated`, otherwise `added` or `removed`. The
 * same version with another host, hash, source, range, marker or group is `altered`. Entries without a difference give
 * no row, and none is dropped: a second entry of one name and version that says something else is a row of its own.
 */
export function compareUnit(unit: ComparedUnit): DependencyChange[] {
  const manifests = manifestDifferences(unit);
  if (unit.lock === null) return manifestRows(unit, manifests);
  const rows = lockRows(unit.lock.base, unit.lock.head, unit.nameOf);
  return [...rows.map((row) => withDeclared(row, manifests, unit)), ...unlockedRows(unit, manifests, rows)];
}

interface ManifestDifference {
  readonly name: string;
  readonly base: DependencyEntry | null;
  readonly head: DependencyEntry | null;
}

function manifestDifferences(unit: ComparedUnit): ManifestDifference[] {
  const differences: ManifestDifference[] = [];
  for (const pair of unit.manifests) {
    const before = byIdentity(pair.base ?? [], unit.nameOf);
    const after = byIdentity(pair.head ?? [], unit.nameOf);
    for (const [identity, heads] of after) {
      const bases = before.get(identity) ?? [];
      const lone = heads.filter((head) => !bases.some((base) => sameDeclaration(base, head)));
      const left = bases.filter((base) => !heads.some((head) => sameDeclaration(base, head)));
      lone.forEach((head, index) => {
        differences.push({ name: unit.nameOf(head), base: left[index] ?? null, head });
      });
      for (const base of left.slice(lone.length)) {
        differences.push({ name: unit.nameOf(base), base, head: null });
      }
    }
    for (const [identity, bases] of before) {
      if (after.has(identity)) continue;
      for (const base of bases) differences.push({ name: unit.nameOf(base), base, head: null });
    }
  }
  return differences;
}

/** Entries of one file by field, group and the name they are known under. */
function byIdentity(entries: readonly DependencyEntry[], nameOf: NameOf): Map<string, DependencyEntry[]> {
  const found = new Map<string, DependencyEntry[]>();
  for (const entry of entries) {
    append(found, [entry.scope, entry.group ?? '', entry.alias ?? '', nameOf(entry)].join('\n'), entry);
  }
  return found;
}

function sameDeclaration(base: DependencyEntry, head: DependencyEntry): boolean {
  return (
    base.range === head.range &&
    base.version === head.version &&
    base.source === head.source &&
    base.resolvedUrl === head.resolvedUrl &&
    base.integrity === head.integrity &&
    base.marker === head.marker &&
    (base.extras ?? []).join() === (head.extras ?? []).join()
  );
}

/** What stands for a version where no lockfile says it. */
function versionKey(entry: DependencyEntry): string {
  return entry.version ?? entry.range ?? entry.resolvedUrl ?? '';
}

/** Rows of manifests that no lockfile governs. */
function manifestRows(unit: ComparedUnit, differences: readonly ManifestDifference[]): DependencyChange[] {
  const changed = new Set(differences.map((difference) => difference.name));
  const before = groupByName(
    unit.manifests.flatMap((pair) => pair.base ?? []),
    unit.nameOf,
    changed,
  );
  const after = groupByName(
    unit.manifests.flatMap((pair) => pair.head ?? []),
    unit.nameOf,
    changed,
  );
  const rows: DependencyChange[] = [];
  for (const name of changed) {
    const bases = byVersion(before.get(name) ?? []);
    const heads = byVersion(after.get(name) ?? []);
    const found = versionRows(bases, heads);
    rows.push(...found);
    // A version that came or went says it all; only what is left of the name can have been altered.
    for (const difference of differences) {
      if (difference.name !== name || difference.head === null) continue;
      const key = versionKey(difference.head);
      if (!bases.has(key)) continue;
      rows.push(rowOf('altered', difference.head, difference.base ?? bases.get(key)?.[0] ?? null));
    }
  }
  return rows;
}

function groupByName(
  entries: readonly DependencyEntry[],
  nameOf: NameOf,
  wanted: ReadonlySet<string> | null,
): Map<string, DependencyEntry[]> {
  const found = new Map<string, DependencyEntry[]>();
  for (const entry of entries) {
    const name = nameOf(entry);
    if (wanted === null || wanted.has(name)) append(found, name, entry);
  }
  return found;
}

function byVersion(entries: readonly DependencyEntry[]): Map<string, DependencyEntry[]> {
  const found = new Map<string, DependencyEntry[]>();
  for (const entry of entries) append(found, versionKey(entry), entry);
  return found;
}

function append<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

type Versions = ReadonlyMap<string, readonly DependencyEntry[]>;

/** Rows for versions that only one side has. */
function versionRows(bases: Versions, heads: Versions): DependencyChange[] {
  const gone = [...bases].filter(([version]) => !heads.has(version)).map(([, entries]) => entries);
  const come = [...heads].filter(([version]) => !bases.has(version)).map(([, entries]) => entries);
  const [oneGone, ...moreGone] = gone;
  const [oneCome, ...moreCome] = come;
  if (oneGone !== undefined && oneCome !== undefined && moreGone.length === 0 && moreCome.length === 0) {
    return variantRows('updated', oneCome, oneGone[0] ?? null);
  }
  return [
    ...come.flatMap((entries) => variantRows('added', entries, null)),
    ...gone.flatMap((entries) => (entries[0] === undefined ? [] : [rowOf('removed', entries[0], null)])),
  ];
}

/** One row for a version, and one more for each entry of it that names another source, host, hash or alias. */
function variantRows(
  changeType: 'added' | 'updated',
  entries: readonly DependencyEntry[],
  previous: DependencyEntry | null,
): DependencyChange[] {
  const first =
    entries.find((entry) => entry.relationship === 'direct') ??
    entries.find((entry) => entry.type === 'golang' && entry.scope === 'module') ??
    entries[0];
  if (first === undefined) return [];
  const others: DependencyEntry[] = [];
  for (const entry of entries) {
    if (entry === first || sameArtefact(first, entry) || others.some((other) => sameArtefact(other, entry))) continue;
    others.push(entry);
  }
  const alike = others.filter((entry) => [first, ...others].some((other) => other !== entry && sameKind(other, entry)));
  return [rowOf(changeType, first, previous), ...alike.map((entry) => rowOf('altered', entry, first))];
}

/** go.sum hashes two things of one version: the module, and its go.mod file alone. */
function sameKind(left: DependencyEntry, right: DependencyEntry): boolean {
  return left.type !== 'golang' || left.scope === right.scope;
}

function sameArtefact(left: DependencyEntry, right: DependencyEntry): boolean {
  return (
    left.resolvedUrl === right.resolvedUrl &&
    left.integrity === right.integrity &&
    left.source === right.source &&
    left.alias === right.alias
  );
}

function lockRows(base: LockSide | null, head: LockSide | null, nameOf: NameOf): DependencyChange[] {
  const [left, right] = [foreign(base), foreign(head)];
  const changed = changedNames(left, right, nameOf);
  if (changed.size === 0) return [];
  const [before, after] = [groupByName(left, nameOf, changed), groupByName(right, nameOf, changed)];
  const rows: DependencyChange[] = [];
  for (const [name, heads] of after) {
    const baseVersions = byVersion(before.get(name) ?? []);
    const headVersions = byVersion(heads);
    rows.push(...versionRows(baseVersions, headVersions));
    for (const [version, entries] of headVersions) {
      const known = baseVersions.get(version);
      if (known !== undefined) rows.push(...alteredRows(known, entries, base?.format === head?.format));
    }
  }
  for (const [name, bases] of before) {
    if (!after.has(name)) rows.push(...versionRows(byVersion(bases), new Map()));
  }
  return rows;
}

/**
 * Names of which some entry differs. Most of a lockfile does not change, so that the sides are matched entry by entry
 * before anything is grouped.
 */
function changedNames(
  bases: readonly DependencyEntry[],
  heads: readonly DependencyEntry[],
  nameOf: NameOf,
): ReadonlySet<string> {
  const changed = new Set<string>();
  const open = new Map<string, DependencyEntry>();
  for (const base of bases) {
    const identity = identityOf(base);
    if (open.has(identity)) changed.add(nameOf(base));
    else open.set(identity, base);
  }
  for (const head of heads) {
    const identity = identityOf(head);
    const base = open.get(identity);
    const isSame =
      base !== undefined && base.name === head.name && base.version === head.version && sameArtefact(base, head);
    if (isSame) open.delete(identity);
    else changed.add(nameOf(head));
  }
  for (const base of open.values()) changed.add(nameOf(base));
  return changed;
}

/** What tells an entry from the others of its lockfile: its install path where the format has one. */
function identityOf(entry: DependencyEntry): string {
  return entry.installPath ?? `${entry.name}\n${entry.version ?? ''}\n${entry.alias ?? ''}\n${entry.scope}`;
}

/** The repository's own workspaces are no packages that come from outside. */
function foreign(side: LockSide | null): readonly DependencyEntry[] {
  if (side === null) return [];
  return side.entries.some((entry) => entry.source === 'workspace')
    ? side.entries.filter((entry) => entry.source !== 'workspace')
    : side.entries;
}

/** Entries of a version both sides have, whose artefact is another than any the base named. */
function alteredRows(
  bases: readonly DependencyEntry[],
  heads: readonly DependencyEntry[],
  sameFormat: boolean,
): DependencyChange[] {
  const rows: DependencyChange[] = [];
  const seen: DependencyEntry[] = [];
  for (const head of heads) {
    const comparable = bases.filter((base) => sameKind(base, head));
    if (comparable.length === 0 || comparable.some((base) => unaltered(base, head, sameFormat))) continue;
    if (seen.some((other) => sameArtefact(other, head))) continue;
    seen.push(head);
    const previous = comparable.find((base) => base.installPath === head.installPath) ?? comparable[0] ?? null;
    rows.push(rowOf('altered', head, previous));
  }
  return rows;
}

/**
 * Whether the head says nothing else about the artefact than the base. An address or a hash that only one side writes
 * down conflicts with nothing where the format changed (pnpm writes no address for a registry); within one format a
 * hash that is gone, or an address that is new, is told.
 */
function unaltered(base: DependencyEntry, head: DependencyEntry, sameFormat: boolean): boolean {
  if (base.source !== head.source || (sameFormat && base.alias !== head.alias)) return false;
  if (base.resolvedUrl !== head.resolvedUrl && !sameAddress(base.resolvedUrl, head.resolvedUrl)) return false;
  if (base.integrity === head.integrity && base.artefacts === undefined) return true;
  if (base.integrity === undefined) return true;
  if (head.integrity === undefined) return !sameFormat && head.resolvedUrl === undefined;
  const comparison = compareHashes(base, head);
  return comparison === 'same' || comparison === 'incomparable';
}

function sameAddress(base: string | undefined, head: string | undefined): boolean {
  if (head === undefined) return true;
  if (base === undefined) return false;
  return withoutScheme(base) === withoutScheme(head);
}

/** `http` that became `https` is the same place; the other way round is not. */
function withoutScheme(address: string): string {
  return address.replace(/^(git\+)?https?:/, '$1https:');
}

/** Adds to a lockfile's row what the manifests say of the name. */
function withDeclared(
  row: DependencyChange,
  differences: readonly ManifestDifference[],
  unit: ComparedUnit,
): DependencyChange {
  const name = unit.nameOf(row);
  const key = row.alias ?? row.name;
  const side = row.changeType === 'removed' ? 'base' : 'head';
  const declared = unit.manifests.flatMap((pair) =>
    (pair[side] ?? []).filter((entry) => unit.nameOf(entry) === name && (entry.alias ?? entry.name) === key),
  );
  const [first] = declared;
  const relationship =
    row.relationship !== 'unknown' ? row.relationship : first === undefined ? 'transitive' : 'direct';
  if (first === undefined) return { ...row, relationship };
  const before = differences.find((difference) => difference.name === name && difference.base !== null)?.base;
  const range = row.range ?? first.range;
  const previousRange = row.previous?.range ?? before?.range;
  return {
    ...row,
    relationship,
    ...(range === undefined || row.relationship === 'transitive' ? {} : { range }),
    declared: declared.map((entry) => ({
      ...(entry.range === undefined ? {} : { range: entry.range }),
      scope: entry.scope,
      location: entry.location,
    })),
    ...(previousRange === undefined ? {} : { previous: { ...row.previous, range: previousRange } }),
  };
}

/** Rows for what the manifests changed and no version row of the lockfile tells. */
function unlockedRows(
  unit: ComparedUnit,
  differences: readonly ManifestDifference[],
  rows: readonly DependencyChange[],
): DependencyChange[] {
  const told = new Set(rows.filter((row) => row.changeType !== 'removed').map((row) => unit.nameOf(row)));
  const removed = new Set(rows.filter((row) => row.changeType === 'removed').map((row) => unit.nameOf(row)));
  const locked = groupByName(unit.lock?.head?.entries ?? [], unit.nameOf, null);
  const found: DependencyChange[] = [];
  for (const { name, base, head } of differences) {
    if (told.has(name)) continue;
    const lockedEntries = locked.get(name) ?? [];
    if (head === null) {
      if (base === null || removed.has(name)) continue;
      found.push(lockedEntries.length > 0 ? leftBehind(base, lockedEntries) : rowOf('removed', base, null));
      continue;
    }
    if (lockedEntries.length > 0) {
      found.push(rowOf('altered', withVersion(head, lockedEntries), base));
      continue;
    }
    found.push(
      rowOf(base === null ? 'added' : versionKey(base) === versionKey(head) ? 'altered' : 'updated', head, base),
    );
  }
  if (unit.lock !== null && unit.lock.head === null) found.push(...unlocked(unit, differences));
  return found;
}

/** The lockfile is gone: what the manifests still ask for now floats. */
function unlocked(unit: ComparedUnit, differences: readonly ManifestDifference[]): DependencyChange[] {
  const told = new Set(differences.map((difference) => difference.name));
  const before = groupByName(unit.lock?.base?.entries ?? [], unit.nameOf, null);
  return unit.manifests
    .flatMap((pair) => pair.head ?? [])
    .flatMap((entry) => {
      const name = unit.nameOf(entry);
      const previous = before.get(name)?.[0];
      return previous === undefined || told.has(name) ? [] : [rowOf('altered', entry, previous)];
    });
}

/** A manifest no longer names it, the lockfile still has it. */
function leftBehind(base: DependencyEntry, locked: readonly DependencyEntry[]): DependencyChange {
  const [entry] = locked;
  if (entry === undefined) return rowOf('removed', base, null);
  return rowOf('altered', { ...entry, relationship: 'transitive' }, base);
}

function withVersion(entry: DependencyEntry, locked: readonly DependencyEntry[]): DependencyEntry {
  const versions = new Set(locked.map((other) => other.version));
  const [only] = versions;
  return entry.version !== undefined || versions.size !== 1 || only === undefined ? entry : { ...entry, version: only };
}

function rowOf(
  changeType: DependencyChange['changeType'],
  entry: DependencyEntry,
  previous: DependencyEntry | null,
): DependencyChange {
  const side = changeType === 'removed' ? ({ side: 'base' } as const) : {};
  return {
    ...entry,
    changeType,
    purl: purlOf(entry.type, entry.name, entry.version),
    location: { ...entry.location, ...side },
    ...(previous === null ? {} : { previous: previousOf(previous) }),
  };
}

function previousOf(entry: DependencyEntry): Previous {
  return {
    ...(entry.version === undefined ? {} : { version: entry.version }),
    ...(entry.range === undefined ? {} : { range: entry.range }),
    ...(entry.resolvedUrl === undefined ? {} : { resolvedUrl: entry.resolvedUrl }),
    ...(entry.integrity === undefined ? {} : { integrity: entry.integrity }),
    ...(entry.artefacts === undefined ? {} : { artefacts: entry.artefacts }),
    source: entry.source,
    location: { ...entry.location, side: 'base' },
  };
}
