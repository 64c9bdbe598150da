import { type Answer, answerOf, CLEAR, type Detection } from '../../../src/core/detection.ts';
import type { GuardrailContext, GuardrailDetector, GuardrailSubject } from '../../../src/core/detector.ts';
import { sidesOf } from '../support/judge.ts';
import { besidePrograms } from '../support/program.ts';
import { quote } from '../support/quote.ts';
import { tell } from '../support/report.ts';
import { guardrailRule } from '../support/rule.ts';
import { plainText } from '../support/sides.ts';

const RULE = guardrailRule('codeowners-changed', {
  shortDescription: 'A path loses its owner, or an agent becomes one',
  help: 'Code owners are asked before their paths change. Whoever edits the list can let a change pass without them, or make an agent the one who is asked. Keep the owners; hand a path over in a change of its own that the old owner approves.',
  level: 'error',
  confidence: 'medium',
  cwe: [284, 282],
  requires: ['beforeAfter'],
});

interface Line {
  readonly pattern: string;
  readonly owners: readonly string[];
  readonly line: number;
  readonly source: string;
}

const PLACE = /^(?:(?:\.github|\.gitlab|docs)\/)?CODEOWNERS$/;
/** Accounts of coding agents (their public logins and slugs). */
const AGENTS =
  /^@?(?:copilot(?:-swe-agent)?|claude|anthropic-code-agent|chatgpt-codex-connector|openai-code-agent|codex|cursor(?:agent)?|devin-ai-integration|google-labs-jules|gemini-code-assist|amazon-q-developer|kiro-agent|openhands-agent|factory-droid|opencode-agent|roomote(?:-roomote)?|codegen-sh|tembo-io)(?:\[bot\])?$|\[bot\]$/i;

const concerns = besidePrograms((path) => PLACE.test(path));

