import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
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
  const port = await freePort();
  const address = (database: string) => `postgres://countersign:sesame@127.0.0.1:${port}/${database}`;
  let server: ChildProcess | null = null;
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

  async function start(): Promise<void> {
    // With synchronous_commit off a crash would lose what was committed, and the tests crash it.
    const quick = options.durable === true ? [] : ['fsync=off', 'full_page_writes=off'];
    const settings = [...quick, 'listen_addresses=127.0.0.1'];
    server = spawn(
      join(bin ?? '', 'postgres'),
      ['-D', data, '-p', String(port), '-k', folder, ...settings.flatMap((setting) => ['-c', setting])],
      { ...ids, cwd: folder, env, stdio: 'ignore' },
    );
    for (let tries = 0; ; tries++) {
      try {
        await query(address('postgres'), 'SELECT 1');
        return;
      } catch (error) {
        if (tries > 200) throw error;
        await sleep(50);
      }
    }
  }

  /** SIGINT is PostgreSQL's fast shutdown, SIGQUIT the one without ceremony (pg_ctl documentation). */
  async function end(signal: 'SIGINT' | 'SIGQUIT'): Promise<void> {
    if (server === null || server.exitCode !== null) return;
    const gone = once(server, 'exit');
    server.kill(signal);
    await gone;
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

async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  probe.close();
  await once(probe, 'close');
  return port;
}
