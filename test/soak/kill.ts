import { openKillingGround } from '../support/killing.ts';
import { postgresMissing, startPostgres } from '../support/postgres.ts';

const INJECTION = `import { exec } from 'node:child_process';

export function list(request, response) {
  exec('ls ' + request.query.dir, (error, out) => response.send(out));
}
`;

/** A machine that does much else is waited for; from the restart on it is judged by less. */
const LONGEST_MS = 180_000;

/** kill -9 after every step of a review, on both stores: each time a process of its own, and a second one after it. */
export async function run(print: (line: string) => void): Promise<void> {
  const postgres = postgresMissing === null ? await startPostgres() : null;
  try {
    for (const engine of ['pglite', 'postgres'] as const) {
      if (engine === 'postgres' && postgres === null) continue;
      let slowest = 0;
      for (let step = 1; ; step += 1) {
        const ground = await openKillingGround((engine === 'postgres' && (await postgres?.createDatabase())) || null);
        try {
          const { repository } = ground.stage;
          const first = await ground.start(step);
          const head = await repository.push('kill', { 'src/kill.js': INJECTION }, { as: 'Copilot' });
          const number = await repository.open({ branch: 'kill', title: 'Kill', as: 'Copilot' });
          const survived = await Promise.race([first.gone.then(() => false), quietAfter(head)]);
          if (survived) {
            await first.stop();
            break;
          }
          const restarted = performance.now();
          const second = await ground.start();
          await repository.completed(head, { timeoutMs: LONGEST_MS });
          slowest = Math.max(slowest, performance.now() - restarted);
          await second.stop();
          const left = `${repository.checkRuns(head).length} run, ${repository.comments(number).length} comment, ${(await ground.ledger()).map(([type]) => type).join(' and ')}`;
          const fine = left === '1 run, 1 comment, review and verdict';
          print(`${engine}: killed after step ${step}: ${left}`);
          if (!fine) process.exitCode = 1;

          async function quietAfter(sha: string): Promise<boolean> {
            await repository.completed(sha, { timeoutMs: LONGEST_MS });
            // A step that comes after the last word on GitHub still has its turn.
            await new Promise((resolve) => setTimeout(resolve, 2_000));
            return true;
          }
        } finally {
          await ground.close();
        }
      }
      print(
        `${engine}: from the start of the second process to the completed check ${(slowest / 1000).toFixed(1)} s at most`,
      );
      if (slowest > 15_000) process.exitCode = 1;
    }
  } finally {
    await postgres?.stop();
  }
}
