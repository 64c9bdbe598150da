import { setTimeout as sleep } from 'node:timers/promises';
import { randomOf } from '../test/fuzz/mutate.ts';
import { type Ground, openGround } from '../test/support/ground.ts';
import { changeOf, publishPackages, shop } from './support/changes.ts';
import { quantile } from './support/deliveries.ts';

/** Every local server answers after this (L). Milliseconds. */
const LATENCY = 100;
/** Pull requests that come at a tenth of what the process can do; `LOAD_PULL_REQUESTS` sets another number. */
const PULL_REQUESTS = Number(process.env['LOAD_PULL_REQUESTS'] ?? 80);
/** Pull requests at once that show what the process can do. */
const BURST = 40;
const LOAD = 0.1;
/** They come in this time at most: a slow machine gets fewer, and never fewer than quantiles need. Seconds. */
const ARRIVING = { longest: 120, fewest: 30 };
/** One pull request of this size, so many times one after the other: the middle one counts. */
const LARGE = { files: 300, packages: 50, times: 3 };
/** In multiples of L. */
const TARGETS = { p50: 12, p95: 18, large: 40 };
const LONGEST_MS = 300_000;

/**
 * From delivery to completed check, in multiples of the latency: at a tenth of the load that `countersign serve` with
 * its embedded database can bear, and for one large pull request.
 */
export async function run(print: (line: string) => void): Promise<void> {
  const ground = await openGround({
    repositories: [{ name: 'shop', files: shop(LARGE.files) }],
    latencyMs: LATENCY,
    databaseUrl: null,
  });
  try {
    // Each name is new to the process when it is asked for.
    const needed = (BURST + PULL_REQUESTS + LARGE.times * LARGE.packages) * 2;
    const packages = await publishPackages(ground.registry, needed);
    const ordinary = (): Change => ({ files: 3, packages: packages.splice(0, 2) });
    await ground.start('serve');
    const next = reviewer(ground);

    for (let index = 0; index < 6; index += 1) await (await next(ordinary()))();
    ground.github.setLatency(LATENCY);
    const began = performance.now();
    const burst: (() => Promise<number>)[] = [];
    for (let index = 0; index < BURST; index += 1) burst.push(await next(ordinary()));
    await Promise.all(burst.map((completed) => completed()));
    const capacity = BURST / ((performance.now() - began) / 1000);

    const random = randomOf(7);
    const answers: Promise<number>[] = [];
    const count = Math.max(ARRIVING.fewest, Math.min(PULL_REQUESTS, Math.floor(capacity * LOAD * ARRIVING.longest)));
    for (let index = 0; index < count; index += 1) {
      // Arrivals that know nothing of one another (a Poisson process).
      await sleep((-Math.log(1 - random()) * 1000) / (capacity * LOAD));
      answers.push((await next(ordinary()))());
    }
    const times = (await Promise.all(answers)).map((ms) => ms / LATENCY);
    const [p50, p95] = [quantile(times, 0.5), quantile(times, 0.95)];
    print(
      `${capacity.toFixed(1)} reviews a second at most; at ${LOAD * 100} % of it, ${times.length} reviews: p50 ${p50.toFixed(1)} L, p95 ${p95.toFixed(1)} L (targets: ${TARGETS.p50} and ${TARGETS.p95})`,
    );

    const large: number[] = [];
    for (let index = 0; index < LARGE.times; index += 1) {
      const change = { files: LARGE.files, packages: packages.splice(0, LARGE.packages) };
      large.push((await (await next(change))()) / LATENCY);
    }
    const middle = quantile(large, 0.5);
    print(
      `${LARGE.files} files and ${LARGE.packages} new packages: ${large.map((each) => each.toFixed(1)).join(', ')} L (target: ${TARGETS.large} in the middle)`,
    );
    if (!(p50 <= TARGETS.p50 && p95 <= TARGETS.p95 && middle <= TARGETS.large)) process.exitCode = 1;
  } finally {
    await ground.close();
  }
}

interface Change {
  readonly files: number;
  readonly packages: readonly string[];
}

/** Opens a pull request; what it answers waits for the check, and gives the milliseconds since the delivery was sent. */
function reviewer({ github }: Ground): (change: Change) => Promise<() => Promise<number>> {
  const repository = github.repository('acme/shop');
  let count = 0;
  return async ({ files, packages }) => {
    count += 1;
    const branch = `change-${count}`;
    const head = await repository.push(branch, changeOf(`change${count}`, files, packages), { as: 'Copilot' });
    const number = await repository.open({ branch, title: branch, as: 'Copilot' });
    return async () => {
      await repository.completed(head, { timeoutMs: LONGEST_MS });
      const completedAt = Date.now();
      const opened = github.deliveries.find(
        ({ action, body }) => action === 'opened' && body.includes(`"number":${number},`) && body.includes(head),
      );
      if (opened?.at === undefined || opened.at === null)
        throw new Error(`the opening of #${number} was not delivered`);
      return completedAt - Date.parse(opened.at);
    };
  };
}
