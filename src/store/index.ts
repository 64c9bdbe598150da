import { sql } from 'kysely';
import { CountersignError, messageOf } from '../core/errors.ts';
import type { OperatedStore } from '../core/store.ts';
import { type Engine, openEngine } from './engine.ts';
import { asStoreError, codeOf, guarded } from './failure.ts';
import { createLedger } from './ledger.ts';
import { migrate } from './migrations.ts';
import { type DatabaseQueue, openQueue } from './queue.ts';
import { createRecords } from './records.ts';
import { type HeadSigner, readSigner } from './signature.ts';
import { tidy } from './tidy.ts';
import { createWatch } from './watch.ts';

export interface StoreOptions {
  /** `postgres://…`, or null for the embedded database in `dataFolder`. */
  readonly databaseUrl: string | null;
  /** Made with mode 0700 where it is not there; not used with a database address. */
  readonly dataFolder: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** PEM file of the Ed25519 key that signs the ledger's heads; without one they are not signed. */
  readonly ledgerKeyFile?: string | null;
  /** Told of what goes wrong in the background, such as a lost connection. Without one, process warnings. */
  readonly onError?: (error: unknown) => void;
}

/** Opens the database, brings its tables to this version, and hands back what failed to close. Throws `store-unavailable`, `bad-configuration`. */
export async function openStore(options: StoreOptions): Promise<OperatedStore> {
  const onError = options.onError ?? warn;
  const sign =
    options.ledgerKeyFile === undefined || options.ledgerKeyFile === null
      ? null
      : await readSigner(options.ledgerKeyFile);
  return assembleStore(
    await openEngine({ databaseUrl: options.databaseUrl, dataFolder: options.dataFolder, onError }),
    { now: options.now, sign, onError },
  );
}

/** The store over a database that answers; closes the database where the start fails. */
export async function assembleStore(
  engine: Engine,
  options: {
    readonly now: () => number;
    readonly sign: HeadSigner | null;
    readonly onError: (error: unknown) => void;
  },
): Promise<OperatedStore> {
  const { onError } = options;
  const records = createRecords(engine.db, options.now);
  const queue = await started(engine, () =>
    engine.alone(async () => {
      await migrate(engine.db);
      return openQueue(
        engine,
        async (repositoryId, checkRunId) =>
          (await records.reviewByCheckRun(repositoryId, checkRunId))?.pullRequest ?? null,
        onError,
      );
    }),
  );
  let closing: Promise<void> | null = null;
  return {
    ...records,
    ...createWatch(engine.db, options.now),
    engine: engine.kind,
    queue,
    ledger: createLedger(engine.db, options.sign),
    async retain(limits) {
      const counts = await records.retain(limits);
      if (engine.kind === 'pglite') await guarded(() => tidy(engine.db));
      return counts;
    },
    ping: () => guarded(async () => void (await sql`SELECT 1`.execute(engine.db))),
    close() {
      closing ??= shut(queue, engine);
      return closing;
    },
  };
}

async function started<T>(engine: Engine, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    await engine.close();
    const known = asStoreError(error);
    if (known instanceof CountersignError || codeOf(error) === null) throw known;
    throw new CountersignError(
      'store-unavailable',
      `The database could not be made ready (${messageOf(error)}): its user must be allowed to create schemas and tables in it.`,
      { cause: error },
    );
  }
}

async function shut(queue: DatabaseQueue, engine: Engine): Promise<void> {
  try {
    await queue.stop();
  } finally {
    await engine.close();
  }
}

function warn(error: unknown): void {
  if (error instanceof CountersignError) process.emitWarning(error.message, 'CountersignStore');
  else process.emitWarning(error instanceof Error ? error : String(error));
}
