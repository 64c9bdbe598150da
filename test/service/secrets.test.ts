import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CountersignError, messageOf } from '../../src/core/errors.ts';
import { packageFile } from '../../src/package-root.ts';
import { redactor, scrubber, secretsOfApp, secretsOfEnvironment, secretsOfNpm } from '../../src/service/secrets.ts';
import { readCredentials, readSettings } from '../../src/service/settings.ts';
import { operatorSources } from '../../src/service/source-settings.ts';
import { openStore } from '../../src/store/index.ts';
import { type PostgresServer, postgresMissing, startPostgres } from '../support/postgres.ts';
import { SECRET } from '../support/world.ts';
import { openStage, type Stage } from './support.ts';

describe('a line of the log', () => {
  const clean = scrubber(['hunter2hunter2', 'multi\n"line']);
  test.each([
    ['as it is', 'x hunter2hunter2 y'],
    ['as JSON writes it', JSON.stringify({ e: 'multi\n"line' })],
    ['as base64', Buffer.from('hunter2hunter2').toString('base64')],
    ['as the password of an address', 'postgres://me:another-word@db/x'],
    ['as a token of GitHub that nobody told us of', `ghs_${'a'.repeat(36)}`],
  ])('does not hold a secret %s', (_, line) => {
    expect(clean(line)).not.toMatch(/hunter2|multi|another-word|aaaa|aHVudGVy/);
  });

  test('stays JSON, whatever was cut out of it', () => {
    const line = `{"msg":"-----BEGIN RSA PRIVATE KEY-----abc"}\n`;
    expect(clean(line)).not.toContain('abc');
    expect(() => JSON.parse(clean(line))).not.toThrow();
  });

  test('that is plain text loses the secret, and nothing else', () => {
    expect(redactor(['hunter2hunter2'])('ok  store\nbad hunter2hunter2 here\n')).toBe(
      'ok  store\nbad [removed: it looks like a secret] here\n',
    );
  });
});

describe('known as secrets are', () => {
  test.each<readonly [string, string, string]>([
    ['WEBHOOK_SECRET', 'the-webhook-secret', 'the-webhook-secret'],
    ['PRIVATE_KEY', `-----BEGIN K-----\\n${'A'.repeat(64)}\\n-----END K-----`, 'A'.repeat(64)],
    ['COUNTERSIGN_METRICS_TOKEN', 'the-metrics-token', 'the-metrics-token'],
    ['COUNTERSIGN_ACTIONS_TOKEN', 'the-actions-token', 'the-actions-token'],
    ['DATABASE_URL', 'postgres://me:p%40ssword@db/x', 'p@ssword'],
    ['DATABASE_URL', 'postgres://db/x?user=me&password=in-the-query', 'in-the-query'],
    ['PGPASSWORD', 'libpq-password', 'libpq-password'],
    ['COUNTERSIGN_REGISTRY_PYPI', 'https://ci:pypi-word@pypi.acme.example/', 'pypi-word'],
    ['COUNTERSIGN_REGISTRY_PYPI', 'https://ci:pypi-word@pypi.acme.example/', 'ci:pypi-word'],
    ['COUNTERSIGN_ROUTES', 'npm:@a=https://a.example/ pypi:b-*=https://u:route-word@b.example/', 'route-word'],
    ['COUNTERSIGN_DENY_LIST', 'https://list.example/bad.txt?token=list-token', 'list-token'],
    ['HTTPS_PROXY', 'proxy-user:proxy-word@proxy.example:3128', 'proxy-word'],
    ['http_proxy', 'http://proxy-user:proxy-word@proxy.example:3128', 'proxy-word'],
    ['COUNTERSIGN_ALERT_URL', 'https://chat.example/hooks/T0/B0123456789abcdef', 'B0123456789abcdef'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'x-team=ours,authorization=Bearer%20collector-token', 'collector-token'],
  ])('%s=%s', (name, value, secret) => {
    expect(secretsOfEnvironment({ [name]: value })).toContain(secret);
  });

  test('the App’s key and secret, wherever they were read', () => {
    const found = secretsOfApp({ privateKey: `-----BEGIN\n${'A'.repeat(64)}\n`, webhookSecret: SECRET });
    expect(found).toEqual([SECRET, 'A'.repeat(64)]);
  });

  test('what an npm configuration holds, and the plain word behind its base64', () => {
    const options = {
      registry: 'https://npm.acme.example/',
      proxy: 'http://me:proxy-word@proxy.example:3128',
      '//npm.acme.example/:_authToken': 'npm-token-1',
      '//a.example/:_auth': Buffer.from('ci:auth-word').toString('base64'),
      '//b.example/:_password': Buffer.from('password-word').toString('base64'),
      '//b.example/:username': 'ci-user-name',
    };
    const found = secretsOfNpm(options);
    for (const secret of ['proxy-word', 'npm-token-1', 'auth-word', 'password-word']) expect(found).toContain(secret);
    expect(found.join(' ')).not.toMatch(/ci-user-name|npm\.acme\.example/);
  });
});

