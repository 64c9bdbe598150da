import type { DependencyChange, DependencyEntry } from '../core/dependency.ts';
import { type LockSide, lockRows } from './lock-rows.ts';
import { append, byVersion, groupByName, type NameOf, rowOf, versionKey, versionRows } from './rows.ts';

/** A manifest before and after; null where the side has no such file, or none that could be read. */
export interface ManifestPair {
  readonly base: readonly DependencyEntry[] | null;
  readonly head: readonly DependencyEntry[] | null;
}

/** Manifests and the lockfile that governs them, both sides. A side without a lockfile is null. */
export interface ComparedUnit {
  readonly manifests: readonly ManifestPair[];
  readonly lock: { readonly base: LockSide | null; readonly head: LockSide | null } | null;
  /** The form under which two entries' names are one (Ecosystem.normalizeName of the entry's own type). */
  readonly nameOf: NameOf;
}

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

/** Adds to a lockfile's row what the manifests say of the name. */
function withDeclared(
  row: DependencyChange,
  differences: readonly ManifestDifference[],
  unit: ComparedUnit,
): DependencyChange {
  const name = unit.nameOf(row);
  const side = row.changeType === 'removed' ? 'base' : 'head';
  const declared = unit.manifests.flatMap((pair) =>
    (pair[side] ?? []).filter((entry) => unit.nameOf(entry) === name && isKnownAs(entry, row)),
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

/** Whether both are known under one alias, or both under their own name, however either spells it. */
function isKnownAs(entry: DependencyEntry, row: DependencyEntry): boolean {
  return entry.alias === row.alias || (entry.alias ?? entry.name) === (row.alias ?? row.name);
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
