import type { UnreadFile } from '../core/dependency.ts';
import type { FileSide } from '../core/detector.ts';
import { describeBinary } from '../core/documents/binary.ts';
import { type BlobRef, decodeText, type FileContent } from '../core/snapshot.ts';

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
