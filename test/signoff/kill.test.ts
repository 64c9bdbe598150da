import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openKillingGround } from '../support/killing.ts';
import { held, leftOf, signKilled, UNDISTURBED } from '../support/killing-signing.ts';
import { type PostgresServer, postgresMissing, startPostgres } from '../support/postgres.ts';

/** Every step is gone through in `test/service/crash.test.ts` with a played process, and in `npm run soak kill-signing` with real ones. */

/** The command claims its effect first, the press only once the ledger has it; the store and the check have not then. */
const AFTER_THE_LEDGER = 'store.claimEffect#2';

let postgres: PostgresServer | null = null;
beforeAll(async () => {
  if (postgresMissing === null) postgres = await startPostgres();
});
afterAll(() => postgres?.stop());

describe.each(['pglite', 'postgres'] as const)(
  'a service on %s that is killed (-9) in the press of a sign-off',
  (engine) => {
    test.skipIf(engine === 'postgres' && postgresMissing !== null)(
      'goes on where it stopped: one green run, one comment, one reply, one entry for each event',
      async () => {
        const ground = await openKillingGround(
          engine === 'postgres' && postgres !== null ? await postgres.createDatabase() : null,
        );
        try {
          const first = await ground.start();
          const change = await held(ground, 'kill');
          await first.stop();
          const { died, life } = await signKilled(ground, change, AFTER_THE_LEDGER);
          expect(died).toEqual({ phase: 'press', after: 'store.claimEffect' });
          await life.stop();
          expect(await leftOf(ground, change)).toEqual(UNDISTURBED);
          expect(ground.stage.github.violations).toEqual([]);
        } finally {
          await ground.close();
        }
      },
      120_000,
    );
  },
);
