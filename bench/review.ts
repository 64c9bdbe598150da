import { startWorld, type World } from '../test/support/world.ts';

/** Every local server answers after this. Milliseconds. */
const LATENCY = 100;
const FILES = 20;
const PACKAGES = 5;

/** Requests of one review, cold and on the next push, and the time from webhook to completed check in multiples of the latency. */
export async function run(print: (line: string) => void): Promise<void> {
  const world = await startWorld({ files: tree('before'), registryLatencyMs: LATENCY });
  try {
    for (let index = 0; index < PACKAGES * 2; index += 1) {
      await world.registry.publish({ name: `package-${index}`, version: '1.0.0' });
      const date = '2015-01-01T00:00:00.000Z';
      await world.registry.backdate(`package-${index}`, date, { '1.0.0': date });
    }
    await warmUp(world);
    world.github.setLatency(LATENCY);

    const branch = 'copilot/many';
    const first = await measured(world, 'cold', print, async () => {
      const head = await world.repository.push(branch, change('first', 0), { as: 'Copilot' });
      return { head, start: () => world.repository.open({ branch, title: 'Many files', as: 'Copilot' }) };
    });
    const next = await measured(world, 'next push', print, async () => {
      const files = change('second', PACKAGES);
      return { head: null, start: async () => world.repository.push(branch, files, { as: 'Copilot' }) };
    });
    const verdict = first && next ? 'within the targets' : 'over a target';
    print(`targets: 1 metadata request a package; 16 (12) + blobs + 2 × directories; 15 L: ${verdict}`);
    if (!(first && next)) process.exitCode = 1;
  } finally {
    await world.close();
  }
}

async function measured(
  world: World,
  name: 'cold' | 'next push',
  print: (line: string) => void,
  prepare: () => Promise<{ readonly head: string | null; readonly start: () => Promise<unknown> }>,
): Promise<boolean> {
  const { github, repository, registry } = world;
  const { head, start } = await prepare();
  await github.settled();
  github.clearLog();
  const asked = registry.requests.length;
  const deliveries = github.deliveries.length;
  const started = await start();
  const sha = head ?? String(started);
  await repository.completed(sha, { timeoutMs: 60_000 });
  const requests = github.appRequests();
  const completedAt = Math.max(...requests.filter((each) => each.method === 'PATCH').map((each) => each.endedAt));
  const firstAt = Math.min(...requests.map((each) => each.startedAt));
  await github.settled();
  const acknowledged = github.deliveries.slice(deliveries).find((each) => each.event === 'pull_request');

  const blobs = requests.filter((each) => /\/git\/blobs\//.test(each.path)).length;
  const trees = requests.filter((each) => /\/git\/trees\//.test(each.path)).length;
  const others = requests.length - blobs - trees;
  const packages = registry.requests.length - asked;
  const laps = (completedAt - firstAt) / LATENCY + (acknowledged?.ms ?? 0) / LATENCY;
  print(
    `${name}: ${requests.length} GitHub requests (${blobs} blobs, ${trees} trees, ${others} others); ` +
      `${packages} registry requests for ${PACKAGES} packages; ${laps.toFixed(1)} L from webhook to completed check`,
  );
  const limit = name === 'cold' ? 16 : 12;
  return others <= limit && packages <= PACKAGES && laps <= 15;
}

/** Child processes start and grammars load with the first review: a server that runs has that behind it. */
async function warmUp(world: World): Promise<void> {
  const { repository } = world;
  const head = await repository.push('warm-up', { 'src/warm.ts': 'export const warm = 1;\n' }, { as: 'Copilot' });
  await repository.open({ branch: 'warm-up', title: 'Warm up', as: 'Copilot' });
  await repository.completed(head);
}

function tree(word: string): Record<string, string> {
  const files: Record<string, string> = { 'package.json': manifest([]) };
  for (let index = 0; index < FILES - 1; index += 1)
    files[`src/part-${index % 3}/file-${index}.ts`] = source(word, index);
  return files;
}

function change(word: string, from: number): Record<string, string> {
  const names = Array.from({ length: PACKAGES }, (_, index) => `package-${index + from}`);
  return { ...tree(word), 'package.json': manifest(names) };
}

function manifest(names: readonly string[]): string {
  const dependencies = Object.fromEntries(names.map((name) => [name, '1.0.0']));
  return `${JSON.stringify({ name: 'shop', version: '1.0.0', dependencies }, null, 2)}\n`;
}

function source(word: string, index: number): string {
  return `export function ${word}${index}(value: number): number {\n  return value + ${index};\n}\n`;
}
