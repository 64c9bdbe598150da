import { readFileSync } from 'node:fs';
import { openGround, type Running } from '../support/ground.ts';

/** Reviews; `SOAK_REVIEWS` sets another number. */
const REVIEWS = Number(process.env['SOAK_REVIEWS'] ?? 20_000);
/** Pull requests under way at the same time, each in a repository of its own. */
const WIDTH = Number(process.env['SOAK_WIDTH'] ?? 12);
/** Pushes that a pull request sees, its first included, before it is closed and the next one opened. */
const PUSHES = 4;
/** Packages there are to ask for. */
const PACKAGES = 40;
/** While the process warms up (caches fill, V8 finds the heap that it works with), its memory is printed and not judged. */
const WARM = 0.1;
const TARGET = 0.1;
/** For one review, on a machine that does much else. Milliseconds. */
const LONGEST_MS = 600_000;

/**
 * A day of traffic in small: the resident memory of `countersign serve`, a process of its own with an embedded
 * database, at each twentieth part of the reviews. Beside it, judged by nobody: its readers (child processes), and this
 * process, where the emulated GitHub lives and remembers everything.
 */
export async function run(print: (line: string) => void): Promise<void> {
  const names = Array.from({ length: WIDTH }, (_, lane) => `shop-${lane}`);
  const ground = await openGround({
    repositories: names.map((name) => ({ name, files: { 'package.json': manifest([]), 'src/index.js': '' } })),
    latencyMs: 0,
    databaseUrl: null,
  });
  try {
    for (let index = 0; index < PACKAGES; index += 1) {
      await ground.registry.publish({ name: `package-${index}`, version: '1.0.0' });
      const date = '2015-01-01T00:00:00.000Z';
      await ground.registry.backdate(`package-${index}`, date, { '1.0.0': date });
    }
    const service = await ground.start('serve');
    const part = Math.max(1, Math.floor(REVIEWS / 20));
    const seen: { readonly reviews: number; readonly mb: number }[] = [];
    const began = performance.now();
    let asked = 0;
    let done = 0;
    print(`at the start: ${sizesOf(service)}`);
    await Promise.all(names.map((name) => lane(name)));
    await ground.github.settled();

    const judged = seen.filter(({ reviews }) => reviews >= REVIEWS * WARM);
    const first = judged[0]?.mb ?? 0;
    const growth = (Math.max(...judged.map(({ mb }) => mb)) - first) / first;
    const perSecond = done / ((performance.now() - began) / 1000);
    print(
      `${done} reviews, ${perSecond.toFixed(1)} a second; most growth after the first ${WARM * 100} %: ${(growth * 100).toFixed(1)} % (target: ${TARGET * 100} %)`,
    );
    if (!(growth <= TARGET)) process.exitCode = 1;
    await service.stop();

    async function lane(name: string): Promise<void> {
      const repository = ground.github.repository(`acme/${name}`);
      for (let turn = 0; asked < REVIEWS; turn += 1) {
        const branch = `change-${turn}`;
        let number: number | null = null;
        for (let push = 0; push < PUSHES; push += 1) {
          asked += 1;
          const head = await repository.push(branch, contentOf(turn, push), { as: 'Copilot' });
          number ??= await repository.open({ branch, title: `Change ${turn}`, as: 'Copilot' });
          await repository.completed(head, { timeoutMs: LONGEST_MS });
          done += 1;
          if (done % part !== 0) continue;
          seen.push({ reviews: done, mb: residentMb(service.pid) });
          print(`${done} reviews: ${sizesOf(service)}`);
        }
        if (number !== null) await repository.close(number, 'maria');
      }
    }
  } finally {
    await ground.close();
  }
}

/** Ordinary code, some of it with a finding, and now and then a dependency. */
function contentOf(turn: number, push: number): Record<string, string> {
  const code =
    turn % 4 === 0
      ? `import { exec } from 'node:child_process';\n\nexport function list${turn}(request, response) {\n  exec('ls ' + request.query.dir${push}, (error, out) => response.send(out));\n}\n`
      : `export function add${turn}(value) {\n  return value + ${push};\n}\n`;
  const asks = turn % 5 === 0 ? { 'package.json': manifest([`package-${(turn + push) % PACKAGES}`]) } : {};
  return { [`src/part-${turn % 7}/file-${turn % 50}.js`]: code, ...asks };
}

function manifest(names: readonly string[]): string {
  const dependencies = Object.fromEntries(names.map((name) => [name, '1.0.0']));
  return `${JSON.stringify({ name: 'shop', version: '1.0.0', dependencies }, null, 2)}\n`;
}

function sizesOf({ pid }: Running): string {
  const readers = childrenOf(pid).map(residentMb).join(' + ') || 'none';
  const own = Math.round(process.memoryUsage().rss / 1024 / 1024);
  return `${residentMb(pid)} MB resident; readers ${readers}; this process ${own}`;
}

/** Processes that its main thread started: `children` of proc(5). */
function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}

/** `VmRSS` of proc(5), in MB. */
function residentMb(pid: number): number {
  const kb = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
  return Math.round(Number(kb) / 1024);
}
