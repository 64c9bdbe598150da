import { CountersignError } from '../core/errors.ts';
import type { BlobRef, FileChange, Snapshot, Tree } from '../core/snapshot.ts';
import { mergedCleanly } from '../core/three-way.ts';

/** Files that base and change both touched: of so many the patches are compared. Of more, they count as another change. */
const COMPARED_FILES = 20;
/** Bytes of one side of one file, 1 MiB: beyond it, it is not compared. */
const COMPARED_BYTES = 1_048_576;

/**
 * Whether a change still does the same after its base moved: each file of it is what a clean merge of its old form with
 * the new base gives, byte for byte. That is stricter than equal added and removed lines, which may have been put
 * elsewhere, and finds what a merge left out of the base. False where a person had to decide, or where it cannot be told
 * cheaply. Throws `host-unavailable` where a content cannot be read now.
 */
export async function isSamePatch(before: Snapshot, after: Snapshot): Promise<boolean> {
  if (before.unread.length > 0 || after.unread.length > 0 || before.files.length !== after.files.length) return false;
  const now = new Map(after.files.map((file) => [file.path, file]));
  const moved: [FileChange, FileChange][] = [];
  for (const old of before.files) {
    const next = now.get(old.path);
    if (next === undefined || next.status !== old.status || next.previousPath !== old.previousPath) return false;
    if (next.base?.mode !== old.base?.mode || next.head?.mode !== old.head?.mode) return false;
    if (next.base?.sha === old.base?.sha && next.head?.sha === old.head?.sha) continue;
    // With the base as it was, another content is the pusher's own.
    if (next.base?.sha === old.base?.sha || !isComparable(old) || !isComparable(next)) return false;
    moved.push([old, next]);
  }
  if (moved.length > COMPARED_FILES) return false;
  for (const [old, next] of moved) if (!(await isMerged(old, before, next, after))) return false;
  return true;
}

function isComparable({ base, head }: FileChange): boolean {
  return [base, head].every((side) => side !== null && isFile(side) && (side.size ?? 0) <= COMPARED_BYTES);
}

function isFile({ mode }: BlobRef): boolean {
  return mode === '100644' || mode === '100755';
}

async function isMerged(old: FileChange, before: Snapshot, next: FileChange, after: Snapshot): Promise<boolean> {
  const from = old.previousPath ?? old.path;
  const [origin, ours, theirs, merged] = await Promise.all([
    textOf(before.base, from),
    textOf(before.head, old.path),
    textOf(after.base, from),
    textOf(after.head, next.path),
  ]);
  if (origin === null || ours === null || theirs === null || merged === null) return false;
  return mergedCleanly(origin, ours, theirs) === merged;
}

/** One character for each byte, so that no two contents read alike. Null for what is binary or too large. */
async function textOf(tree: Tree, path: string): Promise<string | null> {
  const content = await tree.read(path);
  if (content.state === 'unreadable' && content.transient) {
    throw new CountersignError('host-unavailable', `${path} at ${tree.label} could not be read: ${content.reason}`);
  }
  if (content.state !== 'bytes' || content.bytes.byteLength > COMPARED_BYTES || content.bytes.includes(0)) return null;
  return Buffer.from(content.bytes).toString('latin1');
}
