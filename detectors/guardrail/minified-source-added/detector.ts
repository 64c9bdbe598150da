import { type Answer, answerOf, CLEAR } from '../../../src/core/detection.ts';
import type { FileSide, GuardrailContext, GuardrailDetector, GuardrailSubject } from '../../../src/core/detector.ts';
import { sha256 } from '../../../src/core/digest.ts';
import { hasMatch } from '../../../src/core/prefilter.ts';
import { type AddedLine, addedLines, addedLinesWith, lineAt } from '../support/added.ts';
import { sidesOf } from '../support/judge.ts';
import { nowhere } from '../support/prose.ts';
import { quote } from '../support/quote.ts';
import { tell } from '../support/report.ts';
import { guardrailRule } from '../support/rule.ts';
import { longLineFrom } from '../support/runs.ts';
import { plainText } from '../support/sides.ts';
import { sought } from '../support/sought.ts';

const RULE = guardrailRule('minified-source-added', {
  shortDescription: 'Code that is packed or scrambled comes with the change',
  help: 'Minified and obfuscated code runs like any other and cannot be reviewed; a few lines of it hide whatever their author wished. Commit the source and build it in automation, or take the package from a registry by its digest.',
  level: 'warning',
  confidence: 'medium',
  highest: { level: 'error', confidence: 'medium' },
  cwe: [506, 1007],
  requires: ['beforeAfter'],
});

const CODE = /\.(?:[cm]?jsx?|tsx?|css|py|php|rb|sh|ps1|lua|vbs|html?)$/i;
/** A line longer than this, with few blanks, was not written by hand. Characters. */
const LONG = 1000;

function concerns(path: string): boolean {
  return CODE.test(path);
}

/** Names and calls that obfuscators leave behind: hexadecimal names, packed strings that are evaluated. */
const SCRAMBLED =
  /\b_0x[a-f0-9]{4,}\b[\s\S]*\b_0x[a-f0-9]{4,}\b|\beval\s*\(\s*(?:function\s*\(\s*p\s*,\s*a\s*,\s*c\s*,\s*k|atob\s*\(|Buffer\.from\s*\(|unescape\s*\(|String\.fromCharCode)|\bexec\s*\(\s*(?:base64\.b64decode|zlib\.decompress|marshal\.loads|bytes\.fromhex|codecs\.decode|__import__\()|\beval\s*\(\s*(?:gzinflate|base64_decode|str_rot13)\s*\(|(?:\\x[0-9a-f]{2}){30,}|(?:\\u00[0-9a-f]{2}){30,}|\bnew Function\s*\(\s*atob\s*\(/i;

/** What stands in every match of it, asked once of the whole file. */
const SCRAMBLED_HINT = sought(
  /_0x|\beval\s*\(|\(\s*atob|b64decode|zlib\.decompress|marshal\.loads|bytes\.fromhex|codecs\.decode|\(\s*__import__|\\x[0-9a-f]{2}\\x|\\u00[0-9a-f]{2}\\u/i,
);

/** Dense lines as long as these, one after the other, are one line that was broken: characters of each, and of all. */
const BROKEN = 200;
const BROKEN_SUM = 2000;

/** The first added line of packed code. In a file that is new, no other line is looked at. */
function packed(before: FileSide | null, after: FileSide): AddedLine | undefined {
  const start = packedFrom(after.text);
  if (start === -1) return undefined;
  return before === null ? lineAt(after.text, start) : packedLine(addedLines(before, after));
}

/** The first line of packed code: one long line, or a run of lines that are too dense to have been written. */
function packedLine(added: readonly AddedLine[]): AddedLine | undefined {
  let run: AddedLine[] = [];
  for (const line of added.filter(({ text }) => text.length >= BROKEN && isDense(text))) {
    run = run.at(-1)?.line === line.line - 1 ? [...run, line] : [line];
    const sum = run.reduce((total, { text }) => total + text.length, 0);
    if (line.text.length >= LONG || sum >= BROKEN_SUM) return run[0];
  }
  return undefined;
}

/** Where the first line of packed code starts among the lines of a text, all of them taken together; -1 where there is none. */
function packedFrom(text: string): number {
  let first = -1;
  let sum = 0;
  /** Where the last dense line ended. */
  let dense = Number.NaN;
  let end = 0;
  for (let start = nextLong(text, 0); start !== -1; start = nextLong(text, end)) {
    const stop = text.indexOf('\n', start);
    end = stop === -1 ? text.length : stop;
    if (!isDense(text.slice(start, end))) continue;
    if (dense !== start - 1) {
      first = start;
      sum = 0;
    }
    sum += end - start;
    if (end - start >= LONG || sum >= BROKEN_SUM) return first;
    dense = end;
  }
  return -1;
}

function nextLong(text: string, from: number): number {
  return longLineFrom(text, from, BROKEN);
}

function isDense(text: string): boolean {
  // A table of data or a long sentence has other signs than a program has.
  if (shareOf(text, /\s/g) >= 0.12 || shareOf(text, /[;{}()=,:]/g) <= 0.06) return false;
  return /function|=>|return|var |let |const |\{[\w-]+:|def |\$\w/.test(text);
}

function shareOf(text: string, signs: RegExp): number {
  return (text.match(signs)?.length ?? 0) / text.length;
}

function detect(subject: GuardrailSubject, context: GuardrailContext): Answer {
  const { before, after } = sidesOf(subject, concerns);
  if (after === null || context.firstCommit) return CLEAR;
  const hinted = hasMatch(SCRAMBLED_HINT.once, after.text) ? addedLinesWith(before, after, [SCRAMBLED_HINT]) : [];
  const scrambled = hinted.find(({ text }) => SCRAMBLED.test(text.slice(0, 20_000)));
  const found = scrambled ?? packed(before, after);
  if (found === undefined) return CLEAR;
  const agent = context.attribution.class === 'agent';
  const source = plainText(after);
  return answerOf([
    tell(RULE, {
      path: after.path,
      at: { line: found.line, endLine: found.line },
      message: `${scrambled === undefined ? 'Packed' : 'Scrambled'} code is added that the base does not have (${source.length} characters, SHA-256 ${sha256(source).slice(0, 16)}…): ${quote(found.text.trim())}.`,
      remediation: 'Commit the source and build it, or take the package by its digest.',
      level: scrambled !== undefined ? 'error' : agent ? 'warning' : 'note',
      shape: scrambled === undefined ? 'packed' : 'scrambled',
      before: before === null ? null : { blob: before.blob },
      after: { sha256: sha256(source), length: source.length },
    }),
  ]);
}

/** See README.md of this folder. */
export const minifiedSourceAdded = { rule: RULE, concerns, removals: nowhere, detect } satisfies GuardrailDetector;
