import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type KillingGround, openKillingGround } from '../support/killing.ts';
import { type PostgresServer, postgresMissing, startPostgres } from '../support/postgres.ts';

/** Every step is gone through in `crash.test.ts` with a played process, and in `npm run soak kill` with real ones. */
const INJECTION = `import { exec } from 'node:child_process';

export function list(request, response) {
  exec('ls ' + request.query.dir, (error, out) => response.send(out));
}
`;

let postgres: PostgresServer | null = null;
beforeAll(async () => {
  if (postgresMissing === null) postgres = await startPostgres();
});
afterAll(() => postgres?.stop());

describe.each(['pglite', 'postgres'] as const)('a service on %s that is killed (-9) in a review', (engine) => {
  test.skipIf(engine === 'postgres' && postgresMissing !== null)(
    'again and again goes on within 15 seconds, and leaves one run, one comment and one entry for each event',
    async () => {
      const url = engine === 'postgres' && postgres !== null ? await postgres.createDatabase() : null;
      const ground: KillingGround = await openKillingGround(url);
      try {
        const { repository, github } = ground.stage;
        const first = await ground.start(2);
        const head = await repository.push('kill', { 'src/kill.js': INJECTION }, { as: 'Copilot' });
        const number = await repository.open({ branch: 'kill', title: 'Kill', as: 'Copilot' });
        const deaths = [await first.gone];
        deaths.push(await (await ground.start(6)).gone);
        expect(deaths.map((said) => /killed after \S+/.test(said))).toEqual([true, true]);

        github.clearLog();
        const last = await ground.start();
        const restarted = performance.now();
        await repository.completed(head);
        // What a review asks first; how long a process takes to start, and to do its work, is the machine's affair.
        const resumed = github.appRequests().find(({ path }) => path.endsWith(`/pulls/${number}`));
        expect((resumed?.startedAt ?? Number.NaN) - restarted).toBeLessThan(15_000);
        await last.stop();
        expect(repository.checkRuns(head)).toMatchObject([{ status: 'completed', conclusion: 'action_required' }]);
        expect(repository.comments(number)).toHaveLength(1);
        expect(await ground.ledger()).toEqual([
          ['review', number],
          ['verdict', number],
        ]);
        expect(github.violations).toEqual([]);
      } finally {
        await ground.close();
      }
    },
  );
});
