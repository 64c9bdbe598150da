import type { Shapes } from './shapes.ts';
import type { Json, StoredAnnotation, StoredCheckRun, StoredPull } from './types.ts';
import {
  commitsBetween,
  isAtLeast,
  mergeBaseOf,
  pullOf,
  pullsOf,
  type RepositoryWorld,
  roleOf,
  type World,
} from './world.ts';

/** An answer of the API. */
export interface Answer {
  readonly status: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One request, with emulate behind it. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Json | null;
  readonly accept: string;
  /** `app`, `installation`, a login, or `anonymous`. */
  readonly caller: string;
  readonly url: string;
  /** What emulate answers to this very request: it knows tokens, permissions and what exists. */
  forward(): Promise<Answer>;
  /** What emulate answers to a request of our own, with its administrator's token. */
  upstream(method: string, path: string, body?: Json): Promise<Answer>;
}

export interface Stage {
  readonly world: World;
  readonly shapes: Shapes;
  emit(event: string, fullName: string, sender: string, fields: Json): void;
  now(): string;
}

type Handler = (call: Call, parts: readonly string[], stage: Stage) => Promise<Answer> | Answer;
interface Route {
  readonly method: string;
  readonly path: RegExp;
  readonly handle: Handler;
}

const repo = '^/repos/([^/]+/[^/]+)';
function route(method: string, path: string, handle: Handler): Route {
  return { method, path: new RegExp(`${path}$`), handle };
}

