import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fetch from 'npm-registry-fetch';
import { runServer } from 'verdaccio';

/** A package as `npm publish` would send it. */
export interface Publication {
  readonly name: string;
  readonly version: string;
  /** More of the manifest: scripts, description, repository, dependencies, deprecated … */
  readonly manifest?: Readonly<Record<string, unknown>>;
  /** Who published: kept in the version by a real registry. */
  readonly publisher?: { readonly name: string; readonly email: string };
  /** Listed among `dist`, as where provenance was published. */
  readonly attestations?: Readonly<Record<string, unknown>>;
}

export interface LocalRegistry {
  /** Base address, with a closing slash. */
  readonly url: string;
  /** Every request so far, as `GET /name`. */
  readonly requests: readonly string[];
  publish(publication: Publication): Promise<void>;
  /** Sets `time.created` and, where named, the dates of versions. Takes effect at once. */
  backdate(name: string, createdAt: string, versions?: Readonly<Record<string, string>>): Promise<void>;
  /** Leaves what the public registry leaves where malware was removed. */
  holdForSecurity(name: string): Promise<void>;
  deprecate(name: string, version: string, message: string): Promise<void>;
  /** All versions at once, the way the public registry remembers it: `time.unpublished` and no versions. */
  unpublish(name: string): Promise<void>;
  /** Changes the stored packument, for shapes that no client can publish. */
  edit(name: string, change: (packument: StoredPackument) => void): Promise<void>;
  /** Answers every question about a name with this status until the fault is lifted. */
  fault(name: string, status: number): { lift(): void };
  close(): Promise<void>;
}

/** The parts of verdaccio's stored packument that tests rewrite. */
export interface StoredPackument {
  time: Record<string, unknown>;
  versions: Record<string, Record<string, unknown>>;
  'dist-tags': Record<string, string>;
  [key: string]: unknown;
}

/**
 * Starts a real verdaccio in a folder of its own. With `uplink` it stands in front of the registry that
 * npm-registry-fetch knows by default; `latencyMs` holds every answer back.
 */
export async function startVerdaccio(options: {
  readonly uplink: boolean;
  readonly latencyMs?: number;
}): Promise<LocalRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-verdaccio-'));
  const storage = join(folder, 'storage');
  const rights = { access: '$all', publish: '$all', unpublish: '$all' };
  const engine: Server = await runServer({
    storage,
    self_path: folder,
    configPath: join(folder, 'config.yaml'),
    uplinks: options.uplink
      ? { upstream: { url: fetch.pickRegistry('any-name'), timeout: '10s', max_fails: 100 } }
      : {},
    packages: {
      '@*/*': { ...rights, ...(options.uplink ? { proxy: 'upstream' } : {}) },
      '**': { ...rights, ...(options.uplink ? { proxy: 'upstream' } : {}) },
    },
    auth: {},
    web: { enable: false },
    max_body_size: '100mb',
    log: { type: 'stdout', format: 'pretty', level: 'fatal' },
  } as unknown as Parameters<typeof runServer>[0]);

  const requests: string[] = [];
  const faults = new Map<string, number>();
  // A connection that lies idle is closed by its client: a server that closes it may meet the next request on its way.
  const server = createServer({ keepAliveTimeout: 600_000 }, (request: IncomingMessage, response: ServerResponse) => {
    requests.push(`${request.method} ${request.url}`);
    const fault = faults.get(decodeURIComponent((request.url ?? '').slice(1).split('?', 1)[0] ?? ''));
    if (fault !== undefined) {
      response.writeHead(fault, { 'content-type': 'text/html' }).end('<h1>Not now</h1>');
      return;
    }
    setTimeout(() => engine.emit('request', request, response), options.latencyMs ?? 0);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the local registry has no port');
  const url = `http://127.0.0.1:${address.port}/`;

  async function put(name: string, body: unknown): Promise<void> {
    const answer = await globalThis.fetch(`${url}${name.replace('/', '%2f')}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`publishing ${name} failed: ${answer.status} ${await answer.text()}`);
    await answer.arrayBuffer();
  }

  async function edit(name: string, change: (packument: StoredPackument) => void): Promise<void> {
    const path = join(storage, name, 'package.json');
    const packument = JSON.parse(await readFile(path, 'utf8')) as StoredPackument;
    change(packument);
    await writeFile(path, JSON.stringify(packument));
  }

  const registry: LocalRegistry = {
    url,
    requests,
    edit,
    publish: async (publication) => put(publication.name, publishBody(publication, url)),
    backdate: (name, createdAt, versions = {}) =>
      edit(name, (packument) => {
        packument.time = { ...packument.time, created: createdAt, modified: createdAt, ...versions };
      }),
    holdForSecurity: async (name) => {
      const manifest = { description: 'security holding package', repository: 'npm/security-holder' };
      await put(name, publishBody({ name, version: '0.0.1-security', manifest }, url));
    },
    deprecate: (name, version, message) =>
      edit(name, (packument) => {
        const entry = packument.versions[version];
        if (entry === undefined) throw new Error(`${name}@${version} was not published here`);
        entry['deprecated'] = message;
      }),
    unpublish: (name) =>
      edit(name, (packument) => {
        const versions = Object.keys(packument.versions);
        packument.time['unpublished'] = { time: new Date().toISOString(), versions };
        packument.versions = {};
        packument['dist-tags'] = {};
      }),
    fault: (name, status) => {
      faults.set(name, status);
      return { lift: () => void faults.delete(name) };
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await rm(folder, { recursive: true, force: true });
    },
  };
  return registry;
}

/** The body of `npm publish`: packument with one version, and the tarball as attachment. */
function publishBody(publication: Publication, url: string): unknown {
  const { name, version, manifest, publisher, attestations } = publication;
  const tarball = tarballOf({ name, version, ...manifest });
  const file = `${name}-${version}.tgz`;
  const entry = {
    name,
    version,
    ...manifest,
    ...(publisher === undefined ? {} : { _npmUser: publisher, maintainers: [publisher] }),
    _id: `${name}@${version}`,
    dist: {
      integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}`,
      shasum: createHash('sha1').update(tarball).digest('hex'),
      tarball: `${url}${name}/-/${file}`,
      ...(attestations === undefined ? {} : { attestations }),
    },
  };
  return {
    _id: name,
    name,
    ...(manifest?.['description'] === undefined ? {} : { description: manifest['description'] }),
    ...(publisher === undefined ? {} : { maintainers: [publisher] }),
    'dist-tags': { latest: version },
    versions: { [version]: entry },
    _attachments: {
      [file]: { content_type: 'application/octet-stream', data: tarball.toString('base64'), length: tarball.length },
    },
  };
}

/** A tar archive with one file, `package/package.json` (POSIX.1-1988 ustar header), gzipped. */
function tarballOf(manifest: Readonly<Record<string, unknown>>): Buffer {
  const content = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
  const header = Buffer.alloc(512);
  header.write('package/package.json', 0);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write('0', 156);
  header.write('ustar\u000000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const padding = Buffer.alloc((512 - (content.length % 512)) % 512);
  return gzipSync(Buffer.concat([header, content, padding, Buffer.alloc(1024)]));
}
