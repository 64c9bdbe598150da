/** A git object as a tree names it. `mode` is git's: 100644 file, 100755 executable, 120000 symlink, 160000 submodule. */
export interface BlobRef {
  readonly sha: string;
  readonly mode: '100644' | '100755' | '120000' | '160000';
  /** Bytes, where the tree says so. */
  readonly size?: number;
}

/**
 * A tree entry's mode as git reads it (`canon_mode`): old versions wrote others. Whatever is not a link, a directory or
 * a submodule is a file, executable by its owner's bit.
 */
export function canonicalMode(octal: string): BlobRef['mode'] | '040000' {
  const mode = Number.parseInt(octal, 8);
  const kind = mode & 0o170000;
  if (kind === 0o120000) return '120000';
  if (kind === 0o040000) return '040000';
  if (kind === 0o160000) return '160000';
  return mode & 0o100 ? '100755' : '100644';
}

/** One path that differs between merge base and head. A rename keeps both names; `base` or `head` is null where the file is not there. */
export interface FileChange {
  readonly status: 'added' | 'modified' | 'removed' | 'renamed';
  readonly path: string;
  readonly previousPath?: string;
  readonly base: BlobRef | null;
  readonly head: BlobRef | null;
}

/** What reading one file gave. `unreadable` is not `missing`: the first is unknown, the second an answer. */
export type FileContent =
  | { readonly state: 'bytes'; readonly bytes: Uint8Array; readonly sha: string }
  | { readonly state: 'missing' }
  | { readonly state: 'unreadable'; readonly reason: string; readonly transient: boolean };

export interface TreeEntry {
  readonly name: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'submodule';
  readonly sha: string;
}

/** One side of the change, read lazily. Paths are from the root, without a leading slash; '' is the root. */
export interface Tree {
  /** The commit, or a description where there is none (a folder, the working tree). */
  readonly label: string;
  read(path: string): Promise<FileContent>;
  /** Entries of one directory; an empty list where it does not exist. Throws CountersignError `host-unavailable` when unknown. */
  list(directory: string): Promise<readonly TreeEntry[]>;
}

/** A change as content: the merge base and the head, and the paths that differ. */
export interface Snapshot {
  readonly mergeBase: string;
  readonly headSha: string;
  readonly files: readonly FileChange[];
  readonly base: Tree;
  readonly head: Tree;
  /** What could not be listed (a truncated tree): such a change is never judged on a part. */
  readonly unread: readonly { readonly path: string; readonly reason: string; readonly transient: boolean }[];
}

/** Bytes as text: git's own test for binary (a NUL among the first 8,000 bytes), UTF-8, a BOM taken off. */
export type DecodedText =
  | { readonly state: 'text'; readonly text: string }
  | { readonly state: 'binary' }
  | { readonly state: 'invalid'; readonly reason: string };

export function decodeText(bytes: Uint8Array): DecodedText {
  if (bytes.subarray(0, 8000).includes(0)) return { state: 'binary' };
  try {
    return { state: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { state: 'invalid', reason: 'not valid UTF-8' };
  }
}

/**
 * A file that went and one that came with the very same content and mode are one renamed file; where several fit, one of
 * the same name in another directory comes first. A file renamed and edited stays a removal and an addition: nothing is
 * then taken for known that is not. The answer is in the order of the paths' code units.
 */
export function withRenames(files: readonly FileChange[]): FileChange[] {
  const byContent = new Map<string, FileChange[]>();
  const byName = new Map<string, FileChange[]>();
  for (const file of files) {
    if (file.status !== 'removed' || file.base === null) continue;
    const content = `${file.base.mode} ${file.base.sha}`;
    listIn(byContent, content).push(file);
    listIn(byName, `${content} ${nameOf(file.path)}`).push(file);
  }
  const taken = new Set<FileChange>();
  const sources = new Map<FileChange, FileChange>();
  const added = files.filter((file) => file.status === 'added');
  for (const [from, keyOf] of [
    [byName, (file: FileChange) => `${file.head?.mode} ${file.head?.sha} ${nameOf(file.path)}`],
    [byContent, (file: FileChange) => `${file.head?.mode} ${file.head?.sha}`],
  ] as const) {
    for (const file of added) {
      if (sources.has(file)) continue;
      const old = nextFree(from.get(keyOf(file)), taken);
      if (!old) continue;
      taken.add(old);
      sources.set(file, old);
    }
  }
  return files
    .filter((file) => !taken.has(file))
    .map((file): FileChange => {
      const old = sources.get(file);
      return old ? { ...file, status: 'renamed', previousPath: old.path, base: old.base } : file;
    })
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

function listIn(map: Map<string, FileChange[]>, key: string): FileChange[] {
  const list = map.get(key) ?? [];
  map.set(key, list);
  return list;
}

/** Takes from the end, so that many files of one content cost no more than few. */
function nextFree(list: FileChange[] | undefined, taken: ReadonlySet<FileChange>): FileChange | undefined {
  let last = list?.pop();
  while (last && taken.has(last)) last = list?.pop();
  return last;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
