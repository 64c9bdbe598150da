import { type ChildProcess, spawn } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { startDeadline } from '../../src/inspect/deadline.ts';
import { processStat } from '../../src/inspect/process-stat.ts';

const LIMIT_MS = 400;
const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

async function running(program: string): Promise<number> {
  const child = spawn(process.execPath, ['-e', `process.stdout.write('.'); ${program}`], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  started.push(child);
  await new Promise((resolve) => child.stdout.once('data', resolve));
  if (child.pid === undefined) throw new Error('no process');
  return child.pid;
}

/** What was used when the deadline was missed, and how long that took by the clock. */
function missed(pid: number | undefined): Promise<{ readonly usedMs: number; readonly passedMs: number }> {
  const start = performance.now();
  return new Promise((resolve) =>
    startDeadline(pid, LIMIT_MS, (usedMs) => resolve({ usedMs, passedMs: performance.now() - start })),
  );
}

describe.runIf(process.platform === 'linux')('a limit of time', () => {
  it('is the processor time that the process takes', async () => {
    const pid = await running('for (;;) {}');
    const before = processStat(pid)?.usedMs ?? Number.NaN;
    const { passedMs } = await missed(pid);
    const taken = (processStat(pid)?.usedMs ?? Number.NaN) - before;
    // Up to a tenth of the limit passes before the system is asked. A machine may be too busy for any of it.
    expect(Math.max(taken, passedMs / 6)).toBeGreaterThan(LIMIT_MS * 0.8);
  });

  it('waits for a process that does not get the processor, and not without end', async () => {
    const { usedMs, passedMs } = await missed(await running('setInterval(() => {}, 1000);'));
    expect(usedMs).toBeLessThan(LIMIT_MS / 2);
    expect(passedMs).toBeGreaterThan(LIMIT_MS * 5);
  });

  it('counts by the clock where nobody knows the process', async () => {
    const { usedMs } = await missed(undefined);
    expect(usedMs).toBeGreaterThanOrEqual(LIMIT_MS - 1);
  });

  it('is missed by nobody who is done', async () => {
    const other = missed(undefined);
    const deadline = startDeadline(undefined, LIMIT_MS / 2, () => expect.unreachable('stopped'));
    deadline.stop();
    await other;
    expect(deadline.usedMs()).toBeGreaterThan(0);
  });
});
