import { createHash } from 'node:crypto';
import { constants, createReadStream, type Stats } from 'node:fs';
import { stat as followed, lstat, open, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { CountersignError } from '../core/errors.ts';
import type { BlobRef, FileContent, Tree, TreeEntry } from '../core/snapshot.ts';
import { contentOf, lasting } from './objects.ts';

/** What lies at a path on disk, without following any link. */
export type OnDisk =
  | { readonly kind: 'file'; readonly size: number; readonly executable: boolean }
  | { readonly kind: 'symlink'; readonly target: string }
  | { readonly kind: 'directory' }
  | { readonly kind: 'none' }
  | { readonly kind: 'other'; readonly reason: string };

/** Looks at a path below a root. A link among its directories makes it absent, as in git. */
export async function look(root: string, path: string): Promise<OnDisk> {
  const parts = path.split('/');
  for (let depth = 1; depth < parts.length; depth += 1) {
    const above = await stat(join(root, ...parts.slice(0, depth)));
    if (above === null || !above.isDirectory()) return { kind: 'none' };
  }
  return await lookAt(join(root, ...parts));
}

async function lookAt(full: string): Promise<OnDisk> {
  const found = await stat(full);
  if (found === null) return { kind: 'none' };
  if (found.isSymbolicLink()) return { kind: 'symlink', target: await readlink(full) };
  if (found.isDirectory()) return { kind: 'directory' };
  if (found.isFile()) return { kind: 'file', size: found.size, executable: (found.mode & 0o100) !== 0 };
  return { kind: 'other', reason: 'neither a file, a link nor a directory' };
}

async function stat(path: string): Promise<Stats | null> {
  try {
    return await lstat(path);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

/** The object name that git would give it (hash over `blob`, length, NUL, content). */
export function blobSha(bytes: Uint8Array, algorithm: 'sha1' | 'sha256'): string {
  return createHash(algorithm).update(`blob ${bytes.byteLength}\0`).update(bytes).digest('hex');
}

type Named = BlobRef | { readonly unread: string } | null;

/** A file on disk as a tree would name it; null for a directory or nothing. */
export async function blobOnDisk(root: string, path: string, algorithm: 'sha1' | 'sha256'): Promise<Named> {
  return await named(join(root, ...path.split('/')), await look(root, path), algorithm);
}

/** The same for a path whose directories are known to be no links. */
export async function blobBelow(root: string, path: string, algorithm: 'sha1' | 'sha256'): Promise<Named> {
  const full = join(root, ...path.split('/'));
  return await named(full, await lookAt(full), algorithm);
}

async function named(full: string, found: OnDisk, algorithm: 'sha1' | 'sha256'): Promise<Named> {
  switch (found.kind) {
    case 'none':
    case 'directory':
      return null;
    case 'other':
      return { unread: found.reason };
    case 'symlink':
      return { sha: blobSha(Buffer.from(found.target), algorithm), mode: '120000' };
    case 'file':
      return await hashed(full, found, algorithm);
  }
}

/** Does the work for all items, so many at a time, and answers in their order. */
export async function allOf<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = [];
  for (let at = 0; at < items.length; at += atOnce) {
    answers.push(...(await Promise.all(items.slice(at, at + atOnce).map(work))));
  }
  return answers;
}

/** Node reads files in four threads; more waiting than this brings nothing. */
const atOnce = 64;

/** Up to this size a file is read in one go. */
const wholeBytes = 1_000_000;

async function hashed(
  full: string,
  { size, executable }: { readonly size: number; readonly executable: boolean },
  algorithm: 'sha1' | 'sha256',
): Promise<BlobRef | { readonly unread: string }> {
  const hash = createHash(algorithm).update(`blob ${size}\0`);
  try {
    if (size <= wholeBytes) hash.update(await readFile(full));
    else for await (const chunk of createReadStream(full)) hash.update(chunk);
  } catch (error) {
    return { unread: error instanceof Error ? error.message : String(error) };
  }
  return { sha: hash.digest('hex'), mode: executable ? '100755' : '100644', size };
}

/** Reads one file as it lies there: no filter, no link followed. */
export async function readOnDisk(
  root: string,
  path: string,
  maxBytes: number,
  algorithm: 'sha1' | 'sha256',
): Promise<FileContent> {
  const found = await look(root, path);
  if (found.kind === 'none' || found.kind === 'directory') return { state: 'missing' };
  if (found.kind === 'other') return lasting(found.reason);
  if (found.kind === 'symlink') {
    const bytes = Buffer.from(found.target);
    return { state: 'bytes', bytes, sha: blobSha(bytes, algorithm) };
  }
  if (found.size > maxBytes) return lasting(`${found.size} bytes, over the limit of ${maxBytes}`);
  try {
    const file = await open(join(root, ...path.split('/')), constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    try {
      const bytes = await file.readFile();
      return contentOf(bytes, blobSha(bytes, algorithm));
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isMissing(error)) return { state: 'missing' };
    return lasting(error instanceof Error ? error.message : String(error));
  }
}

/** All files below a folder, except git's own (`.git` at any depth). Names that are not UTF-8 are unread. */
export async function filesBelow(root: string): Promise<{ readonly paths: string[]; readonly unread: string[] }> {
  const paths: string[] = [];
  const unread: string[] = [];
  const pending = [''];
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    const entries = await readdir(join(root, directory), { withFileTypes: true, encoding: 'buffer' });
    for (const entry of entries) {
      const name = entry.name.toString('utf8');
      const path = directory === '' ? name : `${directory}/${name}`;
      if (name === '.git') continue;
      if (!Buffer.from(name, 'utf8').equals(entry.name)) unread.push(path);
      else if (entry.isDirectory()) pending.push(path);
      else paths.push(path);
    }
  }
  return { paths, unread };
}

/** Throws `bad-usage` where there is no such folder. The folder itself may be named through a link. */
export async function requireFolder(folder: string): Promise<void> {
  try {
    if ((await followed(folder)).isDirectory()) return;
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  throw new CountersignError('bad-usage', `${folder} is not a folder`);
}

/** A tree of the given files as they lie on disk, or as `instead` reads them. */
export function diskTree(
  label: string,
  files: ReadonlyMap<string, BlobRef>,
  read: (path: string) => Promise<FileContent>,
): Tree {
  const folders = new Map<string, Map<string, TreeEntry>>([['', new Map()]]);
  for (const [path, file] of files) {
    const parts = path.split('/');
    for (let depth = 0; depth < parts.length; depth += 1) {
      const parent = parts.slice(0, depth).join('/');
      const name = parts[depth] ?? '';
      const entries = folders.get(parent) ?? new Map<string, TreeEntry>();
      folders.set(parent, entries);
      const leaf = depth === parts.length - 1;
      if (leaf || !entries.has(name))
        entries.set(name, leaf ? leafOf(name, file) : { name, type: 'directory', sha: '' });
    }
  }
  return {
    label,
    read: async (path) => (files.has(path) ? await read(path) : { state: 'missing' }),
    list: async (directory) => [...(folders.get(directory)?.values() ?? [])],
  };
}

function leafOf(name: string, { mode, sha }: BlobRef): TreeEntry {
  if (mode === '120000') return { name, type: 'symlink', sha };
  return { name, type: mode === '160000' ? 'submodule' : 'file', sha };
}
