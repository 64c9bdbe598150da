import { type Answer, answerOf, CLEAR, type Detection } from '../../../src/core/detection.ts';
import type { FileSide, GuardrailContext, GuardrailDetector, GuardrailSubject } from '../../../src/core/detector.ts';
import { hasMatch } from '../../../src/core/prefilter.ts';
import type { Level } from '../../../src/core/rule.ts';
import { addedLines, addedLinesWith } from '../support/added.ts';
import { codePairs } from '../support/code.ts';
import { isBaseline, judgeSide, sidesOf } from '../support/judge.ts';
import { spanOf } from '../support/lines.ts';
import { own } from '../support/own.ts';
import { formatOf, linesOf, parsed } from '../support/parsed.ts';
import { quote } from '../support/quote.ts';
import { tell } from '../support/report.ts';
import { guardrailRule } from '../support/rule.ts';
import { type Leaf, leavesOf, plainText, readBase } from '../support/sides.ts';
import { type Sought, sought } from '../support/sought.ts';

const RULE = guardrailRule('lint-or-type-safety-lowered', {
  shortDescription: 'A compiler, type checker or linter is told to look away',
  help: 'Strict modes and rules find mistakes that reviewers miss; a suppression says that one finding is not worth a repair. Agents add them to make a check pass. Repair the code; where a suppression is right, name the one rule and the reason.',
  level: 'warning',
  confidence: 'high',
  highest: { level: 'error', confidence: 'high' },
  cwe: [1127, 710],
  requires: ['beforeAfter'],
});

const CONFIG =
  /(?:^|\/)(?:tsconfig[\w.-]*\.json|jsconfig\.json|\.eslintrc(?:\.(?:json|ya?ml))?|biome\.jsonc?|\.oxlintrc\.json|pyproject\.toml|mypy\.ini|\.mypy\.ini|setup\.cfg|\.?ruff\.toml|pyrightconfig\.json|\.golangci\.ya?ml|\.rubocop\.yml|clippy\.toml|Cargo\.toml|\.stylelintrc(?:\.json)?|phpstan\.neon|\.swiftlint\.yml|\.semgrepignore|\.trivyignore|\.gitleaksignore|\.snyk|\.checkov\.ya?ml|\.bandit|\.eslintignore)$/;
const CODE =
  /\.(?:[cm]?[jt]sx?|vue|svelte|py|rb|go|rs|java|kt|cs|php|swift|scala|tf|ya?ml|sh|Dockerfile|c|cc|cpp)$|(?:^|\/)Dockerfile$/;

/** Switches of the compilers and checkers that find more while on. */
const STRICT =
  /^(?:strict|strictNullChecks|strictFunctionTypes|strictBindCallApply|strictPropertyInitialization|noImplicitAny|noImplicitThis|noImplicitReturns|noUncheckedIndexedAccess|noFallthroughCasesInSwitch|exactOptionalPropertyTypes|alwaysStrict|useUnknownInCatchVariables|noUnusedLocals|noUnusedParameters|checkJs|noImplicitOverride|disallow_untyped_defs|disallow_any_generics|disallow_incomplete_defs|check_untyped_defs|disallow_untyped_calls|warn_return_any|warn_unused_ignores|no_implicit_optional|strict_optional|strict_equality|reportMissingImports|reportGeneralTypeIssues|typeCheckingMode|recommended|noEmitOnError|isolatedModules)$/;
/** Lists whose loss lets more pass. */
const SELECTS = /^(?:select|extend-select|enable|enabled_rules|opt_in_rules|plugins)$/;
/** Switches that find less while on. */
const LAX =
  /^(?:skipLibCheck|allowJs|ignore_errors|ignore_missing_imports|allow_untyped_defs|suppressImplicitAnyIndexErrors|noStrictGenericChecks|allowUnreachableCode|suppressExcessPropertyErrors|exit-zero)$/;
/** Lists whose growth lets more pass. */
const IGNORES =
  /^(?:ignore|extend-ignore|ignorePatterns|exclude|extend-exclude|per-file-ignores|disable|disable_error_code|disable-all|skips|allow|issues\.exclude)$/;
const OFF = /^(?:off|0|warn|1|none|allow|ignore|info)$/i;

interface Suppression extends Sought {
  readonly kind: 'security' | 'whole file' | 'one place';
}