/** What the proxy answers itself, or changes in emulate's answer. Everything else goes through untouched. */
const routes: readonly Route[] = [
  route('GET', repo, async (call, [name = ''], stage) => {
    const answer = await call.forward();
    return answer.status === 200 ? { status: 200, json: stage.shapes.repository(repositoryOf(stage, name)) } : answer;
  }),
  route('GET', '^/installation/repositories', (call, _parts, stage) => {
    if (call.caller !== 'installation') return refused(403, 'Resource not accessible');
    const repositories = [...stage.world.repositories.values()].map((found) => stage.shapes.repository(found));
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
    return readable(call, stage, 'pull_requests') ?? paged(call, pulls.map(stage.shapes.pull), (items) => items);
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
    const pulls = pullsOf(stage.world, name).filter((pull) =>
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
      commits: ahead.slice(0, Number(call.query.get('per_page') ?? 250)).map(stage.shapes.commit),
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
  route('POST', `${repo}/check-runs`, async (call, [name = ''], stage) => {
    const body = call.body ?? {};
    if (!stage.world.commits.has(String(body['head_sha'])))
      return refused(422, `No commit found for SHA: ${body['head_sha']}`);
    if (call.caller !== 'installation') return refused(403, 'You must authenticate via a GitHub App.');
    const answer = await call.forward();
    if (answer.status !== 201) return answer;
    const run: StoredCheckRun = {
      id: Number((answer.json as Json)['id']),
      repository: name,
      name: String(body['name']),
      headSha: String(body['head_sha']),
      externalId: null,
      status: 'queued',
      conclusion: null,
      startedAt: stage.now(),
      completedAt: null,
      detailsUrl: null,
      title: null,
      summary: null,
      text: null,
      annotations: [],
      actions: [],
      appId: stage.world.app.id,
    };
    stage.world.checkRuns.set(run.id, run);
    updateRun(run, body, stage);
    emitRun(stage, run, 'created');
    if (run.status === 'completed') emitRun(stage, run, 'completed');
    return { status: 201, json: stage.shapes.checkRun(run) };
  }),
  route('PATCH', `${repo}/check-runs/(\\d+)`, async (call, [name = '', id = ''], stage) => {
    const run = stage.world.checkRuns.get(+id);
    if (!run || run.repository !== name) return refused(404, 'Not Found');
    if (run.appId !== stage.world.app.id)
      return refused(403, 'Invalid app_id `x` - check run can only be modified by the GitHub App that created it.');
    const { annotations: _left, ...output } = (call.body?.['output'] ?? {}) as Json;
    const answer = await call.forward();
    if (answer.status !== 200) return answer;
    const wasCompleted = run.status === 'completed';
    updateRun(
      run,
      { ...call.body, ...(call.body?.['output'] ? { output: { ...output, annotations: _left } } : {}) },
      stage,
    );
    if (run.status === 'completed' && !wasCompleted) emitRun(stage, run, 'completed');
    return { status: 200, json: stage.shapes.checkRun(run) };
  }),
  route('GET', `${repo}/check-runs/(\\d+)`, async (call, [, id = ''], stage) => {
    const run = stage.world.checkRuns.get(+id);
    if (!run) return refused(404, 'Not Found');
    return readable(call, stage, 'checks') ?? { status: 200, json: stage.shapes.checkRun(run) };
  }),
  route('GET', `${repo}/check-runs/(\\d+)/annotations`, (call, [, id = ''], stage) => {
    const run = stage.world.checkRuns.get(+id);
    if (!run) return refused(404, 'Not Found');
    return readable(call, stage, 'checks') ?? paged(call, run.annotations, (items) => items);
  }),
  route('GET', `${repo}/commits/(.+)/check-runs`, async (call, [name = '', ref = ''], stage) => {
    const sha = await shaOf(call, name, decodeURIComponent(ref), stage);
    const asked = {
      name: call.query.get('check_name'),
      app: call.query.get('app_id'),
      status: call.query.get('status'),
    };
    const runs = [...stage.world.checkRuns.values()]
      .filter((run) => run.repository === name && run.headSha === sha)
      .filter((run) => asked.name === null || run.name === asked.name)
      .filter((run) => asked.app === null || String(run.appId) === asked.app)
      .filter((run) => asked.status === null || run.status === asked.status)
      .sort((a, b) => b.id - a.id);
    const latest = runs.filter((run) => runs.find((r) => r.name === run.name && r.appId === run.appId) === run);
    const kept = call.query.get('filter') === 'all' ? runs : latest;
    return (
      readable(call, stage, 'checks') ??
      paged(call, kept.map(stage.shapes.checkRun), (items, total_count) => ({ total_count, check_runs: items }))
    );
  }),
  route('GET', `${repo}/issues/(\\d+)/comments`, (call, [name = '', number = ''], stage) => {
    const comments = [...stage.world.comments.values()].filter((c) => c.repository === name && c.number === +number);
    return readable(call, stage, 'issues') ?? paged(call, comments.map(stage.shapes.comment), (items) => items);
  }),
  route('POST', `${repo}/issues/(\\d+)/comments`, async (call, [name = '', number = ''], stage) => {
    const answer = await call.forward();
    if (answer.status !== 201) return answer;
    const byApp = call.caller === 'installation';
    const comment = {
      id: Number((answer.json as Json)['id']),
      repository: name,
      number: +number,
      body: String(call.body?.['body']),
      author: byApp ? `${stage.world.app.slug}[bot]` : call.caller,
      viaAppId: byApp ? stage.world.app.id : null,
      createdAt: stage.now(),
      updatedAt: stage.now(),
    };
    stage.world.comments.set(comment.id, comment);
    emitComment(stage, comment.id, 'created', comment.author, {});
    return { status: 201, json: stage.shapes.comment(comment) };
  }),
  route('GET', `${repo}/issues/comments/(\\d+)`, (call, [, id = ''], stage) => {
    const comment = stage.world.comments.get(+id);
    if (!comment) return refused(404, 'Not Found');
    return readable(call, stage, 'issues') ?? { status: 200, json: stage.shapes.comment(comment) };
  }),
  route('PATCH', `${repo}/issues/comments/(\\d+)`, async (call, [, id = ''], stage) => {
    const comment = stage.world.comments.get(+id);
    if (!comment) return refused(404, 'Not Found');
    const barred = touchable(call, stage, comment.repository, comment.author);
    if (barred) return barred;
    const from = comment.body;
    comment.body = String(call.body?.['body']);
    comment.updatedAt = stage.now();
    emitComment(stage, comment.id, 'edited', senderOf(call, stage), { changes: { body: { from } } });
    return { status: 200, json: stage.shapes.comment(comment) };
  }),
  route('DELETE', `${repo}/issues/comments/(\\d+)`, async (call, [, id = ''], stage) => {
    const comment = stage.world.comments.get(+id);
    if (!comment) return refused(404, 'Not Found');
    const barred = touchable(call, stage, comment.repository, comment.author);
    if (barred) return barred;
    emitComment(stage, comment.id, 'deleted', senderOf(call, stage), {});
    stage.world.comments.delete(comment.id);
    return { status: 204 };
  }),
];

/** The proxy's answer where it has one of its own. */
export async function answerOf(call: Call, stage: Stage): Promise<Answer> {
  const named = /^\/repos\/([^/]+\/[^/]+)/.exec(call.path)?.[1];
  if (named !== undefined && !stage.world.repositories.has(named)) return refused(404, 'Not Found');
  const archived = named !== undefined && stage.world.repositories.get(named)?.archived === true;
  if (archived && call.method !== 'GET') return refused(403, 'Repository was archived so is read-only.');
  for (const candidate of routes) {
    const match = call.method === candidate.method ? candidate.path.exec(call.path) : null;
    if (match) return await candidate.handle(call, match.slice(1), stage);
  }
  return await call.forward();
}

function repositoryOf(stage: Stage, name: string): RepositoryWorld {
  const found = stage.world.repositories.get(name);
  if (!found) throw new Error(`no repository ${name}`);
  return found;
}

export function refused(status: number, message: string): Answer {
  return { status, json: { message, documentation_url: 'https://docs.github.com/rest', status: String(status) } };
}

/** Refuses an App without the permission, and everyone without an account on a private repository. */
function readable(call: Call, stage: Stage, permission: string): Answer | undefined {
  const name = /^\/repos\/([^/]+\/[^/]+)/.exec(call.path)?.[1] ?? '';
  const granted = stage.world.app.permissions[permission];
  if (call.caller === 'installation') {
    return granted === undefined ? refused(403, 'Resource not accessible by integration') : undefined;
  }
  const hidden = repositoryOf(stage, name).private && roleOf(repositoryOf(stage, name), call.caller).rank === 'none';
  return hidden ? refused(404, 'Not Found') : undefined;
}

/** A comment may be changed by its author and by people who may write. */
function touchable(call: Call, stage: Stage, name: string, author: string): Answer | undefined {
  if (call.caller === 'installation') {
    const may = ['issues', 'pull_requests'].some((permission) => stage.world.app.permissions[permission] === 'write');
    return may ? undefined : refused(403, 'Resource not accessible by integration');
  }
  const rank = roleOf(repositoryOf(stage, name), call.caller).rank;
  return author === call.caller || isAtLeast(rank, 'write') ? undefined : refused(403, 'Forbidden');
}

function senderOf(call: Call, stage: Stage): string {
  return call.caller === 'installation' ? `${stage.world.app.slug}[bot]` : call.caller;
}

function status(ahead: number, behind: number): string {
  if (ahead > 0) return behind > 0 ? 'diverged' : 'ahead';
  return behind > 0 ? 'behind' : 'identical';
}

async function shaOf(call: Call, name: string, ref: string, stage: Stage): Promise<string | undefined> {
  if (/^[0-9a-f]{40}$/.test(ref)) return stage.world.commits.has(ref) ? ref : undefined;
  const branch = ref === 'HEAD' ? repositoryOf(stage, name).defaultBranch : ref.replace(/^(refs\/)?heads\//, '');
  const answer = await call.upstream('GET', `/repos/${name}/git/ref/heads/${branch}`);
  const object = (answer.json as Json | undefined)?.['object'] as Json | undefined;
  return typeof object?.['sha'] === 'string' ? object['sha'] : undefined;
}

function paged<T>(call: Call, items: readonly T[], wrap: (items: readonly T[], total: number) => unknown): Answer {
  const size = Math.min(100, Math.max(1, Number(call.query.get('per_page') ?? 30)));
  const page = Math.max(1, Number(call.query.get('page') ?? 1));
  const last = Math.max(1, Math.ceil(items.length / size));
  const at = (wanted: number, rel: string): string => {
    const query = new URLSearchParams(call.query);
    query.set('page', String(wanted));
    return `<${call.url}${call.path}?${query}>; rel="${rel}"`;
  };
  const links = [
    ...(page > 1 ? [at(page - 1, 'prev'), at(1, 'first')] : []),
    ...(page < last ? [at(page + 1, 'next'), at(last, 'last')] : []),
  ];
  const json = wrap(items.slice((page - 1) * size, page * size), items.length);
  return { status: 200, json, ...(links.length > 0 ? { headers: { link: links.join(', ') } } : {}) };
}

function updateRun(run: StoredCheckRun, body: Json, stage: Stage): void {
  const text = (value: unknown, before: string | null): string | null => (typeof value === 'string' ? value : before);
  run.name = text(body['name'], run.name) ?? run.name;
  run.externalId = text(body['external_id'], run.externalId);
  run.detailsUrl = text(body['details_url'], run.detailsUrl);
  run.startedAt = text(body['started_at'], run.startedAt);
  run.status = body['conclusion'] === undefined ? (text(body['status'], run.status) ?? run.status) : 'completed';
  run.conclusion = run.status === 'completed' ? text(body['conclusion'], run.conclusion) : null;
  run.completedAt = run.status === 'completed' ? (text(body['completed_at'], run.completedAt) ?? stage.now()) : null;
  if (Array.isArray(body['actions'])) run.actions = body['actions'] as StoredCheckRun['actions'];
  const output = body['output'] as Json | undefined;
  if (!output) return;
  run.title = text(output['title'], run.title);
  run.summary = text(output['summary'], run.summary);
  run.text = text(output['text'], run.text);
  const added = (output['annotations'] ?? []) as Partial<StoredAnnotation>[];
  const empty = { start_column: null, end_column: null, title: null, raw_details: null };
  run.annotations = [...run.annotations, ...added.map((one) => ({ ...empty, ...one }) as StoredAnnotation)];
}

function emitRun(stage: Stage, run: StoredCheckRun, action: string): void {
  const fields = { action, check_run: stage.shapes.checkRun(run) };
  stage.emit('check_run', run.repository, `${stage.world.app.slug}[bot]`, fields);
}

/** Tells the App of a comment, with the issue as GitHub shows a pull request there. */
export function emitComment(stage: Stage, id: number, action: string, sender: string, fields: Json): void {
  const comment = stage.world.comments.get(id);
  if (!comment) throw new Error(`no comment ${id}`);
  const pull = stage.world.pulls.get(`${comment.repository}#${comment.number}`);
  const issue = pull ? stage.shapes.issue(pull) : { number: comment.number };
  const payload = { action, comment: stage.shapes.comment(comment), issue, ...fields };
  stage.emit('issue_comment', comment.repository, sender, payload);
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
