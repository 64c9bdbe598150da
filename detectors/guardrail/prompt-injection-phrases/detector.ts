import { answerOf, CLEAR, type Detection } from '../../../src/core/detection.ts';
import type { GuardrailDetector, GuardrailSubject } from '../../../src/core/detector.ts';
import { type AddedLine, addedLines, exact } from '../support/added.ts';
import { type Judgement, judgeInstructions, type Signal } from '../support/instructions.ts';
import { sidesOf } from '../support/judge.ts';
import { formatOf } from '../support/parsed.ts';
import { anywhere, isProse, nowhere } from '../support/prose.ts';
import { fieldsOf } from '../support/pull-request.ts';
import { quote } from '../support/quote.ts';
import { tell } from '../support/report.ts';
import { guardrailRule } from '../support/rule.ts';

const RULE = guardrailRule('prompt-injection-phrases', {
  shortDescription: 'The text tells a model to set its rules aside or to act behind its user’s back',
  help: 'Text that a model reads while it works (documentation, comments, package metadata, commit messages) can order it about: to forget its rules, to keep something from its user, to send secrets away, to run commands, to call a change safe. The rule adds up such signs and tells where at least two come together. Delete the passage, or mark a quotation as one.',
  level: 'error',
  confidence: 'medium',
  cwe: [1427, 94],
  requires: ['beforeAfter', 'pullRequest'],
});

const LIMIT = 20;
/** Files that are written for models: their readers need not be addressed. */
const FOR_MODELS =
  /(?:^|\/)(?:AGENTS?|CLAUDE|GEMINI|copilot-instructions|SKILL|\.cursorrules|\.windsurfrules|\.clinerules|\.roorules)(?:\.(?:local\.)?md|\.txt)?$|(?:^|\/)\.(?:cursor|windsurf|claude|github\/(?:instructions|prompts|agents|chatmodes)|roo|clinerules|kiro|codex|gemini)\//i;

/** Paragraphs of added lines: what stands together is judged together. */
function paragraphs(lines: readonly AddedLine[]): readonly (readonly AddedLine[])[] {
  const groups: AddedLine[][] = [];
  for (const line of lines) {
    const open = groups.at(-1);
    const last = open?.at(-1);
    const size = open?.reduce((sum, { text }) => sum + text.length, 0) ?? 0;
    if (
      open !== undefined &&
      last !== undefined &&
      line.line === last.line + 1 &&
      line.text.trim() !== '' &&
      size < 1500
    )
      open.push(line);
    else groups.push([line]);
  }
  return groups;
}

/** Longest text of several short paragraphs that is judged as one, in characters: a salutation, a wish, a farewell. */
const LETTER = 500;

/** Paragraphs with blank lines between them that together are short enough for one letter. */
function letters(groups: readonly (readonly AddedLine[])[]): readonly (readonly AddedLine[])[] {
  const joined: AddedLine[][] = [];
  for (const group of groups) {
    const open = joined.at(-1);
    const gap = (group[0]?.line ?? 0) - (open?.at(-1)?.line ?? 0);
    const size = [...(open ?? []), ...group].reduce((sum, { text }) => sum + text.length, 0);
    if (open !== undefined && gap <= 2 && size <= LETTER) open.push(...group);
    else joined.push([...group]);
  }
  return joined;
}

/** A passage between quotation marks or back-ticks is told of, not told. */
function isQuoted(text: string, piece: string): boolean {
  const at = text.indexOf(piece);
  if (at === -1) return false;
  const before = text.slice(0, at);
  const after = text.slice(at + piece.length);
  return (
    [/["“'`«][^"“'`«\n]{0,40}$/, /^\s*>/].some((opening) => opening.test(before)) &&
    /^[^"”'`»\n]{0,120}["”'`»]/.test(after)
  );
}

interface Passage {
  readonly judgement: Judgement;
  readonly text: string;
  readonly overrides: boolean;
  /** Whoever asks a model for an act and for silence about it means harm to whom it is kept from. */
  readonly secretive: boolean;
}

function read(group: readonly AddedLine[], assumed: boolean): Passage {
  // Comment signs at the heads of lines tear sentences apart.
  const text = group.map((line) => line.text.replace(/^\s*(?:\/\/+|#+|\*+|--|;+|>)\s?/, '')).join(' ');
  const judgement = judgeInstructions(text, assumed);
  const says = (...signals: readonly Signal[]) => signals.some((signal) => judgement.signals.includes(signal));
  return {
    judgement,
    text,
    overrides: says('override', 'role'),
    secretive: says('secrecy') && says('exfiltration', 'approval'),
  };
}

function isInjection({ judgement, overrides, secretive }: Passage, assumed: boolean): boolean {
  if (assumed && !overrides) return judgement.signals.includes('secrecy') && judgement.signals.includes('exfiltration');
  return judgement.score >= (overrides || secretive ? 3 : 4);
}

function judge(path: string, lines: readonly AddedLine[], letter: boolean): readonly Detection[] {
  const assumed = FOR_MODELS.test(path);
  const groups = paragraphs(lines);
  const told = groups.flatMap((group) => tellOf(path, group, assumed, false));
  const whole = letter && told.length === 0 ? letters(groups) : [];
  return [...told, ...whole.flatMap((group) => tellOf(path, group, assumed, true))].slice(0, LIMIT);
}

function tellOf(path: string, group: readonly AddedLine[], assumed: boolean, letter: boolean): readonly Detection[] {
  const passage = read(group, assumed);
  // Across paragraphs only what is kept from somebody, or overrides, is of one piece.
  if (!isInjection(passage, assumed) || (letter && !passage.secretive && !passage.overrides)) return [];
  const { judgement, text } = passage;
  // Quotation marks are the syntax of data there, not a citation.
  const quoted = formatOf(path) === null && isQuoted(text, judgement.piece);
  const [first] = group;
  const last = group.at(-1);
  if (first === undefined || last === undefined || (quoted && judgement.score < 5)) return [];
  return [
    tell(RULE, {
      path,
      at: { line: first.line, endLine: last.line },
      message: `The passage speaks to a model (${judgement.signals.join(', ')}; ${judgement.score} points): ${quote(judgement.piece)}.`,
      remediation: 'Delete the passage; never let a model act on it.',
      ...(quoted ? { level: 'warning', confidence: 'low' } : {}),
      shape: judgement.signals.join('+'),
      before: null,
      after: exact(group.map((line) => line.text).join('\n')),
    }),
  ];
}

function detect(subject: GuardrailSubject) {
  if (subject.kind === 'pullRequest')
    return answerOf(fieldsOf(subject).flatMap(({ path, lines }) => judge(path, lines, true)));
  const { before, after } = sidesOf(subject, anywhere);
  if (after === null) return CLEAR;
  return answerOf(judge(after.path, addedLines(before, after), isProse(after.path)));
}

/** See README.md of this folder. */
export const promptInjectionPhrases = {
  rule: RULE,
  concerns: anywhere,
  removals: nowhere,
  detect,
} satisfies GuardrailDetector;
