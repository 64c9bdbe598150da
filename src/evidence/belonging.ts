import { digestOf } from '../core/digest.ts';
import { type Fact, known, unavailable } from '../core/fact.ts';
import type { Registry } from '../core/lookup.ts';
import type { EvidenceCache } from './cache.ts';
import type { Gate } from './gate.ts';

/** What was found in a repository's history stays there, short of a rewritten branch. */
const KEPT_MS = 7 * 24 * 3_600_000;

/** Whether a version is its package's own, where the registry would answer for another's as well. Only a yes is kept. */
export async function belongingOf(
  version: string,
  subject: {
    readonly registry: Registry;
    readonly base: string | null;
    readonly name: string;
    readonly source: string;
    readonly gate: Gate;
    readonly signal: AbortSignal;
  },
  { cache, now }: { readonly cache: EvidenceCache | null; readonly now: () => number },
): Promise<Fact<boolean> | null> {
  const { registry, base, name, source, gate, signal } = subject;
  const { belongs } = registry;
  if (belongs === undefined) return null;
  const observedAt = () => new Date(now()).toISOString();
  const key = `belongs:${digestOf({ type: registry.type, source, name, version })}`;
  if ((await cache?.cached(key)) === true) return known(true, source, observedAt());
  const given = await gate.ask(() => belongs({ name, version, registry: base, signal }), signal);
  if (given.state === 'absent') return null;
  if (given.state === 'unavailable') return unavailable(source, given.reason, given.transient);
  if (given.value) await cache?.cache(key, true, new Date(now() + KEPT_MS).toISOString());
  return known(given.value, source, observedAt());
}
