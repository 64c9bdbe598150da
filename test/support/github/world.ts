import { createHash } from 'node:crypto';
import type {
  AppSeed,
  GitHubOptions,
  Json,
  Role,
  StoredCheckRun,
  StoredComment,
  StoredCommit,
  StoredPull,
  StoredPush,
  UserSeed,
} from './types.ts';

export interface QueueEntry {
  readonly pullRequest: number;
  readonly headSha: string | null;
  readonly baseSha: string | null;
}

/** What emulate does not keep, or keeps wrongly. One per emulated GitHub. */
export interface World {
  readonly app: AppSeed;
  readonly users: Map<string, User>;
  readonly repositories: Map<string, RepositoryWorld>;
  readonly installations: Map<number, InstallationWorld>;
  readonly pulls: Map<string, StoredPull>;
  readonly comments: Map<number, StoredComment>;
  readonly checkRuns: Map<number, StoredCheckRun>;
  /** The same by their commit: thousands of them are asked for a hundred times a second. */
  readonly checkRunsAt: Map<string, StoredCheckRun[]>;
  readonly commits: Map<string, StoredCommit>;
  readonly verified: Set<string>;
  readonly pushes: StoredPush[];
  /** Entries of each repository's one merge queue, in order. */
  readonly mergeQueues: Map<string, readonly QueueEntry[]>;
  readonly teams: Map<string, readonly string[]>;
  /** Name and id by which comments written through other Apps are shown. */
  readonly otherApps: Map<number, string>;
  /** Commits that merges put on the base, by `owner/name#number`. */
  readonly mergedAs: Map<string, readonly string[]>;
  /** Ids of issues that the App opened. */
  readonly ownIssues: Set<number>;
}

export interface User {
  readonly login: string;
  readonly id: number;
  readonly type: string;
  readonly name: string;
  readonly email: string;
}

/** One place where the App is installed. Emulate knows the one that its owner was seeded with. */
export interface InstallationWorld {
  readonly id: number;
  readonly owner: string;
  readonly seeded: number;
  state: 'active' | 'suspended' | 'removed';
}

export interface RepositoryWorld {
  /** `owner/name` as seeded: by this emulate knows it for good. */
  readonly fullName: string;
  /** Where it is now. */
  owner: string;
  name: string;
  /** Names that it had, which lead to it as long as no other repository has them. */
  readonly former: Set<string>;
  id: number;
  /** Null where its owner has not installed the App. */
  installationId: number | null;
  /** As seeded: whose token emulate takes for it. */
  readonly seededInstallationId: number;
  readonly private: boolean;
  archived: boolean;
  /** Rulesets' rules that are in force on the default branch. */
  rules: readonly Json[];
  readonly defaultBranch: string;
  readonly roles: Map<string, { readonly rank: Role; readonly roleName: string }>;
}

const ranks: readonly Role[] = ['none', 'read', 'triage', 'write', 'maintain', 'admin'];

const defaultApp: AppSeed = {
  id: 31337,
  slug: 'countersign',
  name: 'Countersign',
  installationId: 4242,
  permissions: {
    checks: 'write',
    contents: 'read',
    issues: 'write',
    pull_requests: 'write',
    members: 'read',
    metadata: 'read',
    merge_queues: 'read',
    administration: 'read',
  },
  events: [
    'pull_request',
    'issue_comment',
    'check_run',
    'check_suite',
    'push',
    'pull_request_review',
    'pull_request_review_comment',
    'merge_group',
    'repository',
    'installation',
  ],
};

/** A made-up id, equal for equal names and far from the small ids that emulate gives. */
export function idOf(name: string): number {
  return 300_000_000 + (createHash('sha256').update(name).digest().readUInt32BE(0) % 600_000_000);
}

