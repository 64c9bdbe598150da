import type { History } from '../core/history.ts';
import type { FileContent, Snapshot, Tree } from '../core/snapshot.ts';

/** Files that are asked for at the same time: more than the requests of an installation, so that none of these waits. */
const AT_ONCE = 100;

const STOPPED: FileContent = { state: 'unreadable', reason: 'nobody waits for it any more', transient: true };

/**
 * The change and its history as long as somebody wants them: a review that gives way to a newer commit reads no further
 * file, since each one is a request that counts. What it is then told of a file, nobody hears.
 */
export function whileWanted(
  snapshot: Snapshot,
  history: History,
  signal: AbortSignal,
): { readonly snapshot: Snapshot; readonly history: History } {
  const waiting: (() => void)[] = [];
  let free = AT_ONCE;

  async function wanted(read: () => Promise<FileContent>): Promise<FileContent> {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return signal.aborted ? STOPPED : await read();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  }

  const ofTree = (tree: Tree): Tree => ({ ...tree, read: (path) => wanted(() => tree.read(path)) });
  return {
    snapshot: { ...snapshot, base: ofTree(snapshot.base), head: ofTree(snapshot.head) },
    history: { ...history, read: (blob) => wanted(() => history.read(blob)) },
  };
}
