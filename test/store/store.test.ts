import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { OperatedStore } from '../../src/core/store.ts';
import { type Engine, openEngine } from '../../src/store/engine.ts';
import { assembleStore } from '../../src/store/index.ts';
import { type PostgresServer, postgresMissing, startPostgres } from '../support/postgres.ts';
import { ledgerCases } from './cases/ledger.ts';
import { queueCases } from './cases/queue.ts';
import { recordsCases } from './cases/records.ts';
import { watchCases } from './cases/watch.ts';
import { emptyFolder, removeFolder, START } from './support.ts';

/** Both engines must do the same: the cases do not know on which they run. */
for (const kind of ['pglite', 'postgres'] as const) {
  describe.skipIf(kind === 'postgres' && postgresMissing !== null)(`the store on ${kind}`, () => {
    const clock = { now: START };
    const errors: unknown[] = [];
    const folder = emptyFolder();
    let server: PostgresServer | null = null;
    let engine: Engine;
    let store: OperatedStore;

    beforeAll(async () => {
      if (kind === 'postgres') server = await startPostgres();
      const onError = (error: unknown) => errors.push(error);
      engine = await openEngine({ databaseUrl: (await server?.createDatabase()) ?? null, dataFolder: folder, onError });
      store = await assembleStore(engine, { now: () => clock.now, sign: null, onError });
    });
    afterEach(() => expect(errors.splice(0)).toEqual([]));
    afterAll(async () => {
      await store?.close();
      await server?.stop();
      removeFolder(folder);
    });

    it('says which engine it is, and answers', async () => {
      expect(store.engine).toBe(kind);
      await expect(store.ping()).resolves.toBeUndefined();
    });

    recordsCases(() => store, clock);
    watchCases(() => store, clock);
    const beside = async (text: string) => (await sql.raw<Record<string, unknown>>(text).execute(engine.db)).rows;
    ledgerCases(() => store, beside);
    queueCases(() => store, errors, beside);
  });
}
