import { readdirSync } from 'node:fs';
import { processStat } from '../../src/inspect/process-stat.ts';

/**
 * Milliseconds of processor time that this process has used so far, in all threads: a clock for limits of what work may
 * take. What else the machine does meanwhile does not count, so that a limit tells of the work and not of the hour.
 */
export function processorNow(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/**
 * Milliseconds of processor time that this process's children have used so far, those that ended included; null where
 * the system does not tell (anywhere but on Linux).
 */
export function childrenMs(): number | null {
  const own = processStat('self');
  if (own === null) return null;
  const living = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => processStat(Number(pid)) ?? [])
    .filter(({ parent }) => parent === process.pid);
  return living.reduce((sum, { usedMs }) => sum + usedMs, own.endedMs);
}
