/**
 * `countersign serve` in a process of its own that kills itself right after its step number KILL_AFTER, as power failures
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
const last = Number(process.env['KILL_AFTER'] ?? Number.POSITIVE_INFINITY);
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
    if (when === 'before') return;
    taken += 1;
    if (taken < last) return;
    writeSync(1, `killed after ${step}\n`);
    process.kill(process.pid, 'SIGKILL');
  },
});
process.once('SIGTERM', () => void service.stop().then(() => process.exit(0)));
// Last: whoever reads it may send signals, and one without a handler ends the process.
console.log(`listens at ${service.address}`);
