import { openKillingGround } from '../support/killing.ts';
import { held, leftOf, signKilled, UNDISTURBED } from '../support/killing-signing.ts';
import { postgresMissing, startPostgres } from '../support/postgres.ts';

/** kill -9 after every step of a sign-off, command and press, on both stores: what is left is what one life would leave. */
export async function run(print: (line: string) => void): Promise<void> {
  const postgres = postgresMissing === null ? await startPostgres() : null;
  try {
    for (const engine of ['pglite', 'postgres'] as const) {
      if (engine === 'postgres' && postgres === null) continue;
      const ground = await openKillingGround((engine === 'postgres' && (await postgres?.createDatabase())) || null);
      try {
        let life = await ground.start();
        for (let step = 1; ; step += 1) {
          const change = await held(ground, `kill-${step}`);
          await life.stop();
          const killed = await signKilled(ground, change, step);
          await killed.life.stop();
          const left = await leftOf(ground, change);
          const same = JSON.stringify(left) === JSON.stringify(UNDISTURBED);
          const when =
            killed.died === null ? 'not killed' : `killed in the ${killed.died.phase} after ${killed.died.after}`;
          print(`${engine}: step ${step}, ${when}: ${same ? 'as without' : JSON.stringify(left)}`);
          if (!same) process.exitCode = 1;
          if (killed.died === null) break;
          life = await ground.start();
        }
        if (ground.stage.github.violations.length > 0) {
          print(ground.stage.github.violations.join('\n'));
          process.exitCode = 1;
        }
      } finally {
        await ground.close();
      }
    }
  } finally {
    await postgres?.stop();
  }
}
