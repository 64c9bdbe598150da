import type { Json, StoredCheckRun, StoredComment, StoredCommit, StoredPull } from './types.ts';
import {
  commitsBetween,
  idOf,
  isAtLeast,
  placeOf,
  pullsOf,
  type RepositoryWorld,
  roleOf,
  type User,
  type World,
} from './world.ts';

/** GitHub's JSON shapes, as far as an App reads them. */
export interface Shapes {
  user(login: string): Json;
  repository(repository: RepositoryWorld): Json;
  pull(pull: StoredPull): Json;
  issue(pull: StoredPull): Json;
  comment(comment: StoredComment): Json;
  checkRun(run: StoredCheckRun): Json;
  checkSuite(fullName: string, headSha: string): Json;
  commit(commit: StoredCommit): Json;
  member(repository: RepositoryWorld, login: string): Json;
  app(id: number): Json;
}

/** `url`: of the API; `web`: where people see this GitHub. */
export function createShapes(world: World, url: string, web: string): Shapes {
  function user(login: string): Json {
    const known = world.users.get(login);
    return {
      login,
      id: known?.id ?? idOf(login),
      node_id: `U_${login}`,
      type: known?.type ?? 'User',
      site_admin: false,
      avatar_url: `${url}/avatars/${login}`,
      url: `${url}/users/${login}`,
      html_url: `${web}/${login}`,
    };
  }

  function repository(repo: RepositoryWorld): Json {
    return {
      id: repo.id,
      node_id: `R_${repo.id}`,
      name: repo.name,
      full_name: placeOf(repo),
      private: repo.private,
      visibility: repo.private ? 'private' : 'public',
      owner: user(repo.owner),
      html_url: `${web}/${placeOf(repo)}`,
      url: `${url}/repos/${placeOf(repo)}`,
      fork: false,
      archived: repo.archived,
      disabled: false,
      default_branch: repo.defaultBranch,
    };
  }

  function repoOf(fullName: string): RepositoryWorld {
    const repo = world.repositories.get(fullName);
    if (!repo) throw new Error(`no repository ${fullName}`);
    return repo;
  }

  function headRepository(pull: StoredPull): Json {
    const base = repository(repoOf(pull.repository));
    if (pull.fork === null) return base;
    const fullName = `${pull.fork}/${String(base['name'])}`;
    return { ...base, id: idOf(fullName), full_name: fullName, fork: true, owner: user(pull.fork) };
  }

  function pullJson(pull: StoredPull): Json {
    const place = placeOf(repoOf(pull.repository));
    const api = `${url}/repos/${place}`;
    const base = repository(repoOf(pull.repository));
    const owner = pull.fork ?? repoOf(pull.repository).owner;
    return {
      id: pull.id,
      node_id: `PR_${pull.id}`,
      number: pull.number,
      url: `${api}/pulls/${pull.number}`,
      html_url: `${web}/${place}/pull/${pull.number}`,
      issue_url: `${api}/issues/${pull.number}`,
      state: pull.state,
      locked: false,
      title: pull.title,
      body: pull.body,
      user: user(pull.author),
      draft: pull.draft,
      merged: pull.merged,
      merged_at: pull.merged ? pull.updatedAt : null,
      created_at: pull.createdAt,
      updated_at: pull.updatedAt,
      closed_at: pull.state === 'closed' ? pull.updatedAt : null,
      assignee: pull.assignees[0] === undefined ? null : user(pull.assignees[0]),
      assignees: pull.assignees.map(user),
      labels: pull.labels.map((name) => ({ id: idOf(name), name, color: 'ededed', default: false, description: null })),
      head: {
        label: `${owner}:${pull.headRef}`,
        ref: pull.headRef,
        sha: pull.headSha,
        user: user(owner),
        repo: headRepository(pull),
      },
      base: {
        label: `${repoOf(pull.repository).owner}:${pull.baseRef}`,
        ref: pull.baseRef,
        sha: pull.baseSha,
        user: user(repoOf(pull.repository).owner),
        repo: base,
      },
      author_association: 'CONTRIBUTOR',
      auto_merge: null,
      commits: commitsBetween(world, pull.baseSha, pull.headSha).length,
      comments: [...world.comments.values()].filter((c) => c.repository === pull.repository && c.number === pull.number)
        .length,
    };
  }

  function app(id: number): Json {
    const own = id === world.app.id;
    const slug = own ? world.app.slug : (world.otherApps.get(id) ?? `app-${id}`);
    return {
      id,
      slug,
      node_id: `A_${id}`,
      name: own ? world.app.name : slug,
      owner: user('admin'),
      events: [],
      permissions: {},
    };
  }

  function checkSuite(fullName: string, headSha: string): Json {
    const pull = pullsOf(world, fullName).find((p) => p.headSha === headSha && p.fork === null);
    return {
      id: idOf(`suite ${fullName} ${headSha}`),
      head_sha: headSha,
      head_branch: pull?.headRef ?? null,
      status: 'queued',
      conclusion: null,
      app: app(world.app.id),
      pull_requests: pullReferences(fullName, headSha),
      before: null,
      after: headSha,
    };
  }

  /** Only pull requests of the repository's own branches: empty for forks and merge groups, as on GitHub. */
  function pullReferences(fullName: string, headSha: string): Json[] {
    const repo = repoOf(fullName);
    const short = { id: repo.id, name: repo.name, url: `${url}/repos/${fullName}` };
    return pullsOf(world, fullName)
      .filter((pull) => pull.headSha === headSha && pull.fork === null && pull.state === 'open')
      .map((pull) => ({
        id: pull.id,
        number: pull.number,
        url: `${url}/repos/${fullName}/pulls/${pull.number}`,
        head: { ref: pull.headRef, sha: pull.headSha, repo: short },
        base: { ref: pull.baseRef, sha: pull.baseSha, repo: short },
      }));
  }

  return {
    user,
    repository,
    pull: pullJson,
    app,
    checkSuite,
    issue: (pull) => ({
      id: pull.id + 1_000_000,
      node_id: `I_${pull.id}`,
      number: pull.number,
      url: `${url}/repos/${pull.repository}/issues/${pull.number}`,
      html_url: `${web}/${pull.repository}/pull/${pull.number}`,
      title: pull.title,
      body: pull.body,
      state: pull.state,
      locked: false,
      draft: pull.draft,
      user: user(pull.author),
      labels: pull.labels.map((name) => ({ id: idOf(name), name })),
      assignees: pull.assignees.map(user),
      comments: 0,
      created_at: pull.createdAt,
      updated_at: pull.updatedAt,
      author_association: 'CONTRIBUTOR',
      performed_via_github_app: null,
      pull_request: {
        url: `${url}/repos/${pull.repository}/pulls/${pull.number}`,
        html_url: `${web}/${pull.repository}/pull/${pull.number}`,
        merged_at: pull.merged ? pull.updatedAt : null,
      },
    }),
    comment: (comment) => ({
      id: comment.id,
      node_id: `IC_${comment.id}`,
      url: `${url}/repos/${comment.repository}/issues/comments/${comment.id}`,
      html_url: `${web}/${comment.repository}/pull/${comment.number}#issuecomment-${comment.id}`,
      issue_url: `${url}/repos/${comment.repository}/issues/${comment.number}`,
      user: user(comment.author),
      body: comment.body,
      created_at: comment.createdAt,
      updated_at: comment.updatedAt,
      author_association: 'CONTRIBUTOR',
      performed_via_github_app: comment.viaAppId === null ? null : app(comment.viaAppId),
    }),
    checkRun: (run) => ({
      id: run.id,
      node_id: `CR_${run.id}`,
      head_sha: run.headSha,
      name: run.name,
      status: run.status,
      conclusion: run.conclusion,
      started_at: run.startedAt,
      completed_at: run.completedAt,
      external_id: run.externalId ?? '',
      url: `${url}/repos/${run.repository}/check-runs/${run.id}`,
      html_url: `${web}/${run.repository}/runs/${run.id}`,
      details_url: run.detailsUrl,
      output: {
        title: run.title,
        summary: run.summary,
        text: run.text,
        annotations_count: run.annotations.length,
        annotations_url: `${url}/repos/${run.repository}/check-runs/${run.id}/annotations`,
      },
      check_suite: { id: idOf(`suite ${run.repository} ${run.headSha}`) },
      app: app(run.appId),
      pull_requests: pullReferences(run.repository, run.headSha),
    }),
    commit: (commit) => ({
      sha: commit.sha,
      node_id: `C_${commit.sha}`,
      commit: {
        author: commit.author,
        committer: commit.committer,
        message: commit.message,
        tree: { sha: commit.tree },
        comment_count: 0,
        verification: {
          verified: world.verified.has(commit.sha),
          reason: world.verified.has(commit.sha) ? 'valid' : 'unsigned',
          signature: null,
          payload: null,
        },
      },
      author: byEmail(commit.author.email),
      committer: byEmail(commit.committer.email),
      parents: commit.parents.map((sha) => ({ sha })),
    }),
    member: (repo, login) => {
      const { rank, roleName } = roleOf(repo, login);
      return {
        ...user(login),
        permissions: {
          pull: isAtLeast(rank, 'read'),
          triage: isAtLeast(rank, 'triage'),
          push: isAtLeast(rank, 'write'),
          maintain: isAtLeast(rank, 'maintain'),
          admin: isAtLeast(rank, 'admin'),
        },
        role_name: roleName,
      };
    },
  };

  function byEmail(email: string): Json | null {
    const numbered = /^(\d+)\+[^@]+@users\.noreply\.github\.com$/i.exec(email);
    const found = [...world.users.values()].find(
      (candidate: User) => candidate.email === email || String(candidate.id) === numbered?.[1],
    );
    return found ? user(found.login) : null;
  }
}
