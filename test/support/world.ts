import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OperatedQueue, OperatedStore, QueueBacklog } from '../../src/core/store.ts';
import { SYSTEM_CLOCK } from '../../src/evidence/clock.ts';
import type { Log } from '../../src/service/log.ts';
import { readSettings } from '../../src/service/settings.ts';
import { type Service, startService } from '../../src/service/start.ts';
import { DEFAULT_SOURCES, openSources } from '../../src/sources.ts';
import { openStore } from '../../src/store/index.ts';
import { beginFolder } from './data-folder.ts';
import { type GitHub, type Repository, startGitHub } from './github/index.ts';
import { type LocalRegistry, startVerdaccio } from './verdaccio.ts';

export const SECRET = 'a-webhook-secret-of-thirty-two-chars';

/** The people of the stories: a coding agent with its real account id, a maintainer, a colleague, a reader, an outsider. */
export const USERS = [
  { login: 'acme', type: 'Organization' },
  { login: 'Copilot', id: 198_982_749, type: 'Bot' },
  { login: 'dependabot[bot]', id: 49_699_333, type: 'Bot' },
  { login: 'maria', id: 5001 },
  { login: 'ben', id: 5002 },
  { login: 'rita', id: 5003 },
  { login: 'otto', id: 5999 },
] as const;

export interface World {
  readonly github: GitHub;
  readonly repository: Repository;
  readonly registry: LocalRegistry;
  readonly service: Service;
  /** The one the service works with, and what its operator sees of it. */
  readonly store: OperatedStore;
  readonly logged: {
    readonly level: string;
    readonly message: string;
    readonly fields: Readonly<Record<string, unknown>>;
  }[];
  /** Adds a line to the list of known malware. */
  deny(line: string): Promise<void>;
  /** Moves the service's clock. */
  later(milliseconds: number): void;
  /** Stops the service's clock, which stands until the answer is called; only `later` moves it. */
  stopClock(): () => void;
  close(): Promise<void>;
}

export interface WorldOptions {
  readonly files: Readonly<Record<string, string>>;
  readonly latencyMs?: number;
  readonly registryLatencyMs?: number;
  readonly owner?: 'acme' | 'maria';
  /** Who works there, where it is not the usual team. */
  readonly collaborators?: Readonly<Record<string, 'read' | 'write' | 'maintain' | 'admin'>>;
  readonly databaseUrl?: string;
  /** Below which path the API is found, as on GitHub Enterprise Server. */
  readonly apiPath?: string;
  /** Files of further repositories of the same owner, by name. The people have the same roles there. */
  readonly alsoRepositories?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** The whole service in this process, between an emulated GitHub and a local npm registry. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const owner = options.owner ?? 'acme';
  const collaborators = options.collaborators ?? { maria: 'maintain', ben: 'write', rita: 'read', Copilot: 'write' };
  const folder = await mkdtemp(join(tmpdir(), 'countersign-world-'));
  const [registry, github] = await Promise.all([
    startVerdaccio({ uplink: false, latencyMs: options.registryLatencyMs ?? 0 }),
    startGitHub({
      users: [...USERS],
      organisations: [{ login: 'acme', members: ['maria', 'ben', 'rita'] }],
      repositories: [
        { owner, name: 'shop', files: options.files, collaborators },
        ...Object.entries(options.alsoRepositories ?? {}).map(([name, files]) => ({
          owner,
          name,
          files,
          collaborators,
        })),
      ],
      webhookSecret: SECRET,
      ...(options.latencyMs === undefined ? {} : { latencyMs: options.latencyMs }),
    }),
  ]);
  // Advisories come from a list on this machine: there is no OSV to be had here.
  const denyList = join(folder, 'deny-list.txt');
  await writeFile(denyList, 'npm:known-bad:1.0.0\n');
  const logged: World['logged'] = [];
  const log: Log = (level, message, fields) => logged.push({ level, message, fields });
  let shift = 0;
  let stopped: number | null = null;
  const now = () => (stopped ?? Date.now()) + shift;
  const settings = readSettings({
    COUNTERSIGN_DATA: folder,
    PORT: '0',
    GITHUB_API_URL: `${github.url}${options.apiPath ?? ''}`,
    LOG_LEVEL: 'fatal',
    ...(options.databaseUrl === undefined ? {} : { DATABASE_URL: options.databaseUrl }),
  });
  if (settings.databaseUrl === null) await beginFolder(folder);
  const store = await openStore({
    databaseUrl: settings.databaseUrl,
    dataFolder: folder,
    now,
    onError: (error) => logged.push({ level: 'error', message: String(error), fields: {} }),
  });
  const service = await startService({
    settings,
    credentials: { appId: github.app.id, privateKey: github.privateKey, webhookSecret: SECRET },
    store,
    evidence: await openSources(
      { ...DEFAULT_SOURCES, npm: { registry: registry.url }, osv: null, depsDev: null, denyList },
      store,
      {
        ...SYSTEM_CLOCK,
        now,
      },
    ),
    log,
    now,
    env: {},
  });
  github.setWebhookUrl(`${service.address}/api/github/webhooks`);
  // Else what a test opens first may be found by the sweep of the start, too.
  await until(() => (logged.some(({ message }) => message.startsWith('swept over')) ? true : undefined));
  return {
    github,
    repository: github.repository(`${owner}/shop`),
    registry,
    service,
    store,
    logged,
    deny: (line) => appendFile(denyList, `${line}\n`),
    later: (milliseconds) => {
      shift += milliseconds;
    },
    stopClock() {
      const at = Date.now();
      stopped = at;
      return () => {
        // It goes on from where it stood.
        shift -= Date.now() - at;
        stopped = null;
      };
    },
    async close() {
      await service.stop();
      await Promise.all([github.close(), registry.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The code that the sticky comment prints in its ready-made command. */
export function reportCode(world: World, pullRequest: number): string {
  const sticky = world.repository.comments(pullRequest).find((comment) => comment.body.includes('countersign:sticky'));
  const code = /\br-[0-9a-z]{8}\b/.exec(sticky?.body ?? '')?.[0];
  if (code === undefined) throw new Error(`no report code in the sticky comment: ${sticky?.body ?? 'there is none'}`);
  return code;
}

/** How long a test waits for what has to come: only a test that fails waits so long. Milliseconds. */
const PATIENCE_MS = 60_000;

/** Waits for something to be there. */
export async function until<T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (performance.now() > end) throw new Error(`it did not come within ${PATIENCE_MS / 1000} seconds`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Waits until every delivery was answered and what it asks for is done, whatever that leads to; what is put off stays. */
export async function atRest(
  github: Pick<GitHub, 'settled' | 'deliveries'>,
  queue: Service['ports']['store']['queue'],
): Promise<QueueBacklog> {
  return until(async () => {
    await github.settled();
    const sent = github.deliveries.length;
    // The service's own store can tell more than its stories ask.
    const backlog = await (queue as OperatedQueue).backlog();
    return backlog.waiting + backlog.running === 0 && github.deliveries.length === sent ? backlog : undefined;
  });
}
