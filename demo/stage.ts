import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fetch from 'npm-registry-fetch';
import { packageFile } from '../src/package-root.ts';
import { type GitHub, type Repository, startGitHub } from '../test/support/github/index.ts';
import { type LocalRegistry, startVerdaccio } from '../test/support/verdaccio.ts';

const SECRET = 'demo-webhook-secret-of-this-run-only';

/** Everything the story plays on: an emulated GitHub, a local registry, and the real server in a process of its own. */
export interface Stage {
  readonly github: GitHub;
  readonly repository: Repository;
  readonly registry: LocalRegistry;
  /** Whether the local registry stands in front of the public one, or alone because that cannot be reached. */
  readonly online: boolean;
  readonly dataFolder: string;
  /** SIGTERM, as an operator would; resolves with the exit code. */
  stopServer(): Promise<number>;
  close(): Promise<void>;
}

/** The honest package of the story, and when the public registry says it was published (recorded in 2025). */
export const HONEST = {
  name: 'ms',
  version: '2.1.3',
  created: '2011-12-21T19:38:26.538Z',
  published: '2020-12-08T13:54:35.223Z',
} as const;

export async function raise(files: Readonly<Record<string, string>>): Promise<Stage> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'countersign-demo-'));
  const online = await reachable();
  const [registry, github] = await Promise.all([
    startVerdaccio({ uplink: online }),
    startGitHub({
      users: [
        { login: 'acme', type: 'Organization' },
        { login: 'Copilot', id: 198_982_749, type: 'Bot' },
        { login: 'maria', id: 5001 },
      ],
      organisations: [{ login: 'acme', members: ['maria'] }],
      repositories: [{ owner: 'acme', name: 'shop', files, collaborators: { maria: 'maintain', Copilot: 'write' } }],
      webhookSecret: SECRET,
    }),
  ]);
  await provideHonest(registry, online);
  const denyList = join(dataFolder, 'deny-list.txt');
  await writeFile(denyList, '# known bad versions, as ecosystem:package:version\n');
  const server = spawn(process.execPath, [packageFile('src', 'main.ts'), 'serve'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      APP_ID: String(github.app.id),
      PRIVATE_KEY: github.privateKey,
      WEBHOOK_SECRET: SECRET,
      PORT: '0',
      COUNTERSIGN_DATA: dataFolder,
      GITHUB_API_URL: github.url,
      COUNTERSIGN_REGISTRY_NPM: registry.url,
      COUNTERSIGN_OSV: 'off',
      COUNTERSIGN_DENY_LIST: denyList,
      LOG_LEVEL: 'error',
    },
  });
  const address = await addressOf(server);
  github.setWebhookUrl(`${address}/api/github/webhooks`);

  const stopServer = async (): Promise<number> => {
    if (server.exitCode !== null) return server.exitCode;
    server.kill('SIGTERM');
    const [code]: unknown[] = await once(server, 'exit');
    return typeof code === 'number' ? code : 1;
  };
  return {
    github,
    repository: github.repository('acme/shop'),
    registry,
    online,
    dataFolder,
    stopServer,
    async close() {
      await stopServer();
      await Promise.all([github.close(), registry.close()]);
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

async function reachable(): Promise<boolean> {
  try {
    await fetch('/-/ping', { timeout: 4000, fetchRetries: 0 });
    return true;
  } catch {
    return false;
  }
}

/** Through the public registry where it can be reached, with the dates that mirrors strip put back; else a stand-in of that name. */
async function provideHonest(registry: LocalRegistry, online: boolean): Promise<void> {
  if (online) await fetch.json(`/${HONEST.name}`, { registry: registry.url });
  else await registry.publish({ name: HONEST.name, version: HONEST.version });
  await registry.backdate(HONEST.name, HONEST.created, { [HONEST.version]: HONEST.published });
}

async function addressOf(server: ChildProcess): Promise<string> {
  let text = '';
  for await (const piece of server.stdout ?? []) {
    text += String(piece);
    const address = /serves at (http:\S+)/.exec(text)?.[1];
    if (address !== undefined) return address;
  }
  throw new Error(`the server ended before it listened: ${text}`);
}
