import { CountersignError, messageOf } from '../core/errors.ts';

/** Answers that trying again does not change (RFC 9110, 15.5). */
const final: readonly number[] = [400, 401, 403, 404, 405, 406, 409, 410, 415, 422, 451];
/** GitHub's advice for a secondary limit without Retry-After: a minute at least ("Rate limits for the REST API"). */
const secondaryLimitMs = 60_000;

/** What an Octokit threw, as one of our two failures. `what` names the request; `now` in milliseconds since 1970. */
export function failureOf(error: unknown, what: string, now: number): CountersignError {
  if (error instanceof CountersignError) return error;
  const status = statusOf(error);
  const said = messageOf(error).slice(0, 300);
  if (status === undefined) return unavailable(`GitHub could not be reached for ${what}: ${said}`, error, undefined);
  const wait = limitOf(error, status, said, now);
  if (wait !== undefined) return unavailable(`GitHub limits our requests (${status} for ${what})`, error, wait);
  if (final.includes(status)) {
    return new CountersignError('host-refused', `GitHub refused ${what}: ${status} ${said}`, { cause: error });
  }
  return unavailable(`GitHub answered ${status} to ${what}`, error, retryAfterOf(error));
}

/** GitHub's HTTP status, where an answer came at all. */
export function statusOf(error: unknown): number | undefined {
  if (error instanceof CountersignError) return statusOf(error.cause);
  if (typeof error !== 'object' || error === null || !('status' in error)) return undefined;
  // Octokit says 500 where the connection failed: then there is no response.
  if (typeof error.status !== 'number' || !('response' in error) || error.response === undefined) return undefined;
  return error.status;
}

export function isGone(error: unknown): boolean {
  const status = statusOf(error);
  return status === 404 || status === 410;
}

function unavailable(message: string, cause: unknown, retryAfterMs: number | undefined): CountersignError {
  return new CountersignError('host-unavailable', message, {
    cause,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** Milliseconds to wait where this is a rate limit, primary or secondary. A 403 can be either a limit or a refusal. */
function limitOf(error: unknown, status: number, said: string, now: number): number | undefined {
  if (status !== 403 && status !== 429) return undefined;
  const asked = retryAfterOf(error);
  if (asked !== undefined) return asked;
  const headers = headersOf(error);
  if (headers['x-ratelimit-remaining'] === '0') {
    const reset = Number(headers['x-ratelimit-reset']) * 1000;
    return Number.isFinite(reset) ? Math.max(1_000, reset - now + 1_000) : secondaryLimitMs;
  }
  return status === 429 || /secondary rate|abuse detection/i.test(said) ? secondaryLimitMs : undefined;
}

/** `Retry-After` in seconds (GitHub sends no dates), as milliseconds. */
function retryAfterOf(error: unknown): number | undefined {
  const header = headersOf(error)['retry-after'];
  const seconds = header === undefined ? Number.NaN : Number(header);
  return Number.isFinite(seconds) ? Math.max(0, seconds * 1000) : undefined;
}

/** The headers of the answer that an Octokit threw, in lower case; empty where no answer came. */
export function headersOf(error: unknown): Record<string, string | undefined> {
  if (typeof error !== 'object' || error === null || !('response' in error)) return {};
  const { response } = error;
  if (typeof response !== 'object' || response === null || !('headers' in response)) return {};
  const { headers } = response;
  if (typeof headers !== 'object' || headers === null) return {};
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
}
