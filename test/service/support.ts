import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings } from '../../src/service/settings.ts';
import { type Service, startService } from '../../src/service/start.ts';
import { DEFAULT_SOURCES, openSources, type SourceSettings } from '../../src/sources.ts';
import { openStore } from '../../src/store/index.ts';
import { beginFolder } from '../support/data-folder.ts';
import {
  type AppSeed,
  type GitHub,
  type GitHubOptions,
  type Repository,
  startGitHub,
} from '../support/github/index.ts';
import { SECRET, USERS } from '../support/world.ts';

/** A GitHub and a data folder between which the service can be stopped and started again. Without sources of a test's own, none is asked. */
export interface Stage {
  readonly github: GitHub;
  readonly repository: Repository;
  readonly folder: string;
  readonly lines: string[];
  start(env?: Readonly<Record<string, string>>, now?: () => number): Promise<Service>;
  close(): Promise<void>;
}

export async function openStage(
  app: Partial<Pick<AppSeed, 'permissions' | 'events'>> = {},
  sources: Partial<SourceSettings> = { offline: true },
  /** Beside acme/shop. */
  beside: Pick<GitHubOptions, 'repositories' | 'organisations' | 'webUrl'> = { repositories: [] },
): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-service-'));
  const github = await startGitHub({
    users: [...USERS],
    organisations: [{ login: 'acme', members: ['maria', 'ben'] }, ...(beside.organisations ?? [])],
    repositories: [
      {
        owner: 'acme',
        name: 'shop',
        files: { 'package.json': '{}\n' },
        collaborators: { maria: 'maintain', ben: 'write', Copilot: 'write' },
      },
      ...beside.repositories,
    ],
    webhookSecret: SECRET,
    app,
    ...(beside.webUrl === undefined ? {} : { webUrl: beside.webUrl }),
  });
  const lines: string[] = [];
  return {
    github,
    repository: github.repository('acme/shop'),
    folder,
    lines,
    async start(env = {}, now = Date.now) {
      const settings = readSettings({
        COUNTERSIGN_DATA: folder,
        PORT: '0',
        GITHUB_API_URL: github.url,
        LOG_LEVEL: 'fatal',
        ...env,
      });
      if (settings.databaseUrl === null && !existsSync(join(settings.dataFolder, 'database')))
        await beginFolder(settings.dataFolder);
      const store = await openStore({
        databaseUrl: settings.databaseUrl,
        dataFolder: settings.dataFolder,
        now,
        onError: (error) => lines.push(String(error)),
      });
      const service = await startService({
        settings,
        credentials: { appId: github.app.id, privateKey: github.privateKey, webhookSecret: SECRET },
        store,
        evidence: await openSources({ ...DEFAULT_SOURCES, ...sources }, store),
        log: (level, message, fields) => lines.push(JSON.stringify({ level, message, ...fields })),
        now,
        env,
      });
      github.setWebhookUrl(`${service.address}/api/github/webhooks`);
      return service;
    },
    async close() {
      await github.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
