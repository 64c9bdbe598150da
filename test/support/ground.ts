import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type GitHub, startGitHub } from './github/index.ts';
import { type LocalRegistry, startVerdaccio } from './verdaccio.ts';
import { SECRET, USERS } from './world.ts';

/** The other side of a measured service, all in this process: an emulated GitHub and a local npm registry. */
export interface Ground {
  readonly github: GitHub;
  readonly registry: LocalRegistry;
  /** Where the embedded database is, below `database`. */
  readonly dataFolder: string;
  /** Starts `countersign serve` or `countersign worker`, as an operator would: a process of its own. */
  start(command: 'serve' | 'worker', env?: Readonly<Record<string, string>>): Promise<Running>;
  close(): Promise<void>;
}

export interface Running {
  readonly pid: number;
  stop(): Promise<void>;
}

/** `latencyMs` is the registry's; GitHub's is set with `github.setLatency`, since what lays the ground need not wait. */
export async function openGround(options: {
  readonly repositories: readonly { readonly name: string; readonly files: Readonly<Record<string, string>> }[];
  readonly latencyMs: number;
  readonly databaseUrl: string | null;
}): Promise<Ground> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-bench-'));
  const denyList = join(folder, 'deny-list.txt');
  await writeFile(denyList, 'npm:known-bad:1.0.0\n');
  const [registry, github] = await Promise.all([
    startVerdaccio({ uplink: false, latencyMs: options.latencyMs }),
    startGitHub({
      users: [...USERS],
      organisations: [{ login: 'acme', members: ['maria', 'ben'] }],
      repositories: options.repositories.map(({ name, files }) => ({
        owner: 'acme',
        name,
        files,
        collaborators: { maria: 'maintain', ben: 'write', Copilot: 'write' },
      })),
      webhookSecret: SECRET,
    }),
  ]);
  const dataFolder = join(folder, 'data');
  const children = new Set<ChildProcess>();
  const common: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    COUNTERSIGN_DATA: dataFolder,
    PORT: '0',
    GITHUB_API_URL: github.url,
    APP_ID: String(github.app.id),
    PRIVATE_KEY: github.privateKey,
    WEBHOOK_SECRET: SECRET,
    LOG_LEVEL: 'fatal',
    COUNTERSIGN_REGISTRY_NPM: registry.url,
    // Neither has a server here; malware comes from the list.
    COUNTERSIGN_OSV: 'off',
    COUNTERSIGN_DEPS_DEV: 'off',
    COUNTERSIGN_DENY_LIST: denyList,
    ...(options.databaseUrl === null ? {} : { DATABASE_URL: options.databaseUrl }),
  };

  return {
    github,
    registry,
    dataFolder,
    async start(command, env = {}) {
      const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
      const child = spawn(process.execPath, [main, command], {
        env: { ...common, ...env } as unknown as NodeJS.ProcessEnv,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      children.add(child);
      const said = await firstWord(child);
      const address = /^countersign serves at (\S+)$/m.exec(said)?.[1];
      if (address !== undefined) github.setWebhookUrl(`${address}/api/github/webhooks`);
      return {
        pid: child.pid ?? 0,
        async stop() {
          const gone = once(child, 'close');
          child.kill('SIGTERM');
          await gone;
          children.delete(child);
        },
      };
    },
    async close() {
      for (const child of children) child.kill('SIGKILL');
      await Promise.all([github.close(), registry.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What it says when it is ready. One that ends instead is an error, with its last words. */
function firstWord(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (piece) => {
        said += String(piece);
        if (/^countersign (?:serves at|works: )/m.test(said)) resolve(said);
      });
    child.once('close', () => reject(new Error(`the process ended: ${said}`)));
  });
}
