import { Probot } from 'probot';
import { createHost, defaultHistoryLimits, type GitHubHost, type HostOptions } from '../../src/github/host.ts';
import { defaultObjectLimits } from '../../src/github/objects.ts';
import { CountersignOctokit } from '../../src/github/octokit.ts';
import { defaultRequestLimits, type OctokitLike, type RequestLimits } from '../../src/github/request.ts';
import { defaultWalkLimits } from '../../src/github/walk.ts';
import { type GitHub, type GitHubOptions, type SetFault, startGitHub } from '../support/github/index.ts';

const people = [
  { login: 'alice' },
  { login: 'bob' },
  { login: 'Copilot', id: 198982749, type: 'Bot' as const },
  { login: 'mallory' },
];

/** An emulated GitHub with one organisation and one repository of two files. */
export function startShop(options: Partial<GitHubOptions> = {}): Promise<GitHub> {
  return startGitHub({
    users: people,
    organisations: [{ login: 'acme', members: ['alice'], teams: [{ slug: 'security', members: ['alice'] }] }],
    repositories: [
      {
        owner: 'acme',
        name: 'shop',
        collaborators: {
          alice: 'admin',
          bob: 'maintain',
          Copilot: 'write',
          mallory: { rank: 'write', roleName: 'release-captain' },
        },
        files: { 'package.json': '{"name":"shop"}\n', 'src/a.ts': 'export const a = 1;\n' },
      },
    ],
    webhookSecret: 'a secret of the test',
    ...options,
  });
}

/** Turns of the event loop, each with time for what is on its way: both ends are in this process, which passes none unused. */
const TURNS = 25;

/** Until nothing more comes that the fault holds. */
export async function settled(held: SetFault): Promise<void> {
  let seen = held.hits();
  for (let still = 0; still < TURNS; still += 1) {
    await new Promise((resolve) => setTimeout(resolve, 2));
    if (held.hits() !== seen) still = 0;
    seen = held.hits();
  }
}

/** The real road: Probot's authentication, our Octokit, our host. Pauses between tries are kept short. */
export function hostOf(github: GitHub, requests: Partial<RequestLimits> = {}, now = Date.now): GitHubHost {
  return createHost(clientsOf(github), {
    ...optionsOf(github),
    now,
    requests: { ...defaultRequestLimits, ...requests },
  });
}

export function clientsOf(github: GitHub): (installationId: number) => Promise<OctokitLike> {
  const probot = new Probot({
    appId: github.app.id,
    privateKey: github.privateKey,
    secret: github.webhookSecret,
    baseUrl: github.url,
    Octokit: CountersignOctokit,
    logLevel: 'fatal',
  });
  const known = new Map<number, Promise<OctokitLike>>();
  return (installationId) => {
    const client = known.get(installationId) ?? probot.auth(installationId);
    known.set(installationId, client);
    return client;
  };
}

export function optionsOf(github: GitHub): HostOptions {
  return {
    appId: github.app.id,
    now: Date.now,
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, Math.min(ms, 20))),
    requests: defaultRequestLimits,
    objects: { ...defaultObjectLimits, maxBlobBytes: 100_000 },
    walk: defaultWalkLimits,
    graphqlUrl: '/graphql',
    history: defaultHistoryLimits,
  };
}
