import type { DependencyChange, DependencyEntry, UnreadFile } from '../core/dependency.ts';
import { isStronglyHashed } from '../core/integrity.ts';
import { hostOf } from '../core/registry-hosts.ts';
import type { Snapshot } from '../core/snapshot.ts';
import { compareUnit, type ManifestPair } from './compare.ts';
import { type DependencyFiles, dependencyFiles, type ParsedFile, type Side } from './files.ts';
import { directoryOf } from './governing.ts';
import { normalizedName } from './index.ts';
import { indexLock, lockFactsOf } from './lock-facts.ts';
import { type GovernedLock, reachOf } from './lock-reach.ts';
import type { LockSide } from './lock-rows.ts';
import type { ParseFormat } from './parse.ts';
import type { NameOf } from './rows.ts';
import type { DependencyFormat, ParsedDependencies } from './types.ts';
import { onlyUndeclared } from './undeclared.ts';
import { type FilePair, findUnits, type Unit } from './units.ts';

export interface CollectedChanges {
  readonly changes: readonly DependencyChange[];
  /** Files of the head that could not be read, and places in them: never empty instead of unknown. */
  readonly unread: readonly UnreadFile[];
  /** Names in the manifests and lockfiles of the base that were read, as `type:name`, normalised. */
  readonly baseNames: ReadonlySet<string>;
}

/** The form under which names of one type are one. */
export const nameOf: NameOf = (entry) => `${entry.type}:${normalizedName(entry)}`;

/**
 * What a change does to dependencies, in every format we read. Each manifest is judged with its nearest lockfile; files
 * that did not change are read where the others need them. A file that cannot be read is in `unread`, with what is
 * wrong and where.
 */
export async function collectChanges(snapshot: Snapshot, parse: ParseFormat): Promise<CollectedChanges> {
  const files = dependencyFiles(snapshot, parse);
  const { units, unread } = await findUnits(snapshot, files);
  const read: ReadUnit[] = [];
  for (const unit of units) read.push(await readUnit(unit, files));
  const baseHosts = hostsOf(read.flatMap((unit) => unit.locks.flatMap((lock) => lock.base?.entries ?? [])));
  const rows = mergedAcrossFiles(read.flatMap((unit) => changesOf(unit, baseHosts)));
  const asksOwn = rows.some((row) => row.entry === 'command' || row.entry === 'import');
  const own = asksOwn ? await ownNames(files) : new Set<string>();
  const changes = await onlyUndeclared(withoutOwn(rows, own), files, own);
  return {
    changes: inOrder(changes),
    unread: uniqueUnread([...unread, ...read.flatMap((unit) => unit.unread)]),
    baseNames: new Set(read.flatMap((unit) => unit.baseEntries.map((entry) => nameOf(entry)))),
  };
}

/** Names that the repository gives its own packages in its root, in the base: a document that tells how to install them installs nothing new. */
async function ownNames(files: DependencyFiles): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for (const path of ['package.json', 'pyproject.toml', 'setup.cfg', 'Cargo.toml']) {
    const file = await files.text('base', path);
    const found =
      file.state === 'text' ? /(?:^|[{,])\s*"?name"?\s*[:=]\s*"?([^"\s,]+)/m.exec(file.text)?.[1] : undefined;
    if (found !== undefined) names.add(found);
  }
  return names;
}

function withoutOwn(rows: readonly DependencyChange[], own: ReadonlySet<string>): DependencyChange[] {
  return rows.filter((row) => !(row.entry === 'command' && own.has(row.name)));
}

interface ReadLock {
  readonly path: string;
  readonly format: string;
  readonly changed: boolean;
  readonly base: (LockSide & ParsedDependencies) | null;
  readonly head: (LockSide & ParsedDependencies) | null;
}

interface ReadUnit {
  readonly unit: Unit;
  readonly manifests: readonly (ManifestPair & {
    readonly path: string;
    readonly changed: boolean;
    readonly isWhole: boolean;
  })[];
  /** Manifests of the head that cannot be read at all. */
  readonly broken: readonly string[];
  readonly locks: readonly ReadLock[];
  readonly unread: readonly UnreadFile[];
  readonly baseEntries: readonly DependencyEntry[];
}

