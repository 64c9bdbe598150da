import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serveManifestPage } from '../../src/service/manifest.ts';
import { sendThroughProxies } from '../../src/service/outgoing.ts';
import { readSettings } from '../../src/service/settings.ts';
import type { Service } from '../../src/service/start.ts';
import { openStage, type Stage } from '../service/support.ts';
import type { StoredCheckRun } from '../support/github/index.ts';
import { type LocalProxy, startProxy } from '../support/proxy.ts';

const INJECTION = `import { exec } from 'node:child_process';

export function list(request, response) {
  exec('ls ' + request.query.dir, (error, out) => response.send(out));
}
`;

/** By plain HTTP, which GitHub does not speak: the names are what is tested, and a proxy of this machine knows them. */
describe.each([
  ['a data-residency host', 'http://api.acme.ghe.com', 'http://acme.ghe.com', 'http://api.acme.ghe.com/graphql'],
  ['Enterprise Server', 'http://ghes.example/api/v3', 'http://ghes.example', 'http://ghes.example/api/graphql'],
])('%s, by GITHUB_API_URL alone', (_, api, web, graphql) => {
  let stage: Stage;
  let service: Service;
  let proxy: LocalProxy;
  beforeAll(async () => {
    stage = await openStage({}, { offline: true }, { repositories: [], webUrl: web });
    proxy = await startProxy({ http: Number(new URL(stage.github.url).port) });
    sendThroughProxies({ HTTP_PROXY: proxy.url });
    service = await stage.start({ GITHUB_API_URL: api });
  });
  afterAll(async () => {
    await service.stop();
    await stage.close();
    await proxy.close();
  });

  test('a pull request is reviewed, held, signed with a press and let go, and nobody else is asked anything', async () => {
    const { repository, github } = stage;
    const head = await repository.push('change', { 'src/list.js': INJECTION }, { as: 'Copilot' });
    const number = await repository.open({ branch: 'change', title: 'A change', as: 'Copilot' });
    const held = await repository.completed(head);
    expect(held.conclusion).toBe('action_required');
    const sticky = repository.comments(number)[0]?.body ?? '';
    // A token that is renewed on demand is asked of the same host.
    github.expireTokens();
    const code = /\br-[0-9a-z]{8}\b/.exec(sticky)?.[0];
    await repository.comment(number, `/countersign sign F1 ${code} only our scheduler does this`, 'ben');
    await expect.poll(() => repository.checkRun(held.id).actions.length).toBe(1);
    const pending = [...repository.comments(number).map(({ body }) => body), ...said(repository.checkRun(held.id))];
    await repository.press(held.id, repository.checkRun(held.id).actions[0]?.identifier ?? '', 'ben');
    await repository.completed(head, { when: (run) => run.conclusion === 'success' });
    await repository.queue([number], 'ben');
    await expect.poll(() => proxy.carried.some((line) => line === `POST ${graphql}`)).toBe(true);

    const bases = new Set(proxy.carried.map((line) => line.split(' ')[1]).filter((target) => target !== graphql));
    expect([...bases].filter((target) => !target?.startsWith(`${api}/`))).toEqual([]);
    const seen = [sticky, ...pending, ...repository.checkRuns(head).flatMap(said)];
    const links = seen.flatMap((text) => [...text.matchAll(/https?:\/\/[^\s)"'<>]+/g)].map(([link]) => link));
    expect(links.some((link) => link.startsWith(`${web}/acme/shop/`))).toBe(true);
    // What is linked is either there, or a public page about a weakness; never this repository on github.com.
    expect(links.filter((link) => /github\.com|127\.0\.0\.1/.test(link))).toEqual([]);
    expect(github.violations).toEqual([]);
  });

  test('the page that makes the App sends people to that host, and fetches the credentials there', async () => {
    const settings = { ...readSettings({ GITHUB_API_URL: api, COUNTERSIGN_DATA: stage.folder }), port: 0 };
    const page = serveManifestPage(settings, () => undefined);
    const form = await (await fetch(await page.address)).text();
    const action = /action="([^"]+)"/.exec(form)?.[1] ?? '';
    expect(action).toMatch(new RegExp(`^${web}/settings/apps/new\\?state=`));
    const made = { id: 7, slug: 'made', html_url: `${web}/apps/made`, pem: 'PEM', webhook_secret: 'a'.repeat(32) };
    stage.github.fault({ path: /\/app-manifests\/a-code\//, anyone: true, status: 201, body: JSON.stringify(made) });
    const state = new URL(action).searchParams.get('state');
    await fetch(`${await page.address}created?code=a-code&state=${state}`);
    expect(await page.created).toBe(`${web}/apps/made`);
    expect(proxy.carried).toContain(`POST ${api}/app-manifests/a-code/conversions`);
  });
});

function said(run: Pick<StoredCheckRun, 'title' | 'summary' | 'text' | 'detailsUrl'>) {
  return [run.title ?? '', run.summary ?? '', run.text ?? '', run.detailsUrl ?? ''];
}
