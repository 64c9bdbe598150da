import { afterAll, beforeAll, expect, test } from 'vitest';
import { openKillingGround } from '../support/killing.ts';
import { held, leftOf, signKilled, UNDISTURBED } from '../support/killing-signing.ts';
import { type PostgresServer, postgresMissing, startPostgres } from '../support/postgres.ts';

/**
 * One death with real processes, on PostgreSQL where the machine has it. Every step is gone through in
 * `test/service/crash.test.ts` with a played process on PGlite, and in `npm run soak kill-signing` with real ones on both.
 */

/** The command claims its effect first, the press only once the ledger has it; the store and the check have not then. */
const AFTER_THE_LEDGER = 'store.claimEffect#2';

let postgres: PostgresServer | null = null;
beforeAll(async () => {
  if (postgresMissing === null) postgres = await startPostgres();
});
afterAll(() => postgres?.stop());

test('a service that is killed (-9) in the press of a sign-off goes on where it stopped: one green run, one comment, one reply, one entry for each event', async () => {
  const ground = await openKillingGround(postgres === null ? null : await postgres.createDatabase());
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
});
