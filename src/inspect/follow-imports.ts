import type { InspectedFile } from '../core/inspection.ts';
import type { CodeResult } from './detector.ts';
import type { ImportedReturn, ReturnedValue, UnfollowedCall } from './imports.ts';
import type { ModuleMaps } from './module-map.ts';
import type { Outcome, Task } from './protocol.ts';
import { modulesOf, placesOf } from './references.ts';

/** Files that are asked one after another for what a function of the next gives back. */
const MAX_DEPTH = 4;
/** Files that are asked at all, for one pull request. */
const MAX_FILES = 500;

type Run = (task: Task) => Promise<Outcome>;

/**
 * What functions of other changed files give back to those of whom a file would like to know, by path of the asking
 * file. Files without an answer are left out: to them the call stays of unknown origin.
 */
export async function followImports(
  results: readonly CodeResult[],
  files: readonly InspectedFile[],
  scope: 'change' | 'all',
  maps: ModuleMaps,
  run: Run,
): Promise<ReadonlyMap<string, readonly ImportedReturn[]>> {
  const byPath = new Map(files.flatMap((file) => (file.after === null ? [] : [[file.path, file.after] as const])));
  const before = new Map(files.map((file) => [file.path, scope === 'all' ? null : file.before]));
  const modules = modulesOf(byPath.keys(), results, maps);
  const asked = new Map<string, Promise<readonly ReturnedValue[]>>();

  async function importsOf(
    from: string,
    missed: readonly UnfollowedCall[],
    asking: readonly string[],
  ): Promise<readonly ImportedReturn[]> {
    const wanted = new Map<string, UnfollowedCall[]>();
    const origins = new Map<string, { readonly origin: string; readonly certain: boolean }[]>();
    for (const { origin, kind } of missed) {
      for (const { path, name, certain } of placesOf(from, origin, modules)) {
        if (asking.includes(path)) continue;
        wanted.set(path, [...(wanted.get(path) ?? []), { origin: name, kind }]);
        const known = origins.get(`${path} ${name}`) ?? [];
        if (known.some((each) => each.origin === origin)) continue;
        origins.set(`${path} ${name}`, [...known, { origin, certain }]);
      }
    }
    const found = await Promise.all(
      [...wanted].map(async ([path, names]) => {
        const values = await returnsOf(path, names, [...asking, path]);
        return values.flatMap((value) =>
          (origins.get(`${path} ${value.name}`) ?? []).map((as) => ({ ...value, ...as })),
        );
      }),
    );
    return found.flat();
  }

  function returnsOf(
    path: string,
    wanted: readonly UnfollowedCall[],
    asking: readonly string[],
  ): Promise<readonly ReturnedValue[]> {
    const key = JSON.stringify([path, wanted]);
    const known = asked.get(key);
    if (known !== undefined) return known;
    if (asking.length > MAX_DEPTH || asked.size >= MAX_FILES) return Promise.resolve([]);
    const answer = ask(path, wanted, asking);
    asked.set(key, answer);
    return answer;
  }

  async function ask(
    path: string,
    wanted: readonly UnfollowedCall[],
    asking: readonly string[],
  ): Promise<readonly ReturnedValue[]> {
    const after = byPath.get(path);
    if (after === undefined) return [];
    const { aliases } = maps;
    const file = { path, before: before.get(path) ?? null, after, wanted, aliases };
    const first = await run({ kind: 'returns', file: { ...file, imported: [] } });
    if (first.kind !== 'returns') return [];
    const imported = await importsOf(path, first.missed, asking);
    if (imported.length === 0) return first.values;
    const second = await run({ kind: 'returns', file: { ...file, imported } });
    return second.kind === 'returns' ? second.values : [];
  }

  const found = new Map<string, readonly ImportedReturn[]>();
  await Promise.all(
    results.map(async ({ path, missed }) => {
      const imported = await importsOf(path, missed, [path]);
      if (imported.length > 0) found.set(path, imported);
    }),
  );
  return found;
}
