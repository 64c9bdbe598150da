import { createEmulator } from 'emulate';
import type { Stage } from './http.ts';
import { createProxy } from './proxy.ts';
import { createReferee } from './referee.ts';
import { createRepository } from './repository.ts';
import { createShapes } from './shapes.ts';
import { createTokens, jwtOf, seededTokens, tokenOf } from './tokens.ts';
import type { GitHub, GitHubOptions, Json, Repository, RepositorySeed } from './types.ts';
import { createWebhooks } from './webhooks.ts';
import { createWorld, isAtLeast, type World } from './world.ts';

export type * from './types.ts';

const ours = ['app', 'installation', 'expired'];

/**
 * An emulated GitHub on this machine: emulate behind our proxy, which adds what emulate lacks, lets a referee judge
 * each of our requests by GitHub's own description, and can make requests slow or fail.
 */
export async function startGitHub(options: GitHubOptions): Promise<GitHub> {
  const world = createWorld(options);
  const [proxy, referee] = await Promise.all([createProxy(options.port ?? 0, options.latencyMs ?? 0), createReferee()]);
  // Emulate's own deliveries lack what GitHub sends, so it gets no webhook address: the proxy sends its own.
  const emulator = await createEmulator({ service: 'github', port: 0, seed: seedOf(options, world) });
  const privateKey = emulator.generatedSecrets.find((secret) => secret.kind === 'github.app_private_key')?.value;
  if (privateKey === undefined) throw new Error('emulate made no key for the App');
  const webhooks = createWebhooks(options.webhookUrl, options.webhookSecret, world.app.events);
  const shapes = createShapes(world, proxy.url, options.webUrl ?? proxy.url);
  const upstream = emulator.url.replace('localhost', '127.0.0.1');
  const tokens = createTokens(world, upstream, privateKey);

  const stage: Stage = {
    world,
    shapes,
    now: () => new Date().toISOString(),
    hook: () => ({ url: webhooks.url(), secret: options.webhookSecret }),
    deliveries: webhooks.deliveries,
    emit(event, fullName, sender, fields) {
      const repository = world.repositories.get(fullName);
      if (!repository) throw new Error(`no repository ${fullName}`);
      // Whoever has not installed the App, or sent it away, tells it nothing.
      const installation = world.installations.get(repository.installationId ?? 0);
      if (installation?.state !== 'active') return;
      const owner = shapes.user(repository.owner);
      webhooks.emit(event, {
        ...fields,
        repository: shapes.repository(repository),
        ...(owner['type'] === 'Organization' ? { organization: owner } : {}),
        installation: { id: installation.id, node_id: 'I' },
        sender: shapes.user(sender),
      });
    },
  };
  proxy.listen({
    stage,
    referee,
    upstream,
    tokens,
  });
  const repositories = new Map<string, Repository>();
  for (const seed of options.repositories) repositories.set(`${seed.owner}/${seed.name}`, await seeded(seed));
  await webhooks.settled();
  webhooks.deliveries.length = 0;
  let cleared = performance.now();

  /** GitHub tells every App of its installations, subscribed or not. */
  function sayInstallation({ id, owner }: { readonly id: number; readonly owner: string }, action: string): void {
    const account = shapes.user(owner);
    webhooks.emit('installation', { action, installation: { id, account }, repositories: [], sender: account });
  }

  async function seeded(seed: RepositorySeed): Promise<Repository> {
    const fullName = `${seed.owner}/${seed.name}`;
    const own = world.repositories.get(fullName);
    if (!own) throw new Error(`no repository ${fullName}`);
    const found = (await proxy.upstream('GET', `/repos/${fullName}`)).json as Json;
    own.id = Number(found['id']) + 800_000_000;
    const collaborators = [...own.roles].filter(([login]) => login !== seed.owner);
    for (const [login, role] of collaborators) {
      const permission = isAtLeast(role.rank, 'write') ? 'push' : 'pull';
      await proxy.upstream('PUT', `/repos/${fullName}/collaborators/${encodeURIComponent(login)}`, { permission });
    }
    const ref = (await proxy.upstream('GET', `/repos/${fullName}/git/ref/heads/${own.defaultBranch}`)).json as Json;
    const sha = String((ref['object'] as Json)['sha']);
    const first = (await proxy.upstream('GET', `/repos/${fullName}/git/commits/${sha}`)).json as Json;
    const by = { name: seed.owner, email: `${seed.owner}@example.com`, date: stage.now() };
    const tree = String((first['tree'] as Json)['sha']);
    world.commits.set(sha, { sha, tree, parents: [], message: 'Initial commit', author: by, committer: by });
    const repository = createRepository(stage, own, proxy);
    if (seed.files) await repository.push(own.defaultBranch, seed.files, { as: seed.owner, message: 'Lay the ground' });
    return repository;
  }

  return {
    url: proxy.url,
    app: world.app,
    privateKey,
    webhookSecret: options.webhookSecret,
    repository(fullName) {
      const repository = repositories.get(fullName);
      if (!repository) throw new Error(`no repository ${fullName}`);
      return repository;
    },
    async asUser(login, method, path, body) {
      const response = await fetch(`${proxy.url}${path}`, {
        method,
        headers: { authorization: `token ${tokenOf(login)}`, accept: 'application/vnd.github+json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, json: text === '' ? null : (JSON.parse(text) as unknown) };
    },
    async installationToken(installationId = world.app.installationId) {
      const response = await fetch(`${proxy.url}/app/installations/${installationId}/access_tokens`, {
        method: 'POST',
        headers: { authorization: `Bearer ${jwtOf(world.app.id, privateKey)}` },
      });
      return String(((await response.json()) as Json)['token']);
    },
    expireTokens: () => tokens.expire(),
    setInstallation(id, state) {
      const installation = world.installations.get(id);
      if (!installation) throw new Error(`no installation ${id}`);
      const before = installation.state;
      installation.state = state;
      const [gone, back] =
        before === 'removed' || state === 'removed' ? ['deleted', 'created'] : ['suspend', 'unsuspend'];
      sayInstallation(installation, state === 'active' ? String(back) : String(gone));
    },
    reinstall(owner) {
      const old = [...world.installations.values()].find((each) => each.owner === owner);
      if (!old) throw new Error(`${owner} never had the App`);
      old.state = 'removed';
      const id = Math.max(...world.installations.keys()) + 1_000;
      const installation = { id, owner, seeded: old.seeded, state: 'active' } as const;
      world.installations.set(id, { ...installation });
      for (const each of world.repositories.values()) if (each.owner === owner) each.installationId = id;
      sayInstallation(installation, 'created');
      return id;
    },
    setWebhookUrl: (url) => webhooks.setUrl(url),
    webhookUrl: () => webhooks.url(),
    deliver: (event, payload, how) => webhooks.send(event, payload, how),
    redeliver: (delivery, id) => webhooks.send(delivery.event, delivery.body, { id: id ?? delivery.id }),
    deliveries: webhooks.deliveries,
    settled: () => webhooks.settled(),
    log: proxy.log,
    appRequests: () => proxy.log.filter(({ caller, startedAt }) => startedAt >= cleared && ours.includes(caller)),
    clearLog() {
      cleared = performance.now();
    },
    fault(fault) {
      const left = fault.times === 'always' ? Number.POSITIVE_INFINITY : (fault.times ?? 1);
      const entry = { fault, left, hits: 0, removed: false, held: new Set<() => void>() };
      proxy.faults.push(entry);
      const release = (): void => {
        for (const go of entry.held) go();
        entry.held.clear();
      };
      return {
        hits: () => entry.hits,
        waiting: () => entry.held.size,
        release,
        remove() {
          entry.left = 0;
          entry.removed = true;
          release();
        },
      };
    },
    setLatency(ms) {
      proxy.latencyMs = ms;
    },
    violations: proxy.violations,
    async close() {
      await webhooks.settled();
      await Promise.all([proxy.close(), emulator.close()]);
    },
  };
}

function seedOf(
  options: GitHubOptions,
  world: World,
): { tokens: Record<string, { login: string; scopes: string[] }>; github: Json } {
  const people = [...world.users.values()].filter((user) => user.type !== 'Organization');
  const organisations = [...world.users.values()].filter((user) => user.type === 'Organization');
  const logins = [...people.map((user) => user.login), 'root'];
  const { id, slug, name, permissions, events } = world.app;
  const installations = new Map([...world.repositories.values()].map((own) => [own.owner, own.seededInstallationId]));
  const members = (login: string): Json[] => [
    ...(options.organisations?.find((o) => o.login === login)?.members ?? []).map((member) => ({
      login: member,
      role: 'member',
    })),
    { login: 'root', role: 'admin' },
  ];
  return {
    tokens: seededTokens(logins),
    github: {
      users: logins.map((login) => ({ login, email: world.users.get(login)?.email, site_admin: login === 'root' })),
      orgs: organisations.map(({ login }) => ({ login, members: members(login) })),
      repos: options.repositories.map((repository) => ({
        owner: repository.owner,
        name: repository.name,
        private: repository.private ?? false,
        default_branch: repository.defaultBranch ?? 'main',
        auto_init: true,
      })),
      apps: [
        {
          app_id: id,
          slug,
          name,
          permissions,
          events: [...events],
          installations: [...installations].map(([account, installation_id]) => ({
            installation_id,
            account,
            repository_selection: 'all',
          })),
        },
      ],
    },
  };
}
