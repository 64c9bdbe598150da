import { open } from 'node:fs/promises';
import { messageOf } from '../../core/errors.ts';
import type { StoredEntry } from '../../store/chain.ts';
import { parseExportLine } from '../../store/export.ts';
import { usage } from './options.ts';

/** The entries of an export, read line by line: a ledger may be larger than memory. */
export async function* fileEntries(path: string): AsyncIterable<StoredEntry> {
  const file = await opened(path);
  let number = 0;
  try {
    for await (const line of linesOf(file.createReadStream({ encoding: 'utf8' }))) {
      number += 1;
      if (line.trim() !== '') yield parseExportLine(line, number);
    }
  } finally {
    await file.close();
  }
}

/** Split at line feeds only: JSON may hold U+2028 as it is, and `readline` would end a line there. */
async function* linesOf(pieces: AsyncIterable<unknown>): AsyncIterable<string> {
  let rest = '';
  for await (const piece of pieces) {
    const lines = (rest + String(piece)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

/** Those of one chain. */
export async function* ofInstallation(
  entries: AsyncIterable<StoredEntry>,
  installation: number,
): AsyncIterable<StoredEntry> {
  for await (const entry of entries) if (entry.installationId === installation) yield entry;
}

/** An export of one chain needs no --installation; one of several does, or a foreign entry could hide among them. */
export async function firstInstallation(path: string): Promise<number> {
  const found = new Set<number>();
  for await (const entry of fileEntries(path)) found.add(entry.installationId);
  const [only, ...others] = found;
  if (only === undefined) throw usage(`${path} holds no entries.`);
  if (others.length > 0) throw usage(`${path} holds several chains: add --installation (${[...found].join(', ')}).`);
  return only;
}

async function opened(path: string) {
  try {
    return await open(path);
  } catch (error) {
    throw usage(`${path} cannot be read: ${messageOf(error)}.`);
  }
}
