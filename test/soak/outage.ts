import { setTimeout as sleep } from 'node:timers/promises';
import { openStage } from '../service/support.ts';
import { postgresMissing, startPostgres } from '../support/postgres.ts';

/** How long the database is away, in milliseconds. */
const AWAY_MS = 60_000;
/** Pull requests before, during and after it. */
const EACH = 6;

/** PostgreSQL is gone for a minute under load: nothing taken on is lost, nothing is doubled, and no restart is needed. */
export async function run(print: (line: string) => void): Promise<void> {
  if (postgresMissing !== null) {
    print(`not run: ${postgresMissing}`);
    process.exitCode = 1;
    return;
  }
  const postgres = await startPostgres();
  const stage = await openStage();
  try {
    const { repository, github } = stage;
    const service = await stage.start({ DATABASE_URL: await postgres.createDatabase() });
    const ready = async () => (await fetch(`${service.address}/readyz`)).status;
    const open = async (name: string) => {
      const head = await repository.push(name, { [`src/${name}.js`]: 'export const n = 1;\n' }, { as: 'Copilot' });
      await repository.open({ branch: name, title: name, as: 'Copilot' });
      return head;
    };
    github.setLatency(60);
    const heads: string[] = [];
    for (let index = 0; index < EACH; index += 1) heads.push(await open(`before-${index}`));

    await postgres.crash();
    const gone = performance.now();
    const during: number[] = [];
    for (let index = 0; index < EACH; index += 1) {
      heads.push(await open(`during-${index}`));
      during.push(await ready());
      await sleep(Math.max(0, gone + ((index + 1) * AWAY_MS) / EACH - performance.now()));
    }
    const green = heads.slice(EACH).filter((head) => repository.checkRuns(head).some(isGreen)).length;
    await postgres.start();
    const back = performance.now();

    for (let index = 0; index < EACH; index += 1) heads.push(await open(`after-${index}`));
    for (const head of heads) await repository.completed(head, { timeoutMs: 120_000 });
    const seconds = (performance.now() - back) / 1000;
    const doubled = heads.filter((head) => repository.checkRuns(head).length !== 1).length;
    const left = heads.filter((head) => !repository.checkRuns(head).some(isGreen)).length;
    print(
      `${((back - gone) / 1000).toFixed(0)} s without the database: /readyz said ${[...new Set(during)].join(', ')}; green meanwhile ${green}`,
    );
    print(
      `${heads.length} pull requests, all completed ${seconds.toFixed(1)} s after it was back; without a green run ${left}, with more or fewer than one run ${doubled}; /readyz ${await ready()}`,
    );
    if (green + left + doubled > 0 || during.some((status) => status !== 503)) process.exitCode = 1;
    await service.stop();
  } finally {
    await stage.close();
    await postgres.stop();
  }
}

function isGreen(run: { readonly conclusion: string | null }): boolean {
  return run.conclusion === 'success';
}
