/** How one source is treated. Times in milliseconds. */
export interface SourceLimits {
  /** Requests under way at once. */
  readonly concurrency: number;
  /** Further tries after a transient failure. */
  readonly retries: number;
  /** First pause between tries; doubled each time, with up to as much again by chance. */
  readonly backOffMs: number;
  /** A source that asks for a longer pause (`Retry-After`) is given up for this review. */
  readonly longestPauseMs: number;
  /** As many failures in a row open the circuit: the source is then not asked. */
  readonly failuresToOpen: number;
  /** How long the circuit stays open. */
  readonly openMs: number;
}

export const DEFAULT_LIMITS: SourceLimits = {
  concurrency: 32,
  retries: 2,
  backOffMs: 200,
  longestPauseMs: 5_000,
  failuresToOpen: 5,
  openMs: 30_000,
};

interface Failure {
  readonly state: 'unavailable';
  readonly reason: string;
  readonly transient: boolean;
  readonly retryAfterMs?: number;
}

export interface GateClock {
  readonly now: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** Asks one source, within its limits. */
export interface Gate {
  ask<T extends { readonly state: string }>(
    question: (signal: AbortSignal) => Promise<T | Failure>,
    signal: AbortSignal,
  ): Promise<T | Failure>;
}

/** One gate a source: how many at once, how often again, and when to stop asking. */
export function createGate(limits: SourceLimits, clock: GateClock): Gate {
  const waiting: (() => void)[] = [];
  let running = 0;
  let failures = 0;
  let closedAgainAt = 0;

  async function enter(): Promise<void> {
    if (running < limits.concurrency) {
      running += 1;
      return;
    }
    await new Promise<void>((resolve) => waiting.push(resolve));
  }

  function leave(): void {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }

  async function tries<T extends { readonly state: string }>(
    question: (signal: AbortSignal) => Promise<T | Failure>,
    signal: AbortSignal,
  ): Promise<T | Failure> {
    for (let attempt = 0; ; attempt += 1) {
      if (signal.aborted) return { state: 'unavailable', reason: 'the review was stopped', transient: true };
      if (clock.now() < closedAgainAt) {
        return { state: 'unavailable', reason: `not asked after ${failures} failures in a row`, transient: true };
      }
      const answer = await question(signal);
      if (!isTransient(answer)) {
        failures = 0;
        return answer;
      }
      const pause = answer.retryAfterMs ?? limits.backOffMs * 2 ** attempt * (1 + clock.random());
      if (attempt >= limits.retries || pause > limits.longestPauseMs) {
        failures += 1;
        if (failures >= limits.failuresToOpen) closedAgainAt = clock.now() + limits.openMs;
        return answer;
      }
      await clock.sleep(pause, signal);
    }
  }

  return {
    async ask(question, signal) {
      await enter();
      try {
        return await tries(question, signal);
      } finally {
        leave();
      }
    },
  };
}

function isTransient(answer: { readonly state: string }): answer is Failure {
  return answer.state === 'unavailable' && 'transient' in answer && answer.transient === true;
}
