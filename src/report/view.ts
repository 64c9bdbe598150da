import type { Attribution } from '../core/attribution.ts';
import type { DependencyChange } from '../core/dependency.ts';
import type { PackageEvidence } from '../core/evidence.ts';
import type { Finding, Unknown } from '../core/finding.ts';
import type { Location } from '../core/location.ts';
import type { Report, Verdict } from '../core/report.ts';
import type { SignOff } from '../core/signoff.ts';
import { counted, inlineCode, inlineText, listed, plainText } from './markdown.ts';

/** What a check run or comment says beside the report and its verdict. */
export interface ReviewExtra {
  /** Head of the ledger, `sequence:` and 64 hex digits (`formatLedgerHead`); null where nothing is recorded yet. */
  readonly ledgerHead: string | null;
  /** Sign-offs that wait for a press of Confirm. */
  readonly pending: readonly SignOff[];
  /** Signatures that run out within seven days: id → ISO 8601. */
  readonly endingSoon?: ReadonlyMap<string, string>;
  /** Signatures that ended, wholly or in part, each with its reason; newest first. */
  readonly lapsed?: readonly SignOff[];
  readonly checkName: string;
  /** `mode: observe`: says what would have blocked. */
  readonly observe: boolean;
  /** What the policy has to say: errors with file and line, exceptions that expire, relaxations used. */
  readonly policyNotes: readonly string[];
  /** Other open pull requests of the same commit that keep it from being green. */
  readonly siblings?: readonly SiblingView[];
  /** Address of the sticky comment, where it is known. */
  readonly commentUrl: string | null;
}

/** Another open pull request of the same commit, and one clause on it: "has the same commit and is held". */
export interface SiblingView {
  readonly number: number;
  readonly reason: string;
}

/** One line for each. The number is no link: a link would write into the other conversation. */
export function siblingLines(siblings: readonly SiblingView[]): readonly string[] {
  return siblings.map(
    ({ number, reason }) => `- Pull request ${number} ${sentence(reason)} A commit carries the worst of its verdicts.`,
  );
}

/** A package that the change brings, with what is known of it. */
export interface PackageView {
  readonly change: DependencyChange;
  readonly evidence: PackageEvidence;
}

/** Longest pieces of text that others control, in characters as seen. */
export const LENGTH = { message: 300, name: 100, path: 160, login: 40, reason: 200 } as const;

/** The finding behind a handle, in the report's order. */
export function findingsByHandle(report: Report, handles: readonly string[]): readonly Finding[] {
  const wanted = new Set(handles);
  return report.findings.filter((finding) => wanted.has(finding.handle));
}

/** `src/a.ts:12`, as plain text. */
export function placeOf(location: Location): string {
  const line = location.startLine > 0 ? `:${location.startLine}` : '';
  return `${location.path}${line}`;
}

/** The places of a finding as markdown: the first in words, further ones counted. */
export function whereOf(finding: Finding): string {
  const first = inlineCode(placeOf(finding.locations[0]), LENGTH.path);
  const base = finding.locations[0].side === 'base' ? ' (removed)' : '';
  const more = finding.replicas.length;
  return more === 0 ? `${first}${base}` : `${first}${base} and ${counted(more, 'further place', 'further places')}`;
}

/** One sentence of a finding as markdown, with a full stop. */
export function sentence(text: string): string {
  const escaped = inlineText(text, LENGTH.message);
  return /(?:[.!?…]|&#33;)$/.test(escaped) ? escaped : `${escaped}.`;
}

/** The unknowns that hold the verdict up: not the advisory ones. */
export function holding(unknowns: readonly Unknown[]): readonly Unknown[] {
  return unknowns.filter((unknown) => !unknown.advisory);
}

/** Unknowns of one source and reason together: what is missing of whom, and which rules need it. Plain text. */
export interface UnknownGroup {
  readonly source: string;
  readonly reason: string;
  readonly transient: boolean;
  readonly facts: readonly string[];
  readonly subjects: readonly string[];
  readonly ruleIds: readonly string[];
}

export function unknownGroups(unknowns: readonly Unknown[]): readonly UnknownGroup[] {
  const groups = new Map<string, Unknown[]>();
  for (const unknown of unknowns) {
    const key = JSON.stringify([unknown.source, unknown.reason, unknown.transient]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [unknown]);
    else group.push(unknown);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    return [
      {
        source: first.source,
        reason: first.reason,
        transient: first.transient,
        facts: unique(group.map(({ fact }) => fact)),
        subjects: unique(group.map(({ subject }) => subjectOf(subject))),
        ruleIds: unique(group.flatMap(({ ruleIds }) => ruleIds)),
      },
    ];
  });
}

