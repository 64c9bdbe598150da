import { z } from 'zod';
import { CountersignError } from '../core/errors.ts';
import { failureOf } from '../github/failure.ts';
import type { OctokitLike } from '../github/request.ts';

/** One place where the App is installed. */
export interface Installation {
  readonly id: number;
  /** Login of the user or organisation; null where GitHub names none. */
  readonly account: string | null;
  readonly suspended: boolean;
  readonly permissions: Readonly<Record<string, string>>;
  readonly events: readonly string[];
}

/** The App as it is registered, and when GitHub's clock said so. */
export interface Registration {
  readonly slug: string;
  readonly permissions: Readonly<Record<string, string>>;
  readonly events: readonly string[];
  /** GitHub's `Date` header in milliseconds since 1970; null where the answer carried none. */
  readonly at: number | null;
}

/** One try of GitHub's to deliver a webhook. Tries for the same event share its `guid`. */
export interface HookDelivery {
  readonly guid: string;
  /** Instant, milliseconds since 1970. */
  readonly at: number;
  readonly event: string;
  /** Status of the answer; 502 or 504 also where nobody answered. */
  readonly code: number;
  /** GitHub's words for it: "OK", "failed to connect to host", "timed out". */
  readonly status: string;
}

/** What GitHub answers the App itself (its JWT), not one of its installations. Failures are `host-unavailable` or `host-refused`. */
export interface AppApi {
  registration(): Promise<Registration>;
  installations(): Promise<readonly Installation[]>;
  /** The newest deliveries of webhooks, newest first, at most one page; GitHub keeps a few days of them. */
  deliveries(): Promise<readonly HookDelivery[]>;
  /** Asks for a token of an installation, keeps nothing of it, and says how long after GitHub's own date it ends; null where it sent none. */
  tokenLifetimeMs(installationId: number): Promise<number | null>;
  /** Where GitHub sends webhooks. GitHub never shows the secret, only whether there is one. */
  hook(): Promise<{ readonly url: string | null; readonly hasSecret: boolean; readonly insecureTls: boolean }>;
}

const Permissions = z.record(z.string(), z.string());
const App = z.object({ slug: z.string(), permissions: Permissions, events: z.array(z.string()) });
const Installations = z.array(
  z.object({
    id: z.number().int(),
    account: z.object({ login: z.string() }).nullish(),
    suspended_at: z.string().nullish(),
    permissions: Permissions,
    events: z.array(z.string()),
  }),
);
const Hook = z.object({
  url: z.string().nullish(),
  secret: z.string().nullish(),
  insecure_ssl: z.union([z.string(), z.number()]).nullish(),
});

/** GitHub REST, "List deliveries for an app webhook". */
const Deliveries = z.array(
  z.object({
    guid: z.string(),
    delivered_at: z.iso.datetime({ offset: true }),
    event: z.string(),
    status: z.string(),
    status_code: z.number().int(),
  }),
);
const Token = z.object({ expires_at: z.iso.datetime({ offset: true }) });

const PAGE = 100;
/** For one answer, in milliseconds. */
const TIMEOUT_MS = 20_000;

/** `octokit` signs with the App's key: Probot's `auth()` without an installation. */
export function createAppApi(octokit: () => Promise<OctokitLike>, now: () => number): AppApi {
  async function ask<T extends z.ZodType>(route: string, parameters: Record<string, unknown>, schema: T) {
    let answer: Awaited<ReturnType<OctokitLike['request']>>;
    try {
      const client = await octokit();
      answer = await client.request(route, { ...parameters, request: { signal: AbortSignal.timeout(TIMEOUT_MS) } });
    } catch (error) {
      throw failureOf(error, route, now());
    }
    const parsed = schema.safeParse(answer.data);
    if (parsed.success) return { data: parsed.data, headers: answer.headers };
    throw new CountersignError('host-unavailable', `GitHub's answer to ${route} has an unexpected shape`, {
      cause: parsed.error,
    });
  }

  return {
    async registration() {
      const { data, headers } = await ask('GET /app', {}, App);
      return { ...data, at: dateOf(headers) };
    },

    async installations() {
      const found: Installation[] = [];
      for (let page = 1; ; page += 1) {
        const { data } = await ask('GET /app/installations', { per_page: PAGE, page }, Installations);
        found.push(
          ...data.map(({ id, account, suspended_at, permissions, events }) => ({
            id,
            account: account?.login ?? null,
            suspended: (suspended_at ?? null) !== null,
            permissions,
            events,
          })),
        );
        if (data.length < PAGE) return found;
      }
    },

    async deliveries() {
      const { data } = await ask('GET /app/hook/deliveries', { per_page: PAGE }, Deliveries);
      return data
        .map(({ guid, delivered_at, event, status, status_code }) => ({
          guid,
          at: Date.parse(delivered_at),
          event,
          code: status_code,
          status,
        }))
        .sort((a, b) => b.at - a.at);
    },

    async tokenLifetimeMs(installationId) {
      const route = 'POST /app/installations/{installation_id}/access_tokens';
      const { data, headers } = await ask(route, { installation_id: installationId }, Token);
      const at = dateOf(headers);
      return at === null ? null : Date.parse(data.expires_at) - at;
    },

    async hook() {
      const { data } = await ask('GET /app/hook/config', {}, Hook);
      return {
        url: data.url ?? null,
        hasSecret: (data.secret ?? '') !== '',
        insecureTls: String(data.insecure_ssl ?? '0') === '1',
      };
    },
  };
}

function dateOf(headers: unknown): number | null {
  if (typeof headers !== 'object' || headers === null || !('date' in headers)) return null;
  const at = Date.parse(String(headers.date));
  return Number.isNaN(at) ? null : at;
}
