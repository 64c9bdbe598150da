import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { DependencyChange } from '../src/core/dependency.ts';
import type { JsonValue } from '../src/core/json.ts';
import { purlOf } from '../src/core/purl.ts';
import type { EvidenceCache } from '../src/evidence/cache.ts';
import { DEFAULT_SOURCES, openSources } from '../src/sources.ts';
import { json, startServer } from '../test/support/registry-server.ts';

/** Milliseconds that every answer of the local registry takes. */
const LATENCY = 50;
const PACKAGES = 100;
const ROUNDS = 5;

/** Look-ups against a registry that takes its time, cold and warm. */
export async function run(print: (line: string) => void): Promise<void> {
  const server = await startServer((request, response) => {
    const name = decodeURIComponent((request.url ?? '/').slice(1));
    setTimeout(() => json(response, 200, packument(name)), LATENCY);
  });
  try {
    const kept = new Map<string, JsonValue>();
    const cache: EvidenceCache = {
      cached: async (key) => kept.get(key) ?? null,
      cache: async (key, value) => void kept.set(key, value),
    };
    const sources = await openSources({ ...DEFAULT_SOURCES, osv: null, npm: { registry: server.url } }, cache);
    // The first connection and the first parse are not what is measured.
    await sources.gather([change('warm-up')], context());
    print(`## Evidence: ${PACKAGES} new packages, every answer after L = ${LATENCY} ms, ${ROUNDS} rounds`);
    print('');
    print('| | requests | least | median | in L (least, median) | target |');
    print('|---|---|---|---|---|---|');
    const rounds = Array.from({ length: ROUNDS }, (_, round) =>
      Array.from({ length: PACKAGES }, (_, index) => change(`bench-package-${round}-${index}`)),
    );
    for (const [label, target] of [
      ['cold', '≤ 10 L, ≤ 105 requests'],
      ['warm', '≤ 1 L, none'],
    ] as const) {
      const before = server.requests.length;
      const took: number[] = [];
      for (const changes of rounds) {
        const started = performance.now();
        await sources.gather(changes, context());
        took.push(performance.now() - started);
      }
      took.sort((a, b) => a - b);
      const [least = 0, median = 0] = [took[0], took[Math.floor(ROUNDS / 2)]];
      const inL = [least, median].map((each) => (each / LATENCY).toFixed(1)).join(', ');
      const requests = (server.requests.length - before) / ROUNDS;
      print(`| ${label} | ${requests} | ${least.toFixed(0)} ms | ${median.toFixed(0)} ms | ${inL} | ${target} |`);
    }
  } finally {
    await server.close();
  }
  await largePackuments(print);
}

const CHILD = fileURLToPath(new URL('./support/packument.ts', import.meta.url));
const Measured = z.object({ versions: z.number(), ms: z.number(), grownMB: z.number(), heldUpMs: z.number() });

/** One document of many megabytes, read as it arrives, beside the whole text and `JSON.parse`; each in a process of its own. */
async function largePackuments(print: (line: string) => void): Promise<void> {
  const server = spawn(process.execPath, [CHILD, 'serve'], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const { port } = z.object({ port: z.number() }).parse(JSON.parse(String(await once(server.stdout, 'data'))));
    print('');
    print('## Evidence: one large packument from a server in another process');
    print('');
    print('| document | read | versions | time | memory grown by | process held up for |');
    print('|---|---|---|---|---|---|');
    for (const megabytes of [10, 60])
      for (const how of ['stream', 'whole']) {
        const asked = ['--expose-gc', CHILD, 'measure', `http://127.0.0.1:${port}/large-${megabytes}`, how];
        const { stdout } = await promisify(execFile)(process.execPath, asked);
        const { versions, ms, grownMB, heldUpMs } = Measured.parse(JSON.parse(stdout));
        const label = how === 'stream' ? 'as it arrives' : 'whole, JSON.parse';
        print(`| ${megabytes} MB | ${label} | ${versions} | ${ms} ms | ${grownMB} MB | ${heldUpMs} ms |`);
      }
  } finally {
    server.kill();
  }
}

function packument(name: string) {
  const versions = Array.from({ length: 40 }, (_, index) => `1.${index}.0`);
  const day = (index: number) => new Date(Date.UTC(2020, 0, 1 + index)).toISOString();
  return {
    name,
    'dist-tags': { latest: '1.39.0' },
    time: { created: day(0), ...Object.fromEntries(versions.map((version, index) => [version, day(index)])) },
    maintainers: [{ name: 'alice' }],
    repository: { type: 'git', url: `https://code.example/${name}` },
    versions: Object.fromEntries(
      versions.map((version) => [
        version,
        {
          name,
          version,
          _npmUser: { name: 'alice' },
          scripts: {},
          dist: { integrity: 'sha512-AAAA', unpackedSize: 1000 },
        },
      ]),
    ),
  };
}

function change(name: string): DependencyChange {
  return {
    changeType: 'added',
    entry: 'lockfile',
    type: 'npm',
    name,
    version: '1.39.0',
    purl: purlOf('npm', name, '1.39.0'),
    location: { path: 'package-lock.json', startLine: 1, endLine: 1 },
    scope: 'dependencies',
    relationship: 'direct',
    source: 'registry',
  };
}

function context() {
  return { baseNames: new Set<string>(), signal: new AbortController().signal };
}
