import { setTimeout } from 'node:timers/promises';
import type { GateClock } from './gate.ts';

/** The machine's own clock and chance. A pause ends early where the signal says so. */
export const SYSTEM_CLOCK: GateClock = {
  now: () => Date.now(),
  random: () => Math.random(),
  sleep: async (ms, signal) => {
    try {
      await setTimeout(ms, undefined, { signal });
    } catch (error) {
      // Ending early is what the signal is for; whoever paused looks at the signal next.
      if (!signal.aborted) throw error;
    }
  },
};
