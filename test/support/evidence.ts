import type { JsonValue } from '../../src/core/json.ts';
import type { EvidenceCache } from '../../src/evidence/cache.ts';
import { createHostGuard } from '../../src/evidence/guard.ts';

/** For servers of a test's own: this machine is named, as an operator would name it. */
export const LOCAL_GUARD = createHostGuard(['127.0.0.1']);

/** What the store does for evidence, in memory. */
export function memoryCache(): EvidenceCache & { readonly kept: ReadonlyMap<string, JsonValue> } {
  const kept = new Map<string, JsonValue>();
  return {
    kept,
    cached: async (key) => kept.get(key) ?? null,
    cache: async (key, value) => void kept.set(key, JSON.parse(JSON.stringify(value))),
  };
}
