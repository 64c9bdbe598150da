import { answerOf, CLEAR, type Detection } from '../../../src/core/detection.ts';
import type { FileSide, GuardrailDetector, GuardrailSubject } from '../../../src/core/detector.ts';
import { type AddedLine, addedLines, exact } from '../support/added.ts';
import { judgeInstructions } from '../support/instructions.ts';
import { sidesOf } from '../support/judge.ts';
import { anywhere, isMarkup, isProse, nowhere } from '../support/prose.ts';
import { fieldsOf } from '../support/pull-request.ts';
import { neutral, quote } from '../support/quote.ts';
import { tell } from '../support/report.ts';
import { guardrailRule } from '../support/rule.ts';
import { hasUnusual } from '../support/unusual.ts';
import { INVISIBLE, invisibleRuns } from './invisible.ts';
import { blocksOf, hiddenTexts, mayHide } from './places.ts';

const RULE = guardrailRule('hidden-instructions', {
  shortDescription: 'The text holds something that people do not see and machines read',
  help: 'Invisible characters, HTML comments, white text, alternative text, base64 and text far off the screen are unseen by a reviewer and read by every model that works on the repository. Instructions placed there steer agents behind the reviewers’ backs. Write what is meant for everybody where everybody sees it, and delete the rest.',
  level: 'error',
  confidence: 'high',
  cwe: [1007, 94],
  requires: ['beforeAfter', 'pullRequest'],
});

/** Most findings of one file. */
const LIMIT = 30;
const REMEDIATION = 'Delete the hidden part, or write it where readers see it.';

interface Source {
  readonly path: string;
  readonly markup: boolean;
  readonly program: boolean;
}

function invisible(source: Source, lines: readonly AddedLine[]): readonly Detection[] {
  return lines.flatMap((added) => {
    if (!INVISIBLE.test(added.text)) return [];
    const runs = invisibleRuns(added.text, source.program);
    const [worst] = [...runs].sort((a, b) => b.length - a.length);
    if (worst === undefined) return [];
    const single = worst.kind === 'an invisible character inside a word';
    const says =
      worst.decoded === ''
        ? `near ${quote(neutral(added.text.slice(Math.max(0, worst.index - 12), worst.index + worst.length + 12)).slice(0, 60))}`
        : `which read ${quote(worst.decoded)}`;
    return [
      tell(RULE, {
        path: source.path,
        at: {
          line: added.line,
          endLine: added.line,
          column: worst.index + 1,
          endColumn: worst.index + worst.length + 1,
        },
        message: `The line has ${single ? worst.kind : `${worst.length} units of ${worst.kind}`} that the base does not have, ${says}.`,
        remediation: 'Delete the invisible characters.',
        ...(single ? { confidence: 'medium', level: source.program ? 'error' : 'warning' } : {}),
        shape: worst.kind,
        before: null,
        after: exact(added.text),
      }),
    ];
  });
}

/** Whether a style that hides text does so with a sentence: labels and icons are hidden all the time. */
function isSentence(text: string): boolean {
  return text.trim().split(/\s+/).length >= 6;
}

function placed(source: Source, lines: readonly AddedLine[]): readonly Detection[] {
  return blocksOf(lines).flatMap((block) =>
    hiddenTexts(block, source.markup).flatMap((hidden) => {
      const judgement = judgeInstructions(hidden.text.replace(/\s+/g, ' '), false);
      const concealed =
        hidden.where === 'text that its style hides' &&
        /\.(?:md|mdx|markdown)$/i.test(source.path) &&
        isSentence(hidden.text);
      if (judgement.score < 2 && !concealed) return [];
      return [
        tell(RULE, {
          path: source.path,
          at: { line: hidden.line, endLine: hidden.line, column: hidden.column },
          message: `${hidden.where[0]?.toUpperCase()}${hidden.where.slice(1)} reads like an instruction to a model (${judgement.signals.join(', ') || 'hidden sentence'}): ${quote(judgement.piece || hidden.text)}.`,
          remediation: REMEDIATION,
          confidence: judgement.score >= 3 ? 'high' : 'medium',
          level: judgement.score >= 2 ? 'error' : 'warning',
          shape: `${hidden.where}:${judgement.signals.join('+')}`,
          before: null,
          after: exact(hidden.text),
        }),
      ];
    }),
  );
}

/** What a file may have of it, so that its lines need not be gone through for the rest. */
interface Looks {
  readonly invisible: boolean;
  readonly placed: boolean;
}

const BOTH: Looks = { invisible: true, placed: true };

function judge(source: Source, lines: readonly AddedLine[], looks: Looks): readonly Detection[] {
  return [...(looks.invisible ? invisible(source, lines) : []), ...(looks.placed ? placed(source, lines) : [])].slice(
    0,
    LIMIT,
  );
}

function detect(subject: GuardrailSubject) {
  if (subject.kind === 'pullRequest') {
    return answerOf(
      fieldsOf(subject).flatMap(({ path, lines }) => judge({ path, markup: true, program: false }, lines, BOTH)),
    );
  }
  const { before, after } = sidesOf(subject, anywhere);
  if (after === null) return CLEAR;
  const source = { path: after.path, markup: isMarkup(after.path), program: !isProse(after.path) };
  if (after.binary !== undefined) return answerOf(judge(source, addedTexts(before, after), BOTH));
  const { text } = after;
  const looks = { invisible: hasUnusual(after) && INVISIBLE.test(text), placed: source.markup || mayHide(text) };
  return looks.invisible || looks.placed ? answerOf(judge(source, addedLines(before, after), looks)) : CLEAR;
}

/** Texts inside a binary that the base's binary does not have, numbered in order. */
function addedTexts(before: FileSide | null, { binary }: FileSide): readonly AddedLine[] {
  const known = new Set(before?.binary?.text);
  return (binary?.text ?? []).flatMap((text, index) => (known.has(text) ? [] : [{ line: index + 1, text, start: 0 }]));
}

/** See README.md of this folder. */
export const hiddenInstructions = {
  rule: RULE,
  concerns: anywhere,
  removals: nowhere,
  detect,
} satisfies GuardrailDetector;
