import type { DependencyEntry, LockGraph } from '../core/dependency.ts';
import { resolvePath } from './npm/package-lock.ts';
import type { NameOf } from './rows.ts';

/** Indices of the entries that an ask means; with the range null, whatever its range. */
export type Find = (from: string, name: string, range: string | null) => readonly number[];

/** How the asks of one lockfile find their entries. */
export function finder(graph: LockGraph, entries: readonly DependencyEntry[], nameOf: NameOf): Find {
  if (graph.kind === 'names') return byNames(graph, entries, nameOf);
  const byKey = new Map<string, number>();
  const byName = new Map<string, number>();
  if (graph.kind === 'paths') {
    for (const [index, { installPath }] of entries.entries())
      if (installPath !== undefined) byKey.set(installPath, index);
  }
  for (const [index, keys] of graph.keys.entries()) {
    for (const key of keys) {
      byKey.set(key, index);
      const at = key.indexOf('@', 1);
      if (at !== -1) byName.set(key.slice(0, at), index);
    }
  }
  const one = (index: number | undefined): readonly number[] => (index === undefined ? [] : [index]);
  if (graph.kind === 'paths') {
    return (from, name) => {
      const path = resolvePath(byKey, from, name);
      return one(path === undefined ? undefined : byKey.get(path));
    };
  }
  if (graph.kind === 'keys') {
    return (_from, name, range) =>
      one(range === null ? byName.get(name) : (byKey.get(`${name}@${range}`) ?? byKey.get(`${name}@npm:${range}`)));
  }
  const asked = new Map<string, string>(
    graph.roots.flatMap((root) =>
      root.asks.flatMap((name, at) =>
        at % 2 === 0 ? [[`${root.path}\n${name}`, root.asks[at + 1] ?? ''] as const] : [],
      ),
    ),
  );
  return (from, name) => one(byKey.get(asked.get(`${from}\n${name}`) ?? name));
}

/** Every entry of a name, or of `name version`. */
function byNames(graph: LockGraph, entries: readonly DependencyEntry[], nameOf: NameOf): Find {
  const found = new Map<string, number[]>();
  const add = (key: string, index: number): void => {
    const list = found.get(key);
    if (list === undefined) found.set(key, [index]);
    else list.push(index);
  };
  const type = entries[0]?.type ?? 'generic';
  const keyOfName = (name: string): string => nameOf({ type, name });
  for (const [index, entry] of entries.entries()) {
    add(nameOf(entry), index);
    if (entry.version !== undefined) add(`${nameOf(entry)} ${entry.version}`, index);
    for (const key of graph.keys[index] ?? []) add(keyOfName(key), index);
  }
  return (_from, ask) => {
    const at = ask.indexOf(' ');
    if (at === -1) return found.get(keyOfName(ask)) ?? [];
    return found.get(`${keyOfName(ask.slice(0, at))} ${ask.slice(at + 1)}`) ?? [];
  };
}
