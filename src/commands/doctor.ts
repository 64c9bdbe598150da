import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CountersignError, messageOf } from '../core/errors.ts';
import type { EvidenceSource } from '../core/lookup.ts';
import {
  type Diagnosis,
  diagnoseAdvisories,
  diagnoseApp,
  diagnoseHook,
  diagnoseRepositories,
  diagnoseService,
  diagnoseSource,
  isWell,
  readManifest,
} from '../service/diagnose.ts';
import { diagnoseDeliveries } from '../service/diagnose-deliveries.ts';
import { diagnoseKey, diagnoseMetrics, diagnoseToken } from '../service/diagnose-keys.ts';
import { sendThroughProxies } from '../service/outgoing.ts';
import { Readiness } from '../service/readiness.ts';
import { createClients } from '../service/reviewing.ts';
import { redactor, secretsOfApp } from '../service/secrets.ts';
import {
  type Credentials,
  credentialsFile,
  readCredentials,
  readSettings,
  type Settings,
} from '../service/settings.ts';
import { operatorSources } from '../service/source-settings.ts';
import { openSources, type SourceSettings } from '../sources.ts';
import { openStore } from '../store/index.ts';
import type { CommandIo } from './io.ts';
import { parseInput } from './package/input.ts';

const HELP = `countersign doctor: is everything set up, and what is to be done where it is not

  --json    {"ok": …, "lines": [{"check", "state", "found", "why", "fix"}]} instead of text

Reads the same settings as \`countersign serve\` (docs/settings.md). Looks at the App's key, clock, permissions, events,
webhook and its deliveries, the store and its queue, the sources, and whether repositories require the check and pin it to the App.
States: ok, note (worth knowing), wrong, unknown. Exit: 0 only if nothing is wrong or unknown.
`;

export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  const { values } = parsed(argv);
  if (values.help === true) {
    io.stdout(HELP);
    return 0;
  }
  const settings = readSettings(io.env);
  sendThroughProxies(io.env);
  const credentials = credentialsOf(io, settings);
  const usable = 'appId' in credentials ? credentials : null;
  const [app, store, sources] = await Promise.all([
    usable === null ? [] : ofGitHub(settings, usable, io),
    ofStore(settings, io),
    ofSources(io),
  ]);
  const own: Diagnosis = {
    check: 'credentials',
    state: usable === null ? 'wrong' : 'ok',
    found:
      'problem' in credentials ? credentials.problem : `App ${credentials.appId}, with a readable key and a secret`,
    why: 'Without them nothing can be read from GitHub, and webhooks cannot be told from forged ones.',
    fix:
      usable === null
        ? 'Set APP_ID, PRIVATE_KEY or PRIVATE_KEY_PATH, and WEBHOOK_SECRET, or make an App with `countersign serve`.'
        : null,
  };
  const keys = usable === null ? [] : [diagnoseKey(usable, io.env, settings, io.now())];
  const lines = [own, ...keys, diagnoseMetrics(settings), ...app, ...store, ...sources];
  const clean = redactor([...settings.secrets, ...(usable === null ? [] : secretsOfApp(usable))]);
  io.stdout(clean(values.json === true ? `${JSON.stringify({ ok: isWell(lines), lines }, null, 2)}\n` : textOf(lines)));
  return isWell(lines) ? 0 : 1;
}

function credentialsOf(io: CommandIo, settings: Settings): Credentials | { readonly problem: string } {
  try {
    return (
      readCredentials(io.env, settings) ?? { problem: `none in the environment or in ${credentialsFile(settings)}` }
    );
  } catch (error) {
    if (error instanceof CountersignError) return { problem: error.message };
    throw error;
  }
}

