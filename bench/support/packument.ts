import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { NO_PROXIES } from '../../src/core/proxy.ts';
import { createNpmRegistry } from '../../src/ecosystems/npm/registry.ts';
import { documentOf } from '../../src/ecosystems/npm/registry-document.ts';
import { type PackumentVersion, packumentSchema, versionSchema } from '../../src/ecosystems/npm/registry-schema.ts';
import { DEFAULT_REGISTRY_SETTINGS } from '../../src/ecosystems/registries.ts';
import { createHostGuard } from '../../src/evidence/guard.ts';

/** Processes of the bench of large packuments: `serve`, or `measure ADDRESS (stream|whole)`. They tell by one line of JSON. */

/** What one version of a much published package takes, roughly: some 3.4 kB, most of it of no use to rules. */
function entry(version: string): string {
  const names = Array.from({ length: 60 }, (_, index) => [`some-dependency-${index}`, `^${index}.2.3`]);
  return JSON.stringify({
    name: 'large',
    version,
    description: 'A package that is published several times a day',
    dependencies: Object.fromEntries(names),
    scripts: { build: 'tsc', test: 'vitest run' },
    _npmUser: { name: 'alice', email: 'alice@people.example' },
    dist: {
      integrity: `sha512-${'A'.repeat(86)}==`,
      shasum: 'a'.repeat(40),
      unpackedSize: 123_456,
      signatures: [{ keyid: 'SHA256:key', sig: 'M'.repeat(96) }],
    },
    readme: 'word '.repeat(200),
  });
}

function serve(): void {
  const server = createServer((request, response) => {
    const megabytes = Number(/(\d+)$/.exec(request.url ?? '')?.[1] ?? 10);
    const name = (request.url ?? '/').slice(1);
    const count = Math.ceil((megabytes * 1_000_000) / (entry('1.0.0').length + 60));
    const versions = Array.from({ length: count }, (_, index) => `1.${index}.0`);
    const day = (index: number) => new Date(Date.UTC(2015, 0, 1) + index * 3_600_000).toISOString();
    const time = JSON.stringify({
      created: day(0),
      ...Object.fromEntries(versions.map((each, index) => [each, day(index)])),
    });
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write(`{"name":"${name}","dist-tags":{"latest":"1.${count - 1}.0"},"versions":{`);
    let next = 0;
    const more = () => {
      while (next < count) {
        const version = versions[next] ?? '';
        next += 1;
        if (!response.write(`${next > 1 ? ',' : ''}"${version}":${entry(version)}`))
          return void response.once('drain', more);
      }
      response.end(`},"time":${time}}`);
    };
    more();
  });
  server.listen(0, '127.0.0.1', () => tell({ port: (server.address() as AddressInfo).port }));
}

async function measure(address: string, how: string | undefined): Promise<void> {
  const { origin, pathname } = new URL(address);
  const name = pathname.slice(1);
  const look = how === 'whole' ? () => whole(address) : () => stream(origin, name);
  // Loading and the first connection are not what is measured.
  await stream(origin, 'warm-up-1');
  global.gc?.();
  const before = process.memoryUsage().rss;
  let longest = 0;
  let last = performance.now();
  const watch = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last - 5);
    last = now;
  }, 5);
  const started = performance.now();
  const versions = await look();
  const took = performance.now() - started;
  await new Promise((resolve) => setTimeout(resolve, 10));
  clearInterval(watch);
  const peak = process.resourceUsage().maxRSS * 1024;
  tell({ versions, ms: Math.round(took), grownMB: Math.round((peak - before) / 1e6), heldUpMs: Math.round(longest) });
}

async function stream(origin: string, name: string): Promise<number> {
  const registry = createNpmRegistry({
    ...DEFAULT_REGISTRY_SETTINGS.npm,
    fetchOptions: { registry: origin },
    guard: createHostGuard(['127.0.0.1']),
    proxies: NO_PROXIES,
    timeoutMs: 60_000,
  });
  const answer = await registry.look({ name, registry: null, versions: [], signal: new AbortController().signal });
  if (answer.state !== 'found') throw new Error(JSON.stringify(answer));
  return answer.document.versions.length;
}

/** The whole text, then `JSON.parse`, then the same reading: what it is measured against. */
async function whole(address: string): Promise<number> {
  const parsed = JSON.parse(await (await fetch(address)).text()) as { versions: Record<string, unknown> };
  const versions = new Map<string, PackumentVersion>(
    Object.entries(parsed.versions).map(([version, raw]) => [version, versionSchema.parse(raw)]),
  );
  return documentOf({ ...packumentSchema.parse(parsed), versions }).versions.length;
}

function tell(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

const [role, address, how] = process.argv.slice(2);
if (role === 'serve') serve();
else await measure(address ?? '', how);
