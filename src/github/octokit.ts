import { ProbotOctokit } from 'probot';

/**
 * The Octokit to give Probot. Its own retries would send a write twice after a lost answer, and its throttling spaces
 * writes by a second; `request.ts` does both with more knowledge, so they are off. The function form is needed: an
 * object would be merged under Probot's defaults, and lose.
 */
export const CountersignOctokit = ProbotOctokit.defaults((given: object) => ({
  ...withAddress(given),
  retry: { enabled: false },
  throttle: { enabled: false },
}));

/**
 * Probot tells its Octokits another base address, but not their authentication: a token renewed on demand would be
 * asked of github.com, with our App's signature.
 */
function withAddress(given: object): object {
  if (!('baseUrl' in given) || !('auth' in given)) return given;
  const { auth, baseUrl } = given;
  if (typeof auth !== 'object' || auth === null || !('request' in auth)) return given;
  const { request } = auth;
  if (typeof request !== 'function' || !('defaults' in request) || typeof request.defaults !== 'function') return given;
  return { ...given, auth: { ...auth, request: request.defaults({ baseUrl }) } };
}
