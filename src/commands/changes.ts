import { parseArgs } from 'node:util';
import type { DependencyChange } from '../core/dependency.ts';
import { CountersignError, messageOf } from '../core/errors.ts';
import type { Snapshot } from '../core/snapshot.ts';
import { collectChanges } from '../ecosystems/collect.ts';
import { snapshotFromFolders, snapshotFromGit } from '../git/index.ts';
import { createInspector, DEFAULT_INSPECTOR_OPTIONS, type InspectorOptions } from '../inspect/index.ts';
import { printedRows } from './changes/rows.ts';
import { changesTable, plain } from './changes/table.ts';
import type { CommandIo } from './io.ts';

const HELP = `countersign changes [--base REVISION --head REVISION] [--repository DIR] [--json]
countersign changes --base-dir DIR --head-dir DIR [--json]

Prints what a change does to dependencies: one row per real name and version that differs, from the lockfile where
there is one, else from the manifest. Of two revisions, the change is from their merge base to the head. Of two
folders, from the one to the other, without git.

  --json   one DependencyChange per line

The same version from another host, with another hash, source, range, marker or group is \`altered\`.
A file that takes longer than ${DEFAULT_INSPECTOR_OPTIONS.timeLimitMs / 1000} s to read is told of as unread.

Exit code: 0 everything was read, 1 something could not be read (told on standard error), 2 wrong use.
`;

/** Bytes of one file that are read; larger ones are told of as unread. */
const MAX_BLOB_BYTES = 64 * 1024 * 1024;

export function run(argv: readonly string[], io: Pick<CommandIo, 'stdout' | 'stderr'>): Promise<number> {
  return runWithin(DEFAULT_INSPECTOR_OPTIONS, argv, io);
}

/** The command with limits of its own for the processes that read files. */
export async function runWithin(
  limits: InspectorOptions,
  argv: readonly string[],
  io: Pick<CommandIo, 'stdout' | 'stderr'>,
): Promise<number> {
  const options = optionsOf(argv);
  if (options === 'help') {
    io.stdout(HELP);
    return 0;
  }
  const snapshot = await snapshotOf(options);
  // Files are read in child processes that are ended when they take too long or too much memory, as in a review.
  const inspector = createInspector(limits);
  try {
    const { signal } = new AbortController();
    const { changes, unread } = await collectChanges(snapshot, (format, text, path) =>
      inspector.parseDependencies(format, text, path, signal),
    );
    const rows = printedRows(changes);
    io.stdout(options.json ? jsonLines(rows) : changesTable(rows));
    for (const file of [...snapshot.unread, ...unread]) {
      const line = 'line' in file && file.line !== undefined ? `:${file.line}` : '';
      io.stderr(`countersign changes: not read: ${plain(file.path)}${line}: ${plain(file.reason)}\n`);
    }
    return snapshot.unread.length + unread.length === 0 ? 0 : 1;
  } finally {
    await inspector.close();
    if ('close' in snapshot) snapshot.close();
  }
}

type Options = {
  readonly json: boolean;
  readonly source:
    | { readonly kind: 'git'; readonly repository: string; readonly base: string; readonly head: string }
    | { readonly kind: 'folders'; readonly base: string; readonly head: string };
};

function optionsOf(argv: readonly string[]): Options | 'help' {
  const { values } = parsed(argv);
  if (values.help === true) return 'help';
  const json = values.json === true;
  const baseDir = values['base-dir'];
  const headDir = values['head-dir'];
  if (baseDir !== undefined || headDir !== undefined) {
    if (baseDir === undefined || headDir === undefined || values.base !== undefined || values.head !== undefined) {
      throw new CountersignError('bad-usage', 'give both --base-dir and --head-dir, and no revisions beside them.');
    }
    return { json, source: { kind: 'folders', base: baseDir, head: headDir } };
  }
  if (values.base === undefined || values.head === undefined) {
    throw new CountersignError('bad-usage', 'give --base and --head, or --base-dir and --head-dir; --help tells more.');
  }
  const repository = values.repository ?? '.';
  return { json, source: { kind: 'git', repository, base: values.base, head: values.head } };
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        base: { type: 'string' },
        head: { type: 'string' },
        repository: { type: 'string' },
        'base-dir': { type: 'string' },
        'head-dir': { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new CountersignError('bad-usage', `${messageOf(error)}; --help tells more.`, { cause: error });
  }
}

function snapshotOf({ source }: Options): Promise<Snapshot | (Snapshot & { close(): void })> {
  if (source.kind === 'folders') {
    return snapshotFromFolders(source.base, source.head, { maxBlobBytes: MAX_BLOB_BYTES });
  }
  const { repository, base, head } = source;
  return snapshotFromGit({ repository, base, head, maxBlobBytes: MAX_BLOB_BYTES });
}

function jsonLines(changes: readonly DependencyChange[]): string {
  return changes.map((change) => `${JSON.stringify(change)}\n`).join('');
}
