import type { UnreadFile } from '../core/dependency.ts';
import type { FileSide } from '../core/detector.ts';
import { describeBinary } from '../core/documents/binary.ts';
import type { InspectedFile } from '../core/inspection.ts';
import {
  type BlobRef,
  decodeText,
  type FileChange,
  type FileContent,
  type Snapshot,
  type Tree,
} from '../core/snapshot.ts';

/** A file's content as text, as what can be said of a binary, or as what could not be read. */
export function sideOf(
  content: FileContent,
  path: string,
  blob: BlobRef,
  isText: (path: string) => boolean,
): FileSide | UnreadFile {
  if (content.state === 'missing') {
    return { path, reason: 'it is listed in the tree and could not be found', transient: true, blob: blob.sha };
  }
  if (content.state === 'unreadable') {
    return { path, reason: content.reason, transient: content.transient, blob: blob.sha };
  }
  const decoded = decodeText(content.bytes);
  if (decoded.state === 'text') return { path, text: decoded.text, blob: blob.sha, mode: blob.mode };
  if (isText(path)) {
    const reason = decoded.state === 'binary' ? 'it is binary where text is expected' : `it is ${decoded.reason}`;
    return { path, reason, transient: false, blob: blob.sha };
  }
  return { path, text: '', blob: blob.sha, mode: blob.mode, binary: describeBinary(content.bytes) };
}

/** Both sides of a changed file, or why it cannot be judged. */
export async function readBoth(
  file: FileChange,
  snapshot: Snapshot,
  isText: (path: string) => boolean,
): Promise<{ readonly file: InspectedFile } | { readonly unread: UnreadFile }> {
  const [before, after] = await Promise.all([
    readSide(snapshot.base, file.previousPath ?? file.path, file.base, isText),
    readSide(snapshot.head, file.path, file.head, isText),
  ]);
  // What the base could not tell matters as little as what it held before: an unreadable *head* is the danger,
  // but a rule that compares must not take "could not be read" for "was not there".
  if (after !== null && 'reason' in after) return { unread: after };
  if (before !== null && 'reason' in before) {
    // Of the head nothing was looked at either: a signature is for these two contents, not for whatever comes next.
    return { unread: { ...before, path: file.path, blob: `${before.blob ?? ''}..${file.head?.sha ?? ''}` } };
  }
  return {
    file: {
      path: file.path,
      ...(file.previousPath === undefined ? {} : { previousPath: file.previousPath }),
      before,
      after,
    },
  };
}

async function readSide(
  tree: Tree,
  path: string,
  blob: BlobRef | null,
  isText: (path: string) => boolean,
): Promise<FileSide | UnreadFile | null> {
  if (blob === null) return null;
  if (blob.mode === '160000') {
    return {
      path,
      reason: 'it is a submodule, whose content is not in this repository',
      transient: false,
      blob: blob.sha,
    };
  }
  return sideOf(await tree.read(path), path, blob, isText);
}
