import { processStat } from './process-stat.ts';

/**
 * How long a process may work on one thing. Processor time is what counts where the system tells it: on a machine that
 * others keep busy, a file is not held to have taken what its process spent waiting.
 */
export interface Deadline {
  /** Milliseconds it has taken so far: of processor time where that is known, else of the clock. */
  usedMs(): number;
  stop(): void;
}

/** Of the limit: before this much has passed by the clock, nobody asks the system, as nearly everything ends sooner. */
const EARLY = 0.1;
/** Limits that may pass by the clock, however little of the processor the process got. */
const BORNE = 6;
/** Of the limit: what is left of it is not waited for any more. */
const NEARLY = 0.02;

/** @param onMissed is called once, with the milliseconds taken, unless the deadline is stopped before */
export function startDeadline(pid: number | undefined, limitMs: number, onMissed: (usedMs: number) => void): Deadline {
  const start = performance.now();
  const workMs = (): number | null => (pid === undefined ? null : (processStat(pid)?.usedMs ?? null));
  let atEarly: number | null = null;
  let timer = setTimeout(() => {
    atEarly = workMs();
    wait(limitMs * (1 - EARLY));
  }, limitMs * EARLY);

  function usedMs(): number {
    const passed = performance.now() - start;
    const now = atEarly === null ? null : workMs();
    // What it took before it was first asked for is not known, and may have been all that passed.
    return atEarly === null || now === null ? passed : Math.min(passed, limitMs * EARLY + now - atEarly);
  }

  function wait(forMs: number): void {
    timer = setTimeout(() => {
      const used = usedMs();
      const left = limitMs - used;
      if (left > limitMs * NEARLY && performance.now() - start < limitMs * BORNE) wait(left);
      else onMissed(used);
    }, forMs);
  }

  return { usedMs, stop: () => clearTimeout(timer) };
}
