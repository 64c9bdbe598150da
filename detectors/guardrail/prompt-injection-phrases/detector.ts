import { answerOf, CLEAR, type Detection } from '../../../src/core/detection.ts';
import type { GuardrailDetector, GuardrailSubject } from '../../../src/core/detector.ts';
import { type AddedLine, addedLines, exact, linesAround } from '../support/added.ts';
import { mayInstruct, type Stretch, type Suspects, suspectsIn, tellsSomebody } from '../support/addressed.ts';
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

/** Least characters of a paragraph after which the next line begins another. */
const PARAGRAPH = 1500;

/** Paragraphs of added lines: what stands together is judged together. */
function paragraphs(lines: readonly AddedLine[]): readonly (readonly AddedLine[])[] {
  const groups: AddedLine[][] = [];
  let open: AddedLine[] = [];
  let size = 0;
  let last = 0;
  for (const line of lines) {
    if (open.length > 0 && line.line === last + 1 && size < PARAGRAPH && line.text.trim() !== '') open.push(line);
    else {
      open = [line];
      groups.push(open);
      size = 0;
    }
    size += line.text.length;
    last = line.line;
  }
  return groups;
}

/** The paragraphs of a text in which something may be an instruction. */
function suspected(
  groups: readonly (readonly AddedLine[])[],
  text: string,
  { names, orders }: Suspects,
): readonly (readonly AddedLine[])[] {
  const named = reaching(names);
  const ordered = reaching(orders);
  return groups.filter((group) => {
    const start = group[0]?.start ?? 0;
    const last = group.at(-1);
    const end = (last?.start ?? 0) + (last?.text.length ?? 0);
    const isNamed = named(start, end);
    return ordered(start, end) || (isNamed && tellsSomebody(text.slice(start, end)));
  });
}

function inOrder({ names, orders }: Suspects): readonly Stretch[] {
  return [...names, ...orders].sort((a, b) => a.start - b.start);
}

/** Whether a range reaches into one of the stretches; asked for ranges one after the other. */
function reaching(stretches: readonly Stretch[]): (start: number, end: number) => boolean {
  let from = 0;
  return (start, end) => {
    while (from < stretches.length && (stretches[from]?.end ?? 0) <= start) from += 1;
    for (let at = from; at < stretches.length && (stretches[at]?.start ?? 0) < end; at += 1)
      if ((stretches[at]?.end ?? 0) > start) return true;
    return false;
  };
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

/** @param letter whether what blank lines part may be one letter */
function judge(
  path: string,
  groups: readonly (readonly AddedLine[])[],
  assumed: boolean,
  letter: boolean,
): readonly Detection[] {
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
    return answerOf(fieldsOf(subject).flatMap(({ path, lines }) => judge(path, paragraphs(lines), false, true)));
  const { before, after } = sidesOf(subject, anywhere);
  if (after === null) return CLEAR;
  const assumed = FOR_MODELS.test(after.path);
  const prose = isProse(after.path);
  // What a change adds to prose is read across the lines that stay, which are no part of it.
  if (prose && !assumed && before === null && !mayInstruct(after.text)) return CLEAR;
  if (assumed || prose) return answerOf(judge(after.path, paragraphs(addedLines(before, after)), assumed, prose));
  const suspects = suspectsIn(after.text);
  if (suspects.names.length === 0 && suspects.orders.length === 0) return CLEAR;
  const lines = before === null ? linesAround(after.text, inOrder(suspects)) : addedLines(before, after);
  const groups = suspected(paragraphs(lines), after.text, suspects);
  return answerOf(judge(after.path, groups, false, false));
}

/** See README.md of this folder. */
export const promptInjectionPhrases = {
  rule: RULE,
  concerns: anywhere,
  removals: nowhere,
  detect,
} satisfies GuardrailDetector;
