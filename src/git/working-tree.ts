import { realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CountersignError } from '../core/errors.ts';
import { type BlobRef, canonicalMode, type FileChange, type Snapshot, withRenames } from '../core/snapshot.ts';
import { allOf, blobOnDisk, blobSha, diskTree, look, readOnDisk, requireFolder } from './disk.ts';
import { compared } from './folders.ts';
import { blobContent, entriesOf, gitTree, type ObjectReader, openObjects, utf8 } from './objects.ts';
import { runGit } from './process.ts';
import { commitOf, defaultBranchOf, type LocalSnapshot, mergeBaseOf, split, treeOf } from './snapshot.ts';

export interface WorkingTree {
  readonly repository: string;
  /** Null: the default branch. The change is from its merge base with HEAD to the files on disk. */
  readonly base: string | null;
  readonly maxBlobBytes: number;
}

/** The label of a head that is no commit. */
const workingTreeLabel = 'working tree';

/**
 * Compares the merge base with what lies on disk: tracked files and untracked ones that are not ignored. Contents are
 * read as they are (git's filters are programs that the configuration names); links are not followed; a nested
 * repository that is not a submodule is left out, as `git add` would not take its files.
 */
export async function snapshotFromWorkingTree(options: WorkingTree): Promise<LocalSnapshot> {
  const { maxBlobBytes } = options;
  const top = await topOf(options.repository);
  const [from, tip] = await Promise.all([
    commitOf(top, options.base ?? (await defaultBranchOf(top))),
    commitOf(top, 'HEAD'),
  ]);
  const mergeBase = await mergeBaseOf(top, from, tip);
  const root = await treeOf(top, mergeBase);
  const algorithm = root.length === 64 ? 'sha256' : 'sha1';
  const objects = openObjects(top);
  const [before, names] = await Promise.all([filesOf(objects, root), listFiles(top)]);

  const head = new Map<string, BlobRef>();
  const inObjects = new Set<string>();
  const unread = [...before.unread, ...names.unread].map((path) => ({
    path,
    reason: 'its name is not UTF-8',
    transient: false,
  }));
  const present = await allOf([...names.files], async ([path, indexed]) => ({
    path,
    found: await onDisk(path, indexed),
  }));
  for (const { path, found } of present) {
    if (found === null) continue;
    if ('unread' in found) unread.push({ path, reason: found.unread, transient: false });
    else head.set(path, found);
  }

  const files: FileChange[] = [];
  for (const path of new Set([...before.files.keys(), ...head.keys()])) {
    const [was, is] = [before.files.get(path) ?? null, head.get(path) ?? null];
    if (was && is && was.mode === is.mode && was.sha !== is.sha && (await differsInLineEndsOnly(path, was, is)))
      continue;
    if (unread.some((one) => one.path === path)) continue;
    files.push(...compared(path, was, is));
  }
  return {
    mergeBase,
    headSha: workingTreeLabel,
    files: withRenames(files),
    unread,
    base: gitTree(objects, mergeBase, root, maxBlobBytes),
    head: diskTree(workingTreeLabel, head, read),
    close: () => objects.close(),
  };

  async function onDisk(path: string, indexed: Indexed | null): ReturnType<typeof blobOnDisk> {
    if (indexed?.mode === '160000') return { sha: indexed.sha, mode: '160000' };
    // A sparse checkout leaves files out of the working tree that are part of it all the same.
    if (!indexed?.skipped) return await blobOnDisk(top, path, algorithm);
    inObjects.add(path);
    return { sha: indexed.sha, mode: indexed.mode };
  }

  async function read(path: string): ReturnType<Snapshot['head']['read']> {
    const known = head.get(path);
    if (known && (inObjects.has(path) || known.mode === '160000'))
      return await blobContent(objects, known, maxBlobBytes);
    return await readOnDisk(top, path, maxBlobBytes, algorithm);
  }

  /** A checkout with CRLF line ends of a file stored with LF is not a change. */
  async function differsInLineEndsOnly(path: string, was: BlobRef, is: BlobRef): Promise<boolean> {
    if (is.mode === '120000' || is.mode === '160000') return false;
    const content = await read(path);
    if (content.state !== 'bytes') return false;
    const text = Buffer.from(content.bytes).toString('latin1');
    return (
      text.includes('\r\n') && blobSha(Buffer.from(text.replaceAll('\r\n', '\n'), 'latin1'), algorithm) === was.sha
    );
  }
}

/** The nearest folder upwards that has a `.git`. Git itself would believe `core.worktree`, which may point anywhere. */
async function topOf(folder: string): Promise<string> {
  await requireFolder(folder);
  for (let at = await realpath(folder); ; at = dirname(at)) {
    const { kind } = await look(at, '.git');
    if (kind === 'directory' || kind === 'file') return at;
    if (dirname(at) === at) throw new CountersignError('bad-usage', `${folder} is not in a git working tree`);
  }
}

interface Indexed {
  readonly mode: BlobRef['mode'];
  readonly sha: string;
  /** Not checked out (sparse checkout). */
  readonly skipped: boolean;
}

/** Tracked files with what the index says, and untracked ones with null. */
async function listFiles(
  top: string,
): Promise<{ readonly files: ReadonlyMap<string, Indexed | null>; readonly unread: readonly string[] }> {
  const [tracked, others] = await Promise.all([
    runGit(top, ['--work-tree', top, 'ls-files', '-z', '--cached', '--stage', '-t', '--full-name']),
    runGit(top, ['--work-tree', top, 'ls-files', '-z', '--others', '--exclude-standard', '--full-name']),
  ]);
  for (const { code, stderr } of [tracked, others]) {
    if (code !== 0) throw new CountersignError('bad-usage', `the files of ${top} cannot be listed: ${stderr}`);
  }
  const files = new Map<string, Indexed | null>();
  const unread: string[] = [];
  for (const field of split(others.stdout)) {
    const path = utf8(field);
    if (path === null) unread.push(field.toString('latin1'));
    else if (!path.endsWith('/')) files.set(path, null);
  }
  for (const field of split(tracked.stdout)) {
    const tab = field.indexOf(0x09);
    const [tag = '', octal = '', sha = ''] = field.toString('latin1', 0, tab).split(' ');
    const path = utf8(field.subarray(tab + 1));
    const mode = canonicalMode(octal);
    if (path === null) unread.push(field.toString('latin1', tab + 1));
    else if (mode !== '040000') files.set(path, { mode, sha, skipped: tag === 'S' });
  }
  return { files, unread };
}

/** All files of a tree. */
async function filesOf(
  objects: ObjectReader,
  root: string,
): Promise<{ readonly files: ReadonlyMap<string, BlobRef>; readonly unread: readonly string[] }> {
  const files = new Map<string, BlobRef>();
  const unread: string[] = [];
  let level = [{ path: '', sha: root }];
  while (level.length > 0) {
    const trees = await Promise.all(level.map(async ({ path, sha }) => ({ path, tree: await objects.read(sha), sha })));
    level = [];
    for (const { path, tree, sha } of trees) {
      if (tree === null) throw new CountersignError('bad-usage', `the tree ${sha} of ${path || 'the root'} is missing`);
      for (const entry of entriesOf(tree.bytes, sha.length / 2)) {
        if (entry.name === null) {
          unread.push(path);
          continue;
        }
        const full = path === '' ? entry.name : `${path}/${entry.name}`;
        if (entry.mode === '040000') level.push({ path: full, sha: entry.sha });
        else files.set(full, { sha: entry.sha, mode: entry.mode });
      }
    }
  }
  return { files, unread };
}
