import type { OperatedStore } from '../../core/store.ts';
import type { LedgerIo, Options } from './options.ts';

/** Deletes the names and salts of one person. Answers 1 where nobody fits. */
export async function forget(store: OperatedStore, options: Options, io: LedgerIo): Promise<number> {
  const rows = await store.ledger.forget({ accountId: options.accountId, login: options.login });
  io.stdout(rows === 0 ? 'The ledger knows no such person.\n' : `Forgotten: ${rows} rows deleted; the entries stay.\n`);
  return rows === 0 ? 1 : 0;
}
