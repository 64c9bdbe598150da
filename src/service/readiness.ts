import { z } from 'zod';
import type { OperatedStore } from '../core/store.ts';
import { ALERT_LIMITS } from './alerts.ts';
import type { SourceHealth } from './source-health.ts';
import { within } from './within.ts';

/** For the store's answer, in milliseconds: a load balancer's own probe gives up soon after. */
const STORE_MS = 2_000;

/** What `/readyz` answers, as JSON. */
export const Readiness = z.object({
  /** Whether work is taken on: 200 or 503. */
  ready: z.boolean(),
  store: z.enum(['ok', 'down']),
  /** `stuck`: it takes jobs on, and one that could run has waited for long. */
  queue: z.enum(['ok', 'stuck', 'down']),
  sources: z.object({
    state: z.enum(['ok', 'degraded']),
    /** Those that did not answer when they were asked last, and since when, in ISO 8601. Empty where all is well. */
    down: z.array(z.object({ source: z.string(), since: z.string() })),
  }),
});
export type Readiness = z.infer<typeof Readiness>;

/** How a host of one's own is called on the port that the world reaches. */
const PRIVATE_SOURCE = 'a private registry';

/**
 * Whether this process can take on work: only store and queue decide, for a delivery needs nothing else to be kept. A
 * source that is down holds what needs it, on every process alike; taking them all out of the load balancer would lose
 * deliveries, which GitHub does not repeat, and mend nothing. So it is told, as is a queue that is stuck, and changes no
 * status. Never rejects.
 */
export async function readinessOf(
  store: Pick<OperatedStore, 'ping' | 'queue'>,
  health: Pick<SourceHealth, 'down'>,
): Promise<Readiness> {
  const [kept, waited] = await Promise.all([
    answer(() => store.ping()),
    answer(async () => (await store.queue.backlog()).oldestWaitingMs ?? 0),
  ]);
  const down = health
    .down()
    .filter(({ source }) => source !== 'store')
    .map(({ source, since }) => ({ source, since: new Date(since).toISOString() }));
  return {
    ready: kept !== 'none' && waited !== 'none',
    store: kept === 'none' ? 'down' : 'ok',
    queue: waited === 'none' ? 'down' : waited.value >= ALERT_LIMITS.queueMs ? 'stuck' : 'ok',
    sources: { state: down.length === 0 ? 'ok' : 'degraded', down },
  };
}

/** The same without the hosts of private registries, which are nobody's business outside. */
export function forStrangers(readiness: Readiness): Readiness {
  const told = readiness.sources.down.map(({ source, since }) => ({
    source: /[.:]/.test(source) ? PRIVATE_SOURCE : source,
    since,
  }));
  return { ...readiness, sources: { ...readiness.sources, down: told } };
}

async function answer<T>(ask: () => Promise<T>): Promise<{ readonly value: T } | 'none'> {
  // Why it does not answer, the log and `countersign doctor` tell; a public port does not.
  return await within(ask(), STORE_MS).then(
    (value) => ({ value }),
    () => 'none',
  );
}
