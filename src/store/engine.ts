import { chmod, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { Kysely, PGliteDialect, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { type Db, fromPglite } from 'pg-boss';
import { CountersignError, messageOf } from '../core/errors.ts';
import { asStoreError, codeOf } from './failure.ts';
import { lockFolder } from './folder-lock.ts';
import { SCHEMA } from './migrations.ts';
import type { Tables } from './tables.ts';

/** A database that answers: PGlite in a folder, or PostgreSQL. Everything above it is one code path. */
export interface Engine {
  readonly kind: 'pglite' | 'postgres';
  readonly db: Kysely<Tables>;
  /** For pg-boss. Never used inside a transaction of `db`: on PGlite's one connection that waits for itself. */
  readonly queueDb: Db;
  /** The same, but each statement alone among all processes: what hands out jobs, so that no two take the same pull request. */
  readonly claimDb: Db;
  /** Runs a process's start alone among all processes of this database. */
  alone<T>(work: () => Promise<T>): Promise<T>;
  /** Where other processes can be told of new work; null where there are none. */
  readonly listen: (() => pg.Client) | null;
  close(): Promise<void>;
}

/** Keys of the advisory locks (PostgreSQL documentation, section 13.3.5): two words, the first one ours. */
const LOCK_SPACE = 0x6373_676e;
const LOCK_START = 1;
const LOCK_CLAIM = 2;

/** A connection that is not there within this time counts as an outage, and so does a statement without an answer. Milliseconds. */
const CONNECT_MS = 5_000;
const STATEMENT_MS = 30_000;
/** A process that freezes inside a transaction loses it: others wait for its locks. Milliseconds. */
const FROZEN_MS = 60_000;
/** How long a start waits for another one that brings the tables to this version. Milliseconds. */
const START_MS = 120_000;

export async function openEngine(options: {
  readonly databaseUrl: string | null;
  readonly dataFolder: string;
  readonly onError: (error: unknown) => void;
}): Promise<Engine> {
  return options.databaseUrl === null
    ? openFolder(options.dataFolder, options.onError)
    : openServer(options.databaseUrl, options.onError);
}

async function openFolder(folder: string, onError: (error: unknown) => void): Promise<Engine> {
  await prepareFolder(folder);
  const lock = await lockFolder(folder, onError).catch((error: unknown) => {
    throw error instanceof CountersignError ? error : unusable(folder, error);
  });
  try {
    const pglite = await PGlite.create(join(folder, 'database'));
    const db = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite }) }).withSchema(SCHEMA);
    const queueDb = fromPglite(pglite);
    return {
      kind: 'pglite',
      db,
      queueDb,
      claimDb: queueDb,
      alone: (work) => work(),
      listen: null,
      async close() {
        try {
          await db.destroy();
        } finally {
          await lock.release();
        }
      },
    };
  } catch (error) {
    await lock.release();
    throw new CountersignError(
      'store-unavailable',
      `The database in ${folder} does not start (${messageOf(error)}): check free space and rights, or restore the folder from a backup.`,
      { cause: error },
    );
  }
}

/** The folder holds every stored review: it is the operator's alone. */
async function prepareFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if (((await stat(folder)).mode & 0o077) !== 0) await chmod(folder, 0o700);
  } catch (error) {
    throw unusable(folder, error);
  }
}

function unusable(folder: string, error: unknown): CountersignError {
  return new CountersignError(
    'store-unavailable',
    `The data folder ${folder} cannot be used (${codeOf(error) ?? messageOf(error)}): it must be a folder that this user owns, on a disk that knows hard links.`,
    { cause: error },
  );
}

async function openServer(databaseUrl: string, onError: (error: unknown) => void): Promise<Engine> {
  const place = placeOf(databaseUrl);
  const config: pg.PoolConfig = {
    connectionString: databaseUrl,
    application_name: 'countersign',
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: STATEMENT_MS,
    idle_in_transaction_session_timeout: FROZEN_MS,
    keepAlive: true,
    max: 10,
  };
  const pool = new pg.Pool(config);
  // A connection that breaks is replaced at its next use. Without a listener of its own it would end the process: the
  // pool listens only while it lies idle.
  pool.on('connect', (client) => client.on('error', onError));
  pool.on('error', () => undefined);
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }).withSchema(SCHEMA);
  try {
    await sql`SELECT 1`.execute(db);
  } catch (error) {
    await db.destroy();
    throw new CountersignError('store-unavailable', startFailure(place, error));
  }
  return {
    kind: 'postgres',
    db,
    queueDb: { executeSql: (text, values) => pool.query(text, values ? [...values] : undefined) },
    claimDb: { executeSql: (text, values) => claimed(pool, text, values ? [...values] : []) },
    alone: (work) => withStartLock(config, onError, work),
    listen: () => new pg.Client({ ...config, query_timeout: undefined }),
    close: () => db.destroy(),
  };
}

/** A session lock goes with its connection: a process that dies while it starts holds nobody up. */
async function withStartLock<T>(
  config: pg.PoolConfig,
  onError: (error: unknown) => void,
  work: () => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ ...config, query_timeout: undefined });
  client.on('error', onError);
  await client.connect();
  try {
    await client.query(`SET lock_timeout = ${START_MS}`);
    await client.query('SELECT pg_advisory_lock($1, $2)', [LOCK_SPACE, LOCK_START]);
    return await work();
  } finally {
    await client.end();
  }
}

async function claimed(pool: pg.Pool, text: string, values: unknown[]): Promise<{ rows: unknown[] }> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query(
      `BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock(${LOCK_SPACE}, ${LOCK_CLAIM})`,
    );
    const result = await client.query(text, values);
    await client.query('COMMIT');
    return { rows: result.rows };
  } catch (error) {
    // The connection is thrown away with its open transaction, which ends both the claim and the lock.
    broken = error instanceof Error ? error : new Error(messageOf(error));
    throw error;
  } finally {
    client.release(broken);
  }
}

/** `host:port/database`, never the user or the password. */
function placeOf(databaseUrl: string): string {
  const scheme = /^postgres(?:ql)?:\/\//;
  if (scheme.test(databaseUrl) && URL.canParse(databaseUrl)) {
    const { host, pathname, searchParams } = new URL(databaseUrl);
    return `${host === '' ? (searchParams.get('host') ?? 'the local socket') : host}${pathname}`;
  }
  throw new CountersignError(
    'bad-configuration',
    'DATABASE_URL is not a PostgreSQL address: write postgres://user:password@host:port/database.',
  );
}

/** No text of the driver's: it may repeat parts of the address. */
function startFailure(place: string, error: unknown): string {
  const code = codeOf(error);
  if (code !== null && /^28/.test(code)) {
    return `The PostgreSQL database at ${place} refused the user or its password (${code}): check DATABASE_URL.`;
  }
  if (code === '3D000') return `The PostgreSQL server has no database at ${place}: create it, or check DATABASE_URL.`;
  const known = asStoreError(error) instanceof CountersignError;
  const why = code ?? (known ? 'no answer' : 'unexpected answer');
  return `The PostgreSQL database at ${place} cannot be reached (${why}): check DATABASE_URL and that the server runs.`;
}
