import type { Report } from '../core/report.ts';
import type { SignedItem, SignOff } from '../core/signoff.ts';
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
    const left = ended.state === 'effective' ? ended.left : signOff.items;
    const gone = ended.state === 'effective' ? signOff.items.filter((item) => !left.includes(item)) : signOff.items;
    await ports.store.ledger.append(repository.installationId, {
      type: 'lapse',
      effectKey: `lapse:${signOff.id}:${left.length === signOff.items.length ? '' : `${gone.map((item) => item.handle).join(',')}:`}${report.headSha}`,
      repositoryId: repository.id,
      pullRequest: pullRequest.number,
      headSha: report.headSha,
      reportCode: report.code,
      agent: report.attribution.agent,
      requester: report.attribution.requester,
      actor: signOff.signer,
      evidenceDigests: gone.flatMap((item) => item.evidenceDigests),
      policyDigest: report.policyDigest,
      reason: ended.reason,
      details: { signOff: signOff.id, state: ended.state, handles: gone.map((item) => item.handle) },
      at: new Date(ports.now()).toISOString(),
    });
    await ports.store.saveSignOff({ ...signOff, items: left, state: ended.state, stateReason: ended.reason });
  }
}

type End =
  | { readonly state: 'lapsed' | 'cancelled'; readonly reason: string }
  /** Only some of what was signed is gone; the rest stays signed. */
  | { readonly state: 'effective'; readonly left: readonly SignedItem[]; readonly reason: string };

/** What this report ends of a sign-off, and why; null where it stands as it was. */
export function endOf(
  signOff: SignOff,
  report: Report,
  latest: StoredReview | null,
  lapse: 'changed' | 'always',
): End | null {
  if (signOff.state === 'pending') {
    return signOff.reportCode === report.code
      ? null
      : { state: 'cancelled', reason: 'A newer report took the place of the one this command was for.' };
  }
  if (signOff.state === 'effective' && signOff.kind === 'break-glass') {
    const same = signOff.headSha === report.headSha && (latest === null || latest.report.baseRef === report.baseRef);
    return same ? null : { state: 'lapsed', reason: 'Glass is broken for one commit and one base branch.' };
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
  const left = signOff.items.filter((item) => item.evidenceDigests.some((digest) => present.has(digest)));
  if (left.length === signOff.items.length) return null;
  const handles = signOff.items.filter((item) => !left.includes(item)).map((item) => item.handle);
  const reason = `What was signed as ${handles.join(', ')} is gone or has changed since.`;
  return left.length === 0 ? { state: 'lapsed', reason } : { state: 'effective', left, reason };
}
