import { parseArgs } from 'node:util';
import { CountersignError, messageOf } from '../core/errors.ts';
import { createLog } from '../service/log.ts';
import { secretsOfApp, secretsOfNpm } from '../service/secrets.ts';
import type { Credentials, Settings } from '../service/settings.ts';
import { operatorSources } from '../service/source-settings.ts';
import type { ServiceParts } from '../service/start.ts';
import { openSources } from '../sources.ts';
import { openStore } from '../store/index.ts';
import type { CommandIo } from './io.ts';

/** What `serve` and `worker` have in common: they open the same things, run until they are told to stop, and drain. */

/** A process that runs until it is stopped. */
interface Running {
  stop(): Promise<void>;
}

/** Opens store and sources, starts the process, waits for SIGTERM or SIGINT, and lets running work end. */
export async function runUntilStopped<T extends Running>(
  given: { readonly settings: Settings; readonly credentials: Credentials; readonly io: CommandIo },
  start: (parts: ServiceParts) => Promise<T>,
  started: (running: T) => string,
): Promise<number> {
  const { settings, credentials, io } = given;
  const sources = await operatorSources(io.env);
  const secrets = [...settings.secrets, ...secretsOfApp(credentials), ...secretsOfNpm(sources.npm)];
  const log = createLog(settings.logLevel, secrets);
  const stopped = stopSignal();
  const store = await openStore({
    databaseUrl: settings.databaseUrl,
    dataFolder: settings.dataFolder,
    now: io.now,
    ledgerKeyFile: settings.ledgerKeyFile,
    onError: (error) => log('error', 'the store had a failure in the background', { error: messageOf(error) }),
  });
  let running: T;
  try {
    const evidence = await openSources(sources, store);
    running = await start({ settings, credentials, store, evidence, log, now: io.now, env: io.env });
  } catch (error) {
    await store.close();
    throw error;
  }
  io.stdout(`${started(running)}\n`);
  await stopped;
  log('info', 'stopping: running work ends first', {});
  await running.stop();
  return 0;
}

export function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
}

/** `--help` is all that these commands take; everything else is a setting. */
export function wantsHelp(argv: readonly string[], command: string): boolean {
  try {
    const options = { help: { type: 'boolean', short: 'h' } } as const;
    return parseArgs({ args: [...argv], options, strict: true }).values.help === true;
  } catch (error) {
    throw new CountersignError('bad-usage', `${messageOf(error)}. \`countersign ${command} --help\` tells more.`);
  }
}
