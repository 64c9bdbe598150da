import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FileChange, Snapshot, Tree, TreeEntry } from '../../src/core/snapshot.ts';

/** Files by path, as text or bytes. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

const encoder = new TextEncoder();

function bytesOf(content: string | Uint8Array): Uint8Array {
  return typeof content === 'string' ? encoder.encode(content) : content;
}

function shaOf(content: string | Uint8Array): string {
  return createHash('sha1').update(bytesOf(content)).digest('hex');
}

function treeOf(label: string, files: Files): Tree {
  return {
    label,
    read: async (path) => {
      const content = files[path];
      return content === undefined
        ? { state: 'missing' }
        : { state: 'bytes', bytes: bytesOf(content), sha: shaOf(content) };
    },
    list: async (directory) => {
      const prefix = directory === '' ? '' : `${directory}/`;
      const found = new Map<string, TreeEntry>();
      for (const path of Object.keys(files)) {
        if (!path.startsWith(prefix)) continue;
        const [name = '', ...rest] = path.slice(prefix.length).split('/');
        found.set(name, { name, type: rest.length > 0 ? 'directory' : 'file', sha: '' });
      }
      return [...found.values()];
    },
  };
}

/** A change between two sets of files; `renames` maps new paths to old ones. */
export function snapshotOf(base: Files, head: Files, renames: Readonly<Record<string, string>> = {}): Snapshot {
  const old = new Set(Object.values(renames));
  const files = [...new Set([...Object.keys(base), ...Object.keys(head)])].sort().flatMap((path): FileChange[] => {
    if (old.has(path) && head[path] === undefined) return [];
    const previousPath = renames[path];
    const before = base[previousPath ?? path];
    const after = head[path];
    if (before !== undefined && after !== undefined && previousPath === undefined && shaOf(before) === shaOf(after))
      return [];
    const ref = (content: string | Uint8Array | undefined) =>
      content === undefined ? null : ({ sha: shaOf(content), mode: '100644' } as const);
    const status =
      previousPath !== undefined
        ? 'renamed'
        : before === undefined
          ? 'added'
          : after === undefined
            ? 'removed'
            : 'modified';
    return [
      { status, path, base: ref(before), head: ref(after), ...(previousPath === undefined ? {} : { previousPath }) },
    ];
  });
  return {
    mergeBase: 'base',
    headSha: 'head',
    files,
    base: treeOf('base', base),
    head: treeOf('head', head),
    unread: [],
  };
}

/** All files below a folder of this machine. */
export function filesBelow(folder: string, prefix = ''): Files {
  if (!existsSync(folder)) return {};
  return Object.assign(
    {},
    ...readdirSync(folder, { withFileTypes: true }).map((entry) =>
      entry.isDirectory()
        ? filesBelow(join(folder, entry.name), `${prefix}${entry.name}/`)
        : { [`${prefix}${entry.name}`]: new Uint8Array(readFileSync(join(folder, entry.name))) },
    ),
  );
}
