import { setTimeout as sleep } from 'node:timers/promises';
import type { RequestRecord } from '../test/support/github/index.ts';
import { type Ground, openGround } from '../test/support/ground.ts';
import { changeOf, publishPackages, shop } from './support/changes.ts';

/** Every answer of GitHub waits so long: requests that could go at once then show as one round trip. Milliseconds. */
const LATENCY = 100;
/** Files that a pull request changes, and new packages that it asks for. */
const SIZES = [
  { files: 1, packages: 0 },
  { files: 20, packages: 5 },
  { files: 100, packages: 20 },
  { files: 300, packages: 50 },
] as const;
/** Beside blobs and directories: of a first review and of one after a push. */
const TARGETS = { first: 16, push: 12 };
/** Requests to GitHub at once (`GITHUB_CONCURRENCY` of the service). */
const WIDTH = 50;

/**
 * What one review asks of GitHub and of the registry, and how that grows with files and packages: a first review, the
 * push of one file after it, and another pull request with the very same files, whose blobs are known by then.
 */
export async function run(print: (line: string) => void): Promise<void> {
  const most = Math.max(...SIZES.map(({ files }) => files));
  const ground = await openGround({
    repositories: SIZES.map((_, index) => ({ name: `shop-${index}`, files: shop(most) })),
    latencyMs: 0,
    databaseUrl: null,
  });
  try {
    const packages = await publishPackages(
      ground.registry,
      SIZES.reduce((sum, size) => sum + size.packages, 0),
    );
    await ground.start('serve');
    await warmUp(ground);
    print('review                            GitHub requests   blobs  trees  others  rounds   registry requests');
    /** By the target that holds for them. */
    const worst: Record<number, number> = {};
    for (const [index, { files, packages: count }] of SIZES.entries()) {
      const repository = ground.github.repository(`acme/shop-${index}`);
      const names = packages.splice(0, count);
      const change = changeOf('after', files, names);
      const again = changeOf('again', 1, names);
      const size = `${files} files, ${count} packages`;
      const row = async (name: string, limit: number, act: () => Promise<string>): Promise<Counts> => {
        const counts = await counted(ground, repository, act);
        const cells = [counts.all, counts.blobs, counts.trees, counts.others, counts.rounds, counts.registry];
        const widths = [16, 8, 7, 8, 8, 20];
        print(
          `${`${size}: ${name}`.padEnd(33)}${cells.map((cell, at) => String(cell).padStart(widths[at] ?? 0)).join('')}`,
        );
        worst[limit] = Math.max(worst[limit] ?? 0, counts.others);
        if (counts.others > limit) {
          print(`  ${counts.others} requests beside blobs and trees: over ${limit}`);
          process.exitCode = 1;
        }
        return counts;
      };

      const first = await row('first', TARGETS.first, async () => {
        const head = await repository.push('one', change, { as: 'Copilot' });
        await repository.open({ branch: 'one', title: 'One', as: 'Copilot' });
        return head;
      });
      await row('a push', TARGETS.push, () => repository.push('one', again, { as: 'Copilot' }));
      const same = await row('the same again', TARGETS.first, async () => {
        const head = await repository.push('two', change, { as: 'Copilot' });
        await repository.open({ branch: 'two', title: 'Two', as: 'Copilot' });
        return head;
      });
      if (same.blobs > 0) {
        print(`  ${same.blobs} blobs were asked for although they were known`);
        process.exitCode = 1;
      }
      if (first.registry !== count || same.registry > 0) {
        print(`  ${first.registry} and ${same.registry} registry requests for ${count} packages`);
        process.exitCode = 1;
      }
    }
    print(
      `beside blobs and trees, whatever the size: ${worst[TARGETS.first] ?? 0} requests (target: at most ${TARGETS.first}), ${worst[TARGETS.push] ?? 0} after a push (target: at most ${TARGETS.push}); one registry request a package, once; rounds: requests of which each began after the one before was answered, ${WIDTH} blobs at a time`,
    );
  } finally {
    await ground.close();
  }
}

/** The sweep at the start and the first token are no review's. */
async function warmUp({ github }: Ground): Promise<void> {
  const repository = github.repository('acme/shop-0');
  const head = await repository.push('warm-up', { 'src/warm.ts': 'export const warm = 1;\n' }, { as: 'Copilot' });
  await repository.open({ branch: 'warm-up', title: 'Warm up', as: 'Copilot' });
  await repository.completed(head);
  await github.settled();
  await sleep(2_000);
}

interface Counts {
  readonly all: number;
  readonly blobs: number;
  readonly trees: number;
  readonly others: number;
  readonly rounds: number;
  readonly registry: number;
}

async function counted(
  { github, registry }: Ground,
  repository: ReturnType<Ground['github']['repository']>,
  act: () => Promise<string>,
): Promise<Counts> {
  await github.settled();
  github.clearLog();
  const asked = registry.requests.length;
  github.setLatency(LATENCY);
  await repository.completed(await act(), { timeoutMs: 120_000 });
  await github.settled();
  github.setLatency(0);
  const requests = github.appRequests();
  const blobs = requests.filter(({ path }) => path.includes('/git/blobs/')).length;
  const trees = requests.filter(({ path }) => path.includes('/git/trees/')).length;
  return {
    all: requests.length,
    blobs,
    trees,
    others: requests.length - blobs - trees,
    rounds: roundsOf(requests),
    registry: registry.requests.length - asked,
  };
}

/** How often a request began only after the last counted one was answered. */
function roundsOf(log: readonly RequestRecord[]): number {
  let rounds = 0;
  let until = 0;
  for (const { startedAt, endedAt } of log.toSorted((a, b) => a.startedAt - b.startedAt)) {
    if (startedAt < until) continue;
    rounds += 1;
    until = endedAt;
  }
  return rounds;
}
