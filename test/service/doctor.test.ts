import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { run } from '../../src/commands/doctor.ts';
import type { PackageEvidence } from '../../src/core/evidence.ts';
import { requirementOf } from '../../src/github/required-check.ts';
import { type Diagnosis, diagnoseAdvisories, diagnoseSource, readManifest } from '../../src/service/diagnose.ts';
import { type LocalRegistry, startVerdaccio } from '../support/verdaccio.ts';
import { SECRET } from '../support/world.ts';
import { openStage, type Stage } from './support.ts';

let stage: Stage;
let registry: LocalRegistry;
beforeAll(async () => {
  [stage, registry] = await Promise.all([
    openStage({ permissions: readManifest().default_permissions, events: readManifest().default_events }),
    startVerdaccio({ uplink: false, latencyMs: 0 }),
  ]);
  await registry.publish({ name: 'lodash', version: '4.17.21' });
});
afterAll(() => Promise.all([stage.close(), registry.close()]));

function required(integrationId: number | undefined) {
  const check = { context: 'countersign', ...(integrationId === undefined ? {} : { integration_id: integrationId }) };
  return [{ type: 'required_status_checks', parameters: { required_status_checks: [check] } }];
}

beforeEach(() => {
  stage.repository.setRules(required(stage.github.app.id));
  stage.github.setWebhookUrl('https://countersign.example/api/github/webhooks');
});

async function doctor(change: Readonly<Record<string, string | undefined>> = {}, now: () => number = Date.now) {
  let text = '';
  const code = await run(['--json'], {
    stdout: (piece) => {
      text += piece;
    },
    stderr: () => undefined,
    env: {
      COUNTERSIGN_DATA: `${stage.folder}/doctor`,
      PORT: '1',
      GITHUB_API_URL: stage.github.url,
      APP_ID: String(stage.github.app.id),
      PRIVATE_KEY: stage.github.privateKey,
      WEBHOOK_SECRET: SECRET,
      COUNTERSIGN_REGISTRY_NPM: registry.url,
      COUNTERSIGN_OSV: 'off',
      COUNTERSIGN_DENY_LIST: '/dev/null',
      ...change,
    },
    now,
    stdin: (async function* () {})(),
    interactive: false,
  });
  const { ok, lines } = JSON.parse(text) as { ok: boolean; lines: Diagnosis[] };
  return { code, ok, lines, text, line: (check: string) => lines.find((each) => each.check === check) };
}

test('all is well, and says so with 0, where everything is as app.yml wants it', async () => {
  const { code, ok, lines } = await doctor();
  expect(lines.filter((each) => each.state === 'wrong' || each.state === 'unknown')).toEqual([]);
  expect([ok, code]).toEqual([true, 0]);
  for (const check of ['credentials', 'app', 'clock', 'permissions', 'events', 'webhook', 'repository acme/shop']) {
    expect(lines.find((each) => each.check === check)?.state, check).toBe('ok');
  }
  expect(stage.github.violations).toEqual([]);
});

