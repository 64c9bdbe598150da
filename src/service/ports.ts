import { randomInt, randomUUID } from 'node:crypto';
import { attribute, isAgentAccount } from '../agents/index.ts';
import type { BranchHost, Host, IssueHost, MergeQueueHost, SweepHost, TeamHost } from '../core/host.ts';
import type { Store } from '../core/store.ts';
import type { Ports } from '../ports.ts';
import type { JudgePorts } from '../review/judge.ts';

const LETTERS = '0123456789abcdefghjkmnpqrstvwxyz';

/** Puts together what the stories reach: the engine, GitHub, the store, and the small things that are not pure. */
export function createPorts(
  parts: JudgePorts & {
    readonly host: Host &
      TeamHost &
      MergeQueueHost &
      BranchHost &
      IssueHost &
      Pick<SweepHost, 'openPullRequests' | 'repositoriesOf'>;
    readonly store: Store;
    readonly policy: Ports['policy'];
    readonly log: Ports['log'];
  },
): Ports {
  return {
    ...parts,
    attribute,
    isAgent: isAgentAccount,
    about: () => undefined,
    newId: () => randomUUID(),
    word: (length) => Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)]).join(''),
  };
}
