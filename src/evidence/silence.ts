import { z } from 'zod';
import type { EvidenceCache } from './cache.ts';

/** A fallback source silent for this long counts as one that never tells, until it answers. */
const SILENCE_MS = 24 * 3_600_000;
/** The memory of a silence outlives any that matters. */
const KEPT_MS = 30 * SILENCE_MS;

/** Remembers since when a source has not answered. */
export interface Silence {
  answered(): Promise<void>;
  /** Notes a failure; true where there has been nothing else for a day. */
  failed(): Promise<boolean>;
}

/** Without a store a silence cannot be measured, and none is long. */
export function createSilence(source: string, cache: EvidenceCache | null, now: () => number): Silence {
  const key = `${source}:silent-since`;
  let silent: boolean | null = null;
  return {
    async answered() {
      if (cache === null || silent === false) return;
      silent = false;
      await cache.cache(key, '', new Date(now()).toISOString());
    },
    async failed() {
      if (cache === null) return false;
      silent = true;
      const since = z.iso.datetime().safeParse(await cache.cached(key));
      if (since.success) return now() - Date.parse(since.data) >= SILENCE_MS;
      await cache.cache(key, new Date(now()).toISOString(), new Date(now() + KEPT_MS).toISOString());
      return false;
    },
  };
}