/** Lines of the list (GitHub docs, "About code owners"): a pattern, then owners; the last that fits a path counts. */
function linesOf(text: string): readonly Line[] {
  return text.split('\n').flatMap((source, index) => {
    const [pattern = '', ...owners] = source
      .replace(/(?:^|\s)#.*$/, '')
      .trim()
      .split(/\s+/);
    if (pattern === '' || /^\^?\[/.test(pattern)) return [];
    return [{ pattern, owners, line: index + 1, source: source.trim() }];
  });
}

/** The folder or file that a pattern names, however it is written: `/infra/`, `infra/**` and `/infra` are one. */
function target(pattern: string): string {
  return pattern.replace(/^(?:\*\*\/|\/)/, '').replace(/\/?\*{0,2}$/, '');
}

/** What a later pattern takes from an earlier one: it names a part of it, or all. */
function covers(wide: string, narrow: string): boolean {
  if (/^(?:\*|\/?\*\*(?:\/\*{1,2})?)$/.test(wide) || wide === narrow) return true;
  const folder = wide.replace(/^\//, '').replace(/\/?\*{0,2}$/, '');
  return folder !== '' && narrow.replace(/^\//, '').startsWith(`${folder}/`);
}

/** Whether a line of the head takes a path that the base left to its owners: the last line that fits a path counts. */
function overrides(heir: Line, was: Line, base: readonly Line[]): boolean {
  const counted = base.findLast(({ pattern }) => covers(pattern, was.pattern));
  return counted?.pattern === was.pattern && !was.owners.some((owner) => heir.owners.includes(owner));
}

function detect(subject: GuardrailSubject, _context: GuardrailContext): Answer {
  const { before, after } = sidesOf(subject, concerns);
  if (subject.kind !== 'file' || (before?.text === after?.text && before?.mode === after?.mode)) return CLEAR;
  const base = linesOf(plainText(before));
  const head = linesOf(plainText(after));
  const path = after?.path ?? before?.path ?? subject.path;
  const detections: Detection[] = [];
  const told = (
    message: string,
    line: number,
    shape: string,
    was: Line | null,
    is: Line | null,
    level: 'error' | 'warning',
  ) =>
    detections.push(
      tell(RULE, {
        path,
        at: { line, endLine: line },
        ...(after === null ? { side: 'base' } : {}),
        message,
        remediation: 'Keep the owner, or hand the path over in a change of its own that the old owner approves.',
        level,
        shape,
        before: was === null ? null : was.source,
        after: is === null ? null : is.source,
      }),
    );
  for (const was of base.filter(({ owners }) => owners.length > 0)) {
    const is = head.findLast(({ pattern }) => pattern === was.pattern);
    const heir = head.findLast(({ pattern }) => covers(pattern, was.pattern));
    if (is === undefined) {
      if (heir === undefined || !was.owners.every((owner) => heir.owners.includes(owner)))
        told(
          `The base names owners for ${quote(was.pattern)} (${quote(was.owners.join(' '))}); the head does not.`,
          after === null ? was.line : 1,
          'entry-removed',
          was,
          null,
          'error',
        );
    } else if (is.owners.length === 0)
      told(
        `${quote(was.pattern)} had the owners ${quote(was.owners.join(' '))} and has none now.`,
        is.line,
        'owners-removed',
        was,
        is,
        'error',
      );
    else if (!was.owners.some((owner) => is.owners.includes(owner)))
      told(
        `${quote(was.pattern)} goes from ${quote(was.owners.join(' '))} to ${quote(is.owners.join(' '))}.`,
        is.line,
        'owners-replaced',
        was,
        is,
        'warning',
      );
    else if (heir !== undefined && heir.line > is.line && overrides(heir, was, base))
      told(
        `The later line ${quote(heir.pattern)} takes ${quote(was.pattern)} from ${quote(was.owners.join(' '))} and gives it to ${quote(heir.owners.join(' '))}.`,
        heir.line,
        'owners-replaced',
        was,
        heir,
        'error',
      );
    else if (was.owners.some((owner) => !is.owners.includes(owner)))
      told(
        `${quote(was.pattern)} loses the owners ${quote(was.owners.filter((owner) => !is.owners.includes(owner)).join(' '))}.`,
        is.line,
        'owner-lost',
        was,
        is,
        'warning',
      );
  }
  for (const is of head) {
    const was = base.findLast(({ pattern }) => pattern === is.pattern) ?? null;
    const agent = is.owners.find((owner) => AGENTS.test(owner) && was?.owners.includes(owner) !== true);
    if (agent !== undefined)
      told(
        `The agent or bot ${quote(agent)} becomes an owner of ${quote(is.pattern)}.`,
        is.line,
        'agent-owner',
        was,
        is,
        'error',
      );
    const rival = base.find(
      (line) => line.pattern !== is.pattern && target(line.pattern) === target(is.pattern) && line.owners.length > 0,
    );
    // The last line that fits a path counts, so the same folder under another spelling takes it from its owner.
    if (
      was === null &&
      rival !== undefined &&
      is.owners.length > 0 &&
      !rival.owners.some((one) => is.owners.includes(one))
    )
      told(
        `A new line takes ${quote(is.pattern)} from ${quote(rival.owners.join(' '))} and gives it to ${quote(is.owners.join(' '))}.`,
        is.line,
        'owners-replaced',
        rival,
        is,
        'error',
      );
    const shadowed = base.find((line) => line.owners.length > 0 && covers(line.pattern, is.pattern));
    if (was === null && is.owners.length === 0 && shadowed !== undefined)
      told(
        `A new line without owners takes ${quote(is.pattern)} from ${quote(shadowed.owners.join(' '))}.`,
        is.line,
        'exempted',
        shadowed,
        is,
        'error',
      );
  }
  return answerOf(detections);
}

/** See README.md of this folder. */
export const codeownersChanged = { rule: RULE, concerns, detect } satisfies GuardrailDetector;
