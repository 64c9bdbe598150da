import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, link, readFile, readlink, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { CountersignError } from '../core/errors.ts';

/**
 * One process per data folder. PGlite itself does not refuse a second one, and two would destroy the database.
 * Node has no file locks, so the holder is named in a file, by what the kernel knows of it: a process of the same boot
 * and process namespace can be asked for directly (its start time tells it from a later one with the same number); any
 * other holder (a container that shares the volume, another machine) is watched for its heartbeat.
 */
export interface FolderLock {
  release(): Promise<void>;
}

/** How often a holder renews its file, and how long a stranger's file is watched for that. Milliseconds. */
const HEARTBEAT_MS = 1_000;
const WATCH_MS = 4_000;

const Holder = z.object({
  token: z.string(),
  pid: z.number().int(),
  host: z.string(),
  /** Boot and process namespace, where the kernel names them (Linux), else the host. */
  world: z.string(),
  /** Start time of the process in the kernel's own unit, or null where it is not known. */
  started: z.string().nullable(),
  beat: z.number().int(),
});
type Holder = z.infer<typeof Holder>;

export async function lockFolder(folder: string, onError: (error: unknown) => void): Promise<FolderLock> {
  const path = join(folder, 'lock');
  const own: Holder = {
    token: randomUUID(),
    pid: process.pid,
    host: hostname(),
    world: await world(),
    started: await startOf('self'),
    beat: 0,
  };
  TOKENS.add(own.token);
  try {
    return await take(folder, path, own, onError);
  } catch (error) {
    TOKENS.delete(own.token);
    throw error;
  }
}

async function take(folder: string, path: string, own: Holder, onError: (error: unknown) => void): Promise<FolderLock> {
  for (let attempt = 0; attempt < 5; attempt++) {
    if (await create(path, own)) return hold(path, own, onError);
    const held = await read(path);
    if (held !== null && (await lives(path, held, own))) throw refusal(folder, held);
    await clear(folder, path, held);
  }
  throw new CountersignError(
    'store-unavailable',
    `The data folder ${folder} is being taken by several processes at once. Start one of them again.`,
  );
}

/** `link` fails where the name exists: the one atomic step that every file system has. */
async function create(path: string, own: Holder): Promise<boolean> {
  const draft = `${path}.${own.token}`;
  await writeFile(draft, JSON.stringify(own), { mode: 0o600, flag: 'w' });
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function read(path: string): Promise<Holder | null> {
  try {
    return Holder.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    // A file that is gone, or was cut off by a full disk or a power failure, names nobody.
    if (hasCode(error, 'ENOENT') || error instanceof SyntaxError || error instanceof z.ZodError) return null;
    throw error;
  }
}

async function lives(path: string, held: Holder, own: Holder): Promise<boolean> {
  if (held.world === own.world) {
    // The same process may open, close and open again; two locks of one process at a time are still refused.
    if (held.pid === own.pid && held.started === own.started) return TOKENS.has(held.token);
    if (held.started !== null) return (await startOf(held.pid)) === held.started;
    if (!answers(held.pid)) return false;
  }
  const deadline = WATCH_MS / 100;
  for (let waited = 0; waited < deadline; waited++) {
    await sleep(100);
    const now = await read(path);
    if (now === null) return false;
    if (now.token !== held.token || now.beat !== held.beat) return true;
  }
  return false;
}

/** Takes a dead holder's file away; where another process was quicker and it is a living one's, it is put back. */
async function clear(folder: string, path: string, judged: Holder | null): Promise<void> {
  const aside = join(folder, `lock.${randomUUID()}`);
  try {
    await rename(path, aside);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    throw error;
  }
  const moved = await read(aside);
  if (moved !== null && moved.token !== judged?.token) {
    await link(aside, path).catch((error: unknown) => {
      if (!hasCode(error, 'EEXIST')) throw error;
    });
  }
  await rm(aside, { force: true });
}

/** Tokens of this process: tells an own lock from one that a process of the same number and start left (a restored machine). */
const TOKENS = new Set<string>();

async function hold(path: string, own: Holder, onError: (error: unknown) => void): Promise<FolderLock> {
  // Another starter may have judged the previous file just before ours stood there: give it the time to put ours back.
  await sleep(30);
  if ((await read(path))?.token !== own.token) {
    throw new CountersignError('store-unavailable', 'Another process took the data folder at the same moment.');
  }
  let beat = own.beat;
  let writing: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    beat += 1;
    const text = JSON.stringify({ ...own, beat });
    writing = writing.then(() => renew(path, own, text)).catch(onError);
  }, HEARTBEAT_MS);
  timer.unref();
  return {
    async release() {
      clearInterval(timer);
      await writing;
      TOKENS.delete(own.token);
      if ((await read(path))?.token === own.token) await rm(path, { force: true });
    },
  };
}

async function renew(path: string, own: Holder, text: string): Promise<void> {
  const draft = `${path}.${own.token}`;
  await writeFile(draft, text, { mode: 0o600 });
  if ((await read(path))?.token === own.token) return rename(draft, path);
  await rm(draft, { force: true });
}

function refusal(folder: string, held: Holder): CountersignError {
  return new CountersignError(
    'store-unavailable',
    `The data folder ${folder} is in use by process ${held.pid} on ${held.host}: stop that one first, ` +
      'or set DATABASE_URL so that several processes can share a PostgreSQL database.',
  );
}

/** Field 22 of /proc/PID/stat (proc_pid_stat(5)): clock ticks from boot to the start of the process. */
async function startOf(pid: number | 'self'): Promise<string | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // Field 2 is the command in brackets and may hold anything; fields are counted from behind its last bracket.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ESRCH')) return null;
    throw error;
  }
}

async function world(): Promise<string> {
  try {
    await access('/proc/sys/kernel/random/boot_id', constants.R_OK);
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    return `${boot.trim()} ${await readlink('/proc/self/ns/pid')}`;
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'EACCES')) return `host ${hostname()}`;
    throw error;
  }
}

/** Signal 0 asks only whether the process is there (kill(2)); EPERM means it is, and belongs to someone else. */
function answers(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
