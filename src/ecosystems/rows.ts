import type { DependencyChange, DependencyEntry } from '../core/dependency.ts';
import { purlOf } from '../core/purl.ts';

/** The form under which two entries' names are one (Ecosystem.normalizeName of the entry's own type). */
export type NameOf = (entry: Pick<DependencyEntry, 'type' | 'name'>) => string;

type Previous = NonNullable<DependencyChange['previous']>;

/** What stands for a version where no lockfile says it. */
export function versionKey(entry: DependencyEntry): string {
  return entry.version ?? entry.range ?? entry.resolvedUrl ?? '';
}

/** Entries by name; with `wanted`, of those names only. */
export function groupByName(
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

/** Entries of one name by version, or by what stands for it. */
export function byVersion(entries: readonly DependencyEntry[]): Map<string, DependencyEntry[]> {
  const found = new Map<string, DependencyEntry[]>();
  for (const entry of entries) append(found, versionKey(entry), entry);
  return found;
}

/** Adds to the list of a key. */
export function append<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

type Versions = ReadonlyMap<string, readonly DependencyEntry[]>;

/** Rows for versions that only one side has. */
export function versionRows(bases: Versions, heads: Versions): DependencyChange[] {
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
export function sameKind(left: DependencyEntry, right: DependencyEntry): boolean {
  return left.type !== 'golang' || left.scope === right.scope;
}

/** Whether two entries of a version name the same thing at the same place. */
export function sameArtefact(left: DependencyEntry, right: DependencyEntry): boolean {
  return (
    left.resolvedUrl === right.resolvedUrl &&
    left.integrity === right.integrity &&
    left.source === right.source &&
    left.alias === right.alias
  );
}

/** The row of one entry. What is gone has its place in the base. */
export function rowOf(
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
