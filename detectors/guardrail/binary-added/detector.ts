import { type Answer, answerOf, CLEAR } from '../../../src/core/detection.ts';
import type { FileSide, GuardrailContext, GuardrailDetector, GuardrailSubject } from '../../../src/core/detector.ts';
import { isBaseline, sidesOf } from '../support/judge.ts';
import { anywhere, nowhere } from '../support/prose.ts';
import { quote } from '../support/quote.ts';
import { tell } from '../support/report.ts';
import { guardrailRule } from '../support/rule.ts';

const RULE = guardrailRule('binary-added', {
  shortDescription: 'A program or archive that nobody can read comes with the change',
  help: 'A reviewer cannot read compiled code or an archive, and what runs it trusts it wholly. Build it from source in automation, or take it from a registry with its digest; where it has to be in the repository, record where it came from and its digest.',
  level: 'warning',
  confidence: 'high',
  highest: { level: 'error', confidence: 'high' },
  cwe: [506, 829],
  requires: ['beforeAfter'],
});

/** Formats that run, and formats that hold others. */
const RUNS: ReadonlySet<string> = new Set(['elf', 'pe', 'mach-o', 'java-class', 'wasm', 'ar']);
const HOLDS: ReadonlySet<string> = new Set(['zip', 'gzip', 'xz', 'bzip2', 'zstd', '7z', 'sqlite']);
const RUNS_BY_NAME =
  /\.(?:exe|dll|so(?:\.\d+)*|dylib|jar|war|class|pyc|pyo|pyd|node|wasm|o|a|lib|apk|ipa|msi|deb|rpm|bin|whl|gem|nupkg|crate|tgz)$/i;
/** Office files and fonts are archives by format, and documents by use. */
const DOCUMENTS =
  /\.(?:docx|xlsx|pptx|odt|ods|odp|epub|woff2?|ttf|otf|eot|xcf|psd|sketch|fig|drawio|pdf|npz|parquet|keynote|numbers|pages)$/i;
const PICTURES: ReadonlySet<string> = new Set([
  'png',
  'jpeg',
  'gif',
  'webp',
  'ico',
  'bmp',
  'pdf',
  'woff',
  'truetype',
  'opentype',
  'ogg',
  'mp3',
  'mp4',
]);
/** Bytes from which a binary of no known format is told. */
const LARGE = 1_000_000;

function kindOf(side: FileSide): 'program' | 'archive' | 'large' | null {
  const { binary, path } = side;
  if (binary === undefined) return null;
  if (RUNS.has(binary.format) || RUNS_BY_NAME.test(path)) return 'program';
  if (DOCUMENTS.test(path)) return null;
  if (HOLDS.has(binary.format)) return 'archive';
  if (PICTURES.has(binary.format)) return null;
  return binary.size >= LARGE ? 'large' : null;
}

function detect(subject: GuardrailSubject, context: GuardrailContext): Answer {
  const { before, after } = sidesOf(subject, anywhere);
  if (after?.binary === undefined || isBaseline(context)) return CLEAR;
  const kind = kindOf(after);
  const same = before?.binary?.sha256 === after.binary.sha256 || before?.blob === after.blob;
  if (kind === null || (same && before !== null && kindOf(before) === kind)) return CLEAR;
  const { size, sha256, format } = after.binary;
  const agent = context.attribution.class === 'agent';
  const level = kind === 'program' ? (agent ? 'error' : 'warning') : agent ? 'warning' : 'note';
  return answerOf([
    tell(RULE, {
      path: after.path,
      at: { line: 1, endLine: 1 },
      message: `${kind === 'large' ? 'A large binary' : kind === 'archive' ? 'An archive' : 'A program'} (${format}, ${size} bytes, SHA-256 ${sha256.slice(0, 16)}…) is ${before === null ? 'added' : 'replaced; the base has other content'}: ${quote(after.path)}.`,
      remediation: 'Build it from source, or take it from a registry by its digest.',
      level,
      shape: `${kind}:${before === null ? 'added' : 'replaced'}`,
      before: before === null ? null : { blob: before.blob },
      after: { sha256, size, format },
    }),
  ]);
}

/** See README.md of this folder. */
export const binaryAdded = { rule: RULE, concerns: anywhere, removals: nowhere, detect } satisfies GuardrailDetector;
