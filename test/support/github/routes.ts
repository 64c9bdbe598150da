import { checkRunRoutes } from './check-runs.ts';
import { commentRoutes } from './comments.ts';
import {
  type Answer,
  type Call,
  paged,
  type Route,
  readable,
  refused,
  repo,
  repositoryOf,
  route,
  type Stage,
  shaOf,
} from './http.ts';
import type { Delivery, Json, StoredPull } from './types.ts';
import { commitsBetween, isAtLeast, mergeBaseOf, pullOf, pullsOf, repositoryNamed, roleOf } from './world.ts';

/** What the proxy answers itself, or changes in emulate's answer. Everything else goes through untouched. */
const routes: readonly Route[] = [
  route('GET', repo, async (call, [name = ''], stage) => {
    const answer = await call.forward();
    return answer.status === 200 ? { status: 200, json: stage.shapes.repository(repositoryOf(stage, name)) } : answer;
  }),
  route('GET', '^/installation/repositories', (call, _parts, stage) => {
    if (call.caller !== 'installation') return refused(403, 'Resource not accessible');
    const repositories = [...stage.world.repositories.values()]
      .filter((found) => found.installationId === call.installationId)
      .map((found) => stage.shapes.repository(found));
    return paged(call, repositories, (items, total_count) => ({ total_count, repositories: items }));
  }),
  route('GET', `${repo}/pulls`, (call, [name = ''], stage) => {
    const state = call.query.get('state') ?? 'open';
    const head = call.query.get('head');
    const base = call.query.get('base');
    const owner = repositoryOf(stage, name).owner;
    const pulls = pullsOf(stage.world, name)
      .filter((pull) => state === 'all' || pull.state === state)
      .filter((pull) => head === null || `${pull.fork ?? owner}:${pull.headRef}` === head)
      .filter((pull) => base === null || pull.baseRef === base);
    const sorted =
      call.query.get('sort') === 'updated' ? pulls.sort((a, b) => (a.updatedAt < b.updatedAt ? 1 : -1)) : pulls;
    const ordered = call.query.get('direction') === 'asc' ? sorted.reverse() : sorted;
    return readable(call, stage, 'pull_requests') ?? paged(call, ordered, (items) => items.map(stage.shapes.pull));
  }),
  route('POST', `${repo}/pulls`, () => refused(422, 'open pull requests through Repository.open')),
  route('GET', `${repo}/pulls/(\\d+)`, async (call, [name = '', number = ''], stage) => {
    const answer = await call.forward();
    return answer.status === 200
      ? { status: 200, json: stage.shapes.pull(pullOf(stage.world, name, +number)) }
      : answer;
  }),
  route('PATCH', `${repo}/pulls/(\\d+)`, async (call, [name = '', number = ''], stage) => {
    const pull = pullOf(stage.world, name, +number);
    const rank = roleOf(repositoryOf(stage, name), call.caller).rank;
    if (!isAtLeast(rank, 'triage') && pull.author !== call.caller) return refused(403, 'Forbidden');
    await editPull(stage, pull, call.body ?? {}, call.caller, call);
    return { status: 200, json: stage.shapes.pull(pull) };
  }),
  route('GET', `${repo}/pulls/(\\d+)/commits`, (call, [name = '', number = ''], stage) => {
    const pull = stage.world.pulls.get(`${name}#${number}`);
    if (!pull) return refused(404, 'Not Found');
    const commits = commitsBetween(stage.world, pull.baseSha, pull.headSha).slice(0, 250);
    return readable(call, stage, 'pull_requests') ?? paged(call, commits.map(stage.shapes.commit), (items) => items);
  }),
  route('GET', `${repo}/commits/([0-9a-f]{40})/pulls`, (call, [name = '', sha = ''], stage) => {
    const pulls = pullsOf(stage.world, name).filter(
      (pull) =>
        stage.world.mergedAs.get(`${name}#${pull.number}`)?.includes(sha) === true ||
        commitsBetween(stage.world, pull.baseSha, pull.headSha).some((commit) => commit.sha === sha),
    );
    return readable(call, stage, 'pull_requests') ?? paged(call, pulls.map(stage.shapes.pull), (items) => items);
  }),
  route('GET', `${repo}/compare/(.+)`, async (call, [name = '', range = ''], stage) => {
    const [from = '', to = ''] = decodeURIComponent(range).split('...');
    const [base, head] = await Promise.all([shaOf(call, name, from, stage), shaOf(call, name, to, stage)]);
    const mergeBase = base && head ? mergeBaseOf(stage.world, base, head) : undefined;
    const commit = mergeBase === undefined ? undefined : stage.world.commits.get(mergeBase);
    if (!base || !head || !commit) return refused(404, 'Not Found');
    const ahead = commitsBetween(stage.world, base, head);
    const behind = commitsBetween(stage.world, head, base);
    const json = {
      base_commit: { sha: base },
      merge_base_commit: stage.shapes.commit(commit),
      status: status(ahead.length, behind.length),
      ahead_by: ahead.length,
      behind_by: behind.length,
      total_commits: ahead.length,
      commits: pageOf(call, ahead).map(stage.shapes.commit),
      files: [],
    };
    return readable(call, stage, 'contents') ?? { status: 200, json };
  }),
  route('GET', `${repo}/commits/([^/]+)`, async (call, [name = '', ref = ''], stage) => {
    const sha = await shaOf(call, name, decodeURIComponent(ref), stage);
    if (!sha) return refused(422, `No commit found for SHA: ${ref}`);
    const barred = readable(call, stage, 'contents');
    if (barred) return barred;
    if (/\bsha\b/.test(call.accept)) {
      return { status: 200, text: sha, headers: { 'content-type': 'application/vnd.github.sha; charset=utf-8' } };
    }
    const commit = stage.world.commits.get(sha);
    return commit ? { status: 200, json: stage.shapes.commit(commit) } : refused(404, 'Not Found');
  }),
  route('GET', `${repo}/activity`, (call, [name = ''], stage) => {
    const ref = call.query.get('ref');
    const pushes = stage.world.pushes
      .filter((push) => push.repository === name)
      .filter((push) => ref === null || push.ref === ref || push.ref === `refs/heads/${ref}`)
      .map((push) => ({
        id: push.id,
        node_id: `PSH_${push.id}`,
        before: push.before,
        after: push.after,
        ref: push.ref,
        timestamp: push.at,
        activity_type: push.forced ? 'force_push' : /^0+$/.test(push.before) ? 'branch_creation' : 'push',
        actor: stage.shapes.user(push.actor),
      }))
      .reverse();
    return readable(call, stage, 'contents') ?? paged(call, pushes, (items) => items);
  }),
  route('GET', `${repo}/collaborators`, (call, [name = ''], stage) => {
    const repository = repositoryOf(stage, name);
    const wanted = call.query.get('permission') ?? 'pull';
    const rank = wanted === 'push' ? 'write' : wanted === 'pull' ? 'read' : wanted;
    const members = [...repository.roles.entries()]
      .filter(([, role]) => isAtLeast(role.rank, rank as typeof role.rank))
      .map(([login]) => stage.shapes.member(repository, login));
    return readable(call, stage, 'metadata') ?? paged(call, members, (items) => items);
  }),
  route('GET', `${repo}/collaborators/([^/]+)`, (call, [name = '', login = ''], stage) => {
    const known = repositoryOf(stage, name).roles.has(login);
    return readable(call, stage, 'metadata') ?? (known ? { status: 204 } : refused(404, 'Not Found'));
  }),
  route('GET', `${repo}/collaborators/([^/]+)/permission`, (call, [name = '', login = ''], stage) => {
    const repository = repositoryOf(stage, name);
    if (!stage.world.users.has(login)) return refused(404, 'Not Found');
    const { rank, roleName } = roleOf(repository, login);
    const coarse = rank === 'maintain' ? 'write' : rank === 'triage' ? 'read' : rank;
    const json = { permission: coarse, role_name: roleName, user: stage.shapes.member(repository, login) };
    return readable(call, stage, 'metadata') ?? { status: 200, json };
  }),
  route('GET', '^/orgs/([^/]+)/teams/([^/]+)/memberships/([^/]+)', (_call, [org, slug, login = ''], stage) => {
    const members = stage.world.teams.get(`${org}/${slug}`);
    if (!members?.includes(login)) return refused(404, 'Not Found');
    return { status: 200, json: { url: '', role: 'member', state: 'active' } };
  }),
  route('GET', '^/app/installations', async (call, _parts, stage) => {
    const answer = await call.forward();
    if (answer.status !== 200) return answer;
    const seeded = answer.json as Json[];
    const shown = [...stage.world.installations.values()].filter(({ state }) => state !== 'removed');
    const installations = shown.map((each) => ({
      ...seeded.find(({ id }) => id === each.seeded),
      id: each.id,
      suspended_at: each.state === 'suspended' ? stage.now() : null,
    }));
    return { ...answer, json: installations };
  }),
  route('POST', '^/app/installations/(\\d+)/access_tokens', (call, [id = ''], stage) => {
    const installation = stage.world.installations.get(+id);
    if (installation === undefined || installation.state === 'removed') return refused(404, 'Not Found');
    if (installation.state === 'suspended') return refused(403, 'This installation has been suspended');
    return call.forward();
  }),
  route('GET', '^/app/hook/config', (call, _parts, stage) => {
    if (call.caller !== 'app') return refused(401, 'A JSON web token could not be decoded');
    const { url, secret } = stage.hook();
    // GitHub never shows the secret, only that there is one.
    return { status: 200, json: { content_type: 'json', insecure_ssl: '0', secret: secret && '********', url } };
  }),
  route('GET', '^/app/hook/deliveries', (call, _parts, stage) => {
    if (call.caller !== 'app') return refused(401, 'A JSON web token could not be decoded');
    const sent = stage.deliveries.filter(({ at }) => at !== null).reverse();
    return { status: 200, json: sent.slice(0, Number(call.query.get('per_page') ?? 30)).map(deliveryOf) };
  }),
  route('GET', `${repo}/rules/branches/([^/]+)`, (call, [name = '', branch = ''], stage) => {
    const repository = repositoryOf(stage, name);
    const rules = branch === repository.defaultBranch ? repository.rules : [];
    return readable(call, stage, 'metadata') ?? paged(call, rules, (items) => items);
  }),
  route('POST', '^/graphql', (call, _parts, stage) =>
    call.caller === 'installation' ? mergeQueue(call, stage) : refused(401, 'Bad credentials'),
  ),
  route('GET', `${repo}/issues`, async (call, _parts, stage) => {
    const answer = await call.forward();
    return answer.status === 200
      ? { ...answer, json: (answer.json as Json[]).map((issue) => issueOf(issue, stage)) }
      : answer;
  }),
  route('POST', `${repo}/issues`, async (call, _parts, stage) => {
    const answer = await call.forward();
    const id = Number((answer.json as Json)['id']);
    if (answer.status === 201 && call.caller === 'installation') stage.world.ownIssues.add(id);
    return answer.status === 201 ? { ...answer, json: issueOf(answer.json as Json, stage) } : answer;
  }),
  route('GET', `${repo}/issues/(\\d+)`, async (call, _parts, stage) => {
    const answer = await call.forward();
    return answer.status === 200 ? { ...answer, json: issueOf(answer.json as Json, stage) } : answer;
  }),
  ...checkRunRoutes,
  ...commentRoutes,
];

