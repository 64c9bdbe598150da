import type { DependencyChange, DependencyEntry } from '../core/dependency.ts';
import { compareHashes } from '../core/integrity.ts';
import { byVersion, groupByName, type NameOf, rowOf, sameArtefact, sameKind, versionRows } from './rows.ts';

/** A lockfile as one side has it. */
export interface LockSide {
  readonly format: string;
  readonly entries: readonly DependencyEntry[];
}

/** The differences of two lockfiles; null where a side has none. */
export function lockRows(base: LockSide | null, head: LockSide | null, nameOf: NameOf): DependencyChange[] {
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
