import { z } from 'zod';
import { CountersignError } from '../core/errors.ts';
import type { JsonValue } from '../core/json.ts';
import type { OperatedStore } from '../core/store.ts';

/** Every kind of alert; docs/operations.md tells when each is sent. */
export const ALERTS = [
  'queue-blocked',
  'jobs-given-up',
  'pull-requests-held',
  'source-down',
  'issues-refused',
  'repository-out-of-reach',
  'ledger-broken',
] as const;
const Alert = z.enum(ALERTS);

/** Something that a person should look at. */
export interface Problem {
  readonly alert: z.output<typeof Alert>;
  /** What it is about, where there may be several: a source, a repository, a chain. */
  readonly subject: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** One sentence. */
  readonly message: string;
  readonly details: { readonly [key: string]: JsonValue };
}

/** A problem by which it is told from others. */
export function keyOf({ alert, subject }: Pick<Problem, 'alert' | 'subject'>): string {
  return `${alert}:${subject}`;
}

/** As long as a service may be stopped and still say that what it told of is over: 90 days, in milliseconds. */
const KEPT_MS = 90 * 24 * 60 * 60 * 1000;
const KEY = 'alerts:firing';

const Firing = z.array(
  z.object({
    alert: Alert,
    subject: z.string(),
    since: z.number(),
    message: z.string(),
    details: z.record(z.string(), z.json()),
    /** When it was told last. Milliseconds since the epoch. */
    at: z.number(),
  }),
);

/**
 * What was told and is not over, by whatever process: in the store, so that a restart forgets nothing. While the store
 * is away nothing is known of it. Two processes that write at the same moment may lose one's word: then something is told
 * twice, or its end is not, and both are seen at the next look at the problem itself.
 */
export interface AlertRecord {
  open(): Promise<readonly Problem[]>;
  /** Milliseconds since the epoch; null where it was not told, or is over. */
  toldAt(problem: Problem): Promise<number | null>;
  tell(state: 'firing' | 'resolved', problem: Problem): Promise<void>;
}

export function createAlertRecord(store: Pick<OperatedStore, 'cached' | 'cache'>, now: () => number): AlertRecord {
  async function firing(): Promise<z.output<typeof Firing>> {
    const stored = Firing.safeParse(await unlessAway(() => store.cached(KEY)));
    return stored.success ? stored.data : [];
  }

  return {
    open: async () => (await firing()).map(({ at, ...problem }) => problem),
    async toldAt(problem) {
      return (await firing()).find((one) => keyOf(one) === keyOf(problem))?.at ?? null;
    },
    async tell(state, problem) {
      const others = (await firing()).filter((one) => keyOf(one) !== keyOf(problem));
      const next =
        state === 'firing' ? [...others, { ...problem, details: { ...problem.details }, at: now() }] : others;
      const until = new Date(now() + KEPT_MS).toISOString();
      await unlessAway(() => store.cache(KEY, next, until));
    },
  };
}

/** That the store is away is itself worth an alert, which then goes out without it. */
async function unlessAway<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof CountersignError && error.code === 'store-unavailable') return null;
    throw error;
  }
}
