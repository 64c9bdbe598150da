/**
 * `countersign serve` in a process of its own that kills itself right after the step that KILL_AFTER says, as power failures
 * and out-of-memory killers do: no handler runs, nothing is flushed.
 */
import { writeSync } from 'node:fs';
import { readCredentials, readSettings } from '../../src/service/settings.ts';
import { startService } from '../../src/service/start.ts';
import { DEFAULT_SOURCES, openSources } from '../../src/sources.ts';
import { openStore } from '../../src/store/index.ts';

const settings = readSettings(process.env);
const credentials = readCredentials(process.env, settings);
if (credentials === null) throw new Error('the test gives no credentials');
/** So many steps, or, with `name#`, so many of that name. */
const [count = '', named] = (process.env['KILL_AFTER'] ?? 'Infinity').split('#').reverse();
const last = Number(count);
let taken = 0;

const store = await openStore({
  databaseUrl: settings.databaseUrl,
  dataFolder: settings.dataFolder,
  now: Date.now,
  onError: (error) => console.error(String(error)),
});
const service = await startService({
  settings,
  credentials,
  store,
  evidence: await openSources({ ...DEFAULT_SOURCES, offline: true }, store),
  log: (level, message, fields) => console.error(JSON.stringify({ level, message, ...fields })),
  now: Date.now,
  env: process.env,
  reached(step, when) {
    if (when === 'before' || (named !== undefined && named !== step)) return;
    taken += 1;
    if (taken < last) return;
    writeSync(1, `killed after ${step}\n`);
    process.kill(process.pid, 'SIGKILL');
  },
});
process.once('SIGTERM', () => void service.stop().then(() => process.exit(0)));
// Last: whoever reads it may send signals, and one without a handler ends the process.
console.log(`listens at ${service.address}`);
