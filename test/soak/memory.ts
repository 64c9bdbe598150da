import { readFileSync } from 'node:fs';
import { type Life, openKillingGround } from '../support/killing.ts';

/** Reviews; `SOAK_REVIEWS` sets another number. */
const REVIEWS = Number(process.env['SOAK_REVIEWS'] ?? 20_000);
/** Pushes under way at the same time. */
const WIDTH = 6;

/**
 * A day of traffic in small: the resident memory of the serving process, which is a process of its own, after each
 * twentieth part of the reviews. The parts that it is made of, its readers (child processes) and this process, where
 * the emulated GitHub lives, are printed beside it and judged by nobody.
 */
export async function run(print: (line: string) => void): Promise<void> {
  const ground = await openKillingGround(null);
  try {
    const { repository, github } = ground.stage;
    const life = await ground.start();
    const part = Math.max(1, Math.floor(REVIEWS / 20));
    const seen: number[] = [];
    let done = 0;
    print(`at the start: ${await partsOf(life, 'as-it-is')}`);
    await Promise.all(
      Array.from({ length: WIDTH }, async (_, lane) => {
        const branch = `lane-${lane}`;
        let opened = false;
        while (done < REVIEWS) {
          done += 1;
          const turn = done;
          const head = await repository.push(
            branch,
            { [`src/${branch}.js`]: `export const n = ${turn};\n` },
            { as: 'Copilot' },
          );
          if (!opened) await repository.open({ branch, title: branch, as: 'Copilot' });
          opened = true;
          await repository.completed(head, { timeoutMs: 60_000 });
          if (turn % part !== 0) continue;
          seen.push(residentMb(life.pid));
          print(`${turn} reviews: ${await partsOf(life, 'as-it-is')}`);
        }
      }),
    );
    await github.settled();
    print(`at the end, after a full collection: ${await partsOf(life, 'collected')}`);
    await life.stop();
    // The first quarter warms caches up; after it the memory may not grow.
    const settled = seen.slice(Math.floor(seen.length / 4));
    const [first = 0] = settled;
    const growth = (Math.max(...settled) - first) / first;
    print(`${REVIEWS} reviews; most growth after the first quarter: ${(growth * 100).toFixed(1)} % (target: 10 %)`);
    if (growth > 0.1) process.exitCode = 1;
  } finally {
    await ground.close();
  }
}

/** `external` holds the embedded database's own memory (WebAssembly), `buffers` what files and answers are kept in. */
async function partsOf(life: Life, which: Parameters<Life['memory']>[0]): Promise<string> {
  const { rss, heapUsed, heapTotal, external, arrayBuffers } = await life.memory(which);
  const readers = childrenOf(life.pid).map(residentMb).join(' + ') || 'none';
  return `${mb(rss)} MB resident (heap ${mb(heapUsed)} of ${mb(heapTotal)}, external ${mb(external)}, buffers in it ${mb(arrayBuffers)}); readers ${readers}; this process ${mb(process.memoryUsage().rss)}`;
}

function mb(bytes: number): number {
  return Math.round(bytes / 1024 / 1024);
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
