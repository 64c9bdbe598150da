import { createHash } from 'node:crypto';
import { CountersignError } from '../core/errors.ts';
import type { RepositoryRef } from '../core/host.ts';
import { type BlobRef, canonicalMode, type FileContent, type Tree, type TreeEntry } from '../core/snapshot.ts';
import { type BlobCache, createMemory } from './cache.ts';
import { isGone } from './failure.ts';
import { placeOf, type Requester } from './request.ts';
import { Content, GitBlob, GitTree, Sha } from './schema.ts';

export interface ObjectLimits {
  /** Bytes of one file that we read; beyond it the file is unreadable for good. */
  readonly maxBlobBytes: number;
  /** Bytes of blobs, and of trees, kept in this process. */
  readonly memoryBytes: number;
}

/** 10 MB holds the largest lockfiles seen; 64 MB of memory a few hundred ordinary pull requests. */
export const defaultObjectLimits: ObjectLimits = { maxBlobBytes: 10_000_000, memoryBytes: 64_000_000 };

/** One directory as git stores it, or why it could not be listed. */
type Listing =
  | { readonly state: 'entries'; readonly entries: readonly Entry[] }
  | { readonly state: 'unread'; readonly reason: string; readonly transient: boolean };

export interface Entry {
  readonly name: string;
  readonly kind: 'blob' | 'tree' | 'commit';
  readonly mode: BlobRef['mode'] | '040000';
  readonly sha: string;
  readonly size?: number;
}

/** Git objects of GitHub repositories. They never change, so each is asked for once and kept while memory lasts. */
export interface Objects {
  /** `sha` of a tree or of a commit. */
  listing(ref: RepositoryRef, sha: string): Promise<Listing>;
  blob(ref: RepositoryRef, blob: BlobRef): Promise<FileContent>;
  tree(ref: RepositoryRef, commit: string): Tree;
  /** One file by its path, in one request where it exists. */
  fileAt(ref: RepositoryRef, commit: string, path: string): Promise<FileContent>;
}

export function createObjects(requester: Requester, limits: ObjectLimits, cache: BlobCache | undefined): Objects {
  const blobs = createMemory<Uint8Array>(limits.memoryBytes, (bytes) => bytes.byteLength + 200);
  const listings = createMemory<readonly Entry[] | 'truncated'>(limits.memoryBytes, (entries) =>
    entries === 'truncated' ? 100 : 100 + entries.length * 200,
  );

  // What a commit holds at a path never changes, unless GitHub did not say.
  const answers = createMemory<FileContent>(limits.memoryBytes / 8, (content) =>
    content.state === 'bytes' ? 200 + content.bytes.byteLength : content.state === 'missing' ? 200 : Infinity,
  );

  async function listing(ref: RepositoryRef, sha: string): Promise<Listing> {
    const ask = async (): Promise<readonly Entry[] | 'truncated'> => {
      const route = 'GET /repos/{owner}/{repo}/git/trees/{tree_sha}';
      const answer = await requester.read(ref, route, { tree_sha: sha }, GitTree);
      return answer.truncated ? 'truncated' : answer.tree.map(entryOf);
    };
    // By repository too: who may read one repository may not read another's tree by naming it. A branch moves.
    const entries = await (isName(sha) ? listings.get(`${placeOf(ref)} ${sha}`, ask) : ask());
    if (entries === 'truncated')
      return { state: 'unread', reason: 'the directory is too large for GitHub to list', transient: false };
    return { state: 'entries', entries };
  }

  async function bytesOf(ref: RepositoryRef, sha: string): Promise<Uint8Array> {
    const shared = await cache?.get(sha);
    if (shared !== undefined && isContent(sha, shared)) return shared;
    const route = 'GET /repos/{owner}/{repo}/git/blobs/{file_sha}';
    const answer = await requester.read(ref, route, { file_sha: sha }, GitBlob);
    const bytes = bytesFrom(answer.content, answer.encoding === 'base64' ? 'base64' : 'utf8');
    if (!isContent(sha, bytes))
      throw new CountersignError('host-unavailable', `GitHub answered other content than that of blob ${sha}`);
    await cache?.put(sha, bytes);
    return bytes;
  }

  async function blob(ref: RepositoryRef, { sha, mode, size }: BlobRef): Promise<FileContent> {
    if (mode === '160000') return lasting('a submodule: its content is in another repository');
    if (size !== undefined && size > limits.maxBlobBytes) return lasting(tooLarge(size));
    try {
      const bytes = await blobs.get(`${placeOf(ref)} ${sha}`, () => bytesOf(ref, sha));
      if (bytes.byteLength > limits.maxBlobBytes) return lasting(tooLarge(bytes.byteLength));
      if (isLfsPointer(bytes)) return lasting('a Git LFS pointer: the content itself is not in the repository');
      return { state: 'bytes', bytes, sha };
    } catch (error) {
      if (!(error instanceof CountersignError)) throw error;
      return unreadable(error);
    }
  }

  function tooLarge(size: number): string {
    return `${size} bytes, over the limit of ${limits.maxBlobBytes}`;
  }

  function tree(ref: RepositoryRef, commit: string): Tree {
    async function entriesOf(directory: string): Promise<Listing | undefined> {
      let at = commit;
      for (const part of directory === '' ? [] : directory.split('/')) {
        const here = await listing(ref, at);
        if (here.state === 'unread') return here;
        const next = here.entries.find((entry) => entry.name === part);
        if (next?.kind !== 'tree') return undefined;
        at = next.sha;
      }
      return await listing(ref, at);
    }

    return {
      label: commit,
      async read(path) {
        const slash = path.lastIndexOf('/');
        try {
          const parent = await entriesOf(slash === -1 ? '' : path.slice(0, slash));
          if (parent === undefined) return { state: 'missing' };
          if (parent.state === 'unread') return { ...parent, state: 'unreadable' };
          const found = parent.entries.find((entry) => entry.name === path.slice(slash + 1));
          const file = found && blobRefOf(found);
          return file ? await blob(ref, file) : { state: 'missing' };
        } catch (error) {
          if (!(error instanceof CountersignError)) throw error;
          return unreadable(error);
        }
      },
      async list(directory) {
        const found = await entriesOf(directory);
        if (found === undefined) return [];
        if (found.state === 'unread')
          throw new CountersignError('host-unavailable', `${directory || 'the root'}: ${found.reason}`);
        return found.entries.map(treeEntryOf);
      },
    };
  }

  async function fileAt(ref: RepositoryRef, commit: string, path: string): Promise<FileContent> {
    if (!isName(commit)) return await askFor(ref, commit, path);
    return await answers.get(`${placeOf(ref)} ${commit} ${path}`, () => askFor(ref, commit, path));
  }

  async function askFor(ref: RepositoryRef, commit: string, path: string): Promise<FileContent> {
    try {
      const route = 'GET /repos/{owner}/{repo}/contents/{path}';
      const found = await requester.read(ref, route, { path, ref: commit }, Content);
      if (Array.isArray(found)) return { state: 'missing' };
      if (found.type === 'submodule') return lasting('a submodule: its content is in another repository');
      const file: BlobRef = { sha: found.sha, mode: '100644', size: found.size };
      const bytes = found.encoding === 'base64' ? bytesFrom(found.content ?? '', 'base64') : undefined;
      // Over 1 MB, and for symbolic links, the content is not in this answer.
      if (bytes === undefined || !isContent(found.sha, bytes)) return await blob(ref, file);
      await blobs.get(`${placeOf(ref)} ${found.sha}`, async () => bytes);
      return await blob(ref, file);
    } catch (error) {
      if (!(error instanceof CountersignError)) throw error;
      return isGone(error) ? await missing(ref, commit) : unreadable(error);
    }
  }

  /** GitHub says 404 for a missing file and for a commit that we may not see: only the first is an answer. */
  async function missing(ref: RepositoryRef, commit: string): Promise<FileContent> {
    try {
      await listing(ref, commit);
      return { state: 'missing' };
    } catch (error) {
      if (!(error instanceof CountersignError)) throw error;
      return unreadable(error);
    }
  }

  return { listing, blob, tree, fileAt };
}

