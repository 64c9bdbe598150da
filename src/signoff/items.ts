import type { Finding } from '../core/finding.ts';
import type { Report, Verdict } from '../core/report.ts';
import type { SignedItem, SignOff } from '../core/signoff.ts';
import type { Refusal } from '../report/reply.ts';

/** The findings that a command means, or why it cannot mean them. */
export type Chosen =
  | { readonly state: 'chosen'; readonly findings: readonly [Finding, ...Finding[]] }
  | { readonly state: 'refused'; readonly because: Refusal };

/**
 * Resolves what is to be signed. `all` is every open finding of that report that is not critical; a critical one is
 * named alone, so that nobody signs it among others; what cannot be signed cannot be signed by anyone.
 */
export function chooseFindings(handles: readonly string[] | 'all', report: Report, verdict: Verdict): Chosen {
  const open = report.findings.filter((finding) => verdict.open.includes(finding.handle));
  if (handles === 'all') {
    const [first, ...rest] = open.filter((finding) => !finding.critical && finding.signable);
    if (first !== undefined) return { state: 'chosen', findings: [first, ...rest] };
    const critical = open.filter((finding) => finding.signable).map((finding) => finding.handle);
    if (critical.length > 0) return refused({ rule: 'critical-in-all', handles: critical, code: report.code });
    const dead = open.map((finding) => finding.handle);
    return refused(dead.length > 0 ? { rule: 'not-signable', handles: dead } : { rule: 'nothing-open' });
  }

  const unknown = handles.filter((handle) => !report.findings.some((finding) => finding.handle === handle));
  if (unknown.length > 0) return refused({ rule: 'unknown-handle', given: unknown, open: verdict.open });
  const named = report.findings.filter((finding) => handles.includes(finding.handle));
  const unsignable = named.filter((finding) => !finding.signable).map((finding) => finding.handle);
  if (unsignable.length > 0) return refused({ rule: 'not-signable', handles: unsignable });
  const done = named.filter((finding) => !verdict.open.includes(finding.handle)).map((finding) => finding.handle);
  if (done.length > 0) return refused({ rule: 'not-open', handles: done });
  const critical = named.filter((finding) => finding.critical).map((finding) => finding.handle);
  if (critical.length > 0 && named.length > 1)
    return refused({ rule: 'critical-together', handles: critical, code: report.code });

  const [first, ...rest] = named;
  return first === undefined ? refused({ rule: 'nothing-open' }) : { state: 'chosen', findings: [first, ...rest] };
}

/**
 * Resolves what is refused: any finding that holds the merge or would, had nobody signed it, so that a second look can
 * stop what a first one let through. `all` is every one of them.
 */
export function chooseRefused(handles: readonly string[] | 'all', report: Report, verdict: Verdict): Chosen {
  const holding = new Set([...verdict.open, ...verdict.signed.map((each) => each.handle)]);
  const wanted = handles === 'all' ? [...holding] : handles;
  const unknown = wanted.filter((handle) => !report.findings.some((finding) => finding.handle === handle));
  if (unknown.length > 0) return refused({ rule: 'unknown-handle', given: unknown, open: verdict.open });
  const idle = wanted.filter((handle) => !holding.has(handle));
  if (idle.length > 0) return refused({ rule: 'not-open', handles: idle });
  const [first, ...rest] = report.findings.filter((finding) => wanted.includes(finding.handle));
  return first === undefined ? refused({ rule: 'nothing-open' }) : { state: 'chosen', findings: [first, ...rest] };
}

/** The findings that a command is about, whether or not it can be obeyed. */
export function findingsNamed(handles: readonly string[] | 'all', { findings }: Report): readonly Finding[] {
  return handles === 'all' ? findings : findings.filter((finding) => handles.includes(finding.handle));
}

/** What a signature of these findings covers: every place listed now, and none that comes later. */
export function itemsOf(findings: readonly Finding[]): SignedItem[] {
  return findings.map((finding) => ({
    handle: finding.handle,
    ruleId: finding.ruleId,
    evidenceDigests: [finding.evidenceDigest, ...finding.replicas.map((replica) => replica.evidenceDigest)],
  }));
}

/**
 * Whether this reason was already given for something else: a sign-off of the same person that took effect, in the same
 * words, for other rules only. What is alike may be signed alike.
 */
export function isRepeatedReason(reason: string, findings: readonly Finding[], earlier: readonly SignOff[]): boolean {
  const words = wordsOf(reason);
  const rules = new Set(findings.map((finding) => finding.ruleId));
  return earlier.some(
    ({ kind, state, reason: given, items }) =>
      kind === 'sign' &&
      state !== 'pending' &&
      state !== 'cancelled' &&
      wordsOf(given) === words &&
      !items.some((item) => rules.has(item.ruleId)),
  );
}

/** Letters alone: capitals, digits, spaces and full stops make no new reason. */
function wordsOf(text: string): string {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/\p{L}+/gu) ?? []
  ).join('');
}

function refused(because: Refusal): Chosen {
  return { state: 'refused', because };
}