async function ofGitHub(settings: Settings, credentials: Credentials, io: CommandIo): Promise<Diagnosis[]> {
  const { api, host, octokit } = createClients(
    { ...settings, logLevel: 'fatal' },
    credentials,
    io.now,
    () => undefined,
  );
  const manifest = readManifest();
  const app = await diagnoseApp(api, manifest, io.now);
  if (app.some((line) => line.check === 'app' && line.state !== 'ok')) return app;
  const repositories = api.installations().then(
    async (installations) => [
      ...(await diagnoseToken(api, installations)),
      ...(await diagnoseRepositories({
        installations,
        host,
        octokit,
        manifest,
        appId: credentials.appId,
        webUrl: settings.webUrl,
        async defaultBranch(ref) {
          const { defaultBranch, archived } = await host.repository(ref);
          return { branch: defaultBranch, archived };
        },
      })),
    ],
    (error: unknown): Diagnosis[] => [
      {
        check: 'installations',
        state: 'unknown',
        found: messageOf(error),
        why: 'Only where the App is installed is anything reviewed.',
        fix: 'Try again.',
      },
    ],
  );
  return [...app, ...(await diagnoseHook(api)), await diagnoseDeliveries(api), ...(await repositories)];
}

/**
 * The embedded store has a single owner: where a service holds it, that service is asked for it. A database of its own is
 * opened here all the same, since the service may have been given another one.
 */
async function ofStore(settings: Settings, io: CommandIo): Promise<Diagnosis[]> {
  const why = 'Deliveries, reviews, sign-offs and the ledger are kept there; without it nothing is taken on.';
  const fix = 'Check DATABASE_URL or COUNTERSIGN_DATA, free space and rights; docs/operations.md tells how to restore.';
  if (settings.databaseUrl === null && !existsSync(join(settings.dataFolder, 'database'))) {
    const found = `${settings.dataFolder} holds no database yet; the first start makes it`;
    return [{ check: 'store', state: 'note', found, why, fix: null }];
  }
  const service = await serviceAt(settings);
  const told = service === null ? [nobodyServes(settings)] : diagnoseService(service);
  if (service?.ready === true && settings.databaseUrl === null) {
    const found = `a service is ready at ${settings.host}:${settings.port}`;
    return [{ check: 'store', state: 'ok', found, why, fix: null }, ...told];
  }
  try {
    const { databaseUrl, dataFolder } = settings;
    const store = await openStore({ databaseUrl, dataFolder, now: io.now, onError: () => undefined });
    try {
      await store.ping();
      const { waiting, failed, oldestWaitingMs } = await store.queue.backlog();
      const old = (oldestWaitingMs ?? 0) > 300_000;
      return [
        { check: 'store', state: 'ok', found: `${store.engine} answers`, why, fix: null },
        {
          check: 'queue',
          state: old || failed > 0 ? 'wrong' : 'ok',
          found: `${waiting} waiting${old ? `, the oldest for ${Math.round((oldestWaitingMs ?? 0) / 60_000)} minutes` : ''}, ${failed} given up`,
          why: 'A job that waits is a pull request that is held.',
          fix: old || failed > 0 ? 'Start `countersign serve` (and workers), and read its log for what fails.' : null,
        },
        ...told,
      ];
    } finally {
      await store.close();
    }
  } catch (error) {
    if (!(error instanceof CountersignError)) throw error;
    return [{ check: 'store', state: 'wrong', found: error.message, why, fix }, ...told];
  }
}

function nobodyServes({ host, port }: Settings): Diagnosis {
  return {
    check: 'service',
    state: 'note',
    found: `nobody answers at ${host}:${port}`,
    why: 'Webhooks are taken on, and pull requests reviewed, only while `countersign serve` runs.',
    fix: 'Start it, or run doctor on its machine with its HOST and PORT.',
  };
}