async function readUnit(unit: Unit, files: DependencyFiles): Promise<ReadUnit> {
  const unread: UnreadFile[] = [];
  const manifests = [];
  const broken: string[] = [];
  const locks: ReadLock[] = [];
  for (const pair of unit.manifests) {
    const [base, head] = await readPair(pair, files, unread);
    // A head that cannot be read says nothing about what went; its place in `unread` says so instead.
    if (head === null && pair.headPath !== null) {
      broken.push(pair.path);
      continue;
    }
    manifests.push({
      base: base?.entries ?? null,
      head: head?.entries ?? null,
      path: pair.path,
      changed: pair.changed,
      isWhole: head === null || head.unread.length === 0,
    });
  }
  for (const pair of unit.locks) {
    const [base, head] = await readPair(pair, files, unread);
    if (head === null && pair.headPath !== null) continue;
    locks.push({
      path: pair.path,
      format: pair.format.id,
      changed: pair.changed,
      base: base === null ? null : { ...base, format: pair.baseFormat.id },
      head: head === null ? null : { ...head, format: pair.format.id },
    });
  }
  const baseEntries = [
    ...manifests.flatMap((pair) => pair.base ?? []),
    ...locks.flatMap((lock) => lock.base?.entries ?? []),
  ];
  return { unit, manifests, broken, locks, unread, baseEntries };
}

async function readPair(
  pair: FilePair,
  files: DependencyFiles,
  unread: UnreadFile[],
): Promise<[ParsedDependencies | null, ParsedDependencies | null]> {
  const [base, head] = await Promise.all([
    readSide(files, 'base', pair.basePath, pair.baseFormat),
    readSide(files, 'head', pair.headPath, pair.format),
  ]);
  if (head.state === 'failed') unread.push(head.unread);
  // What the base cannot tell counts as not there, so that all of the head is new; only an outage can be waited out.
  if (base.state === 'failed' && base.unread.transient) unread.push(base.unread);
  const before = base.state === 'parsed' ? base.parsed : null;
  const after = head.state === 'parsed' ? head.parsed : null;
  if (head.state === 'parsed') {
    const known = new Set((before?.unread ?? []).map((place) => place.reason));
    for (const place of head.parsed.unread) {
      if (known.has(place.reason)) continue;
      unread.push({ path: pair.path, line: place.line, reason: place.reason, transient: false, blob: head.blob });
    }
  }
  return [before, after];
}

async function readSide(
  files: DependencyFiles,
  side: Side,
  path: string | null,
  format: DependencyFormat,
): Promise<ParsedFile> {
  return path === null ? { state: 'missing' } : files.parsed(side, path, format);
}

function changesOf(read: ReadUnit, baseHosts: readonly string[]): DependencyChange[] {
  const { manifests } = read;
  const [first, ...others] = [...read.locks].sort((a, b) => Number(b.changed) - Number(a.changed));
  if (first === undefined) return withAliases(compareUnit({ manifests, lock: null, nameOf }), read);
  const rows = [
    ...lockedChanges(read, first, manifests, baseHosts),
    ...others.filter((lock) => lock.changed).flatMap((lock) => lockedChanges(read, lock, [], baseHosts)),
  ];
  return withAliases(rows, read);
}

/** Says of each row under an alias whether the alias is new. */
function withAliases(rows: readonly DependencyChange[], read: ReadUnit): DependencyChange[] {
  if (rows.every((row) => row.alias === undefined)) return [...rows];
  const known = new Set(
    read.baseEntries.flatMap((entry) => (entry.alias === undefined ? [] : [`${entry.alias}\n${nameOf(entry)}`])),
  );
  return rows.map((row) =>
    row.alias === undefined ? row : { ...row, aliasInBase: known.has(`${row.alias}\n${nameOf(row)}`) },
  );
}

