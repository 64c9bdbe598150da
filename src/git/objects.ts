import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { CountersignError } from '../core/errors.ts';
import { type BlobRef, canonicalMode, type FileContent, type Tree, type TreeEntry } from '../core/snapshot.ts';
import { startGit, withoutGit } from './process.ts';

interface GitObject {
  readonly type: string;
  readonly bytes: Buffer;
}

/** Reads a repository's objects through one git process. */
export interface ObjectReader {
  /** Null where the repository does not have the object (a partial clone, a shallow one, damage). */
  read(sha: string): Promise<GitObject | null>;
  /** Bytes of an object, without reading it; null where it is not there. */
  size(sha: string): Promise<number | null>;
  close(): void;
}

interface Waiting {
  readonly verb: 'contents' | 'info';
  readonly sha: string;
  readonly resolve: (answer: { readonly header: Header | null; readonly bytes: Buffer }) => void;
  readonly reject: (error: Error) => void;
}
interface Header {
  readonly type: string;
  readonly size: number;
}

const name = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/**
 * `git cat-file --batch-command` (git 2.36): a line asks; a header line and, for contents, the bytes and a newline
 * answer. In a partial clone git ends at an object that it may not fetch: that one is then missing, and a new process
 * answers the others.
 */
export function openObjects(repository: string): ObjectReader {
  const queue: Waiting[] = [];
  let child = start();
  let closed = false;
  let broken: Error | undefined;

  function start(): ChildProcessWithoutNullStreams {
    const started = startGit(repository, ['cat-file', '--batch-command']);
    let said = '';
    started.once('error', (error) => fail(withoutGit(error)));
    // What was written after git ended is asked again by `close`.
    started.stdin.on('error', () => undefined);
    started.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString('utf8')).slice(-1_000);
    });
    started.once('close', (code) => {
      const unfetched = /could not fetch|lazy fetching|promisor/.test(said);
      if (closed || !unfetched || queue.length === 0) {
        fail(
          new CountersignError('bad-usage', `git cat-file in ${repository} ended: ${said.trim() || `exit ${code}`}`),
        );
        return;
      }
      queue.shift()?.resolve({ header: null, bytes: Buffer.alloc(0) });
      child = start();
      for (const waiting of queue) child.stdin.write(`${waiting.verb} ${waiting.sha}\n`);
    });
    answer(started, queue);
    return started;
  }

  function fail(error: Error): void {
    broken = error;
    for (const waiting of queue.splice(0)) waiting.reject(error);
  }

  function ask(
    verb: Waiting['verb'],
    sha: string,
  ): Promise<{ readonly header: Header | null; readonly bytes: Buffer }> {
    if (!name.test(sha)) return Promise.reject(new TypeError(`${sha} is not an object name`));
    if (broken) return Promise.reject(broken);
    return new Promise((resolve, reject) => {
      queue.push({ verb, sha, resolve, reject });
      child.stdin.write(`${verb} ${sha}\n`);
    });
  }

  return {
    async read(sha) {
      const { header, bytes } = await ask('contents', sha);
      return header === null ? null : { type: header.type, bytes };
    },
    async size(sha) {
      return (await ask('info', sha)).header?.size ?? null;
    },
    close() {
      closed = true;
      child.stdin.end();
      child.kill();
    },
  };
}

/** Reads answers off a process and gives each to the first that waits. */
function answer(child: ChildProcessWithoutNullStreams, queue: Waiting[]): void {
  let chunks: Buffer[] = [];
  let held = 0;
  let wanted = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    held += chunk.byteLength;
    // A large object comes in many pieces: they are joined once, when it is complete.
    if (held < wanted) return;
    let buffer = Buffer.concat(chunks);
    for (let waiting = queue[0]; waiting !== undefined; waiting = queue[0]) {
      const line = buffer.indexOf(0x0a);
      const header = line === -1 ? null : headerOf(buffer.toString('latin1', 0, line));
      const end = header === null || waiting.verb === 'info' ? line + 1 : line + 1 + header.size + 1;
      wanted = line === -1 ? buffer.byteLength + 1 : end;
      if (buffer.byteLength < wanted) break;
      queue.shift();
      waiting.resolve({ header, bytes: Buffer.from(buffer.subarray(line + 1, Math.max(line + 1, end - 1))) });
      buffer = buffer.subarray(end);
      wanted = 0;
    }
    chunks = buffer.byteLength > 0 ? [buffer] : [];
    held = buffer.byteLength;
  });
}

