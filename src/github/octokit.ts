import { ProbotOctokit } from 'probot';
import type { OctokitLike } from './request.ts';

/**
 * The Octokit to give Probot. Its own retries would send a write twice after a lost answer, and its throttling spaces
 * writes by a second; `request.ts` does both with more knowledge, so they are off. The function form is needed: an
 * object would be merged under Probot's defaults, and lose.
 */
export const CountersignOctokit = ProbotOctokit.defaults((given: object) => ({
  ...given,
  retry: { enabled: false },
  throttle: { enabled: false },
}));

/** Who we are at GitHub. */
export interface AppIdentity {
  readonly appId: number;
  /** PEM. */
  readonly privateKey: string;
  /** Of the REST API; for GitHub Enterprise Server with `/api/v3`. Null for github.com. */
  readonly baseUrl: string | null;
  /** Where Octokit's warnings go; none of them holds a token. */
  readonly log: Readonly<Record<'debug' | 'info' | 'warn' | 'error', (message: string) => void>>;
}

/**
 * Octokits per installation, for `createHost`. They keep their tokens and renew them on demand, which Probot's own do
 * only against github.com: its renewal knows no base address. Needs no Probot, so a worker can use it.
 */
export function createInstallations({
  appId,
  privateKey,
  baseUrl,
  log,
}: AppIdentity): (installationId: number) => Promise<OctokitLike> {
  const address = { log, ...(baseUrl === null ? {} : { baseUrl }) };
  const { request } = new CountersignOctokit(address);
  const clients = new Map<number, OctokitLike>();
  return async (installationId) => {
    const known = clients.get(installationId);
    if (known) return known;
    const made = new CountersignOctokit({ ...address, auth: { appId, privateKey, installationId, request, log } });
    const client: OctokitLike = {
      request: (route, parameters) => made.request(route, parameters),
      auth: (options) => made.auth(options),
    };
    clients.set(installationId, client);
    return client;
  };
}