/** Suppressions in code, by whether the tool looks for security. */
const SUPPRESSIONS: readonly Suppression[] = (
  [
    [
      /\b(?:nosec\b|nosemgrep\b|NOSONAR\b|gitleaks:allow|pragma:\s*allowlist secret|tfsec:ignore|trivy:ignore|checkov:skip|kics-scan\s+(?:ignore|disable)|codeql\[|lgtm\[|snyk:ignore|noinspection\s+\w*Injection|ggignore|zizmor:\s*ignore|hadolint\s+ignore|brakeman:ignore|semgrep-disable|countersign[- ]?(?:ignore|disable|skip|allow))/i,
      'security',
    ],
    [
      /(?:\/\/|\/\*|#)\s*@ts-nocheck\b|\/\*\s*eslint-disable\s*(?:\*\/|[\w@/-])|(?:#|\/\/)\s*(?:type|mypy):\s*ignore-errors\b|#\s*(?:flake8|ruff):\s*noqa\b|biome-ignore-all\b|#!\[allow\(|\/\/nolint:all|#\s*pylint:\s*(?:skip-file|disable-all)|rubocop:disable all|#\s*pyright:\s*basic\b/i,
      'whole file',
    ],
    [
      /(?:\/\/|\/\*|\{\/\*)\s*(?:@ts-(?:ignore|expect-error)\b|eslint-disable(?:-next)?-line\b|biome-ignore\b|tslint:disable|oxlint-disable|prettier-ignore\b)|#\s*(?:type:\s*ignore|noqa\b|pylint:\s*disable|pyright:\s*ignore|rubocop:disable|shellcheck\s+disable)|\/\/\s*nolint\b|#\[allow\(|@SuppressWarnings\b|#pragma\s+warning\s+disable|(?:istanbul|c8|v8)\s+ignore\b|pragma:\s*no\s*cover|@phpstan-ignore|swiftlint:disable/i,
      'one place',
    ],
  ] as const
).map(([pattern, kind]) => ({ ...sought(pattern), kind }));

function concerns(path: string): boolean {
  return CONFIG.test(path) || CODE.test(path) || IGNORE_FILE.test(path);
}

function levelFor(context: GuardrailContext, strong: boolean): Level {
  if (context.attribution.class !== 'agent') return 'note';
  return strong ? 'error' : 'warning';
}

function leaves(side: FileSide): readonly Leaf[] {
  return formatOf(side.path) === null ? lineLeaves(plainText(side)) : parsed(side).roots.flatMap(leavesOf);
}

/** `name = value` lines of INI files, and the plain lines of ignore files. */
function lineLeaves(text: string): readonly Leaf[] {
  let start = 0;
  return text.split('\n').flatMap((line) => {
    const at = start;
    start += line.length + 1;
    const match = /^\s*([\w.-]+)\s*[=:]\s*(.*?)\s*$/.exec(line);
    return match === null
      ? []
      : [
          {
            path: `/${match[1]}`,
            key: match[1] ?? '',
            values: (match[2] ?? '').split(/[,\s]+/).filter((value) => value !== ''),
            start: at,
            end: at + line.length,
          },
        ];
  });
}

function isRule(leaf: Leaf): boolean {
  return /\/(?:rules|linter|lints|severity|overrides|diagnosticSeverityOverrides|clippy|rust)\b/.test(leaf.path);
}

/** How a leaf of the head is weaker than its twin, or weak in a file that is new. */
function weaker(is: Leaf, was: Leaf | undefined): string | null {
  const value = is.values[0]?.toLowerCase() ?? '';
  if (
    STRICT.test(is.key) &&
    /^(?:false|off|basic|none|0)$/.test(value) &&
    was !== undefined &&
    !/^(?:false|off|basic|none|0)$/i.test(was.values[0] ?? '')
  )
    return 'strict-off';
  if (
    /\/(?:linter|assist|formatter)\/(?:rules\/)?enabled$/.test(is.path) &&
    value === 'false' &&
    was?.values[0] !== 'false'
  )
    return was === undefined && /formatter/.test(is.path) ? null : 'linter-off';
  if (
    SELECTS.test(is.key) &&
    was !== undefined &&
    was.values.length > 1 &&
    !is.values.some((entry) => /^all$/i.test(entry)) &&
    was.values.some((entry) => !is.values.some((kept) => entry.startsWith(kept)))
  )
    return 'selection-cut';
  if (LAX.test(is.key) && value === 'true' && was !== undefined && was.values[0] !== 'true') return 'lax-on';
  if (isRule(is) && OFF.test(value) && was !== undefined && !OFF.test(was.values[0] ?? '') && was.values.length > 0)
    return 'rule-off';
  if (isRule(is) && /^(?:off|0|allow)$/.test(value) && was === undefined) return 'rule-off';
  if (IGNORES.test(is.key) && was !== undefined && is.values.some((entry) => !was.values.includes(entry)))
    return 'ignore-added';
  return null;
}

function ofConfig(before: FileSide | null, after: FileSide | null, context: GuardrailContext): readonly Detection[] {
  if (before === null) return [];
  const base = readBase(before, context, [], leaves);
  const head = after === null ? [] : judgeSide(after, context, [], leaves);
  const place = after ?? before;
  const known = new Map(base.map((leaf) => [leaf.path, leaf]));
  const kept = new Set(head.map(({ path }) => path));
  const lost = base.filter(
    (leaf) => STRICT.test(leaf.key) && /^(?:true|strict|on)$/i.test(leaf.values[0] ?? '') && !kept.has(leaf.path),
  );
  // A strict mode as a whole brings its parts along.
  const whole =
    head.some((leaf) => leaf.key === 'strict' && leaf.values[0] === 'true') ||
    head.some((leaf) => leaf.key === 'extends' && known.get(leaf.path)?.values.join() !== leaf.values.join());
  return [
    ...head.flatMap((is) => {
      const was = known.get(is.path);
      const shape = weaker(is, was);
      if (shape === null || after === null) return [];
      return [
        tell(RULE, {
          path: after.path,
          at: spanOf(linesOf(after), is.start, is.end),
          message: `A check is weaker than in the base: ${quote(after.text.slice(is.start, is.end))}${was === undefined ? '' : `, was ${quote(before.text.slice(was.start, was.end))}`}.`,
          remediation: 'Keep the check and repair what it finds.',
          level: levelFor(context, shape === 'strict-off' || shape === 'linter-off'),
          shape,
          before: was === undefined ? null : before.text.slice(was.start, was.end),
          after: after.text.slice(is.start, is.end),
        }),
      ];
    }),
    ...(whole ? [] : lost).map((was) =>
      tell(RULE, {
        path: place.path,
        at: { line: 1, endLine: 1 },
        ...(after === null ? { side: 'base' } : {}),
        message: `The base has ${quote(before.text.slice(was.start, was.end))}; the head has not.`,
        remediation: 'Put the setting back.',
        level: levelFor(context, false),
        shape: 'strict-removed',
        before: before.text.slice(was.start, was.end),
        after: null,
      }),
    ),
  ];
}

const IGNORE_FILE = /(?:^|\/)\.(?:eslintignore|semgrepignore|trivyignore|gitleaksignore)$/;
/** Folders of what is built or fetched. */
const BUILT = /^\s*\/?(?:node_modules|dist|build|out|target|coverage|vendor|\.?venv|__pycache__|\.git)\/?\s*$/;
const SCRIPTED = /(?:^|\/)(?:eslint\.config|\.eslintrc)\.[cm]?[jt]s$/;
const RULE_OFF = /^["']?([@\w/-]+)["']?\(?\)?$/;

/** Lines that take a path, or a known weakness, out of a checker's sight. */
function ofIgnoreFile(before: FileSide | null, after: FileSide, context: GuardrailContext): readonly Detection[] {
  // A new list of what is built or fetched is how a linter is set up; a new one of a scanner leaves out what it lists.
  if (before === null && (isBaseline(context) || /eslintignore/.test(after.path))) return [];
  return addedLines(before, after)
    .filter(({ text }) => text.trim() !== '' && !/^\s*[#!:]/.test(text) && !(before === null && BUILT.test(text)))
    .slice(0, LIMIT)
    .map((line) =>
      tell(RULE, {
        path: after.path,
        at: { line: line.line, endLine: line.line },
        message: `A checker no longer looks at ${quote(line.text.trim())}, which the base does not leave out.`,
        remediation: 'Repair what it finds instead.',
        level: levelFor(context, !/eslintignore/.test(after.path)),
        shape: 'ignore-added',
        before: null,
        after: line.text,
      }),
    );
}

/** Rules of a configuration that is a program, by name, with what they are set to. */
function scriptedRules(
  side: FileSide,
): ReadonlyMap<string, { readonly severity: string; readonly start: number; readonly end: number }> {
  const rules = new Map<string, { severity: string; start: number; end: number }>();
  for (const { key, values, start, end } of codePairs(plainText(side))) {
    const severity = values[0] ?? '';
    if (RULE_OFF.test(key) && !key.endsWith('()') && /^(?:off|warn|error|0|1|2)$/.test(severity))
      rules.set(key, { severity, start, end });
  }
  return rules;
}

const STRENGTH: Readonly<Record<string, number>> = { off: 0, '0': 0, warn: 1, '1': 1, error: 2, '2': 2 };

function ofScript(before: FileSide, after: FileSide, context: GuardrailContext): readonly Detection[] {
  const base = scriptedRules(before);
  return [...scriptedRules(after)]
    .flatMap(([name, is]) => {
      const was = base.get(name);
      const lowered = was !== undefined && (own(STRENGTH, is.severity) ?? 2) < (own(STRENGTH, was.severity) ?? 0);
      const off = was === undefined && own(STRENGTH, is.severity) === 0;
      if (!lowered && !off) return [];
      return [
        tell(RULE, {
          path: after.path,
          at: spanOf(linesOf(after), is.start, is.end),
          message: `A check is weaker than in the base: ${quote(`${name}: ${is.severity}`)}${was === undefined ? '' : `, was ${quote(was.severity)}`}.`,
          remediation: 'Keep the check and repair what it finds.',
          level: levelFor(context, false),
          shape: 'rule-off',
          before: was?.severity ?? null,
          after: { rule: name, severity: is.severity },
        }),
      ];
    })
    .slice(0, LIMIT);
}

/** Most suppressions of one file that are told one by one. */
const LIMIT = 5;

function ofCode(before: FileSide | null, after: FileSide, context: GuardrailContext): readonly Detection[] {
  if (before === null && isBaseline(context)) return [];
  const source = plainText(after);
  const present = SUPPRESSIONS.filter(({ once }) => hasMatch(once, source));
  if (present.length === 0) return [];
  // A line that was changed beside its old suppression adds none.
  const moved = before === null ? 0 : addedLinesWith(after, before, SUPPRESSIONS).length;
  return addedLinesWith(before, after, present)
    .slice(moved, moved + LIMIT)
    .flatMap((line) => {
      const found = present.find(({ once }) => once.test(line.text));
      if (found === undefined) return [];
      return [
        tell(RULE, {
          path: after.path,
          at: { line: line.line, endLine: line.line },
          message: `A suppression (${found.kind}) is added that the base does not have: ${quote(line.text.trim().slice(Math.max(0, (found.once.exec(line.text.trim())?.index ?? 0) - 10)))}.`,
          remediation: 'Repair the code, or name the one rule and the reason.',
          // In a file that is new a single suppression is part of how it is written.
          level: before === null && found.kind === 'one place' ? 'note' : levelFor(context, found.kind === 'security'),
          shape: found.kind,
          before: null,
          after: line.text,
        }),
      ];
    });
}

function detect(subject: GuardrailSubject, context: GuardrailContext): Answer {
  const { before, after } = sidesOf(subject, concerns);
  if (before?.text === after?.text) return CLEAR;
  const place = after ?? before;
  if (place === null) return CLEAR;
  if (after !== null && IGNORE_FILE.test(after.path)) return answerOf(ofIgnoreFile(before, after, context));
  const scripted =
    before !== null && after !== null && SCRIPTED.test(after.path) ? ofScript(before, after, context) : [];
  const config = CONFIG.test(place.path) ? ofConfig(before, after, context) : [];
  const code = after !== null && CODE.test(after.path) ? ofCode(before, after, context) : [];
  return answerOf([...scripted, ...config, ...code]);
}

/** See README.md of this folder. */
export const lintOrTypeSafetyLowered = {
  rule: RULE,
  concerns,
  removals: (path) => CONFIG.test(path),
  detect,
} satisfies GuardrailDetector;
