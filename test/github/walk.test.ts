import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../src/core/digest.ts';
import type { Objects } from '../../src/github/objects.ts';
import { defaultWalkLimits, walk } from '../../src/github/walk.ts';
import { processorNow } from '../support/processor.ts';

/** A folder: a text is a file, an object a folder in it. */
type Folder = { readonly [name: string]: string | Folder };

const ref = { installationId: 1, id: 2, owner: 'o', name: 'r' };

/** Objects of two commits, `base` and `head`, named by their content as git does. */
function objectsOf(base: Folder, head: Folder): { objects: Objects; asked: string[] } {
  const asked: string[] = [];
  const trees = new Map<string, Folder>();
  const store = (folder: Folder): string => {
    const sha = sha256(JSON.stringify(folder));
    trees.set(sha, folder);
    for (const child of Object.values(folder)) if (typeof child !== 'string') store(child);
    return sha;
  };
  trees.set('base', base);
  trees.set('head', head);
  store(base);
  store(head);
  const nothing = { label: '', read: async () => ({ state: 'missing' as const }), list: async () => [] };
  const objects: Objects = {
    async listing(_ref, sha) {
      asked.push(sha);
      const entries = Object.entries(trees.get(sha) ?? {}).map(([name, child]) =>
        typeof child === 'string'
          ? { name, kind: 'blob' as const, mode: '100644' as const, sha: sha256(child) }
          : { name, kind: 'tree' as const, mode: '040000' as const, sha: store(child) },
      );
      return { state: 'entries', entries };
    },
    blob: async () => ({ state: 'missing' }),
    fileAt: async () => ({ state: 'missing' }),
    tree: () => nothing,
  };
  return { objects, asked };
}

/** Sorted keys, so that equal folders are equal texts, as equal trees have equal names. */
function folders(): fc.Arbitrary<Folder> {
  const name = fc.constantFrom('a', 'b', 'c', 'd.ts');
  const { folder } = fc.letrec<{ folder: Folder; entry: string | Folder }>((tie) => ({
    folder: fc.dictionary(name, tie('entry'), { maxKeys: 4 }).map(sorted),
    entry: fc.oneof({ depthSize: 'small' }, fc.constantFrom('1', '2', '3'), tie('folder')),
  }));
  return folder;
}
function sorted(folder: Folder): Folder {
  return Object.fromEntries(Object.entries(folder).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function flat(folder: Folder, prefix = ''): Map<string, string> {
  const files = Object.entries(folder).flatMap(([name, child]): [string, string][] =>
    typeof child === 'string' ? [[prefix + name, child]] : [...flat(child, `${prefix}${name}/`)],
  );
  return new Map(files);
}

describe('walking two trees', () => {
  test('finds exactly what reading both whole would find', async () => {
    await fc.assert(
      fc.asyncProperty(folders(), folders(), async (base, head) => {
        const { objects } = objectsOf(base, head);
        const { files, unread } = await walk(objects, ref, 'base', 'head', defaultWalkLimits);
        expect(unread).toEqual([]);
        const [before, after] = [flat(base), flat(head)];
        // Every rename is told apart again: what went and what came.
        const gone = files.flatMap((f) =>
          f.status === 'renamed' ? [f.previousPath] : f.head === null ? [f.path] : [],
        );
        const came = files.flatMap((f) => (f.status === 'renamed' || f.base === null ? [f.path] : []));
        const changed = files.filter((f) => f.status === 'modified').map((f) => f.path);
        expect(gone.sort()).toEqual([...before.keys()].filter((path) => !after.has(path)).sort());
        expect(came.sort()).toEqual([...after.keys()].filter((path) => !before.has(path)).sort());
        expect(changed.sort()).toEqual(
          [...before]
            .filter(([path, text]) => after.has(path) && after.get(path) !== text)
            .map(([p]) => p)
            .sort(),
        );
        for (const file of files.filter((f) => f.status === 'renamed')) {
          expect(before.get(file.previousPath ?? '')).toBe(after.get(file.path));
        }
      }),
      { numRuns: 500 },
    );
  });

  test('asks for nothing that is the same on both sides', async () => {
    const same = { deep: { er: { file: '1' } } };
    const { objects, asked } = objectsOf({ same, x: { f: '1' } }, { same, x: { f: '2' } });
    await walk(objects, ref, 'base', 'head', defaultWalkLimits);
    expect(asked).toHaveLength(4);
  });
});

describe('a change that is too large', () => {
  const reason = expect.stringContaining('larger than we read');

  test('in directories is read up to the limit, and the rest is named', async () => {
    const head = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`d${i}`, { f: `${i}` }]));
    const { objects, asked } = objectsOf({}, head);
    const { files, unread } = await walk(objects, ref, 'base', 'head', { ...defaultWalkLimits, maxDirectories: 11 });
    expect([files.length, unread.length, asked.length]).toEqual([10, 10, 12]);
    expect(unread[0]).toEqual({ path: 'd10', reason, transient: false });
  });

  test('in depth ends in bounded time', async () => {
    let head: Folder = { f: 'deep' };
    for (let i = 0; i < 200; i += 1) head = { d: head };
    const { objects, asked } = objectsOf({}, head);
    const { files, unread } = await walk(objects, ref, 'base', 'head', defaultWalkLimits);
    expect([files.length, unread.length]).toEqual([0, 1]);
    expect(asked.length).toBeLessThanOrEqual(defaultWalkLimits.maxDepth + 1);
  });

  test('in files goes no deeper', async () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`f${i}`, `${i}`]));
    const { objects } = objectsOf({}, { ...many, more: { f: 'x' } });
    const { unread } = await walk(objects, ref, 'base', 'head', { ...defaultWalkLimits, maxFiles: 20 });
    expect(unread).toEqual([{ path: 'more', reason, transient: false }]);
  });

  test('with thousands of equal files finds their renames without comparing each with each', async () => {
    const files = (prefix: string) =>
      Object.fromEntries(Array.from({ length: 14_000 }, (_, i) => [`${prefix}${i}`, '']));
    const { objects } = objectsOf({ old: files('a') }, { new: files('b') });
    const started = processorNow();
    const snapshot = await walk(objects, ref, 'base', 'head', defaultWalkLimits);
    expect(processorNow() - started).toBeLessThan(5_000);
    expect(snapshot.files).toHaveLength(14_000);
    expect(snapshot.files.every((f) => f.status === 'renamed')).toBe(true);
  });
});
