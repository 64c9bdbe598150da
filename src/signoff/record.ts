import type { JsonValue } from '../core/json.ts';
import type { LedgerEntry } from '../core/store.ts';
import type { Ports } from '../ports.ts';
import type { Standing } from './standing.ts';

/** Appends one entry about what a person did. `effectKey` names the event by its content, so that a replay adds nothing. */
export async function record(
  standing: Pick<Standing, 'repository' | 'pullRequest' | 'review'>,
  entry: {
    readonly type: LedgerEntry['type'];
    readonly effectKey: string;
    readonly actor: { readonly id: number; readonly login: string };
    readonly evidenceDigests: readonly string[];
    readonly reason: string | null;
    readonly details: { readonly [key: string]: JsonValue };
  },
  ports: Ports,
): Promise<void> {
  const { repository, pullRequest, review } = standing;
  await ports.store.ledger.append(repository.installationId, {
    type: entry.type,
    effectKey: entry.effectKey,
    repositoryId: repository.id,
    pullRequest: pullRequest.number,
    headSha: review.report.headSha,
    reportCode: review.report.code,
    agent: review.report.attribution.agent,
    requester: review.report.attribution.requester,
    actor: { id: entry.actor.id, login: entry.actor.login },
    evidenceDigests: entry.evidenceDigests,
    policyDigest: review.report.policyDigest,
    reason: entry.reason,
    details: entry.details,
    at: new Date(ports.now()).toISOString(),
  });
}
