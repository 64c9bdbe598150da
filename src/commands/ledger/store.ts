import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { messageOf } from '../../core/errors.ts';
import type { OperatedStore } from '../../core/store.ts';
import { readSettings } from '../../service/settings.ts';
import { openStore } from '../../store/index.ts';
import { type LedgerIo, usage } from './options.ts';

/** Opens the ledger for one piece of work, and closes it whatever comes of that. */
export async function withStore(
  data: string | null,
  io: LedgerIo,
  work: (store: OperatedStore) => Promise<number>,
): Promise<number> {
  const settings = readSettings(io.env);
  const dataFolder = data === null ? settings.dataFolder : resolve(data);
  const databaseUrl = data === null ? settings.databaseUrl : null;
  // A mistyped folder must not become an empty ledger that verifies.
  if (databaseUrl === null && !existsSync(join(dataFolder, 'database'))) {
    throw usage(`There is no ledger in ${dataFolder}: name the service's data folder with --data.`);
  }
  const store = await openStore({
    databaseUrl,
    dataFolder,
    now: io.now,
    onError: (error) => io.stderr(`countersign ledger: ${messageOf(error)}\n`),
  });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** The chains to work on: the one that was named, or all. */
export async function chosen(store: OperatedStore, installation: number | null): Promise<readonly number[]> {
  return installation === null ? store.ledger.installations() : [installation];
}
