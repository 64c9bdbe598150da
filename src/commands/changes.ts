import { parseArgs } from 'node:util';
import type { DependencyChange } from '../core/dependency.ts';
import { CountersignError, messageOf } from '../core/errors.ts';
import type { Snapshot } from '../core/snapshot.ts';
import { collectChanges } from '../ecosystems/collect.ts';
import { parseInProcess } from '../ecosystems/parse.ts';
import { snapshotFromFolders, snapshotFromGit } from '../git/index.ts';
import type { CommandIo } from './io.ts';

const HELP = `countersign changes [--base REVISION --head REVISION] [--repository DIR] [--json]
countersign changes --base-dir DIR --head-dir DIR [--json]

Prints what a change does to dependencies: one row per real name and version that differs, from the lockfile where
there is one, else from the manifest. Of two revisions, the change is from their merge base to the head. Of two
folders, from the one to the other, without git.

  --json   one DependencyChange per line

Exit code: 0 everything was read, 1 something could not be read (told on standard error), 2 wrong use.
`;

/** Bytes of one file that are read; larger ones are told of as unread. */
const MAX_BLOB_BYTES = 64 * 1024 * 1024;
/** Columns of a table are cut here, in characters. */
const WIDEST = 60;

export async function run(argv: readonly string[], io: Pick<CommandIo, 'stdout' | 'stderr'>): Promise<number> {
  const options = optionsOf(argv);
  if (options === 'help') {
    io.stdout(HELP);
    return 0;
  }
  const snapshot = await snapshotOf(options);
  try {
    const { changes, unread } = await collectChanges(snapshot, parseInProcess);
    const rows = changes.filter((change) => change.scope !== 'registry-setting');
    io.stdout(options.json ? jsonLines(rows) : table(rows));
    for (const file of [...snapshot.unread, ...unread]) {
      const line = 'line' in file && file.line !== undefined ? `:${file.line}` : '';
      io.stderr(`countersign changes: not read: ${plain(file.path)}${line}: ${plain(file.reason)}\n`);
    }
    return snapshot.unread.length + unread.length === 0 ? 0 : 1;
  } finally {
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

function table(changes: readonly DependencyChange[]): string {
  if (changes.length === 0) return 'No dependency changes.\n';
  const rows = [
    ['CHANGE', 'TYPE', 'NAME', 'FROM', 'TO', 'RELATION', 'SOURCE', 'WHERE'],
    ...changes.map((change) => [
      change.changeType,
      change.type,
      change.alias === undefined ? change.name : `${change.name} (as ${change.alias})`,
      change.changeType === 'removed' ? versionOf(change) : versionOf(change.previous ?? {}),
      change.changeType === 'removed' ? '' : versionOf(change),
      change.entry === 'manifest' || change.entry === 'lockfile' ? change.relationship : change.entry,
      change.source,
      `${change.location.path}:${change.location.startLine}`,
    ]),
  ].map((row) => row.map((cell) => shortened(plain(cell))));
  const widths = (rows[0] ?? []).map((_cell, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

function versionOf(entry: { readonly version?: string; readonly range?: string }): string {
  return entry.version ?? entry.range ?? '';
}

function shortened(text: string): string {
  return text.length > WIDEST ? `${text.slice(0, WIDEST - 1)}…` : text;
}

/** Control and bidirectional characters, which could rewrite a terminal's line, shown as their code. */
function plain(text: string): string {
  return text.replaceAll(
    /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
