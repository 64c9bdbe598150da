import { serveManifestPage } from '../service/manifest.ts';
import { sendThroughProxies } from '../service/outgoing.ts';
import { readCredentials, readSettings, type Settings } from '../service/settings.ts';
import { startService } from '../service/start.ts';
import type { CommandIo } from './io.ts';
import { runUntilStopped, stopSignal, wantsHelp } from './running.ts';

const HELP = `countersign serve: the GitHub App

Reads its settings from environment variables (docs/settings.md): APP_ID, PRIVATE_KEY or PRIVATE_KEY_PATH,
WEBHOOK_SECRET, HOST, PORT, COUNTERSIGN_DATA, DATABASE_URL, GITHUB_API_URL, LOG_LEVEL and some more.
Without App credentials it offers GitHub's App-manifest page to make them.
`;

/** Runs until SIGTERM or SIGINT, then lets running work end. */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  if (wantsHelp(argv, 'serve')) {
    io.stdout(HELP);
    return 0;
  }
  const settings = readSettings(io.env);
  sendThroughProxies(io.env);
  const credentials = readCredentials(io.env, settings);
  if (credentials === null) return makeCredentials(settings, io);
  return runUntilStopped(
    { settings, credentials, io },
    startService,
    (service) => `countersign serves at ${service.address}`,
  );
}

async function makeCredentials(settings: Settings, io: CommandIo): Promise<number> {
  io.stdout(`countersign has no GitHub App yet. There are two ways to one:

  1. An App that exists: set APP_ID, WEBHOOK_SECRET, and PRIVATE_KEY (PEM) or PRIVATE_KEY_PATH, then start again.
  2. A new one: open the page below in a browser; GitHub makes the App from app.yml and the credentials are kept in
     ${settings.dataFolder}.

`);
  const page = serveManifestPage(settings, io.stdout);
  io.stdout(`  ${await page.address}\n`);
  const stopped = stopSignal().then(() => null);
  const created = await Promise.race([page.created, stopped]);
  page.close();
  if (created === null) return 1;
  io.stdout(
    `\nThe App is made: ${created}\nInstall it on your repositories there, then start \`countersign serve\` again.\n`,
  );
  return 0;
}
