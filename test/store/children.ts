import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Place } from './support.ts';

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url));

/** A process of its own that runs `child.ts`, and what it said so far. */
export interface Child {
  readonly said: string[];
  has(text: string): boolean;
  /** kill -9, and waits until it is gone. */
  kill(): Promise<void>;
}

const children: Child[] = [];

export function startChild(place: Place, mode: 'hang' | 'work' | 'hold'): Child {
  const run: ChildProcess = spawn(process.execPath, [CHILD, place.databaseUrl ?? '-', place.dataFolder, mode], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said: string[] = [];
  if (run.stdout !== null) createInterface(run.stdout).on('line', (line) => said.push(line));
  const gone = once(run, 'exit');
  const child = {
    said,
    has: (text: string) => said.some((line) => line.startsWith(text)),
    async kill() {
      run.kill('SIGKILL');
      await gone;
    },
  };
  children.push(child);
  return child;
}

export async function killChildren(): Promise<void> {
  await Promise.all(children.map((child) => child.kill()));
}