function lockedChanges(
  read: ReadUnit,
  lock: ReadLock,
  manifests: readonly ManifestPair[],
  baseHosts: readonly string[],
): DependencyChange[] {
  const rows = compareUnit({ manifests, lock: { base: lock.base, head: lock.head }, nameOf });
  if (rows.length === 0 || lock.head === null) return rows;
  const governed: GovernedLock = {
    path: lock.path,
    format: lock.format,
    entries: lock.head.entries,
    graph: lock.head.graph,
    directory: directoryOf(lock.path),
    manifests: [
      ...read.manifests.flatMap(({ path, head, isWhole }) => (head === null ? [] : [{ path, entries: head, isWhole }])),
      ...read.broken.map((path) => ({ path, entries: [], isWhole: false })),
    ],
    trustedRoots: trustedRoots(read, lock),
    baseRoots: lock.base?.format === lock.format ? (lock.base.graph?.roots ?? null) : null,
    nameOf,
  };
  const around = {
    lock: governed,
    reach: reachOf(governed),
    manifestChanged: read.manifests.some((pair) => pair.changed),
    newLockfile: lock.base === null,
    baseUnhashed: isUnhashed(lock.base?.entries ?? []),
    baseHosts,
    nameOf,
  };
  const index = indexLock(governed.entries, nameOf);
  return rows.map((row) => {
    const facts = lockFactsOf(row, around, index);
    return facts === undefined ? row : { ...row, lock: facts };
  });
}

/** Roots that stand in the base's lockfile with the same asks, or whose manifest is one of the unit's. */
function trustedRoots(read: ReadUnit, lock: ReadLock): ReadonlySet<string> {
  const before = new Map(lock.base?.graph?.roots.map((root) => [root.path, root.asks.join('\n')]));
  const own = new Set(read.manifests.map((pair) => directoryOf(pair.path)));
  const directory = directoryOf(lock.path);
  const folder = (path: string): string => [directory, path].filter((part) => part !== '' && part !== '.').join('/');
  return new Set(
    (lock.head?.graph?.roots ?? []).flatMap(({ path, asks }) =>
      path === null || own.has(folder(path)) || before.get(path) !== asks.join('\n') ? [] : [path],
    ),
  );
}

function isUnhashed(entries: readonly DependencyEntry[]): boolean {
  const fromRegistry = entries.filter((entry) => entry.source === 'registry');
  return fromRegistry.length > 0 && !fromRegistry.some((entry) => isStronglyHashed(entry));
}

/** Hosts of registry packages, sorted. */
function hostsOf(entries: readonly DependencyEntry[]): string[] {
  const hosts = new Set<string>();
  let last = '';
  for (const { resolvedUrl } of entries) {
    const host = hostOf(resolvedUrl ?? '');
    if (host === undefined || host === last) continue;
    last = host;
    hosts.add(host.toLowerCase());
  }
  return [...hosts].sort();
}

/** One row where several files say the same; the places are kept. */
function mergedAcrossFiles(changes: readonly DependencyChange[]): DependencyChange[] {
  const rows = new Map<string, DependencyChange>();
  for (const change of changes) {
    const { previous, lock } = change;
    const key = JSON.stringify([
      change.changeType,
      change.entry,
      nameOf(change),
      change.alias,
      change.version,
      change.entry === 'lockfile' ? '' : change.range,
      change.source,
      change.resolvedUrl,
      change.integrity,
      change.marker,
      change.installScript,
      previous?.version,
      change.entry === 'lockfile' ? '' : previous?.range,
      previous?.resolvedUrl,
      previous?.integrity,
      previous?.source,
      lock?.state,
      lock?.reached,
      lock?.outOfRange,
      lock?.manifestChanged,
      lock?.newLockfile,
      change.entry === 'command' || change.entry === 'import' ? change.location.path : '',
    ]);
    const known = rows.get(key);
    if (known === undefined) {
      rows.set(key, change);
      continue;
    }
    const otherLocations = [...(known.otherLocations ?? []), change.location];
    const relationship = known.relationship === 'direct' ? known.relationship : change.relationship;
    rows.set(key, { ...known, otherLocations, relationship });
  }
  return [...rows.values()];
}

function inOrder(changes: readonly DependencyChange[]): DependencyChange[] {
  const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  return [...changes].sort(
    (a, b) =>
      compare(a.type, b.type) ||
      compare(a.location.path, b.location.path) ||
      a.location.startLine - b.location.startLine ||
      compare(a.changeType, b.changeType),
  );
}

function uniqueUnread(unread: readonly UnreadFile[]): UnreadFile[] {
  return [...new Map(unread.map((file) => [JSON.stringify(file), file])).values()];
}
