import { emitComment } from './comments.ts';
import type { Call, Stage } from './http.ts';
import { editPull } from './routes.ts';
import type { CommitOptions, Files, Json, OpenOptions, Repository, StoredCheckRun, StoredPull } from './types.ts';
import {
  checkRunsAt,
  commitsBetween,
  installationOf,
  isAtLeast,
  mergeBaseOf,
  named,
  placeOf,
  pullOf,
  pullsOf,
  type RepositoryWorld,
  roleOf,
} from './world.ts';

const nothing = '0'.repeat(40);
type Entry = { path: string; mode: string; type: string; sha: string };

/** What people do in one repository; see `Repository`. */
export function createRepository(stage: Stage, world: RepositoryWorld, call: Pick<Call, 'upstream'>): Repository {
  const { shapes } = stage;
  const api = `/repos/${world.fullName}`;
  let counter = 0;

  /** A fork's branches live in the base repository under a name of their own: emulate's forks share no history. */
  function refOf(branch: string, fork: string | undefined | null): string {
    return fork ? `forks/${fork}/${branch}` : branch;
  }

  async function tipOf(ref: string): Promise<string | null> {
    const answer = await call.upstream('GET', `${api}/git/ref/heads/${ref}`);
    return answer.status === 200 ? String(((answer.json as Json)['object'] as Json)['sha']) : null;
  }

  async function ask(method: string, path: string, body: Json): Promise<Json> {
    const answer = await call.upstream(method, `${api}${path}`, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.json)}`);
    return answer.json as Json;
  }

  async function treeOf(files: Files): Promise<Json[]> {
    return await Promise.all(
      Object.entries(files).map(async ([path, content]) => {
        if (content === null) return { path, mode: '100644', type: 'blob', sha: null };
        if (typeof content === 'string') return { path, mode: '100644', type: 'blob', content };
        if (content instanceof Uint8Array) {
          const body = { content: Buffer.from(content).toString('base64'), encoding: 'base64' };
          const blob = await ask('POST', '/git/blobs', body);
          return { path, mode: '100644', type: 'blob', sha: blob['sha'] };
        }
        if (content.mode === '160000') return { path, mode: content.mode, type: 'commit', sha: content.sha };
        if (content.sha !== undefined) return { path, mode: content.mode, type: 'blob', sha: content.sha };
        return { path, mode: content.mode, type: 'blob', content: content.content ?? '' };
      }),
    );
  }

  async function commit(parents: string[], tree: Json[], as: string, options: CommitOptions): Promise<string> {
    const parent = stage.world.commits.get(parents[0] ?? '');
    const madeTree =
      tree.length === 0 ? { sha: parent?.tree } : await ask('POST', '/git/trees', { base_tree: parent?.tree, tree });
    const user = stage.world.users.get(as);
    counter += 1;
    const identity = {
      name: user?.name ?? as,
      email: user?.email ?? `${as}@users.noreply.github.com`,
      date: stage.now(),
    };
    const author = { ...identity, ...options.author };
    const committer = { ...identity, ...(options.committer ?? options.author) };
    const message = options.message ?? `Change ${counter}`;
    const made = await ask('POST', '/git/commits', { message, tree: madeTree['sha'], parents, author, committer });
    const sha = String(made['sha']);
    stage.world.commits.set(sha, { sha, tree: String(madeTree['sha']), parents, message, author, committer });
    if (options.verified) stage.world.verified.add(sha);
    return sha;
  }

  async function moveRef(ref: string, sha: string, before: string | null): Promise<void> {
    if (before === null) await ask('POST', '/git/refs', { ref: `refs/heads/${ref}`, sha });
    else await ask('PATCH', `/git/refs/heads/${ref}`, { sha, force: true });
  }

  /** What follows from a branch that moved: the activity, `push`, and `synchronize` of its open pull requests. */
  async function pushed(
    branch: string,
    fork: string | null,
    before: string,
    after: string,
    as: string,
    forced: boolean,
  ): Promise<void> {
    if (fork === null) {
      const id = stage.world.pushes.length + 1;
      const ref = `refs/heads/${branch}`;
      stage.world.pushes.push({
        id,
        repository: world.fullName,
        ref,
        before,
        after,
        actor: as,
        at: stage.now(),
        forced,
      });
      const fields = {
        ref,
        before,
        after,
        forced,
        created: before === nothing,
        deleted: false,
        commits: [],
        pusher: { name: as },
      };
      stage.emit('push', world.fullName, as, fields);
    }
    if (fork === null) mergedByPush(branch, before, after, as);
    for (const pull of pullsOf(stage.world, world.fullName)) {
      if (pull.headRef !== branch || pull.fork !== fork || pull.state !== 'open' || pull.headSha === after) continue;
      const previous = pull.headSha;
      pull.headSha = after;
      pull.baseSha = (await tipOf(pull.baseRef)) ?? pull.baseSha;
      pull.updatedAt = stage.now();
      say(pull, 'synchronize', as, { before: previous, after });
    }
    if (fork === null) suite('requested', after, as);
  }

  /** GitHub counts a pull request as merged as soon as its base holds its head, by whatever way. */
  function mergedByPush(branch: string, before: string, after: string, as: string): void {
    const came = new Set(commitsBetween(stage.world, before, after).map(({ sha }) => sha));
    for (const pull of pullsOf(stage.world, world.fullName)) {
      if (pull.baseRef !== branch || pull.state !== 'open' || !came.has(pull.headSha)) continue;
      stage.world.mergedAs.set(`${world.fullName}#${pull.number}`, [after]);
      pull.state = 'closed';
      pull.merged = true;
      say(pull, 'closed', as);
    }
  }

  function say(pull: StoredPull, action: string, sender: string, fields: Json = {}): void {
    const payload = { action, number: pull.number, pull_request: shapes.pull(pull), ...fields };
    stage.emit('pull_request', world.fullName, sender, payload);
  }

  function suite(action: string, headSha: string, sender: string): void {
    stage.emit('check_suite', world.fullName, sender, {
      action,
      check_suite: shapes.checkSuite(world.fullName, headSha),
    });
  }

  function runOf(id: number): StoredCheckRun {
    const run = stage.world.checkRuns.get(id);
    if (!run) throw new Error(`no check run ${id}`);
    return run;
  }

  async function flatTree(sha: string): Promise<Map<string, Entry>> {
    const tree = stage.world.commits.get(sha)?.tree;
    const answer = await call.upstream('GET', `${api}/git/trees/${tree}?recursive=1`);
    const entries = (answer.json as { tree: Entry[] }).tree.filter((entry) => entry.type !== 'tree');
    return new Map(entries.map((entry) => [entry.path, entry]));
  }

  /** The pull request's own change as tree entries, to be laid over another tree. */
  async function changesOf(pull: StoredPull, onto: string): Promise<Json[]> {
    const base = mergeBaseOf(stage.world, onto, pull.headSha);
    if (base === undefined) throw new Error('unrelated histories');
    const [before, after] = await Promise.all([flatTree(base), flatTree(pull.headSha)]);
    const written = [...after.values()].filter((entry) => before.get(entry.path)?.sha !== entry.sha);
    const gone = [...before.values()]
      .filter((entry) => !after.has(entry.path))
      .map((entry) => ({ ...entry, sha: null }));
    return [...gone, ...written].map(({ path, mode, type, sha }) => ({ path, mode, type, sha }));
  }

  async function deliverable(number: number, as: string, change: Json): Promise<void> {
    await editPull(stage, pullOf(stage.world, world.fullName, number), change, as, call);
  }

  return {
    get ref() {
      return { installationId: world.installationId ?? 0, id: world.id, owner: world.owner, name: world.name };
    },
    fullName: world.fullName,
    defaultBranch: world.defaultBranch,
    async tip(branch, fork) {
      const tip = await tipOf(refOf(branch, fork));
      if (tip === null) throw new Error(`no branch ${branch}`);
      return tip;
    },
    async push(branch, files, options = {}) {
      const as = options.as ?? options.fork ?? world.owner;
      const fork = options.fork ?? null;
      const ref = refOf(branch, fork);
      const before = await tipOf(ref);
      const start = options.onto ?? before ?? (await tipOf(world.defaultBranch));
      const parents = [...(start === null ? [] : [start]), ...(options.mergeOf ?? [])];
      const sha = await commit(parents, await treeOf(files), as, options);
      await moveRef(ref, sha, before);
      await pushed(branch, fork, before ?? nothing, sha, as, options.onto !== undefined && before !== null);
      return sha;
    },
    async open(options: OpenOptions) {
      const ref = refOf(options.branch, options.fork);
      const baseRef = options.base ?? world.defaultBranch;
      const body = { title: options.title, head: ref, base: baseRef, body: options.body ?? null };
      const made = await ask('POST', '/pulls', body);
      const now = stage.now();
      const pull: StoredPull = {
        repository: world.fullName,
        number: Number(made['number']),
        id: Number(made['id']),
        title: options.title,
        body: options.body ?? null,
        state: 'open',
        merged: false,
        draft: options.draft ?? false,
        author: options.as,
        headRef: options.branch,
        headSha: (await tipOf(ref)) ?? '',
        fork: options.fork ?? null,
        baseRef,
        baseSha: (await tipOf(baseRef)) ?? '',
        labels: [...(options.labels ?? [])],
        assignees: [...(options.assignees ?? [])],
        createdAt: now,
        updatedAt: now,
      };
      stage.world.pulls.set(`${world.fullName}#${pull.number}`, pull);
      say(pull, 'opened', options.as);
      return pull.number;
    },
    pull: (number) => pullOf(stage.world, world.fullName, number),
    edit: (number, change, as) => deliverable(number, as, { ...change }),
    close: (number, as) => deliverable(number, as, { state: 'closed' }),
    reopen: (number, as) => deliverable(number, as, { state: 'open' }),
    async label(number, label, as) {
      const pull = pullOf(stage.world, world.fullName, number);
      if (!pull.labels.includes(label)) pull.labels.push(label);
      say(pull, 'labeled', as, { label: { name: label } });
    },
    async unlabel(number, label, as) {
      const pull = pullOf(stage.world, world.fullName, number);
      pull.labels = pull.labels.filter((name) => name !== label);
      say(pull, 'unlabeled', as, { label: { name: label } });
    },
    async ready(number, as) {
      const pull = pullOf(stage.world, world.fullName, number);
      pull.draft = false;
      say(pull, 'ready_for_review', as);
    },
    async toDraft(number, as) {
      const pull = pullOf(stage.world, world.fullName, number);
      pull.draft = true;
      say(pull, 'converted_to_draft', as);
    },
    async merge(number, as, how = 'merge') {
      const pull = pullOf(stage.world, world.fullName, number);
      const before = (await tipOf(pull.baseRef)) ?? '';
      const message = `Merge pull request #${number}`;
      const made: string[] = [];
      if (how === 'rebase') {
        // Every commit but the last is laid on the base empty: only what the branch ends as matters here.
        const own = commitsBetween(stage.world, before, pull.headSha).slice(0, -1);
        for (const one of own) made.push(await commit([made.at(-1) ?? before], [], as, { message: one.message }));
      }
      const parents = how === 'merge' ? [before, pull.headSha] : [made.at(-1) ?? before];
      const sha = await commit(parents, await changesOf(pull, before), as, { message });
      stage.world.mergedAs.set(`${world.fullName}#${number}`, [...made, sha]);
      await moveRef(pull.baseRef, sha, before);
      pull.state = 'closed';
      pull.merged = true;
      say(pull, 'closed', as);
      await pushed(pull.baseRef, null, before, sha, as, false);
      return sha;
    },
    async queue(numbers, as, options = {}) {
      const pulls = numbers.map((number) => pullOf(stage.world, world.fullName, number));
      const baseRef = pulls[0]?.baseRef ?? world.defaultBranch;
      const baseSha = options.onto ?? (await tipOf(baseRef)) ?? '';
      let head = baseSha;
      for (const pull of pulls) {
        const message = `Merge pull request #${pull.number}`;
        head = await commit([head, pull.headSha], await changesOf(pull, head), as, { message });
      }
      const headRef = `gh-readonly-queue/${baseRef}/pr-${pulls.at(-1)?.number}-${baseSha}`;
      await moveRef(headRef, head, await tipOf(headRef));
      const own = numbers.map((pullRequest, index) => ({
        pullRequest,
        headSha: index === numbers.length - 1 ? head : null,
        baseSha: index === numbers.length - 1 ? baseSha : null,
      }));
      stage.world.mergeQueues.set(world.fullName, [...(stage.world.mergeQueues.get(world.fullName) ?? []), ...own]);
      if (options.silent === true) return { headSha: head, headRef };
      stage.emit('merge_group', world.fullName, as, {
        action: 'checks_requested',
        merge_group: {
          head_sha: head,
          head_ref: `refs/heads/${headRef}`,
          base_sha: baseSha,
          base_ref: `refs/heads/${baseRef}`,
          head_commit: { id: head, tree_id: stage.world.commits.get(head)?.tree, message: '', timestamp: stage.now() },
        },
      });
      return { headSha: head, headRef };
    },
    async destroyGroup(headRef, reason) {
      const head = await tipOf(headRef);
      const queue = stage.world.mergeQueues.get(world.fullName) ?? [];
      stage.world.mergeQueues.set(
        world.fullName,
        queue.filter((entry) => entry.headSha !== head),
      );
      const merge_group = {
        head_sha: head,
        head_ref: `refs/heads/${headRef}`,
        base_sha: head,
        base_ref: `refs/heads/${world.defaultBranch}`,
      };
      await call.upstream('DELETE', `${api}/git/refs/heads/${headRef}`);
      stage.emit('merge_group', world.fullName, world.owner, { action: 'destroyed', reason, merge_group });
    },
    async comment(number, body, as, viaApp) {
      if (viaApp) stage.world.otherApps.set(viaApp.id, viaApp.slug);
      const made = await ask('POST', `/issues/${number}/comments`, { body });
      const id = Number(made['id']);
      const at = stage.now();
      const comment = { id, repository: world.fullName, number, body, author: as, viaAppId: viaApp?.id ?? null };
      stage.world.comments.set(id, { ...comment, createdAt: at, updatedAt: at });
      emitComment(stage, id, 'created', as, {});
      return id;
    },
    async editComment(id, body, as) {
      const comment = stage.world.comments.get(id);
      if (!comment) throw new Error(`no comment ${id}`);
      const from = comment.body;
      comment.body = body;
      comment.updatedAt = stage.now();
      emitComment(stage, id, 'edited', as, { changes: { body: { from } } });
    },
    async deleteComment(id, as) {
      emitComment(stage, id, 'deleted', as, {});
      stage.world.comments.delete(id);
    },
    comments: (number) =>
      [...stage.world.comments.values()].filter((c) => c.repository === world.fullName && c.number === number),
    checkRuns: (headSha) => checkRunsAt(stage.world, world.fullName, headSha),
    checkRun: runOf,
    async press(checkRunId, identifier, as, forged = false) {
      const run = runOf(checkRunId);
      if (!forged && !run.actions.some((action) => action.identifier === identifier))
        throw new Error(`the run shows no button ${identifier}`);
      if (!forged && !isAtLeast(roleOf(world, as).rank, 'write')) throw new Error(`${as} sees no buttons`);
      const fields = { action: 'requested_action', requested_action: { identifier } };
      stage.emit('check_run', world.fullName, as, { ...fields, check_run: shapes.checkRun(run) });
      return identifier;
    },
    async rerequest(checkRunId, as) {
      const run = runOf(checkRunId);
      stage.emit('check_run', world.fullName, as, { action: 'rerequested', check_run: shapes.checkRun(run) });
    },
    async rerequestSuite(headSha, as) {
      suite('rerequested', headSha, as);
    },
    async completed(headSha, { name, timeoutMs = 60_000, when = () => true } = {}) {
      const until = performance.now() + timeoutMs;
      for (;;) {
        const runs = this.checkRuns(headSha).filter((run) => name === undefined || run.name === name);
        const found = runs.findLast((run) => run.status === 'completed' && when(run));
        if (found) return found;
        if (performance.now() > until)
          throw new Error(`no such completed check run on ${headSha}: ${JSON.stringify(runs)}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    judged(headSha) {
      return this.completed(headSha, { when: ({ title }) => title?.startsWith('Could not evaluate') === false });
    },
    setRole(login, role) {
      world.roles.set(login, named(role));
    },
    rename(name) {
      const from = world.name;
      world.former.add(placeOf(world));
      world.name = name;
      stage.emit('repository', world.fullName, world.owner, {
        action: 'renamed',
        changes: { repository: { name: { from } } },
      });
    },
    transfer(owner) {
      const from = shapes.user(world.owner);
      world.former.add(placeOf(world));
      world.owner = owner;
      world.installationId = installationOf(stage.world, owner)?.id ?? null;
      const changes = { owner: { from: from['type'] === 'Organization' ? { organization: from } : { user: from } } };
      stage.emit('repository', world.fullName, owner, { action: 'transferred', changes });
    },
    setArchived(archived) {
      world.archived = archived;
      stage.emit('repository', world.fullName, world.owner, { action: archived ? 'archived' : 'unarchived' });
    },
    setRules(rules) {
      world.rules = rules;
    },
  };
}