describe('a setting that cannot be used is named without what is secret in it:', () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-settings-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const read = (env: Readonly<Record<string, string>>) => readSettings({ COUNTERSIGN_DATA: folder, ...env });
  const stored = (text: string) => async () => {
    writeFileSync(join(folder, 'app.json'), text);
    return readCredentials({}, { dataFolder: folder });
  };
  test.each<readonly [string, () => Promise<unknown>, RegExp]>([
    [
      'a registry without its scheme',
      () => operatorSources({ COUNTERSIGN_REGISTRY_PYPI: 'ci:hunter2@pypi.acme.example' }),
      /COUNTERSIGN_REGISTRY_PYPI is "…@pypi\.acme\.example"/,
    ],
    [
      'a route that cannot be read',
      () => operatorSources({ COUNTERSIGN_ROUTES: 'npm:@acme=hunter2' }),
      /COUNTERSIGN_ROUTES names no address .* for npm:@acme/,
    ],
    [
      'a route without any registry',
      () => operatorSources({ COUNTERSIGN_ROUTES: 'npm:@acme:https://ci:hunter2@npm.acme.example/?hunter2' }),
      /COUNTERSIGN_ROUTES cannot be read at "…@npm\.acme\.example\/\?…"/,
    ],
    ['a proxy that is none', () => operatorSources({ HTTP_PROXY: 'socks9://u:hunter2@x' }), /HTTP_PROXY/],
    [
      'an alert address that is none',
      async () => read({ COUNTERSIGN_ALERT_URL: 'hooks/hunter2' }),
      /COUNTERSIGN_ALERT_URL/,
    ],
    [
      'a database address that is none',
      () => openStore({ databaseUrl: 'me:hunter2@db', dataFolder: folder, now: Date.now }),
      /not a PostgreSQL address/,
    ],
    [
      'stored credentials that are no JSON at their secret',
      stored('{"appId":1,"webhookSecret":hunter2,"privateKey":"x"}'),
      /app\.json does not hold the credentials/,
    ],
    ['stored credentials cut off before their secret', stored('hunter2"}'), /app\.json does not hold the credentials/],
  ])('%s', async (_, act, sentence) => {
    const error = await act().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CountersignError);
    expect(messageOf(error)).toMatch(sentence);
    expect(messageOf(error)).not.toContain('hunter2');
  });
});

/** One word for each place where a secret lies in earnest. */
const PLANTED = {
  npmToken: 'planted-npm-token-Zq81',
  npmPassword: 'planted-npm-password-Zq82',
  pypiPassword: 'planted-pypi-password-Zq83',
  routePassword: 'planted-route-password-Zq84',
  actionsToken: 'planted-actions-token-Zq85',
  proxyPassword: 'planted-proxy-password-Zq86',
  listToken: 'planted-list-token-Zq87',
  alertToken: 'planted-alert-token-Zq88',
  collectorToken: 'planted-collector-token-Zq89',
  metricsToken: 'planted-metrics-token-Zq90',
  databasePassword: 'planted-database-password-Zq91',
} as const;