describe('it is not well, and says how to mend it, where', () => {
  type Case = readonly [string, () => Readonly<Record<string, string | undefined>>, string, string, RegExp];
  const rules = (next: Parameters<Stage['repository']['setRules']>[0]) => {
    stage.repository.setRules(next);
    return {};
  };
  const hook = (url: string | null) => {
    stage.github.setWebhookUrl(url);
    return {};
  };
  const cases: readonly Case[] = [
    [
      'there is no App',
      () => ({ APP_ID: undefined, PRIVATE_KEY: undefined, WEBHOOK_SECRET: undefined }),
      'credentials',
      'wrong',
      /none in/,
    ],
    ['the key is none', () => ({ PRIVATE_KEY: 'hello' }), 'credentials', 'wrong', /cannot be used/],
    ['the secret can be guessed', () => ({ WEBHOOK_SECRET: 'development' }), 'credentials', 'wrong', /guess/],
    ['the App id is of another App', () => ({ APP_ID: '99' }), 'app', 'wrong', /401|refused/i],
    [
      'GitHub is not to be reached',
      () => ({ GITHUB_API_URL: 'http://127.0.0.1:1' }),
      'app',
      'wrong',
      /could not be reached/,
    ],
    ['a repository does not require the check', () => rules([]), 'repository acme/shop', 'wrong', /does not require/],
    [
      'a repository takes the check from anyone',
      () => rules(required(undefined)),
      'repository acme/shop',
      'wrong',
      /from any source/,
    ],
    [
      'a repository wants the check of another App',
      () => rules(required(7)),
      'repository acme/shop',
      'wrong',
      /another App/,
    ],
    [
      'the rules of a repository cannot be read',
      () => {
        stage.repository.setRules([]);
        stage.github.fault({ path: /\/rules\/branches\//, status: 403, times: 1 });
        return {};
      },
      'repository acme/shop',
      'unknown',
      /cannot be read/,
    ],
    ['webhooks go elsewhere', () => hook('https://countersign.example/'), 'webhook', 'wrong', /does not end in/],
    [
      'webhooks are not encrypted',
      () => hook('http://countersign.example/api/github/webhooks'),
      'webhook',
      'wrong',
      /not encrypted/,
    ],
    ['webhooks go nowhere', () => hook(null), 'webhook', 'wrong', /no address/],
    [
      'the registry does not answer',
      () => ({ COUNTERSIGN_REGISTRY_NPM: 'http://127.0.0.1:1' }),
      'source npm',
      'wrong',
      /did not answer/,
    ],
    [
      'advisories are declared absent without a list',
      () => ({ COUNTERSIGN_DENY_LIST: undefined }),
      'sources',
      'wrong',
      /name a list in COUNTERSIGN_DENY_LIST/,
    ],
    ['the database is away', () => ({ DATABASE_URL: 'postgres://me:hunter2@127.0.0.1:1/x' }), 'store', 'wrong', /./],
  ];
  test.each(cases)('%s', async (_, arrange, check, state, found) => {
    const { code, ok, line, text } = await doctor(arrange());
    expect(line(check)?.state).toBe(state);
    expect(line(check)?.found).toMatch(found);
    expect(line(check)?.fix).toBeTruthy();
    expect([ok, code]).toEqual([false, 1]);
    expect(text).not.toContain('hunter2');
  });

  test('the database is away, though a service that was given another one is ready', async () => {
    const service = await stage.start();
    try {
      const PORT = new URL(service.address).port;
      const own = await doctor({ PORT, COUNTERSIGN_DATA: stage.folder });
      expect(own.line('store')).toMatchObject({ state: 'ok', found: expect.stringContaining('a service is ready') });
      const { code, line } = await doctor({ PORT, DATABASE_URL: 'postgres://me:hunter2@127.0.0.1:1/x' });
      expect(line('store')).toMatchObject({ state: 'wrong', found: expect.stringContaining('127.0.0.1:1/x') });
      expect(code).toBe(1);
    } finally {
      await service.stop();
    }
  });

  test('GitHub is away: no key is blamed for it', async () => {
    const away = await doctor({ GITHUB_API_URL: 'http://127.0.0.1:1' });
    expect(away.line('app')?.fix).toMatch(/^Let this machine reach/);
    const refused = await doctor({ APP_ID: '99' });
    expect(refused.line('app')?.fix).toMatch(/^Check APP_ID and the private key/);
  });

  test('this clock is wrong', async () => {
    const { line, code } = await doctor({}, () => Date.now() + 120_000);
    expect(line('clock')).toMatchObject({ state: 'wrong' });
    expect(line('clock')?.found).toMatch(/12\d|119/);
    expect(code).toBe(1);
  });
});

test('an App without a permission and an event is told which, and one with more is told what it does not need', async () => {
  const { issues: _, ...less } = readManifest().default_permissions;
  const other = await openStage({ permissions: { ...less, administration: 'write' }, events: ['pull_request'] });
  const before = stage;
  stage = other;
  try {
    const { line, code } = await doctor();
    expect(line('permissions')).toMatchObject({ state: 'wrong', found: 'missing: issues: write' });
    expect(line('events')).toMatchObject({ state: 'wrong', found: expect.stringContaining('check_run') });
    expect(code).toBe(1);
  } finally {
    stage = before;
    await other.close();
  }
});

describe('a branch requires the check', () => {
  const place = { owner: 'acme', repo: 'shop', branch: 'main' };
  const check = { name: 'countersign', appId: 5 };
  const ask = (rules: unknown, branch: unknown) =>
    requirementOf(
      {
        async request(route) {
          const data = route.includes('/rules/') ? rules : branch;
          if (data instanceof Error) throw data;
          return { status: 200, data, headers: {} };
        },
      },
      place,
      check,
    );
  const open = { protected: false };
  const classic = (...checks: unknown[]) => ({
    protected: true,
    protection: { required_status_checks: { contexts: ['countersign'], checks } },
  });
  test.each([
    ['by a classic rule that names our App', [], classic({ context: 'countersign', app_id: 5 }), 'pinned'],
    ['by a classic rule for any App', [], classic({ context: 'countersign', app_id: -1 }), 'unpinned'],
    ['by a classic rule that only names it', [], classic(), 'unpinned'],
    [
      'by a ruleset for any App, and a classic rule for ours',
      required(undefined),
      classic({ context: 'countersign', app_id: 5 }),
      'pinned',
    ],
    [
      'by one rule for ours and one for another App',
      required(5),
      classic({ context: 'countersign', app_id: 6 }),
      'other-app',
    ],
    ['by a ruleset, whatever the other side hides', required(5), new Error('403'), 'pinned'],
    ['perhaps, where one side cannot be read', [], new Error('403'), 'unreadable'],
    [
      'not, where it requires another name',
      [],
      { protected: true, protection: { required_status_checks: { contexts: ['countersign / observe'] } } },
      'not-required',
    ],
    ['not at all', [], open, 'not-required'],
  ])('%s', async (_, rules, branch, state) => {
    expect((await ask(rules, branch)).state).toBe(state);
  });
});

describe('a source', () => {
  const evidence = (change: object) =>
    ({
      source: 'proxy.example',
      registryEntry: { state: 'known' },
      firstPublishedAt: { state: 'known' },
      advisories: { state: 'known' },
      ...change,
    }) as unknown as PackageEvidence;
  test.each([
    ['answers with dates', {}, 'ok'],
    ['strips dates', { firstPublishedAt: { state: 'unavailable', reason: 'not given', transient: false } }, 'note'],
    ['does not know what everyone knows', { registryEntry: { state: 'absent' } }, 'wrong'],
    ['is down', { registryEntry: { state: 'unavailable', reason: '503', transient: true } }, 'wrong'],
  ])('that %s is %s', (_, change, state) => {
    expect(diagnoseSource('npm', 'lodash', evidence(change))[0]?.state).toBe(state);
  });

  test('of advisories that does not answer is wrong', () => {
    const down = evidence({ advisories: { state: 'unavailable', reason: '503', transient: true } });
    const settings = { osv: 'https://osv.example', denyList: null };
    expect(diagnoseAdvisories(down, settings)[0]?.state).toBe('wrong');
    expect(diagnoseAdvisories(evidence({}), settings)[0]?.state).toBe('ok');
  });
});
