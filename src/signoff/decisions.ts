import { isDown } from '../../detectors/engine/not-evaluated/index.ts';
import { sha256 } from '../core/digest.ts';
import type { Finding } from '../core/finding.ts';
import type { CommentState } from '../core/host.ts';
import type { Verdict } from '../core/report.ts';
import type { SignOff } from '../core/signoff.ts';
import type { Asker } from '../policy/authorise.ts';
import type { Command } from '../policy/command.ts';
import type { Ports } from '../ports.ts';
import type { Refusal, Reply } from '../report/reply.ts';
import { checkUrlOf } from '../review/publication.ts';
import { ANNOUNCED_MS, pendingOf, publish } from '../review/publish.ts';
import { problemOfGlass } from './glass.ts';
import { chooseFindings, chooseRefused, findingsNamed, isRepeatedReason, itemsOf } from './items.ts';
import { record } from './record.ts';
import { authorise, beyond, problemOfCode, refusalOf, type Standing, withPolicyName } from './standing.ts';

/** Minutes that the same person has for the press of the button (product.md, "Proof of presence"). */
const PENDING_MS = 15 * 60 * 1000;
const DAY_MS = 24 * 60 * 60 * 1000;
/** People who can be pending at once: GitHub shows at most three buttons. */
const BUTTONS = 3;

type Decision = Extract<Command, { verb: 'sign' | 'refuse' | 'revoke' | 'break-glass' }>;

/** Takes a `sign`, `refuse` or `revoke`, and answers. Nothing takes effect that the ledger does not hold. */
export async function takeDecision(
  command: Decision,
  comment: CommentState,
  given: Asker,
  standing: Standing,
  ports: Ports,
): Promise<Reply | null> {
  const { account } = given.permission;
  const [asker, signOffs] = await Promise.all([
    withPolicyName(given, standing, ports),
    ports.store.signOffs(standing.repository.id, standing.pullRequest.number),
  ]);
  const before = signOffs.find((each) => each.commandCommentId === comment.id);
  // The same comment again: whatever it did, it did.
  if (before !== undefined) return resume(before, standing, ports);

  const made = await make(command, comment, asker, standing, signOffs, ports);
  if (made.state === 'refused') {
    const reply = await refuse(command.verb, made.because, comment, asker, standing, ports);
    return made.silent ? null : reply;
  }

  const { signOff } = made;
  const superseded = signOffs.filter((each) => each.state === 'pending' && each.signer.id === account.id);
  for (const each of superseded) {
    await ports.store.saveSignOff({
      ...each,
      state: 'cancelled',
      stateReason: 'A newer command of the same person voids it.',
    });
  }
  await record(
    standing,
    {
      type: signOff.state === 'pending' ? 'sign-off-pending' : signOff.kind === 'refuse' ? 'refusal' : 'sign-off',
      effectKey: `command:${comment.id}`,
      actor: signOff.signer,
      evidenceDigests: signOff.items.flatMap((item) => item.evidenceDigests),
      reason: signOff.reason,
      details: detailsOf(signOff, standing, ports.now()),
    },
    ports,
  );
  await ports.store.saveSignOff(signOff);
  await wake(signOff, standing, ports);
  const verdict = await publish({ ...standing, annotated: true }, ports);
  return replyFor(signOff, verdict, standing);
}

type Made =
  | { readonly state: 'made'; readonly signOff: SignOff }
  | { readonly state: 'refused'; readonly because: Refusal; readonly silent: boolean };

function refused(because: Refusal, silent: boolean): Made {
  return { state: 'refused', because, silent };
}

