import { type Answer, answerOf, CLEAR, type Detection } from '../../../src/core/detection.ts';
import type { FileSide, GuardrailDetector, GuardrailSubject } from '../../../src/core/detector.ts';
import { sha256 } from '../../../src/core/digest.ts';
import { type AddedLine, addedLines } from '../support/added.ts';
import { sidesOf } from '../support/judge.ts';
import { anywhere, nowhere } from '../support/prose.ts';
import { fieldsOf } from '../support/pull-request.ts';
import { quote } from '../support/quote.ts';
import { tell } from '../support/report.ts';
import { guardrailRule } from '../support/rule.ts';
import { type FoundSecret, formatsIn, isDummy, masked, type SecretFormat, secretsOf } from '../support/secrets.ts';

const RULE = guardrailRule('secret-committed', {
  shortDescription: 'A credential stands in the change',
  help: 'Whatever was pushed once has been copied: deleting the line or the commit does not take it back. Revoke the credential at its issuer now, then remove it and read it from a secret store or the environment. The rule knows the formats of many issuers and checks checksums where a format has one; it shows the first four characters and the length only.',
  level: 'error',
  confidence: 'high',
  cwe: [798, 312],
  requires: ['beforeAfter', 'pullRequest', 'commits'],
});

const REMEDIATION = 'Revoke it at its issuer first; then remove it and read it from a secret store or the environment.';
const LIMIT = 30;
/** Content that looks like keys and is none: digests of lockfiles, snapshots of public keys. */
const SAMPLES = /(?:^|\/)(?:tests?|__tests__|specs?|fixtures?|testdata|mocks?|__mocks__|examples?|samples?|docs?)\//i;

function confidenceOf(found: FoundSecret, path: string): 'high' | 'medium' | null {
  if (found.format.id !== 'private-key' && isDummy(found.literal)) return null;
  if (found.format.id === 'private-key' && isDummy(found.literal.slice(0, 60)) && found.literal.length < 200)
    return null;
  const sample = SAMPLES.test(path);
  if (found.format.weak === true) return sample ? null : 'medium';
  // A test key under a test folder is usually made for the test; a checksum that fits says that it was issued.
  return sample && (found.format.id === 'private-key' || found.format.id === 'aws-access-key') ? 'medium' : 'high';
}

function detectionOf(
  path: string,
  found: FoundSecret,
  confidence: 'high' | 'medium',
  line: number,
  column: number,
  where: string,
): Detection {
  const level = confidence === 'medium' && SAMPLES.test(path) ? { level: 'warning' as const } : {};
  const literal = sha256(found.literal);
  const detection = tell(RULE, {
    path,
    at: { line, endLine: line, column },
    message: `A credential (${found.format.name}) was added${where}; the base does not have it: ${quote(masked(found.literal))}.`,
    remediation: REMEDIATION,
    confidence,
    ...level,
    shape: found.format.id,
    before: null,
    // A digest binds the signature to the literal without repeating it.
    after: { format: found.format.id, sha256: literal, length: found.literal.length },
  });
  return { ...detection, literal };
}

function textOf(lines: readonly AddedLine[]): string {
  return lines.map((line) => line.text).join('\n');
}

/** Secrets in blocks of added lines: keys span several. One finding per literal. */
function inLines(
  path: string,
  lines: readonly AddedLine[],
  formats: readonly SecretFormat[],
  isKnown: (literal: string) => boolean,
  where: string,
): readonly Detection[] {
  const text = textOf(lines);
  const seen = new Set<string>();
  return secretsOf(formats, text)
    .flatMap((found) => {
      const confidence = confidenceOf(found, path);
      const again = [...seen].some((literal) => literal.includes(found.literal) || found.literal.includes(literal));
      if (confidence === null || again || isKnown(found.literal)) return [];
      seen.add(found.literal);
      const upTo = text.slice(0, found.index).split('\n');
      return [
        detectionOf(path, found, confidence, lines[upTo.length - 1]?.line ?? 1, (upTo.at(-1)?.length ?? 0) + 1, where),
      ];
    })
    .slice(0, LIMIT);
}

function contentOf(side: FileSide | null): string {
  return side?.binary?.text.join('\n') ?? side?.text ?? '';
}

function inFile(
  before: FileSide | null,
  after: FileSide,
  where: string,
  known: (literal: string) => boolean,
): readonly Detection[] {
  const isKnown = (literal: string) => contentOf(before).includes(literal) || known(literal);
  if (after.binary !== undefined) {
    const lines = after.binary.text.map((text, index) => ({ line: index + 1, text, start: 0 }));
    return inLines(after.path, lines, formatsIn(textOf(lines)), isKnown, `${where} inside a binary file`);
  }
  const formats = formatsIn(after.text);
  return formats.length === 0 ? [] : inLines(after.path, addedLines(before, after), formats, isKnown, where);
}

const UNKNOWN = (): boolean => false;

function detect(subject: GuardrailSubject): Answer {
  if (subject.kind === 'pullRequest')
    return answerOf(
      fieldsOf(subject).flatMap(({ path, lines }) =>
        inLines(path, lines, formatsIn(textOf(lines)), UNKNOWN, ' to the pull request’s text'),
      ),
    );
  if (subject.kind === 'commitFile') {
    const { before, after, sha } = subject;
    const where = ` by commit ${sha.slice(0, 12)}, and is in the history of the change although its end no longer shows it`;
    const [first = null, ...others] = before;
    // What any parent of a merge has was not added by the merge.
    return answerOf(inFile(first, after, where, (literal) => others.some((side) => contentOf(side).includes(literal))));
  }
  const { before, after } = sidesOf(subject, anywhere);
  return after === null ? CLEAR : answerOf(inFile(before, after, '', UNKNOWN));
}

/** See README.md of this folder. */
export const secretCommitted = {
  rule: RULE,
  concerns: anywhere,
  removals: nowhere,
  detect,
} satisfies GuardrailDetector;
