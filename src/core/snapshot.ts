/** A git object as a tree names it. `mode` is git's: 100644 file, 100755 executable, 120000 symlink, 160000 submodule. */
export interface BlobRef {
  readonly sha: string;
  readonly mode: '100644' | '100755' | '120000' | '160000';
  /** Bytes, where the tree says so. */
  readonly size?: number;
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