/** A package URL without what only machines need: `npm/@acme/cache@1.0.0`. Paths as they are. */
export function subjectOf(subject: string): string {
  if (!subject.startsWith('pkg:')) return subject;
  return subject.slice('pkg:'.length).replaceAll('%40', '@').replaceAll('%2F', '/');
}

function unique(items: readonly string[]): readonly string[] {
  return [...new Set(items)];
}

/** One line per source and reason, listing what is missing for whom, as markdown. */
export function unknownLines(unknowns: readonly Unknown[]): readonly string[] {
  return unknownGroups(unknowns).map(({ source, reason, transient, facts, subjects, ruleIds }) => {
    const shown = subjects.slice(0, 11).map((subject) => inlineCode(subject, LENGTH.name));
    const more = subjects.length > 11 ? ` and ${subjects.length - 10} more` : '';
    const whom = more === '' ? listed(shown, 11) : `${shown.slice(0, 10).join(', ')}${more}`;
    const retry = transient ? '; it is tried again' : '';
    const what = listed(
      facts.map((fact) => inlineText(fact, 40)),
      6,
    );
    const rules = listed(
      ruleIds.map((rule) => inlineText(rule, 60)),
      8,
    );
    return `- ${inlineText(source, 60)} ${inlineText(reason, 200)}${retry}: ${what} of ${whom} (needed by ${rules})`;
  });
}

/** Who wrote the change, as one sentence of markdown. */
export function authorLine(attribution: Attribution): string {
  const tier = attribution.tier === 'none' ? '' : `, ${attribution.tier}`;
  const requester =
    attribution.requester === null || attribution.class === 'human'
      ? ''
      : `, on behalf of ${inlineText(attribution.requester, LENGTH.login)}`;
  const name = attribution.agent === null ? '' : ` ${inlineText(attribution.agent, LENGTH.login)}`;
  const who: Readonly<Record<Attribution['class'], string>> = {
    agent: `the coding agent${name === '' ? ' (unnamed)' : name}`,
    'dependency-bot': 'a dependency bot',
    'review-bot': 'a review bot',
    bot: 'a bot',
    human: attribution.requester === null ? 'a person' : inlineText(attribution.requester, LENGTH.login),
  };
  return `Written by ${who[attribution.class]}${attribution.class === 'human' ? '' : tier}${requester}.`;
}

/** The verdict in a few words: title of the check, first line of the comment. Plain text. */
export function headline(
  report: Report,
  verdict: Verdict,
  told: { readonly observe: boolean; readonly siblings?: readonly SiblingView[] },
): string {
  const own = verdictWords(report, verdict);
  const held = (told.siblings ?? []).map(({ number }) => String(number));
  const words =
    held.length > 0 && verdict.result === 'pass' ? `Held by pull request ${listed(held, 3)} of the same commit` : own;
  const { observe } = told;
  if (!observe) return words;
  return verdict.result === 'pass' ? `Observing: ${words}` : `Observing, would not pass: ${words}`;
}

function verdictWords(report: Report, verdict: Verdict): string {
  const open = findingsByHandle(report, verdict.open);
  const unsignable = open.filter((finding) => !finding.signable).length;
  const unknown = holding(verdict.unknowns);
  const alsoUnknown = unknown.length > 0 ? `; could not evaluate ${unknownWords(unknown)}` : '';
  const { brokenGlass } = verdict;
  if (brokenGlass !== undefined) {
    const who = listed(
      brokenGlass.by.map(({ signer }) => plainText(signer, LENGTH.login)),
      3,
    );
    const left = open.length === 0 ? '' : `; ${counted(open.length, 'finding', 'findings')} nobody signed`;
    return `Glass broken by ${who} until ${clock(brokenGlass.until)}${left}${alsoUnknown}`;
  }
  if (unsignable > 0) {
    const rest = open.length - unsignable;
    const toSign = rest > 0 ? `, ${rest} more to sign or fix` : '';
    return `Blocked: ${counted(unsignable, 'finding', 'findings')} that nobody can sign${toSign}${alsoUnknown}`;
  }
  if (open.length > 0 || verdict.refusals.length > 0) {
    const parts: string[] = [];
    if (open.length > 0) parts.push(`${counted(open.length, 'finding', 'findings')} to sign or fix`);
    if (verdict.refusals.length > 0) {
      parts.push(
        `refused by ${listed(
          verdict.refusals.map(({ signer }) => plainText(signer, LENGTH.login)),
          3,
        )}`,
      );
    }
    return `Blocked: ${parts.join(', ')}${alsoUnknown}`;
  }
  if (unknown.length > 0) return `Could not evaluate ${unknownWords(unknown)}`;
  if (verdict.result !== 'pass') return 'Could not evaluate this change';
  if (verdict.signed.length > 0) {
    const signers = [...new Set(verdict.signed.map(({ signer }) => plainText(signer, LENGTH.login)))];
    const handles = new Set(verdict.signed.map(({ handle }) => handle));
    return `${counted(handles.size, 'finding', 'findings')} signed by ${listed(signers, 3)}`;
  }
  return 'Nothing to sign';
}