/** The proxy's answer where it has one of its own. */
export async function answerOf(call: Call, stage: Stage): Promise<Answer> {
  const named = /^\/repos\/([^/]+\/[^/]+)/.exec(call.path)?.[1];
  if (named !== undefined && !stage.world.repositories.has(named)) return refused(404, 'Not Found');
  const barred = ofInstallation(call, stage);
  if (barred !== null) return barred;
  const archived = named !== undefined && stage.world.repositories.get(named)?.archived === true;
  if (archived && call.method !== 'GET') return refused(403, 'Repository was archived so is read-only.');
  for (const candidate of routes) {
    const match = call.method === candidate.method ? candidate.path.exec(call.path) : null;
    if (match) return await candidate.handle(call, match.slice(1), stage);
  }
  return await call.forward();
}

/** What an installation is told where it may not act, or not in this repository: what is public everyone may read. */
function ofInstallation(call: Call, stage: Stage): Answer | null {
  if (call.installationId === null) return null;
  const state = stage.world.installations.get(call.installationId)?.state;
  if (state === 'suspended') return refused(403, 'This installation has been suspended');
  if (state === 'removed') return refused(401, 'Bad credentials');
  const name = /^\/repos\/([^/]+\/[^/]+)/.exec(call.path)?.[1];
  const repository = name === undefined ? undefined : stage.world.repositories.get(name);
  if (repository === undefined || repository.installationId === call.installationId) return null;
  if (repository.private) return refused(404, 'Not Found');
  return call.method === 'GET' ? null : refused(403, 'Resource not accessible by integration');
}