/** `<sha> <type> <size>`, or `<sha> missing`. */
function headerOf(line: string): Header | null {
  const found = /^[0-9a-f]+ ([a-z]+) (\d+)$/.exec(line);
  return found ? { type: found[1] ?? '', size: Number(found[2]) } : null;
}

export interface GitEntry {
  /** Null where the name is not UTF-8. */
  readonly name: string | null;
  readonly mode: BlobRef['mode'] | '040000';
  readonly sha: string;
}

/** Git's tree object: mode, space, name, NUL, binary object name; again and again (git book, "Git Objects"). */
export function entriesOf(tree: Buffer, shaBytes: number): GitEntry[] {
  const entries: GitEntry[] = [];
  for (let at = 0; at < tree.byteLength; ) {
    const space = tree.indexOf(0x20, at);
    const nul = tree.indexOf(0, space);
    const end = nul + 1 + shaBytes;
    if (space === -1 || nul === -1 || end > tree.byteLength)
      throw new CountersignError('unreadable-file', 'a damaged tree object');
    const mode = canonicalMode(tree.toString('latin1', at, space));
    entries.push({ name: utf8(tree.subarray(space + 1, nul)), mode, sha: tree.toString('hex', nul + 1, end) });
    at = end;
  }
  return entries;
}

/** Null where the bytes are not UTF-8. */
export function utf8(bytes: Uint8Array): string | null {
  const text = Buffer.from(bytes).toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) ? text : null;
}

/** One blob's content as `read` answers it. */
export async function blobContent(objects: ObjectReader, file: BlobRef, maxBytes: number): Promise<FileContent> {
  if (file.mode === '160000') return lasting('a submodule: its content is in another repository');
  const size = await objects.size(file.sha);
  if (size === null) return lasting(`object ${file.sha} is not in this repository (a partial or shallow clone?)`);
  if (size > maxBytes) return lasting(`${size} bytes, over the limit of ${maxBytes}`);
  const found = await objects.read(file.sha);
  if (found === null) return lasting(`object ${file.sha} is not in this repository`);
  return contentOf(found.bytes, file.sha);
}

/** Git LFS specification, "The Pointer": under 1,024 bytes, the version line first. */
export function contentOf(bytes: Uint8Array, sha: string): FileContent {
  const start = bytes.byteLength < 1024 ? Buffer.from(bytes).toString('latin1') : '';
  if (/^version https:\/\/(?:git-lfs|hawser)\.github\.com\/spec\//.test(start))
    return lasting('a Git LFS pointer: the content itself is not in the repository');
  return { state: 'bytes', bytes, sha };
}

export function lasting(reason: string): FileContent {
  return { state: 'unreadable', reason, transient: false };
}

/** A commit's tree. */
export function gitTree(objects: ObjectReader, commit: string, root: string, maxBytes: number): Tree {
  const known = new Map<string, Promise<GitEntry[] | null>>();

  function listing(sha: string): Promise<GitEntry[] | null> {
    const found =
      known.get(sha) ??
      objects.read(sha).then((object) => (object?.type === 'tree' ? entriesOf(object.bytes, sha.length / 2) : null));
    known.set(sha, found);
    return found;
  }

  /** Undefined: there is no such directory; null: it cannot be read. */
  async function directory(path: string): Promise<GitEntry[] | null | undefined> {
    let at = await listing(root);
    for (const part of path === '' ? [] : path.split('/')) {
      if (at === null) return null;
      const next = at.find((entry) => entry.name === part);
      if (next?.mode !== '040000') return undefined;
      at = await listing(next.sha);
    }
    return at;
  }

  return {
    label: commit,
    async read(path) {
      const slash = path.lastIndexOf('/');
      const parent = await directory(slash === -1 ? '' : path.slice(0, slash));
      if (parent === null) return lasting('its directory is not in this repository (a partial clone?)');
      const found = parent?.find((entry) => entry.name === path.slice(slash + 1));
      if (!found || found.mode === '040000') return { state: 'missing' };
      return await blobContent(objects, { sha: found.sha, mode: found.mode }, maxBytes);
    },
    async list(path) {
      const found = await directory(path);
      if (found === null)
        throw new CountersignError('unreadable-file', `${path || 'the root'} is not in this repository`);
      return (found ?? []).flatMap(treeEntry);
    },
  };
}

function treeEntry({ name: entryName, mode, sha }: GitEntry): TreeEntry[] {
  if (entryName === null) return [];
  if (mode === '040000') return [{ name: entryName, type: 'directory', sha }];
  if (mode === '120000') return [{ name: entryName, type: 'symlink', sha }];
  return [{ name: entryName, type: mode === '160000' ? 'submodule' : 'file', sha }];
}
