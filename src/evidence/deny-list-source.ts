import { readFile, stat } from 'node:fs/promises';
import { z } from 'zod';
import { digestOf } from '../core/digest.ts';
import { CountersignError, messageOf } from '../core/errors.ts';
import type { HttpClient } from '../core/lookup.ts';
import type { DenyList } from './advisories.ts';
import type { EvidenceCache } from './cache.ts';
import { type Entries, listedIn, parseDenyList } from './deny-list.ts';
import type { Gate } from './gate.ts';

/** How often a file is looked at for changes. Milliseconds. */
const FILE_AGAIN_MS = 5_000;
/** How often an address is asked again, by its ETag. */
const ADDRESS_AGAIN_MS = 10 * 60_000;
/** And how soon after a failure. */
const ADDRESS_FAILED_MS = 30_000;
/** The last good copy of an address is kept for this long where nobody replaces it. */
const COPY_KEPT_MS = 365 * 24 * 3_600_000;

/**
 * A deny-list in a file, read now and again when it changes. It needs no network, so it speaks for private names too.
 * A file that cannot be read now stops the start (`bad-configuration`); one that breaks later leaves the last good copy
 * in force.
 */
export async function denyListFromFile(path: string, now: () => number): Promise<DenyList> {
  let loaded = { ...(await readEntries(path)), lookedAt: now() };

  async function entriesNow(): Promise<Entries> {
    if (now() - loaded.lookedAt < FILE_AGAIN_MS) return loaded.entries;
    loaded = { ...loaded, lookedAt: now() };
    try {
      if ((await stat(path)).mtimeMs !== loaded.modified) loaded = { ...(await readEntries(path)), lookedAt: now() };
    } catch (error) {
      // Half written, or gone for a moment: what was known to be malicious still is.
      if (!(error instanceof Error)) throw error;
    }
    return loaded.entries;
  }

  return async (type, name, version) => ({
    state: 'known',
    listed: listedIn(await entriesNow(), type, name, version),
  });
}

async function readEntries(path: string): Promise<{ readonly entries: Entries; readonly modified: number }> {
  try {
    const { mtimeMs } = await stat(path);
    return { entries: parseDenyList(await readFile(path, 'utf8'), path), modified: mtimeMs };
  } catch (error) {
    if (error instanceof CountersignError) throw error;
    throw new CountersignError('bad-configuration', `the deny-list ${path} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

const copySchema = z.object({ text: z.string(), etag: z.string().nullable() });

/**
 * A deny-list at an address, asked again every ten minutes. The last good copy is kept in the store: it stays in force
 * while the address is down, and over a restart. Without any copy every answer is unavailable, never "not listed".
 */
export function denyListFromAddress(settings: {
  readonly address: string;
  readonly http: HttpClient;
  readonly gate: Gate;
  readonly cache: EvidenceCache | null;
  readonly now: () => number;
}): DenyList {
  const { address, http, gate, cache, now } = settings;
  // A login in the address is nobody's to read.
  const shown = new URL(address).host;
  const key = `deny-list:${digestOf({ address })}`;
  let held: { readonly entries: Entries; readonly etag: string | null } | null = null;
  let failure = 'it was not asked yet';
  let askAgainAt = 0;
  let asking: Promise<void> | null = null;

  async function reload(): Promise<void> {
    held ??= await copyInStore();
    const etag = held?.etag ?? null;
    const answer = await gate.ask(
      () =>
        http({
          url: address,
          headers: { accept: 'text/plain', ...(etag === null ? {} : { 'if-none-match': etag }) },
          signal: new AbortController().signal,
        }),
      new AbortController().signal,
    );
    askAgainAt = now() + ADDRESS_FAILED_MS;
    if (answer.state === 'unavailable') failure = answer.reason;
    else if (answer.status === 304 && held !== null) askAgainAt = now() + ADDRESS_AGAIN_MS;
    else if (answer.status !== 200) failure = `answered ${answer.status}`;
    else await take(answer.body, answer.etag ?? null);
  }

  async function take(text: string, etag: string | null): Promise<void> {
    try {
      const entries = parseDenyList(text, shown);
      if (entries.size === 0) throw new CountersignError('bad-configuration', 'the list has no entry');
      held = { entries, etag };
      askAgainAt = now() + ADDRESS_AGAIN_MS;
      await cache?.cache(key, { text, etag }, new Date(now() + COPY_KEPT_MS).toISOString());
    } catch (error) {
      if (!(error instanceof CountersignError)) throw error;
      failure = error.message.slice(0, 200);
    }
  }

  async function copyInStore() {
    const copy = copySchema.safeParse(await cache?.cached(key));
    return copy.success ? { entries: parseDenyList(copy.data.text, shown), etag: copy.data.etag } : null;
  }

  return async (type, name, version) => {
    if (now() >= askAgainAt) {
      asking ??= reload().finally(() => {
        asking = null;
      });
      await asking;
    }
    if (held === null) return { state: 'unavailable', reason: `the deny-list at ${shown}: ${failure}` };
    return { state: 'known', listed: listedIn(held.entries, type, name, version) };
  };
}