/** GitHub REST, "Compare two commits": 250 commits where no page is asked for. */
function pageOf<T>(call: Call, items: readonly T[]): readonly T[] {
  const size = Number(call.query.get('per_page') ?? 250);
  const page = Number(call.query.get('page') ?? 1);
  return items.slice((page - 1) * size, page * size);
}

/** The one query that we send: the entries of a branch's merge queue. */
function mergeQueue(call: Call, stage: Stage): Answer {
  const { owner, name } = (call.body?.['variables'] ?? {}) as Json;
  const asked = repositoryNamed(stage.world, `${String(owner)}/${String(name)}`);
  if (stage.world.app.permissions['merge_queues'] === undefined) {
    const errors = [{ type: 'FORBIDDEN', message: 'Resource not accessible by integration' }];
    return { status: 200, json: { data: { repository: { mergeQueue: null } }, errors } };
  }
  const oid = (sha: string | null): Json | null => (sha === null ? null : { oid: sha });
  const nodes = (stage.world.mergeQueues.get(asked?.fullName ?? '') ?? []).map((entry, index) => ({
    position: index + 1,
    headCommit: oid(entry.headSha),
    baseCommit: oid(entry.baseSha),
    pullRequest: { number: entry.pullRequest },
  }));
  return { status: 200, json: { data: { repository: { mergeQueue: { entries: { nodes } } } } } };
}

