import { readdirSync, readFileSync } from 'node:fs';

/**
 * Milliseconds of processor time that this process has used so far, in all threads: a clock for limits of what work may
 * take. What else the machine does meanwhile does not count, so that a limit tells of the work and not of the hour.
 */
export function processorNow(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Units of processor time in a second, as Linux counts them for programs (proc_pid_stat(5), sysconf(_SC_CLK_TCK)). */
const TICKS = 100;

/**
 * Milliseconds of processor time that this process's children have used so far, those that ended included; null where
 * the system does not tell (anywhere but on Linux).
 */
export function childrenMs(): number | null {
  const own = statOf('self');
  if (own === null) return null;
  const living = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => statOf(pid) ?? [])
    .filter(({ parent }) => parent === process.pid);
  const ticks = living.reduce((sum, { used }) => sum + used, own.ofEnded);
  return (ticks * 1000) / TICKS;
}

/** Fields of /proc/PID/stat (proc_pid_stat(5)): 4 is the parent, 14 and 15 the own time, 16 and 17 that of children that ended. */
function statOf(pid: string): { readonly parent: number; readonly used: number; readonly ofEnded: number } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Field 2 is the command in brackets and may hold anything; fields are counted from behind its last bracket.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const field = (number: number): number => fields[number - 3] ?? Number.NaN;
    return { parent: field(4), used: field(14) + field(15), ofEnded: field(16) + field(17) };
  } catch (error) {
    // Gone meanwhile, or no such folder on this system.
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return null;
    throw error;
  }
}