async function make(
  command: Decision,
  comment: CommentState,
  asker: Asker,
  standing: Standing,
  signOffs: readonly SignOff[],
  ports: Ports,
): Promise<Made> {
  const { policy, record: pullRequest, review } = standing;
  if (command.verb === 'break-glass') return makeGlass(command, comment, asker, standing, signOffs, ports);
  const named = command.verb === 'revoke' ? [] : findingsNamed(command.handles, review.report);
  const allowed = await authorise(asker, named, standing, ports);
  if (allowed.state === 'refused') {
    return refused(refusalOf(allowed.rule, policy.signers.rank, asker, standing), allowed.silent);
  }
  const { report, verdict } = review;
  let findings: readonly Finding[] = [];
  if (command.verb !== 'revoke') {
    const problem = problemOfCode(command.reportCode, standing);
    if (problem !== null) return refused(problem, false);
    const choose = command.verb === 'sign' ? chooseFindings : chooseRefused;
    const chosen = choose(command.handles, report, verdict);
    if (chosen.state === 'refused') return refused(chosen.because, false);
    findings = chosen.findings;
    if (beyond(asker, findings, standing).length > 0) return refused({ rule: 'admin-only' }, false);
    if (command.verb === 'sign') {
      const earlier = await ports.store.signOffsBy(standing.repository.id, asker.permission.account.id);
      if (isRepeatedReason(command.reason, findings, earlier)) return refused({ rule: 'reason-repeated' }, false);
    }
  } else if (revocable(signOffs, asker).length === 0) {
    return refused({ rule: 'no-refusal' }, false);
  }

  const relaxed =
    command.verb === 'refuse' ||
    (command.verb === 'sign' &&
      allowed.interested === null &&
      !pullRequest.unknownPusher &&
      findings.every((finding) => policy.presenceRelaxed(finding, report.attribution)));
  const crowd = relaxed ? null : tooManyPending(signOffs, asker, ports);
  if (crowd !== null) return refused(crowd, false);
  const signOff = signOffOf(command, comment, asker, standing, findings, ports);
  if (!relaxed) return { state: 'made', signOff };
  const until = ports.now() + validityMs(findings, policy.signOffDays);
  return { state: 'made', signOff: { ...signOff, state: 'effective', expiresAt: new Date(until).toISOString() } };
}

async function makeGlass(
  command: Extract<Decision, { verb: 'break-glass' }>,
  comment: CommentState,
  asker: Asker,
  standing: Standing,
  signOffs: readonly SignOff[],
  ports: Ports,
): Promise<Made> {
  const problem = await problemOfGlass(asker, command.reportCode, standing, ports);
  if (problem !== null) return refused(problem, false);
  const crowd = tooManyPending(signOffs, asker, ports);
  if (crowd !== null) return refused(crowd, false);
  const { report, verdict } = standing.review;
  const open = report.findings.filter((finding) => verdict.open.includes(finding.handle));
  return { state: 'made', signOff: signOffOf(command, comment, asker, standing, open, ports) };
}

function tooManyPending(signOffs: readonly SignOff[], asker: Asker, ports: Ports): Refusal | null {
  const others = pendingOf(signOffs, ports.now()).filter((each) => each.signer.id !== asker.permission.account.id);
  const [oldest] = others;
  if (oldest === undefined || others.length < BUTTONS) return null;
  return { rule: 'too-many-pending', until: oldest.expiresAt };
}

/** A command that waits for its button. */
function signOffOf(
  command: Decision,
  comment: CommentState,
  asker: Asker,
  { repository, pullRequest, review: { report } }: Standing,
  findings: readonly Finding[],
  ports: Ports,
): SignOff {
  const now = ports.now();
  return {
    id: `s-${comment.id}`,
    repositoryId: repository.id,
    pullRequest: pullRequest.number,
    kind: command.verb,
    reportCode: report.code,
    headSha: report.headSha,
    signer: { id: asker.permission.account.id, login: asker.permission.account.login },
    role: asker.permission.rank,
    reason: command.reason,
    items: itemsOf(findings),
    commandCommentId: comment.id,
    commandDigest: sha256(comment.body),
    nonce: ports.word(12),
    presence: null,
    state: 'pending',
    stateReason: null,
    createdAt: new Date(now).toISOString(),
    expiresAt: new Date(now + PENDING_MS).toISOString(),
  };
}

/** How long a signature of these findings holds. What a source that was down would have told is signed for one day. */
export function validityMs(findings: readonly Finding[], days: number): number {
  return (findings.some(isDown) ? 1 : days) * DAY_MS;
}

