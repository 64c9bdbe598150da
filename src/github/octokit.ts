import { ProbotOctokit } from 'probot';

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
