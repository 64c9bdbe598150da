import { CountersignError } from '../core/errors.ts';
import { type BlobRef, canonicalMode, type FileChange, type Snapshot, withRenames } from '../core/snapshot.ts';
import { gitTree, openObjects, utf8 } from './objects.ts';
import { lineOf, runGit } from './process.ts';

/** A snapshot that holds a process or files open until it is closed. */
export interface LocalSnapshot extends Snapshot {
  close(): void;
}

export interface GitRange {
  /** A folder in the repository, or a bare repository. */
  readonly repository: string;
  /** Any revision that git knows. The change is from the merge base of both to the head. */
  readonly base: string;
  readonly head: string;
  /** Bytes of one file that we read. */
  readonly maxBlobBytes: number;
}

/** Compares two commits by git's objects alone: no index, no working tree, nothing of the repository is run. */
export async function snapshotFromGit({ repository, base, head, maxBlobBytes }: GitRange): Promise<LocalSnapshot> {
  const [from, headSha] = await Promise.all([commitOf(repository, base), commitOf(repository, head)]);
  const mergeBase = await mergeBaseOf(repository, from, headSha);
  const [baseTree, headTree] = await Promise.all([treeOf(repository, mergeBase), treeOf(repository, headSha)]);
  const { files, unread } = await diffTrees(repository, baseTree, headTree);
  const objects = openObjects(repository);
  return {
    mergeBase,
    headSha,
    files: withRenames(files),
    unread,
    base: gitTree(objects, mergeBase, baseTree, maxBlobBytes),
    head: gitTree(objects, headSha, headTree, maxBlobBytes),
    close: () => objects.close(),
  };
}

export async function commitOf(repository: string, revision: string): Promise<string> {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`];
  return await lineOf(repository, args, `no commit ${revision}`);
}

export async function treeOf(repository: string, commit: string): Promise<string> {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${commit}^{tree}`];
  return await lineOf(repository, args, `the tree of ${commit} is missing`);
}

/** A best common ancestor. Where there are several, git's first, as GitHub takes one too. */
export async function mergeBaseOf(repository: string, base: string, head: string): Promise<string> {
  const { code, stdout, stderr } = await runGit(repository, ['merge-base', '--', base, head]);
  const [found] = stdout.toString('latin1').split('\n');
  if (code === 0 && found) return found;
  const shallow = await runGit(repository, ['rev-parse', '--is-shallow-repository']);
  const hint =
    shallow.stdout.toString('latin1').trim() === 'true'
      ? 'the clone is shallow: get the history with git fetch --unshallow'
      : 'give a base that shares history with the head';
  const why = code > 1 ? stderr : 'no common ancestor';
  throw new CountersignError('bad-usage', `${base} and ${head} in ${repository}: ${why}; ${hint}`);
}

/** The commit that a change is usually compared with: the default branch, as far as a clone knows it. */
export async function defaultBranchOf(repository: string): Promise<string> {
  const candidates = ['origin/HEAD', 'origin/main', 'origin/master', 'main', 'master'];
  for (const candidate of candidates) {
    const ref = candidate.startsWith('origin/') ? `refs/remotes/${candidate}` : `refs/heads/${candidate}`;
    const { code } = await runGit(repository, [
      'rev-parse',
      '--verify',
      '--quiet',
      '--end-of-options',
      `${ref}^{commit}`,
    ]);
    if (code === 0) return ref;
  }
  throw new CountersignError(
    'bad-usage',
    `${repository} has none of ${candidates.join(', ')}; name the base with --base`,
  );
}

type Difference = Pick<Snapshot, 'unread'> & { readonly files: readonly FileChange[] };

/** What differs between two trees. Submodules count whatever the configuration says. */
async function diffTrees(repository: string, base: string, head: string): Promise<Difference> {
  const plain = ['--raw', '-r', '-z', '--no-abbrev', '--no-renames', '--no-ext-diff', '--no-textconv'];
  const args = ['diff-tree', ...plain, '--ignore-submodules=none', base, head];
  const { code, stdout, stderr } = await runGit(repository, args);
  if (code !== 0) throw new CountersignError('bad-usage', `the trees in ${repository} cannot be compared: ${stderr}`);
  const files: FileChange[] = [];
  const unread: { path: string; reason: string; transient: boolean }[] = [];
  const fields = split(stdout);
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const head = /^:(\d+) (\d+) ([0-9a-f]+) ([0-9a-f]+) [A-Z]/.exec(fields[at]?.toString('latin1') ?? '');
    const bytes = fields[at + 1] ?? Buffer.alloc(0);
    if (!head) throw new CountersignError('bad-usage', `git diff-tree in ${repository} answered in an unknown form`);
    const [, baseMode = '', headMode = '', baseSha = '', headSha = ''] = head;
    const path = utf8(bytes);
    if (path === null) {
      unread.push({ path: bytes.toString('latin1'), reason: 'its name is not UTF-8', transient: false });
      continue;
    }
    const [before, after] = [side(baseMode, baseSha), side(headMode, headSha)];
    files.push({ status: statusOf(before, after), path, base: before, head: after });
  }
  return { files, unread };
}

/** Fields that end with NUL. */
export function split(bytes: Buffer): Buffer[] {
  const fields: Buffer[] = [];
  for (let at = 0; at < bytes.byteLength; ) {
    const end = bytes.indexOf(0, at);
    const stop = end === -1 ? bytes.byteLength : end;
    fields.push(bytes.subarray(at, stop));
    at = stop + 1;
  }
  return fields;
}

export function statusOf(base: BlobRef | null, head: BlobRef | null): FileChange['status'] {
  if (base === null) return 'added';
  return head === null ? 'removed' : 'modified';
}

function side(octal: string, sha: string): BlobRef | null {
  if (/^0+$/.test(octal)) return null;
  const mode = canonicalMode(octal);
  return mode === '040000' ? null : { sha, mode };
}