/**
 * Everything that the service asks beside GitHub, at its worst: it answers with an error, and says back what it was told,
 * in its status, its headers and its body.
 */
async function openEcho(): Promise<{ readonly server: Server; readonly address: string; readonly bodies: string[] }> {
  const bodies: string[] = [];
  const server = createServer(async (request: IncomingMessage, response) => {
    let body = '';
    for await (const piece of request) body += String(piece);
    bodies.push(`${request.method} ${request.url?.split('?')[0]} ${body}`);
    const said = [
      request.headers.authorization,
      request.headers['proxy-authorization'],
      ...Object.values(PLANTED),
    ].join(' ');
    response.writeHead(request.url?.includes('serde') ? 302 : 401, said, {
      'www-authenticate': `Basic realm="${said}"`,
      location: `http://elsewhere.example/?${encodeURIComponent(said)}`,
      'x-said': said,
    });
    response.end(JSON.stringify({ error: said, message: said }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, bodies };
}

describe.skipIf(postgresMissing !== null)('a service whose every neighbour says its secrets aloud', () => {
  let stage: Stage;
  let postgres: PostgresServer;
  let echo: Awaited<ReturnType<typeof openEcho>>;
  let folder: string;
  let env: Record<string, string>;
  let database: string;
  beforeAll(async () => {
    [stage, postgres, echo] = await Promise.all([openStage(), startPostgres(), openEcho()]);
    folder = mkdtempSync(join(tmpdir(), 'countersign-planted-'));
    database = await postgres.createDatabase();
    const host = new URL(echo.address).host;
    const npmrc = [
      `registry=${echo.address}/npm/`,
      `//${host}/npm/:_authToken=\${NPM_TOKEN}`,
      `//${host}/other/:_password=${Buffer.from(PLANTED.npmPassword).toString('base64')}`,
    ];
    writeFileSync(join(folder, 'npmrc'), `${npmrc.join('\n')}\n`);
    env = {
      PATH: process.env['PATH'] ?? '',
      COUNTERSIGN_DATA: join(folder, 'data'),
      PORT: '0',
      GITHUB_API_URL: stage.github.url,
      LOG_LEVEL: 'trace',
      APP_ID: String(stage.github.app.id),
      PRIVATE_KEY: stage.github.privateKey,
      WEBHOOK_SECRET: SECRET,
      DATABASE_URL: database.replace('sesame', PLANTED.databasePassword),
      COUNTERSIGN_NPMRC: join(folder, 'npmrc'),
      NPM_TOKEN: PLANTED.npmToken,
      COUNTERSIGN_REGISTRY_PYPI: echo.address.replace('//', `//ci:${PLANTED.pypiPassword}@`),
      COUNTERSIGN_REGISTRY_CARGO: `${echo.address}/cargo/`,
      COUNTERSIGN_REGISTRY_GEM: 'http://gems.acme.example/',
      COUNTERSIGN_REGISTRY_GITHUBACTIONS: `${echo.address}/actions/`,
      COUNTERSIGN_ROUTES: `npm:@acme=${echo.address.replace('//', `//ci:${PLANTED.routePassword}@`)}/acme/`,
      COUNTERSIGN_ACTIONS_TOKEN: PLANTED.actionsToken,
      COUNTERSIGN_OSV: 'off',
      COUNTERSIGN_DEPS_DEV: 'off',
      COUNTERSIGN_SIGSTORE: 'off',
      COUNTERSIGN_DENY_LIST: `${echo.address}/list.txt?token=${PLANTED.listToken}`,
      HTTP_PROXY: echo.address.replace('//', `//proxy-user:${PLANTED.proxyPassword}@`),
      COUNTERSIGN_ALERT_URL: `${echo.address}/hooks/${PLANTED.alertToken}`,
      OTEL_EXPORTER_OTLP_ENDPOINT: `${echo.address}/otlp`,
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${PLANTED.collectorToken}`,
      OTEL_BSP_SCHEDULE_DELAY: '200',
      COUNTERSIGN_METRICS_TOKEN: PLANTED.metricsToken,
    };
  });
  afterAll(async () => {
    echo.server.close();
    await Promise.all([stage.close(), postgres.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });

  /** The command as an operator runs it. What it said is added to while it runs. */
  function command(args: readonly string[], change: Readonly<Record<string, string>> = {}) {
    const child: ChildProcess = spawn(process.execPath, [packageFile('src', 'main.ts'), ...args], {
      env: { ...env, ...change } as unknown as NodeJS.ProcessEnv,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const told = { text: '' };
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (piece) => (told.text += String(piece)));
    return { child, told, gone: once(child, 'close') };
  }

  /** Each secret that stands in the text, by its name; a key by any of its lines. */
  function secretsIn(text: string): readonly string[] {
    const secrets = {
      ...PLANTED,
      webhook: SECRET,
      key: stage.github.privateKey.split('\n')[3] ?? '',
      installation: 'ghs_',
    };
    const told = Object.entries(secrets).flatMap(([name, secret]) =>
      [secret, Buffer.from(secret).toString('base64').slice(0, -2)].some((one) => text.includes(one)) ? [name] : [],
    );
    // Two parts of JSON in base64url (RFC 7519, section 3.1): three letters alone stand in many a random name.
    return /eyJ[\w-]{8,}\.eyJ/.test(text) ? [...told, 'jwt'] : told;
  }

  test('tells none in log, comments, check runs, ledger, queue, cache, metrics, readiness, traces and doctor', async () => {
    const { github, repository } = stage;
    const { child, told, gone } = command(['serve']);
    try {
      await expect.poll(() => told.text).toMatch(/countersign serves at/);
      const address = /serves at (\S+)/.exec(told.text)?.[1] ?? '';
      github.setWebhookUrl(`${address}/api/github/webhooks`);
      const files = {
        'package.json': '{"dependencies":{"left-pad":"1.3.0","@acme/tool":"1.0.0"}}\n',
        'requirements.txt': 'requests==2.31.0\n',
        'Cargo.toml': '[package]\nname = "x"\nversion = "1.0.0"\n[dependencies]\nserde = "1.0.200"\n',
        Gemfile: "source 'http://gems.acme.example/'\ngem 'rake', '13.0.0'\n",
        '.github/workflows/ci.yml': 'on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: some/action@v1\n',
      };
      const head = await repository.push('planted', files, { as: 'Copilot' });
      const number = await repository.open({ branch: 'planted', title: 'Planted', as: 'Copilot' });
      await expect.poll(() => repository.comments(number).length).toBeGreaterThan(0);
      github.fault({ path: /\/pulls\/\d+/, status: 500, times: 1, body: `{"message":"${Object.values(PLANTED)}"}` });
      await repository.comment(number, '/countersign status', 'ben');
      await expect.poll(() => repository.comments(number).length).toBeGreaterThan(2);

      const asked = () => echo.bodies.map((each) => each.split(' ')[1] ?? '');
      for (const path of [
        '/npm/',
        '/acme/',
        '/cargo/',
        '/requests/',
        '/actions/',
        'gems.acme.example',
        '/list.txt',
        '/otlp/',
      ])
        await expect.poll(() => asked().some((each) => each.includes(path)), { message: path }).toBe(true);
      const bearer = { authorization: `Bearer ${PLANTED.metricsToken}` };
      const metrics = await (await fetch(`${address}/metrics`, { headers: bearer })).text();
      expect(metrics).toMatch(/countersign_source_answers_total\{[^}]*state="unavailable"\} [1-9]/);
      const ready = await (await fetch(`${address}/readyz`)).text();
      const json = command(['doctor', '--json'], { PORT: new URL(address).port });
      const plain = command(['doctor'], { PORT: new URL(address).port });
      await Promise.all([json.gone, plain.gone]);
      expect(JSON.parse(json.told.text)).toMatchObject({ ok: false });
      expect(plain.told.text).toMatch(/source npm: .*did not answer/);
      const kept = await everyRow(database);
      expect(kept).toMatch(/"verdict|review/);

      expect({
        log: secretsIn(told.text),
        comments: secretsIn(JSON.stringify(repository.comments(number))),
        runs: secretsIn(JSON.stringify(repository.checkRuns(head))),
        database: secretsIn(kept),
        metrics: secretsIn(metrics),
        ready: secretsIn(ready),
        traces: secretsIn(echo.bodies.join('\n')),
        doctor: secretsIn(json.told.text + plain.told.text),
      }).toEqual({
        log: [],
        comments: [],
        runs: [],
        database: [],
        metrics: [],
        ready: [],
        traces: [],
        doctor: [],
      });
    } finally {
      child.kill('SIGTERM');
      await gone;
    }
    expect(secretsIn(told.text)).toEqual([]);
  });

  test('nor where it refuses to start, as any other command does', async () => {
    const broken = { PRIVATE_KEY: stage.github.privateKey.slice(0, 700) };
    const away = { DATABASE_URL: `postgres://me:${PLANTED.databasePassword}@127.0.0.1:1/x` };
    const named = { COUNTERSIGN_REGISTRY_PYPI: `ci:${PLANTED.pypiPassword}@pypi.acme.example` };
    const refused = [
      [command(['serve'], broken), /private key cannot be used/],
      [command(['worker'], away), /127\.0\.0\.1:1\/x cannot be reached/],
      [command(['package', 'npm:x@1'], named), /COUNTERSIGN_REGISTRY_PYPI is "….pypi\.acme\.example"/],
    ] as const;
    for (const [{ told, gone }, sentence] of refused) {
      const [code] = await gone;
      expect(told.text).toMatch(sentence);
      expect(secretsIn(told.text)).toEqual([]);
      expect(code).not.toBe(0);
    }
  });

  test('nor in its last words when a bug ends it, for a collector of logs as one line', async () => {
    // A bug, as a library could have it: thrown where nobody waits for it, with the request hung on the error. It waits
    // until the program is there to hear of it, however slow the machine.
    const report = join(folder, 'report.json');
    const bug = `const timer = setInterval(() => {
      if (process.listenerCount('uncaughtException') === 0) return;
      clearInterval(timer);
      process.report.writeReport(${JSON.stringify(report)});
      throw Object.assign(new Error('refused ${SECRET}'), { request: { headers: '${PLANTED.npmToken}' } });
    }, 20);`;
    writeFileSync(join(folder, 'bug.mjs'), bug);
    const { told, gone } = command(['serve'], { NODE_OPTIONS: `--import=${join(folder, 'bug.mjs')}` });
    const [code] = await gone;
    expect(code).toBe(1);
    const last = told.text.trimEnd().split('\n').at(-1) ?? '';
    expect(JSON.parse(last)).toMatchObject({ level: 60, msg: 'an unexpected error ended the process' });
    expect(last).toMatch(/refused \[removed/);
    // Node's own report of a crash, which an operator may have asked for, would list the whole environment.
    expect(secretsIn(readFileSync(report, 'utf8'))).toEqual([]);
    expect(secretsIn(told.text)).toEqual([]);
  });

  async function everyRow(databaseUrl: string): Promise<string> {
    const tables = await postgres.query(
      databaseUrl,
      `SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) AS name FROM pg_tables WHERE schemaname LIKE 'countersign%'`,
    );
    const rows = await Promise.all(
      tables.map(({ name }) => postgres.query(databaseUrl, `SELECT to_json(t)::text AS row FROM ${name} t`)),
    );
    return rows
      .flat()
      .map(({ row }) => String(row))
      .join('\n');
  }
});
