import type { Report } from '../core/report.ts';
import type { SignOff } from '../core/signoff.ts';
import type { StoredReview } from '../core/store.ts';
import type { Ports } from '../ports.ts';
import type { Ground } from './ground.ts';

/**
 * Ends what no longer stands: pending commands of an older report, and sign-offs none of whose evidence is there any
 * more. A sign-off lives on only where the digest it covers is equal. While a source is down nothing lapses, since
 * a finding may be missing for no better reason than that.
 */
export async function lapseSignOffs(report: Report, ground: Ground, ports: Ports): Promise<void> {
  const { repository, pullRequest, policy, latest } = ground;
  const signOffs = await ports.store.signOffs(repository.id, pullRequest.number);
  for (const signOff of signOffs) {
    const ended = endOf(signOff, report, latest, policy.lapse);
    if (ended === null) continue;
    await ports.store.ledger.append(repository.installationId, {
      type: 'lapse',
      effectKey: `lapse:${signOff.id}:${report.headSha}`,
      repositoryId: repository.id,
      pullRequest: pullRequest.number,
      headSha: report.headSha,
      reportCode: report.code,
      agent: report.attribution.agent,
      requester: report.attribution.requester,
      actor: signOff.signer,
      evidenceDigests: signOff.items.flatMap((item) => item.evidenceDigests),
      policyDigest: report.policyDigest,
      reason: ended.reason,
      details: { signOff: signOff.id, state: ended.state },
      at: new Date(ports.now()).toISOString(),
    });
    await ports.store.saveSignOff({ ...signOff, state: ended.state, stateReason: ended.reason });
  }
}

function endOf(
  signOff: SignOff,
  report: Report,
  latest: StoredReview | null,
  lapse: 'changed' | 'always',
): { readonly state: 'lapsed' | 'cancelled'; readonly reason: string } | null {
  if (signOff.state === 'pending') {
    return signOff.reportCode === report.code
      ? null
      : { state: 'cancelled', reason: 'A newer report took the place of the one this command was for.' };
  }
  if (signOff.state !== 'effective' || signOff.kind !== 'sign') return null;
  if (lapse === 'always' && latest !== null && signOff.headSha !== report.headSha) {
    return {
      state: 'lapsed',
      reason: 'A newer commit was pushed, and the policy has every push open every sign-off again.',
    };
  }
  if (report.unknowns.length > 0) return null;
  const present = new Set(
    report.findings.flatMap((finding) => [
      finding.evidenceDigest,
      ...finding.replicas.map((replica) => replica.evidenceDigest),
    ]),
  );
  const covered = signOff.items.flatMap((item) => item.evidenceDigests);
  if (covered.some((digest) => present.has(digest))) return null;
  const handles = signOff.items.map((item) => item.handle).join(', ');
  return { state: 'lapsed', reason: `What was signed as ${handles} is gone or has changed since.` };
}
