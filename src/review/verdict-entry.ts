import { digestOf } from '../core/digest.ts';
import type { Verdict } from '../core/report.ts';
import type { SignOff } from '../core/signoff.ts';
import type { LedgerHead, StoredReview } from '../core/store.ts';
import type { Ports } from '../ports.ts';
import type { Publication } from './publication.ts';

/** Writes a verdict down where it is another than the last one, and answers the ledger's head. */
export async function recordVerdict(
  { repository, review, policy }: Publication,
  verdict: Verdict,
  before: StoredReview | null,
  signOffs: readonly SignOff[],
  ports: Ports,
): Promise<LedgerHead> {
  const { report } = review;
  const said = saidOf(verdict);
  if (before !== null && before.report.code === report.code && digestOf(saidOf(before.verdict)) === digestOf(said)) {
    const head = await ports.store.ledger.head(repository.installationId);
    if (head !== null) return head;
  }
  // A verdict may come back (signed, refused, revoked): each turn is an entry, and a turn told again is not.
  const turn = { after: before?.createdAt ?? null, signOffs: signOffs.map(({ id, state }) => ({ id, state })) };
  return ports.store.ledger.append(repository.installationId, {
    type: 'verdict',
    effectKey: `verdict:${review.repositoryId}:${review.pullRequest}:${digestOf({ code: report.code, ...said, turn })}`,
    repositoryId: review.repositoryId,
    pullRequest: review.pullRequest,
    headSha: report.headSha,
    reportCode: report.code,
    agent: report.attribution.agent,
    requester: report.attribution.requester,
    actor: null,
    evidenceDigests: report.findings.map((finding) => finding.evidenceDigest),
    policyDigest: policy.digest,
    reason: null,
    details: said,
    at: new Date(ports.now()).toISOString(),
  });
}

function saidOf(verdict: Verdict) {
  return {
    result: verdict.result,
    conclusion: verdict.conclusion,
    open: verdict.open,
    signed: verdict.signed.map(({ handle, signOffId }) => ({ handle, signOffId })),
    refusals: verdict.refusals.map((each) => each.signOffId),
    ...(verdict.brokenGlass === undefined
      ? {}
      : {
          brokenGlass: { by: verdict.brokenGlass.by.map((each) => each.signOffId), until: verdict.brokenGlass.until },
        }),
    unknowns: verdict.unknowns.map(({ fact, subject, source }) => ({ fact, subject, source })),
  };
}