/** In memory of their own: Node cuts small Buffers from a shared block, and one that is kept would keep the whole block. */
function bytesFrom(text: string, encoding: 'base64' | 'utf8'): Uint8Array {
  return new Uint8Array(Buffer.from(text, encoding));
}

/** What a tree entry says of a file; null for a directory. */
export function blobRefOf(entry: Entry): BlobRef | null {
  if (entry.mode === '040000') return null;
  return { sha: entry.sha, mode: entry.mode, ...(entry.size === undefined ? {} : { size: entry.size }) };
}

function entryOf({ path, mode, type, sha, size }: GitTree['tree'][number]): Entry {
  return { name: path, kind: type, mode: canonicalMode(mode), sha, ...(size === undefined ? {} : { size }) };
}

function treeEntryOf({ name, mode, sha }: Entry): TreeEntry {
  if (mode === '040000') return { name, type: 'directory', sha };
  if (mode === '120000') return { name, type: 'symlink', sha };
  return { name, type: mode === '160000' ? 'submodule' : 'file', sha };
}

function unreadable(error: CountersignError): FileContent {
  return { state: 'unreadable', reason: error.message, transient: error.code === 'host-unavailable' };
}

function isName(revision: string): boolean {
  return Sha.safeParse(revision).success;
}

function lasting(reason: string): FileContent {
  return { state: 'unreadable', reason, transient: false };
}

/** Git's object name: the hash over `blob`, the length, a NUL, and the content (git book, "Git Objects"). */
function isContent(sha: string, bytes: Uint8Array): boolean {
  const hash = createHash(sha.length === 64 ? 'sha256' : 'sha1');
  return hash.update(`blob ${bytes.byteLength}\0`).update(bytes).digest('hex') === sha;
}

/** Git LFS specification, "The Pointer": under 1,024 bytes, the version line first. */
function isLfsPointer(bytes: Uint8Array): boolean {
  if (bytes.byteLength >= 1024) return false;
  return /^version https:\/\/(?:git-lfs|hawser)\.github\.com\/spec\//.test(Buffer.from(bytes).toString('latin1'));
}
