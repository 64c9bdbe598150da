import { readFileSync } from 'node:fs';

/** What the system tells of a process; times in milliseconds of processor time, all threads together. */
export interface ProcessStat {
  readonly parent: number;
  readonly usedMs: number;
  /** Of children that ended. */
  readonly endedMs: number;
}

/** Milliseconds in one unit of processor time, as Linux counts for programs: 100 in a second (proc_pid_stat(5), sysconf(_SC_CLK_TCK)). */
const TICK_MS = 10;

/**
 * Fields of /proc/PID/stat (proc_pid_stat(5)): 4 is the parent, 14 and 15 the own time, 16 and 17 that of children that
 * ended. Null where the process is gone, and where the system has no such files (anywhere but on Linux).
 */
export function processStat(pid: number | 'self'): ProcessStat | null {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return null;
    throw error;
  }
  // Field 2 is the command in brackets and may hold anything; fields are counted from behind its last bracket.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = (number: number): number => Number(fields[number - 3]) * TICK_MS;
  return { parent: Number(fields[1]), usedMs: ticks(14) + ticks(15), endedMs: ticks(16) + ticks(17) };
}
