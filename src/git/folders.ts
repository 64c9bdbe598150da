import type { BlobRef, FileChange, Snapshot } from '../core/snapshot.ts';
import { withRenames } from '../core/snapshot.ts';
import { allOf, blobBelow, diskTree, filesBelow, readOnDisk, requireFolder } from './disk.ts';
import { statusOf } from './snapshot.ts';

export interface FolderLimits {
  /** Bytes of one file that we read. */
  readonly maxBlobBytes: number;
}

/** Compares two folders, file by file; git's own folder is left out, links are not followed. */
export async function snapshotFromFolders(baseDir: string, headDir: string, limits: FolderLimits): Promise<Snapshot> {
  const [base, head] = await Promise.all([readFolder(baseDir), readFolder(headDir)]);
  const paths = new Set([...base.files.keys(), ...head.files.keys()]);
  const files = [...paths].flatMap((path) =>
    compared(path, base.files.get(path) ?? null, head.files.get(path) ?? null),
  );
  return {
    mergeBase: baseDir,
    headSha: headDir,
    files: withRenames(files),
    unread: [...base.unread, ...head.unread],
    base: diskTree(baseDir, base.files, (path) => readOnDisk(baseDir, path, limits.maxBlobBytes, 'sha1')),
    head: diskTree(headDir, head.files, (path) => readOnDisk(headDir, path, limits.maxBlobBytes, 'sha1')),
  };
}

/** Every file of a folder as if it were added. Only git's own folder is left out: what is installed is looked at too. */
export async function snapshotOfAll(dir: string, limits: FolderLimits): Promise<Snapshot> {
  const head = await readFolder(dir);
  const files = [...head.files].map(([path, file]): FileChange => ({ status: 'added', path, base: null, head: file }));
  return {
    mergeBase: 'nothing',
    headSha: dir,
    files: withRenames(files),
    unread: head.unread,
    base: diskTree('nothing', new Map(), async () => ({ state: 'missing' })),
    head: diskTree(dir, head.files, (path) => readOnDisk(dir, path, limits.maxBlobBytes, 'sha1')),
  };
}

export function compared(path: string, base: BlobRef | null, head: BlobRef | null): FileChange[] {
  if (base?.sha === head?.sha && base?.mode === head?.mode) return [];
  return [{ status: statusOf(base, head), path, base, head }];
}

type Folder = Pick<Snapshot, 'unread'> & { readonly files: ReadonlyMap<string, BlobRef> };

async function readFolder(dir: string): Promise<Folder> {
  await requireFolder(dir);
  const { paths, unread: unnamed } = await filesBelow(dir);
  const files = new Map<string, BlobRef>();
  const unread = unnamed.map((path) => ({ path, reason: 'its name is not UTF-8', transient: false }));
  const blobs = await allOf(paths, async (path) => ({ path, found: await blobBelow(dir, path, 'sha1') }));
  for (const { path, found } of blobs) {
    if (found === null) continue;
    if ('unread' in found) unread.push({ path, reason: found.unread, transient: false });
    else files.set(path, found);
  }
  return { files, unread };
}
