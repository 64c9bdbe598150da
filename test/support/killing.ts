import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Step } from '../../src/service/steps.ts';
import { openStore } from '../../src/store/index.ts';
import { openStage, type Stage } from '../service/support.ts';
import { beginFolder } from './data-folder.ts';
import { SECRET } from './world.ts';

/** A GitHub, and a service in a process of its own that can be killed and started again on the same data. */
export interface KillingGround {
  readonly stage: Stage;
  /** Starts the process; it dies right after so many steps, or so many of one name, where that is given. */
  start(killAfter?: KillAfter): Promise<Life>;
  /** Entries of the ledger, `type` and pull request; no process may run. */
  ledger(): Promise<readonly (readonly [string, number | null])[]>;
  close(): Promise<void>;
}

export type KillAfter = number | `${Step}#${number}`;

export interface Life {
  readonly pid: number;
  /** Resolves with what it said last, when the process is gone. */
  readonly gone: Promise<string>;
  stop(): Promise<void>;
}

export async function openKillingGround(databaseUrl: string | null): Promise<KillingGround> {
  const stage = await openStage();
  if (databaseUrl === null) await beginFolder(stage.folder);
  const lives = new Set<ChildProcess>();
  const env: Record<string, string | undefined> = {
    PATH: process.env['PATH'],
    COUNTERSIGN_DATA: stage.folder,
    GITHUB_API_URL: stage.github.url,
    APP_ID: String(stage.github.app.id),
    PRIVATE_KEY: stage.github.privateKey,
    WEBHOOK_SECRET: SECRET,
    LOG_LEVEL: 'fatal',
    ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }),
  };

  async function start(killAfter?: KillAfter): Promise<Life> {
    const own = { ...env, PORT: '0', ...(killAfter === undefined ? {} : { KILL_AFTER: String(killAfter) }) };
    const child = spawn(process.execPath, [fileURLToPath(new URL('service-child.ts', import.meta.url))], {
      env: own,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    lives.add(child);
    let said = '';
    const listens = Promise.withResolvers<string | null>();
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (piece) => {
        said += String(piece);
        const [, address] = /^listens at (\S+)$/m.exec(said) ?? [];
        if (address !== undefined) listens.resolve(address);
      });
    // Not at its end, but when its words are all here: the last ones may come after it.
    const gone = once(child, 'close').then(() => {
      lives.delete(child);
      listens.resolve(null);
      return said;
    });
    const address = await listens.promise;
    // One that dies of what it found in its queue may be gone before it listens.
    if (address !== null) {
      stage.github.setWebhookUrl(`${address}/api/github/webhooks`);
    } else if (!said.includes('killed after')) throw new Error(`the service did not start: ${said}`);
    return {
      pid: child.pid ?? 0,
      gone,
      async stop() {
        child.kill('SIGTERM');
        await gone;
      },
    };
  }

  return {
    stage,
    start,
    async ledger() {
      const store = await openStore({ databaseUrl, dataFolder: stage.folder, now: Date.now });
      try {
        const found: (readonly [string, number | null])[] = [];
        for await (const { body } of store.ledger.events(stage.repository.ref.installationId))
          found.push([body.type, body.pullRequest]);
        return found;
      } finally {
        await store.close();
      }
    },
    async close() {
      for (const child of lives) child.kill('SIGKILL');
      await stage.close();
    },
  };
}
