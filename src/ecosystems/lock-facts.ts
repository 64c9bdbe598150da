import type { DependencyChange, DependencyEntry, LockFacts } from '../core/dependency.ts';
import { type Ask, type GovernedLock, keyOf, type Reach } from './lock-reach.ts';
import type { NameOf } from './rows.ts';
import { isWithin } from './within.ts';

/** What every row of one lockfile shares. */
export interface LockSurroundings {
  readonly lock: GovernedLock;
  readonly reach: Reach;
  readonly manifestChanged: boolean;
  readonly newLockfile: boolean;
  readonly baseUnhashed: boolean;
  readonly baseHosts: readonly string[];
  readonly nameOf: NameOf;
}

/** The facts for one row. */
export function lockFactsOf(
  row: DependencyChange,
  around: LockSurroundings,
  indices: LockIndex,
): LockFacts | undefined {
  const shared = {
    path: around.lock.path,
    format: around.lock.format,
    manifestChanged: around.manifestChanged,
    newLockfile: around.newLockfile,
    baseUnhashed: around.baseUnhashed,
    baseHosts: around.baseHosts,
  };
  if (row.changeType === 'removed') return undefined;
  const candidates = indices.get(around.nameOf(row)) ?? [];
  if (row.entry === 'manifest') {
    const absent = around.reach.absent.has(`${row.location.path}\n${keyOf(row)}`);
    const asked = candidates.flatMap((index) =>
      outOfRange(around, index).filter((ask) => ask.by === row.location.path),
    );
    return { ...shared, state: absent ? 'absent' : 'locked', outOfRange: absent ? [] : asked };
  }
  const own = candidates.filter((index) => around.lock.entries[index]?.version === row.version);
  const { reached } = around.reach;
  return {
    ...shared,
    state: 'locked',
    ...(row.alias === undefined || reached === null ? {} : { aliasAsked: aliasAsked(row, own, around) }),
    ...(reached === null ? {} : { reached: own.every((index) => reached.has(index)) }),
    outOfRange: own.flatMap((index) => outOfRange(around, index)),
  };
}

/** An alias is asked for where an ask, an override or the entry's own key names the package behind it. */
function aliasAsked(row: DependencyChange, own: readonly number[], around: LockSurroundings): boolean {
  if (row.alias !== undefined && around.reach.overridden.has(row.alias)) return true;
  const entries = own.filter((index) => around.lock.entries[index]?.alias === row.alias);
  return entries.every((index) => {
    const asked = (around.reach.asks.get(index) ?? []).some((ask) => ask.range.includes(row.name));
    if (asked) return true;
    return (
      around.lock.graph?.kind === 'keys' &&
      (around.lock.graph.keys[index] ?? []).some((key) => key.includes(`${row.name}@`))
    );
  });
}

export type LockIndex = ReadonlyMap<string, readonly number[]>;

/** Entries of a lockfile by name. */
export function indexLock(entries: readonly DependencyEntry[], nameOf: NameOf): LockIndex {
  const found = new Map<string, number[]>();
  for (const [index, entry] of entries.entries()) {
    const name = nameOf(entry);
    const list = found.get(name);
    if (list === undefined) found.set(name, [index]);
    else list.push(index);
  }
  return found;
}

/** Asks of an entry that its version does not satisfy. Tags, addresses and unreadable ranges say nothing. */
function outOfRange(around: LockSurroundings, index: number): Ask[] {
  const entry = around.lock.entries[index];
  const version = entry?.version;
  if (entry === undefined || version === undefined || entry.source !== 'registry') return [];
  return (around.reach.asks.get(index) ?? []).filter((ask) => isWithin(entry.type, version, ask.range) === false);
}
