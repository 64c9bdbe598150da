import { type Answer, answerOf, CLEAR } from '../../../src/core/detection.ts';
import type { GuardrailContext, GuardrailDetector, GuardrailSubject } from '../../../src/core/detector.ts';
import { exact } from '../support/added.ts';
import { sidesOf } from '../support/judge.ts';
import { nowhere } from '../support/prose.ts';
import { quote } from '../support/quote.ts';
import { tell } from '../support/report.ts';
import { guardrailRule } from '../support/rule.ts';

const RULE = guardrailRule('vendored-change-without-version', {
  shortDescription: "A copy of somebody else's code is edited while its version stays",
  help: 'Vendored code is trusted because it is what its authors released. An edit without a new version makes it something else that nobody reviews, and the next update wipes it out. Update the copy as a whole with its version record, or keep the edit as a patch beside it.',
  level: 'warning',
  confidence: 'medium',
  highest: { level: 'error', confidence: 'medium' },
  cwe: [506, 1395],
  requires: ['beforeAfter'],
});

const VENDORED =
  /(?:^|\/)(?:vendor|vendored|third[_-]?party|thirdparty|3rdparty|node_modules|bower_components|Pods|Carthage|external_libs?|extern)\/(.+)$/i;
/** Files that say which version a copy is. */
const RECORD =
  /(?:^|\/)(?:modules\.txt|package-lock\.json|yarn\.lock|pnpm-lock\.yaml|go\.(?:mod|sum)|Cargo\.(?:toml|lock)|composer\.(?:json|lock)|installed\.json|Gemfile\.lock|vendor\.(?:json|txt|ya?ml|conf)|Podfile\.lock|Cartfile\.resolved|\.cargo-checksum\.json|vcpkg\.json|conanfile\.\w+|pyproject\.toml|uv\.lock|poetry\.lock|deps\.bzl|WORKSPACE|MODULE\.bazel)$/i;
/** Files that say so only where the copy itself is: elsewhere they speak of the repository's own code. */
const OWN_RECORD =
  /(?:^|\/)(?:package\.json|VERSION(?:\.txt)?|version\.(?:txt|json|h|py)|METADATA|PKG-INFO|README\.chromium|CHANGELOG(?:\.md)?|manifest\.json)$/i;
const PATCH = /\.(?:patch|diff)$/i;
/** What builds and tests of a copy need, and code of the repository's own in such a folder. */
const NOT_CODE = /(?:^|\/)(?:\.gitkeep|\.gitignore|README(?:\.\w+)?|LICENSE(?:\.\w+)?|OWNERS|NOTICE)$/i;

function concerns(path: string): boolean {
  return VENDORED.test(path) && !NOT_CODE.test(path);
}

function explains(path: string): boolean {
  return RECORD.test(path) || PATCH.test(path) || (VENDORED.test(path) && OWN_RECORD.test(path));
}

function detect(subject: GuardrailSubject, context: GuardrailContext): Answer {
  const { before, after } = sidesOf(subject, concerns);
  if (before === null || after === null || before.blob === after.blob) return CLEAR;
  // A record or a patch anywhere in the change explains it: records often stand at the repository's root.
  if (context.changedPaths.some(explains)) return CLEAR;
  return answerOf([
    tell(RULE, {
      path: after.path,
      at: { line: 1, endLine: 1 },
      message: `Vendored code differs from the base while no version record changes with it: ${quote(VENDORED.exec(after.path)?.[1] ?? after.path)}.`,
      remediation: 'Update the copy with its version record, or keep the edit as a patch beside it.',
      level: context.attribution.class === 'agent' ? 'error' : 'warning',
      shape: 'edited',
      before: before.binary === undefined ? exact(before.text) : { sha256: before.binary.sha256 },
      after: after.binary === undefined ? exact(after.text) : { sha256: after.binary.sha256 },
    }),
  ]);
}

/** See README.md of this folder. */
export const vendoredChangeWithoutVersion = {
  rule: RULE,
  concerns,
  removals: nowhere,
  detect,
} satisfies GuardrailDetector;