/** What a service at our own address says of itself; null where none does. */
async function serviceAt({ host, port }: Settings): Promise<Readiness | null> {
  const reached = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  try {
    const address = `http://${reached.includes(':') ? `[${reached}]` : reached}:${port}/readyz`;
    const answer = await fetch(address, { signal: AbortSignal.timeout(10_000) });
    return Readiness.safeParse(await answer.json()).data ?? null;
  } catch (error) {
    // Nothing of ours listens there, which is no fault: then the store is opened here.
    if (error instanceof Error) return null;
    throw error;
  }
}

/** A package of each type that every public registry has had for years. */
const WELL_KNOWN: Readonly<Record<string, string>> = {
  npm: 'npm:lodash@4.17.21',
  pypi: 'pypi:requests@2.31.0',
  cargo: 'cargo:serde@1.0.200',
  golang: 'golang:github.com/pkg/errors@v0.9.1',
  gem: 'gem:rake@13.0.0',
  composer: 'composer:monolog/monolog@3.0.0',
  nuget: 'nuget:Newtonsoft.Json@13.0.1',
  maven: 'maven:junit:junit@4.13.2',
  docker: 'docker:alpine@3.20',
  githubactions: 'githubactions:actions/checkout@v4',
};

const ACTIONS_LEFT_OUT: Diagnosis = {
  check: 'source githubactions',
  state: 'note',
  found: 'no token: whether actions and their versions exist is not looked up',
  why: 'GitHub answers sixty times an hour without one, and a workflow names many actions.',
  fix: 'Set COUNTERSIGN_ACTIONS_TOKEN to a token that reads public repositories, or leave it: pinning is judged all the same.',
};

/** npm and advisories always, actions where there is a token, other registries where the operator named one. */
async function ofSources(io: CommandIo): Promise<Diagnosis[]> {
  let evidence: EvidenceSource;
  let settings: SourceSettings;
  try {
    settings = await operatorSources(io.env);
    evidence = await openSources(settings, null);
  } catch (error) {
    if (!(error instanceof CountersignError)) throw error;
    const why = 'Nothing can be looked up, and the service does not start.';
    const fix = 'Mend the COUNTERSIGN_… setting that is named; docs/settings.md lists them.';
    return [{ check: 'sources', state: 'wrong', found: error.message, why, fix }];
  }
  const named = new Set(['npm', ...Object.keys(settings.addresses)]);
  if (settings.actionsToken === null) named.delete('githubactions');
  else named.add('githubactions');
  const types = Object.keys(WELL_KNOWN).filter((type) => named.has(type));
  const asked = types.flatMap((type) => {
    const input = parseInput(WELL_KNOWN[type] ?? '', 1);
    return input.state === 'package' ? [{ type, change: input.change }] : [];
  });
  const found = await evidence.gather(
    asked.map((each) => each.change),
    { baseNames: new Set(), signal: AbortSignal.timeout(60_000) },
  );
  return [
    ...asked.flatMap(({ type, change }, index) => diagnoseSource(type, change.name, found[index])),
    ...(settings.actionsToken === null ? [ACTIONS_LEFT_OUT] : []),
    ...diagnoseAdvisories(found[0], settings),
  ];
}

function textOf(lines: readonly Diagnosis[]): string {
  const told = lines.map(({ check, state, found, why, fix }) => {
    const head = `${state.padEnd(7)}  ${check}: ${found}`;
    if (state === 'ok') return head;
    return [head, `         why: ${why}`, ...(fix === null ? [] : [`         fix: ${fix}`])].join('\n');
  });
  const open = lines.filter((line) => line.state === 'wrong' || line.state === 'unknown').length;
  return `${told.join('\n')}\n\n${open === 0 ? 'All is well.' : `${open} to look at.`}\n`;
}

function parsed(argv: readonly string[]) {
  try {
    const options = { help: { type: 'boolean', short: 'h' }, json: { type: 'boolean' } } as const;
    return parseArgs({ args: [...argv], options, strict: true });
  } catch (error) {
    throw new CountersignError('bad-usage', `${messageOf(error)}. \`countersign doctor --help\` tells more.`);
  }
}
