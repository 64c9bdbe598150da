import { CountersignError } from '../core/errors.ts';
import { sendThroughProxies } from '../service/outgoing.ts';
import { readCredentials, readSettings } from '../service/settings.ts';
import { startWorker } from '../service/start.ts';
import type { CommandIo } from './io.ts';
import { runUntilStopped, wantsHelp } from './running.ts';

const HELP = `countersign worker: more reviews at once

Takes work from the queue of a \`countersign serve\` on the same PostgreSQL; any number of them may run. It needs the
same settings (docs/settings.md): DATABASE_URL, APP_ID, PRIVATE_KEY or PRIVATE_KEY_PATH, WEBHOOK_SECRET and the sources.
COUNTERSIGN_CONCURRENCY says how much one worker does at once. SIGTERM lets running work end.
`;

/** Runs until SIGTERM or SIGINT, then lets running work end; what does not end in time goes back to the queue. */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  if (wantsHelp(argv, 'worker')) {
    io.stdout(HELP);
    return 0;
  }
  const settings = readSettings(io.env);
  sendThroughProxies(io.env);
  if (settings.databaseUrl === null) {
    throw new CountersignError(
      'bad-configuration',
      'DATABASE_URL is missing: workers share a PostgreSQL database. The embedded one belongs to a single `countersign serve`, which works by itself.',
    );
  }
  const credentials = readCredentials(io.env, settings);
  if (credentials === null) {
    throw new CountersignError(
      'bad-configuration',
      'There are no credentials of a GitHub App: give the worker the same APP_ID, PRIVATE_KEY and WEBHOOK_SECRET as `countersign serve`.',
    );
  }
  return runUntilStopped(
    { settings, credentials, io },
    startWorker,
    () => `countersign works: ${settings.concurrency} jobs at once`,
  );
}