/** The refusals that this person may take back: their own, or everybody's for an admin. */
export function revocable(signOffs: readonly SignOff[], asker: Asker): SignOff[] {
  return signOffs.filter(
    (each) =>
      each.kind === 'refuse' &&
      each.state === 'effective' &&
      (each.signer.id === asker.permission.account.id || asker.permission.rank === 'admin'),
  );
}

export async function refuse(
  verb: string,
  because: Refusal,
  comment: Pick<CommentState, 'id'>,
  asker: Asker,
  standing: Standing,
  ports: Ports,
): Promise<Reply> {
  const { id, login } = asker.permission.account;
  await record(
    standing,
    {
      type: 'sign-off-refused',
      effectKey: `command:${comment.id}`,
      actor: { id, login },
      evidenceDigests: [],
      reason: because.rule,
      details: { verb, because: because.rule },
    },
    ports,
  );
  return { kind: 'refused', signer: login, refusal: because };
}

/** After a crash between the ledger and the check, the check may not show it yet. */
async function resume(signOff: SignOff, standing: Standing, ports: Ports): Promise<Reply | null> {
  const verdict = await publish({ ...standing, annotated: true }, ports);
  return signOff.state === 'pending' || signOff.state === 'effective' ? replyFor(signOff, verdict, standing) : null;
}

/** What a sign-off has come to, told to the person who gave it. */
export function replyFor(signOff: SignOff, verdict: Verdict, standing: Standing): Reply {
  const { policy, review } = standing;
  const { items, expiresAt } = signOff;
  const signer = signOff.signer.login;
  if (signOff.kind === 'refuse') return { kind: 'refusal-recorded', signer, items };
  if (signOff.state === 'pending') {
    return { kind: 'pending-confirm', signer, act: signOff.kind, items, expiresAt, checkUrl: checkUrlOf(standing) };
  }
  const presence = signOff.presence !== null;
  if (signOff.kind === 'break-glass') {
    const stillNeeded = verdict.brokenGlass === undefined ? 1 : 0;
    return { kind: 'effective', signer, act: signOff.kind, items, presence, expiresAt, stillNeeded, refusedBy: [] };
  }
  // Signed, and open all the same: a rule of two people waits for the other one.
  const waiting = review.report.findings.filter(
    ({ handle }) => verdict.open.includes(handle) && items.some((item) => item.handle === handle),
  );
  const stillNeeded = Math.max(0, ...waiting.map((finding) => policy.signersNeeded(finding) - 1));
  const refusedBy = verdict.refusals.map((refusal) => refusal.signer);
  return { kind: 'effective', signer, act: signOff.kind, items, presence, expiresAt, stillNeeded, refusedBy };
}

/** The check changes by itself when a pending command runs out, or a signature does. A refusal holds until it is revoked. */
export async function wake(signOff: SignOff, { repository, pullRequest }: Standing, ports: Ports): Promise<void> {
  if (signOff.kind === 'refuse') return;
  const left = Date.parse(signOff.expiresAt) - ports.now();
  if (signOff.kind === 'sign' && signOff.state === 'effective' && left > ANNOUNCED_MS) {
    await ports.store.queue.send(
      ports.newId(),
      { kind: 'republish', repository, pullRequest: pullRequest.number, cause: 'expires-soon' },
      { afterMs: left - ANNOUNCED_MS + 1000 },
    );
  }
  await ports.store.queue.send(
    ports.newId(),
    { kind: 'republish', repository, pullRequest: pullRequest.number, cause: 'expired' },
    { afterMs: Math.max(0, left) + 1000 },
  );
}

/** What the ledger keeps of a sign-off: times too, so that signing without reading can be seen. */
export function detailsOf(signOff: SignOff, { review }: Standing, now: number) {
  return {
    signOff: signOff.id,
    kind: signOff.kind,
    role: signOff.role,
    handles: signOff.items.map((item) => item.handle),
    rules: signOff.items.map((item) => item.ruleId),
    comment: signOff.commandCommentId,
    reportedAt: review.createdAt,
    secondsSinceReport: Math.max(0, Math.round((now - Date.parse(review.createdAt)) / 1000)),
    expiresAt: signOff.expiresAt,
  };
}