export function createWorld(options: GitHubOptions): World {
  const app = { ...defaultApp, ...options.app };
  const users = new Map<string, User>();
  const add = (seed: UserSeed): void => {
    const id = seed.id ?? idOf(seed.login);
    users.set(seed.login, {
      login: seed.login,
      id,
      type: seed.type ?? 'User',
      name: seed.name ?? seed.login,
      email: seed.email ?? `${id}+${seed.login}@users.noreply.github.com`,
    });
  };
  for (const user of options.users) add(user);
  for (const organisation of options.organisations ?? []) add({ ...organisation, type: 'Organization' });
  add({ login: `${app.slug}[bot]`, type: 'Bot', id: idOf(`${app.slug}[bot]`) });
  for (const { owner } of options.repositories) if (!users.has(owner)) add({ login: owner });

  const owners = [...new Set(options.repositories.map(({ owner }) => owner))];
  const repositories = new Map<string, RepositoryWorld>();
  for (const seed of options.repositories) {
    const fullName = `${seed.owner}/${seed.name}`;
    const roles = new Map<string, { rank: Role; roleName: string }>();
    for (const [login, role] of Object.entries(seed.collaborators ?? {})) roles.set(login, named(role));
    if (users.get(seed.owner)?.type !== 'Organization') roles.set(seed.owner, named('admin'));
    repositories.set(fullName, {
      fullName,
      owner: seed.owner,
      name: seed.name,
      id: 0,
      former: new Set(),
      installationId: app.installationId + owners.indexOf(seed.owner),
      seededInstallationId: app.installationId + owners.indexOf(seed.owner),
      private: seed.private ?? false,
      archived: false,
      rules: [],
      defaultBranch: seed.defaultBranch ?? 'main',
      roles,
    });
  }
  const teams = new Map<string, readonly string[]>();
  for (const organisation of options.organisations ?? [])
    for (const team of organisation.teams ?? []) teams.set(`${organisation.login}/${team.slug}`, team.members);
  const installations = new Map(
    owners.map((owner, index): [number, InstallationWorld] => {
      const id = app.installationId + index;
      return [id, { id, owner, seeded: id, state: 'active' }];
    }),
  );
  return {
    app,
    users,
    repositories,
    installations,
    pulls: new Map(),
    comments: new Map(),
    checkRuns: new Map(),
    checkRunsAt: new Map(),
    commits: new Map(),
    verified: new Set(),
    pushes: [],
    mergeQueues: new Map(),
    teams,
    otherApps: new Map(),
    mergedAs: new Map(),
    ownIssues: new Set(),
  };
}

export function named(role: Role | { readonly rank: Role; readonly roleName: string }): {
  rank: Role;
  roleName: string;
} {
  return typeof role === 'string' ? { rank: role, roleName: role } : role;
}

/** On a public repository everyone reads. */
export function roleOf(repository: RepositoryWorld, login: string): { rank: Role; roleName: string } {
  return repository.roles.get(login) ?? named(repository.private ? 'none' : 'read');
}

export function isAtLeast(rank: Role, wanted: Role): boolean {
  return ranks.indexOf(rank) >= ranks.indexOf(wanted);
}

/** The one that has a name now; a name that it had does not count. */
export function repositoryNamed(world: World, fullName: string): RepositoryWorld | undefined {
  const seeded = world.repositories.get(fullName);
  if (seeded !== undefined && placeOf(seeded) === fullName) return seeded;
  return [...world.repositories.values()].find((each) => each.former.size > 0 && placeOf(each) === fullName);
}

/** `owner/name` of today. */
export function placeOf({ owner, name }: Pick<RepositoryWorld, 'owner' | 'name'>): string {
  return `${owner}/${name}`;
}

/** The installation of an owner who let the App in. */
export function installationOf(world: World, owner: string): InstallationWorld | undefined {
  return [...world.installations.values()].find((each) => each.owner === owner && each.state !== 'removed');
}

export function checkRunsAt(world: World, fullName: string, headSha: string): StoredCheckRun[] {
  return (world.checkRunsAt.get(headSha) ?? []).filter((run) => run.repository === fullName);
}

export function pullsOf(world: World, fullName: string): StoredPull[] {
  return [...world.pulls.values()].filter((pull) => pull.repository === fullName).sort((a, b) => b.number - a.number);
}

export function pullOf(world: World, fullName: string, number: number): StoredPull {
  const pull = world.pulls.get(`${fullName}#${number}`);
  if (!pull) throw new Error(`${fullName} has no pull request ${number}`);
  return pull;
}

/** All ancestors of a commit, itself included, each with its distance by the shortest way. */
function distances(world: World, sha: string): Map<string, number> {
  const found = new Map<string, number>();
  let level = [sha];
  for (let distance = 0; level.length > 0; distance += 1) {
    const next: string[] = [];
    for (const at of level) {
      if (found.has(at)) continue;
      found.set(at, distance);
      next.push(...(world.commits.get(at)?.parents ?? []));
    }
    level = next;
  }
  return found;
}

/** A common ancestor that no other common ancestor descends from; undefined where the histories are unrelated. */
export function mergeBaseOf(world: World, base: string, head: string): string | undefined {
  const fromBase = distances(world, base);
  const fromHead = distances(world, head);
  const common = [...fromBase.keys()].filter((sha) => fromHead.has(sha));
  return common.sort((a, b) => sum(a) - sum(b))[0];

  function sum(sha: string): number {
    return (fromBase.get(sha) ?? 0) + (fromHead.get(sha) ?? 0);
  }
}

/** Commits of head that base has not, oldest first. */
export function commitsBetween(world: World, base: string, head: string): StoredCommit[] {
  const known = distances(world, base);
  const ahead = [...distances(world, head).entries()].filter(([sha]) => !known.has(sha));
  return ahead
    .sort((a, b) => b[1] - a[1])
    .flatMap(([sha]) => {
      const commit = world.commits.get(sha);
      return commit ? [commit] : [];
    });
}
