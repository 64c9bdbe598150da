import type { UnreadFile } from '../core/dependency.ts';
import type { CommitFile, History } from '../core/history.ts';
import type { InspectedCommitFile } from '../core/inspection.ts';
import type { BlobRef, Snapshot } from '../core/snapshot.ts';
import { sideOf } from './side.ts';

/** How the contents of a history are to be read. */
export interface HistoryReading {
  readonly history: History | null;
  readonly snapshot: Snapshot;
  /** Paths that base policy exempts. */
  readonly excluded: (path: string) => boolean;
  readonly concerns: (path: string) => boolean;
  readonly isText: (path: string) => boolean;
}

interface ReadHistory {
  readonly files: readonly InspectedCommitFile[];
  readonly unread: readonly UnreadFile[];
}

/**
 * The contents that stood in the change for a while and that its end does not show. What base or head hold is judged
 * there, and the same content under the same path is read once, where it first came in.
 */
export async function readHistory(reading: HistoryReading): Promise<ReadHistory> {
  const { history, excluded, concerns, isText } = reading;
  if (history === null) return { files: [], unread: [] };
  const between = inBetween(history.files, reading.snapshot).filter(({ path }) => concerns(path) && !excluded(path));
  const read = await Promise.all(between.slice(0, history.maxBlobs).map((file) => readFile(file, history, isText)));
  const left = between.slice(history.maxBlobs);
  return {
    files: read.flatMap((each) => ('file' in each ? [each.file] : [])),
    unread: [
      ...history.unread.map(({ path, reason, transient }) => ({ path, reason, transient })),
      ...read.flatMap((each) => ('unread' in each ? [each.unread] : [])),
      ...left.slice(0, 1).map(({ path, commit }) => ({
        path: `${path} (commit ${commit.slice(0, 12)})`,
        reason: `the history of the change holds ${left.length} contents beyond the ${history.maxBlobs} that are read`,
        transient: false,
      })),
    ],
  };
}

function inBetween(files: readonly CommitFile[], snapshot: Snapshot): readonly CommitFile[] {
  const judged = new Set(snapshot.files.flatMap(({ base, head }) => [base?.sha, head?.sha]));
  const seen = new Set<string>();
  return files.filter(({ path, after }) => {
    const key = `${after.sha} ${path}`;
    if (judged.has(after.sha) || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

async function readFile(
  { commit, path, before, after }: CommitFile,
  history: History,
  isText: (path: string) => boolean,
): Promise<{ readonly file: InspectedCommitFile } | { readonly unread: UnreadFile }> {
  const read = async (blob: BlobRef) => sideOf(await history.read(blob), path, blob, isText);
  const [own, parents] = await Promise.all([read(after), Promise.all(before.map(read))]);
  if ('reason' in own)
    return { unread: { ...own, reason: `${own.reason} (as commit ${commit.slice(0, 12)} left it)` } };
  // A parent that cannot be read has nothing that is known: what it held then counts as the commit's own.
  return {
    file: { sha: commit, path, before: parents.flatMap((side) => ('reason' in side ? [] : [side])), after: own },
  };
}