/** Emulate does not say through which App an issue was opened. */
function issueOf(issue: Json, stage: Stage): Json {
  const own = stage.world.ownIssues.has(Number(issue['id']));
  const { id, slug, name } = stage.world.app;
  return { ...issue, performed_via_github_app: own ? { id, slug, name, node_id: 'A' } : null };
}

function status(ahead: number, behind: number): string {
  if (ahead > 0) return behind > 0 ? 'diverged' : 'ahead';
  return behind > 0 ? 'behind' : 'identical';
}

/** Title, body, base, state: changes the pull request and sends `edited`, `closed` or `reopened`. */
export async function editPull(
  stage: Stage,
  pull: StoredPull,
  change: Json,
  sender: string,
  call: Pick<Call, 'upstream'>,
): Promise<void> {
  const changes: Json = {};
  pull.updatedAt = stage.now();
  for (const field of ['title', 'body'] as const) {
    const next = change[field];
    if (typeof next !== 'string' || next === pull[field]) continue;
    changes[field] = { from: pull[field] };
    pull[field] = next;
  }
  if (typeof change['base'] === 'string' && change['base'] !== pull.baseRef) {
    changes['base'] = { ref: { from: pull.baseRef }, sha: { from: pull.baseSha } };
    pull.baseRef = change['base'];
    const tip = await call.upstream('GET', `/repos/${pull.repository}/git/ref/heads/${pull.baseRef}`);
    pull.baseSha = String(((tip.json as Json)['object'] as Json)['sha']);
  }
  const say = (action: string, fields: Json): void =>
    stage.emit('pull_request', pull.repository, sender, {
      action,
      number: pull.number,
      pull_request: stage.shapes.pull(pull),
      ...fields,
    });
  if (Object.keys(changes).length > 0) say('edited', { changes });
  if (change['state'] === 'closed' && pull.state === 'open') {
    pull.state = 'closed';
    say('closed', {});
  }
  if (change['state'] === 'open' && pull.state === 'closed') {
    pull.state = 'open';
    say('reopened', {});
  }
}

/** GitHub shows a delivery that nobody answered with a status of its own. */
function deliveryOf({ id, event, action, status, at, ms }: Delivery, index: number): Json {
  return {
    id: index + 1,
    guid: id,
    delivered_at: at,
    redelivery: false,
    duration: ms / 1000,
    status: status === null ? 'failed to connect to host' : status < 300 ? 'OK' : `Invalid HTTP Response: ${status}`,
    status_code: status ?? 502,
    event,
    action,
    installation_id: null,
    repository_id: null,
    throttled_at: null,
  };
}
