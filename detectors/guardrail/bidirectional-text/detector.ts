import { answerOf, CLEAR, type Detection } from '../../../src/core/detection.ts';
import type { FileSide, GuardrailDetector, GuardrailSubject } from '../../../src/core/detector.ts';
import { type AddedLine, addedLines, exact } from '../support/added.ts';
import { sidesOf } from '../support/judge.ts';
import { anywhere, isProse, nowhere } from '../support/prose.ts';
import { fieldsOf } from '../support/pull-request.ts';
import { codePointName, neutral, quote } from '../support/quote.ts';
import { tell } from '../support/report.ts';
import { guardrailRule } from '../support/rule.ts';
import { hasUnusual } from '../support/unusual.ts';
import { looksAlike, mayPose, mixedWord } from './homoglyphs.ts';

const RULE = guardrailRule('bidirectional-text', {
  shortDescription: 'The text reads differently from what it says',
  help: 'Bidirectional control characters put code in another order on the screen than in the file, and letters of other alphabets stand in for Latin ones, so that a reviewer approves something else than what runs (Trojan Source, CVE-2021-42574 and CVE-2021-42694). Remove the characters; where right-to-left text is meant, keep it in translation files and close each control on its own line.',
  level: 'error',
  confidence: 'high',
  cwe: [1007, 451],
  requires: ['beforeAfter'],
});

/** Embeddings, overrides and isolates (Unicode Standard Annex 9, section 2). */
const CONTROL = /[\u202a-\u202e\u2066-\u2069]/;
const MARK = /[\u200e\u200f\u061c]/;
const ANY = /[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/;
const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
const NOT_ASCII = /[^\u0000-\u007f]/;

/** Whether every control of a line is closed on it, in order. */
function balanced(line: string): boolean {
  const open: ('embedding' | 'isolate')[] = [];
  for (const character of line) {
    if (/[\u202a\u202b\u202d\u202e]/.test(character)) open.push('embedding');
    else if (/[\u2066-\u2068]/.test(character)) open.push('isolate');
    else if (character === '\u202c' && open.pop() !== 'embedding') return false;
    else if (character === '\u2069' && open.pop() !== 'isolate') return false;
  }
  return open.length === 0;
}

function controlDetection(path: string, added: AddedLine): Detection | null {
  const found = ANY.exec(added.text);
  if (found === null) return null;
  const meant = RIGHT_TO_LEFT.test(added.text);
  const strong = CONTROL.test(added.text);
  const prose = isProse(path);
  // Marks beside right-to-left words, and closed controls around them, are how such text is written.
  if (meant && (!strong || (prose && balanced(added.text)))) return null;
  if (!strong && prose && MARK.test(added.text)) return null;
  const around = added.text.slice(Math.max(0, found.index - 20), found.index + 24);
  return tell(RULE, {
    path,
    at: { line: added.line, endLine: added.line, column: found.index + 1, endColumn: found.index + 2 },
    message: `The line has the invisible control ${codePointName(found[0])}, which the base does not have: it is shown in another order than it is read. Near it: ${quote(around)}.`,
    remediation: 'Delete the control character.',
    ...(meant || !strong ? { confidence: 'medium' } : {}),
    shape: strong ? 'control' : 'mark',
    before: null,
    after: exact(added.text),
  });
}

function homoglyphDetections(path: string, added: AddedLine, file: string): readonly Detection[] {
  const words = added.text.matchAll(/[\p{L}\p{N}_$]+/gu);
  const detections: Detection[] = [];
  for (const found of words) {
    const word = found[0];
    if (!NOT_ASCII.test(word)) continue;
    const latin = mixedWord(word) ?? looksAlike(word, file);
    if (latin === null) continue;
    const foreign = [...word].filter((character) => NOT_ASCII.test(character)).map(codePointName);
    detections.push(
      tell(RULE, {
        path,
        at: {
          line: added.line,
          endLine: added.line,
          column: found.index + 1,
          endColumn: found.index + word.length + 1,
        },
        message: `The name ${quote(neutral(word))} looks like ${quote(latin)} and is another: it has ${foreign.slice(0, 3).join(', ')} from another alphabet.`,
        remediation: 'Write the name in one alphabet.',
        confidence: 'medium',
        shape: 'homoglyph',
        before: null,
        after: exact(added.text),
      }),
    );
  }
  return detections;
}

function inFile(before: FileSide | null, after: FileSide): readonly Detection[] {
  if (!hasUnusual(after)) return [];
  const poses = !isProse(after.path) && mayPose(after.text);
  if (!poses && !ANY.test(after.text)) return [];
  return addedLines(before, after).flatMap((added) => {
    if (!NOT_ASCII.test(added.text)) return [];
    const control = controlDetection(after.path, added);
    return [
      ...(control === null ? [] : [control]),
      ...(poses ? homoglyphDetections(after.path, added, after.text).slice(0, 3) : []),
    ];
  });
}

/** Most findings of one file: more of the same tell nothing new. */
const LIMIT = 50;

function detect(subject: GuardrailSubject) {
  if (subject.kind === 'pullRequest') return answerOf(inPullRequest(subject));
  const { before, after } = sidesOf(subject, anywhere);
  if (after === null) return CLEAR;
  const named = after.path !== before?.path && ANY.test(after.path) ? [nameDetection(after)] : [];
  return answerOf([...named, ...inFile(before, after)].slice(0, LIMIT));
}

function nameDetection(after: FileSide): Detection {
  return tell(RULE, {
    path: after.path,
    at: { line: 1, endLine: 1 },
    message: `The file's own name has a control that changes the order in which it is shown: ${quote(after.path)}.`,
    remediation: 'Rename the file.',
    shape: 'name',
    before: null,
    after: after.path,
  });
}

function inPullRequest(subject: Extract<GuardrailSubject, { kind: 'pullRequest' }>): readonly Detection[] {
  return fieldsOf(subject).flatMap(({ path, lines }) => lines.flatMap((line) => controlDetection(path, line) ?? []));
}

/** See README.md of this folder. */
export const bidirectionalText = {
  rule: RULE,
  concerns: anywhere,
  removals: nowhere,
  detect,
} satisfies GuardrailDetector;
