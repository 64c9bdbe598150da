import type { AuthorClass } from '../core/attribution.ts';
import type { Finding, Unknown } from '../core/finding.ts';
import type { BrokenGlass, Verdict } from '../core/report.ts';
import type { Confidence, Level } from '../core/rule.ts';
import type { SignOff } from '../core/signoff.ts';

/** What a decision rests on beside the findings: policy, made plain. */
export interface DecisionSettings {
  /** Whether a finding holds the merge, for this author. */
  readonly blocks: (finding: Finding) => boolean;
  /** How many different people must have signed a finding: 1, or 2 under a two-person rule. */
  readonly signersNeeded: (finding: Finding) => number;
  /** Numeric ids of people whose signature never counts as the second of two. */
  readonly interestedIds: ReadonlySet<number>;
  /** The commit that the verdict is about: glass is broken for one. Null where it cannot be. */
  readonly headSha: string | null;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * The verdict, by the table in precedence: what cannot be signed, what is open or refused, what is unknown, nothing.
 * A finding is signed only where every one of its places is covered by an effective sign-off that has not expired.
 */
export function decide(
  findings: readonly Finding[],
  unknowns: readonly Unknown[],
  signOffs: readonly SignOff[],
  settings: DecisionSettings,
): Verdict {
  // A signature runs out; a refusal holds until somebody revokes it.
  const inForce = signOffs.filter(
    (each) => each.state === 'effective' && (each.kind === 'refuse' || Date.parse(each.expiresAt) > settings.now),
  );
  const signatures = inForce.filter((each) => each.kind === 'sign');
  const refused = inForce.filter((each) => each.kind === 'refuse');
  const refusals = refused.map(({ id, signer, reason }) => ({ signOffId: id, signer: signer.login, reason }));

  const holding = findings.filter(settings.blocks);
  const signed: Verdict['signed'][number][] = [];
  const open: Finding[] = [];
  for (const finding of holding) {
    const covering = finding.signable ? signaturesFor(finding, signatures, settings) : [];
    if (covering.length === 0) open.push(finding);
    for (const { id, signer, reason } of covering) {
      signed.push({ handle: finding.handle, signOffId: id, signer: signer.login, reason });
    }
  }

  const waiting = unknowns.filter((unknown) => unknown.transient && !unknown.advisory);
  const brokenGlass = open.some((finding) => !finding.signable) ? null : glassOf(inForce, refused, settings);
  const [result, conclusion] =
    brokenGlass === null ? outcome(open, refusals.length, waiting.length) : (['pass', 'success'] as const);
  return {
    result,
    conclusion,
    open: open.map((finding) => finding.handle),
    signed,
    shown: findings.filter((finding) => !holding.includes(finding)).map((finding) => finding.handle),
    refusals,
    unknowns,
    ...(brokenGlass === null ? {} : { brokenGlass }),
  };
}

/**
 * Glass broken by two admins, at least one of them without a hand in the change. It lets through what a person could
 * have signed, what is unknown, and earlier refusals; a refusal that comes later closes it again.
 */
function glassOf(
  inForce: readonly SignOff[],
  refused: readonly SignOff[],
  settings: DecisionSettings,
): BrokenGlass | null {
  const halves = inForce.filter((each) => each.kind === 'break-glass' && each.headSha === settings.headSha);
  const byPerson = new Map(halves.map((each) => [each.signer.id, each]));
  if (byPerson.size < 2 || [...byPerson.keys()].every((id) => settings.interestedIds.has(id))) return null;
  const whole = [...byPerson.values()];
  const broken = Math.max(...whole.map((each) => Date.parse(each.presence?.at ?? each.createdAt)));
  if (refused.some((each) => Date.parse(each.createdAt) > broken)) return null;
  return {
    by: whole.map(({ id, signer, reason }) => ({ signOffId: id, signer: signer.login, reason })),
    until: new Date(Math.min(...whole.map((each) => Date.parse(each.expiresAt)))).toISOString(),
  };
}

function outcome(
  open: readonly Finding[],
  refusals: number,
  waiting: number,
): [Verdict['result'], Verdict['conclusion']] {
  if (open.some((finding) => !finding.signable)) return ['blocked', 'failure'];
  if (open.length > 0 || refusals > 0) return ['blocked', 'action_required'];
  if (waiting > 0) return ['inconclusive', 'action_required'];
  return ['pass', 'success'];
}

/** The signatures that together cover every place of a finding; none where they do not, or where too few people signed. */
function signaturesFor(finding: Finding, signatures: readonly SignOff[], settings: DecisionSettings): SignOff[] {
  const digests = [finding.evidenceDigest, ...finding.replicas.map((each) => each.evidenceDigest)];
  const byPerson = new Map<number, { signOffs: Set<SignOff>; covered: Set<string> }>();
  for (const signOff of signatures) {
    const covered = signOff.items
      .filter((item) => item.ruleId === finding.ruleId)
      .flatMap((item) => item.evidenceDigests)
      .filter((digest) => digests.includes(digest));
    if (covered.length === 0) continue;
    const person = byPerson.get(signOff.signer.id) ?? { signOffs: new Set(), covered: new Set() };
    person.signOffs.add(signOff);
    for (const digest of covered) person.covered.add(digest);
    byPerson.set(signOff.signer.id, person);
  }
  const needed = settings.signersNeeded(finding);
  if (needed <= 1) {
    const together = new Set([...byPerson.values()].flatMap((person) => [...person.covered]));
    return digests.every((digest) => together.has(digest))
      ? [...byPerson.values()].flatMap((person) => [...person.signOffs])
      : [];
  }
  const whole = [...byPerson].filter(([, person]) => digests.every((digest) => person.covered.has(digest)));
  const disinterested = whole.filter(([id]) => !settings.interestedIds.has(id)).length;
  const enough = whole.length >= needed && disinterested >= needed - 1;
  return enough ? whole.flatMap(([, person]) => [...person.signOffs]) : [];
}

/** What holds a merge where policy says nothing: errors of high confidence for everyone, of medium for agents too. */
export function blocksByDefault(level: Level, confidence: Confidence, author: AuthorClass): boolean {
  if (level !== 'error') return false;
  return confidence === 'high' || (confidence === 'medium' && author === 'agent');
}
