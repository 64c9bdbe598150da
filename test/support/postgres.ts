import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** A throw-away PostgreSQL server in a temporary folder: safe against nothing, and quick, unless asked otherwise. */
export interface PostgresServer {
  /** Makes an empty database and returns its address. */
  createDatabase(): Promise<string>;
  /** Runs one statement as the superuser. */
  query(databaseUrl: string, text: string): Promise<readonly Record<string, unknown>[]>;
  /** Ends the server at once, as a crash does; `start` brings it back on the same port. */
  crash(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const BINARIES = '/usr/lib/postgresql';
/** How long a server may take to answer: only one that never does takes so long. Milliseconds. */
const START_MS = 60_000;

/** Why the PostgreSQL tests cannot run here, or null. */
export const postgresMissing: string | null = missing();

if (postgresMissing !== null) console.log(`PostgreSQL tests are skipped: ${postgresMissing}`);

/** With `durable` what was committed is on the disk, as in earnest; tests crash processes, not machines. `below`: the folder to be in. */
export async function startPostgres(
  options: { readonly durable?: boolean; readonly below?: string } = {},
): Promise<PostgresServer> {
  const bin = binaries();
  if (bin === null) throw new Error(postgresMissing ?? 'no PostgreSQL server');
  const owner = ownerIds();
  const folder = mkdtempSync(join(options.below ?? tmpdir(), 'countersign-pg-'));
  if (owner !== null) chownSync(folder, owner.uid, owner.gid);
  const data = join(folder, 'data');
  const ids = owner ?? {};
  const env = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' };
  execFileSync(
    join(bin, 'initdb'),
    ['-D', data, '--no-sync', '--auth=trust', '--username=countersign', '--encoding=UTF8', '--no-locale'],
    { ...ids, cwd: folder, env, stdio: 'pipe' },
  );
  let port = await freePort();
  const address = (database: string) => `postgres://countersign:sesame@127.0.0.1:${port}/${database}`;
  let server: ChildProcess | null = null;
  let isReady = false;
  let databases = 0;

  async function query(databaseUrl: string, text: string): Promise<readonly Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: databaseUrl });
    client.on('error', (error) => console.log(`PostgreSQL for tests: ${error.message}`));
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(text)).rows;
    } finally {
      await client.end();
    }
  }

  /** Brings it back where it ended; where it is on its way up or down by itself, that is waited for. */
  async function start(): Promise<void> {
    for (;;) {
      const running = server !== null && server.exitCode === null && server.signalCode === null ? server : launch();
      server = running;
      const gone = once(running, 'exit').then(() => 'gone' as const);
      if ((await Promise.race([answers(), gone])) === 'answers') break;
      // Somebody else took the port before the server did. Once it was told to others, it stays.
      if (!isReady) port = await freePort();
    }
    isReady = true;
  }

  async function answers(): Promise<'answers'> {
    const end = performance.now() + START_MS;
    for (;;) {
      try {
        await query(address('postgres'), 'SELECT 1');
        return 'answers';
      } catch (error) {
        if (performance.now() > end) throw error;
        await sleep(50);
      }
    }
  }

  function launch(): ChildProcess {
    // With synchronous_commit off a crash would lose what was committed, and the tests crash it.
    const quick = options.durable === true ? [] : ['fsync=off', 'full_page_writes=off'];
    const settings = [...quick, 'listen_addresses=127.0.0.1'];
    return spawn(
      join(bin ?? '', 'postgres'),
      ['-D', data, '-p', String(port), '-k', folder, ...settings.flatMap((setting) => ['-c', setting])],
      { ...ids, cwd: folder, env, stdio: 'ignore' },
    );
  }

  /** SIGINT is PostgreSQL's fast shutdown, SIGQUIT the one without ceremony (pg_ctl documentation). */
  async function end(signal: 'SIGINT' | 'SIGQUIT'): Promise<void> {
    if (server !== null && server.exitCode === null && server.signalCode === null) {
      const gone = once(server, 'exit');
      server.kill(signal);
      await gone;
    }
    server = null;
  }

  await start();
  return {
    async createDatabase() {
      databases += 1;
      const name = `t${databases}`;
      await query(address('postgres'), `CREATE DATABASE ${name}`);
      return address(name);
    },
    query,
    crash: () => end('SIGQUIT'),
    start,
    async stop() {
      await end('SIGQUIT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function missing(): string | null {
  if (binaries() === null) return `there is no PostgreSQL server under ${BINARIES}`;
  if (process.getuid?.() === 0 && ownerIds() === null)
    return 'PostgreSQL does not run as root, and there is no user postgres';
  return null;
}

function binaries(): string | null {
  if (!existsSync(BINARIES)) return null;
  const versions = readdirSync(BINARIES).sort((a, b) => Number(b) - Number(a));
  const bins = versions.map((version) => join(BINARIES, version, 'bin'));
  return bins.find((bin) => existsSync(join(bin, 'initdb')) && existsSync(join(bin, 'postgres'))) ?? null;
}

/** The server refuses to run as root; a test run as root runs it as `postgres`. */
function ownerIds(): { readonly uid: number; readonly gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  try {
    const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8', stdio: 'pipe' }));
    return { uid: id('-u'), gid: id('-g') };
  } catch (error) {
    if (error instanceof Error && 'status' in error) return null;
    throw error;
  }
}

/**
 * A port that nobody has, of those that no system hands out by itself (Linux, `ip_local_port_range`, from 32768): between
 * the look and the server's start, and while it is away, no connection of anybody's takes it by chance.
 */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(12_000, 32_000);
    const probe = createServer();
    const listens = once(probe, 'listening').then(
      () => true,
      () => false,
    );
    probe.listen(port, '127.0.0.1');
    if (!(await listens)) continue;
    probe.close();
    await once(probe, 'close');
    return port;
  }
}