function unknownWords(unknowns: readonly Unknown[]): string {
  const subjects = [...new Set(unknowns.map(({ subject }) => plainText(subjectOf(subject), 50)))];
  const sources = [...new Set(unknowns.map(({ source }) => plainText(source, 40)))];
  return `${listed(subjects, 2)} (${listed(sources, 2)})`;
}

/** Who is about to sign what, one line each; oldest first. */
export function pendingLines(pending: readonly SignOff[]): readonly string[] {
  return oldestFirst(pending).map((signOff) => {
    const items = signOff.items.map(({ handle, ruleId, evidenceDigests }) => {
      const places = evidenceDigests.length > 1 ? `, ${evidenceDigests.length} places` : '';
      return `${inlineText(handle, 12)} (${inlineText(ruleId, 60)}${places})`;
    });
    const act = signOff.kind === 'break-glass' ? 'break the glass over' : signOff.kind;
    const code = inlineText(signOff.reportCode, 20);
    const what = signOff.kind === 'revoke' ? 'a refusal' : items.length === 0 ? code : listed(items, 12);
    const who = inlineText(signOff.signer.login, LENGTH.login);
    const reason = inlineText(signOff.reason, LENGTH.reason);
    return `- **${who}** is about to ${act} ${what}: “${reason}”. It counts once ${who}, and nobody else, presses *Confirm* above, until ${clock(signOff.expiresAt)}.`;
  });
}

/** Who broke the glass and why, one line each. */
export function glassLines({ brokenGlass }: Verdict): readonly string[] {
  if (brokenGlass === undefined) return [];
  const until = clock(brokenGlass.until);
  return brokenGlass.by.map(
    ({ signer, reason }) =>
      `- **${inlineText(signer, LENGTH.login)}**: “${inlineText(reason, LENGTH.reason)}”. For this commit alone; the check closes by itself at ${until}, and a \`refuse\` closes it at once.`,
  );
}

/** Whose signature no longer counts, and why; told while something is open. */
export function lapsedLines(verdict: Verdict, { lapsed }: Pick<ReviewExtra, 'lapsed'>): readonly string[] {
  if (lapsed === undefined || verdict.open.length === 0) return [];
  return lapsed.slice(0, 5).map(({ signer, items, state, stateReason }) => {
    const what = listed(
      items.map(({ handle }) => inlineText(handle, 12)),
      12,
    );
    const ended = state === 'effective' ? 'now covers only' : 'no longer counts:';
    return `- ${inlineText(signer.login, LENGTH.login)}’s signature ${ended} ${what}. ${sentence(stateReason ?? '')}`;
  });
}

/** "; ends on 2026-11-28", where a signature runs out soon. */
export function endingWords(signOffId: string, { endingSoon }: Pick<ReviewExtra, 'endingSoon'>): string {
  const until = endingSoon?.get(signOffId);
  return until === undefined ? '' : ` It ends on ${day(until)} at ${clock(until)}, and the check opens again then.`;
}

/** Pending sign-offs by the time of their command. */
export function oldestFirst(pending: readonly SignOff[]): readonly SignOff[] {
  return pending
    .filter(({ state }) => state === 'pending')
    .toSorted((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt) || (a.id < b.id ? -1 : 1));
}

/** `14:05 UTC` of an ISO 8601 instant. */
export function clock(instant: string): string {
  const time = Date.parse(instant);
  return Number.isNaN(time) ? plainText(instant, 40) : `${new Date(time).toISOString().slice(11, 16)} UTC`;
}

/** `2026-11-21` of an ISO 8601 instant. */
export function day(instant: string): string {
  const time = Date.parse(instant);
  return Number.isNaN(time) ? plainText(instant, 40) : new Date(time).toISOString().slice(0, 10);
}

/** The command that signs one finding; plain text, fit for a code span. */
export function signCommand(finding: Finding, code: string): string {
  return `/countersign sign ${finding.handle} ${code} <reason>`;
}

/** A link to an address of GitHub's own; the words alone where the address is missing or not plain. */
export function safeLink(words: string, url: string | null): string {
  return url !== null && /^https?:\/\/[\w.:/#?=&%-]+$/.test(url) ? `[${words}](${url})` : words;
}
