import type { DependencyEntry, DependencySource, PackageType } from '../core/dependency.ts';
import type { Location } from '../core/location.ts';
import type { LockGraph, ParsedDependencies } from './types.ts';

/** What has been read of one file so far. */
export interface Reading {
  readonly path: string;
  readonly kind: DependencyEntry['entry'];
  readonly type: PackageType;
  readonly entries: DependencyEntry[];
  readonly unread: { readonly line: number; readonly reason: string }[];
}

/** One entry as a reader finds it: like DependencyEntry, with what is not said left undefined. */
export interface Draft {
  readonly type?: PackageType | undefined;
  readonly name: string;
  readonly location: Location;
  readonly scope: string;
  readonly source: DependencySource;
  readonly relationship: DependencyEntry['relationship'];
  readonly alias?: string | undefined;
  readonly version?: string | undefined;
  readonly range?: string | undefined;
  readonly group?: string | undefined;
  readonly extras?: readonly string[] | undefined;
  readonly marker?: string | undefined;
  readonly resolvedUrl?: string | undefined;
  readonly integrity?: string | undefined;
  readonly artefacts?: DependencyEntry['artefacts'] | undefined;
  readonly installPath?: string | undefined;
}

export function startReading(path: string, type: PackageType, kind: DependencyEntry['entry']): Reading {
  return { path, kind, type, entries: [], unread: [] };
}

export function addEntry(reading: Reading, draft: Draft): void {
  reading.entries.push({
    entry: reading.kind,
    type: draft.type ?? reading.type,
    name: draft.name,
    location: draft.location,
    scope: draft.scope,
    relationship: draft.relationship,
    source: draft.source,
    ...(draft.alias === undefined || draft.alias === draft.name ? {} : { alias: draft.alias }),
    ...(draft.version === undefined ? {} : { version: draft.version }),
    ...(draft.range === undefined || draft.range === '' ? {} : { range: draft.range }),
    ...(draft.group === undefined ? {} : { group: draft.group }),
    ...(draft.extras === undefined || draft.extras.length === 0 ? {} : { extras: draft.extras }),
    ...(draft.marker === undefined || draft.marker === '' ? {} : { marker: draft.marker }),
    ...(draft.resolvedUrl === undefined ? {} : { resolvedUrl: draft.resolvedUrl }),
    ...(draft.integrity === undefined || draft.integrity === '' ? {} : { integrity: draft.integrity }),
    ...(draft.artefacts === undefined || draft.artefacts.length === 0 ? {} : { artefacts: draft.artefacts }),
    ...(draft.installPath === undefined ? {} : { installPath: draft.installPath }),
  });
}

/** Says that something at this place is an entry, or may hide one, and could not be read. */
export function noteUnread(reading: Reading, place: Location | number, reason: string): void {
  reading.unread.push({ line: typeof place === 'number' ? place : place.startLine, reason });
}

/** Who asks for what in a lockfile whose entries are found by name. */
export interface NamesGraph {
  readonly roots: { readonly path: string | null; readonly name?: string; readonly asks: readonly string[] }[];
  readonly asks: (readonly string[])[];
  readonly keys: (readonly string[])[];
}

export function startNames(): NamesGraph {
  return { roots: [], asks: [], keys: [] };
}

/** Gives the entries added since the last call their asks (name, range, name, range …) and further names. */
export function namesAsk(graph: NamesGraph, reading: Reading, asks: readonly string[], keys: readonly string[]): void {
  while (graph.asks.length < reading.entries.length) {
    graph.asks.push(asks);
    graph.keys.push(keys);
  }
}

export function finishNames(reading: Reading, graph: NamesGraph): ParsedDependencies {
  namesAsk(graph, reading, [], []);
  return finish(reading, { kind: 'names', overridden: [], ...graph });
}

export function finish(reading: Reading, graph?: LockGraph): ParsedDependencies {
  return { entries: reading.entries, unread: reading.unread, ...(graph === undefined ? {} : { graph }) };
}

/** A whole line, or several, without its indentation. */
export function lineLocation(path: string, line: number, text: string, endLine: number = line): Location {
  const indent = text.length - text.trimStart().length;
  return endLine === line
    ? { path, startLine: line, endLine, startColumn: indent + 1, endColumn: text.trimEnd().length + 1 }
    : { path, startLine: line, endLine, startColumn: indent + 1 };
}

/** Integrity strings in the one form that DependencyEntry asks for: unique, sorted, joined by a space. */
export function joinIntegrity(hashes: Iterable<string>): string | undefined {
  const unique = [...new Set(hashes)].sort();
  return unique.length === 0 ? undefined : unique.join(' ');
}

/** The last part of a path, `/` between parts. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
