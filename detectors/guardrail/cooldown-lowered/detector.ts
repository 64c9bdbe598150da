import { type Answer, answerOf, CLEAR, type Detection } from '../../../src/core/detection.ts';
import type { FileSide, GuardrailContext, GuardrailDetector, GuardrailSubject } from '../../../src/core/detector.ts';
import { judgeSide, sidesOf } from '../support/judge.ts';
import { spanOf } from '../support/lines.ts';
import { own } from '../support/own.ts';
import { formatOf, linesOf, parsed } from '../support/parsed.ts';
import { besidePrograms } from '../support/program.ts';
import { quote } from '../support/quote.ts';
import { tell } from '../support/report.ts';
import { guardrailRule } from '../support/rule.ts';
import { type Leaf, leavesOf, plainText, readBase } from '../support/sides.ts';

const RULE = guardrailRule('cooldown-lowered', {
  shortDescription: 'New releases of dependencies are let in sooner than before',
  help: 'Most malicious releases are found and removed within days. A waiting time for new releases keeps them out; lowering it, or excluding packages from it, lets the next one in. Keep the time, and pin the one release that cannot wait.',
  level: 'error',
  confidence: 'medium',
  cwe: [1357, 829],
  requires: ['beforeAfter'],
});

const FILES =
  /(?:^|\/)(?:\.npmrc|pnpm-workspace\.yaml|\.yarnrc\.yml|bunfig\.toml|\.?renovate(?:rc)?(?:\.json5?)?|default\.json|dependabot\.ya?ml|uv\.toml|pyproject\.toml|package\.json|pdm\.toml|\.pnpmfile\.yaml)$/;
/** Names of the waiting time in each tool's own documentation, with the unit of a bare number, in hours. */
const AGES: Readonly<Record<string, number>> = {
  'min-release-age': 24,
  minimumReleaseAge: 1 / 60,
  minReleaseAge: 24,
  npmMinimalAgeGate: 1 / 60,
  stabilityDays: 24,
  'default-days': 24,
  'semver-major-days': 24,
  'semver-minor-days': 24,
  'semver-patch-days': 24,
  'exclude-newer': 24,
};
const EXCLUDES =
  /^(?:minimumReleaseAgeExcludes?|npmPreapprovedPackages|min-release-age-excludes?|exclude-newer-package)$/;
const UNITS: readonly (readonly [RegExp, number])[] = [
  [/^(?:s|secs?|seconds?)$/, 1 / 3600],
  [/^(?:m|mins?|minutes?)$/, 1 / 60],
  [/^(?:h|hrs?|hours?)$/, 1],
  [/^(?:d|days?)$/, 24],
  [/^(?:w|weeks?)$/, 168],
  [/^(?:months?)$/, 720],
];

const concerns = besidePrograms((path) => FILES.test(path));

/** Hours of a waiting time; null where it is none. Bun counts seconds where pnpm counts minutes. */
function hoursOf(leaf: Leaf, path: string): number | null {
  const value = leaf.values[0]?.trim().toLowerCase() ?? '';
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/.exec(value);
  const bare = path.endsWith('bunfig.toml') ? 1 / 3600 : own(AGES, leaf.key);
  if (match === null || bare === undefined) return /^(?:null|false|none|)$/.test(value) ? 0 : null;
  const unit = match[2] === '' ? bare : UNITS.find(([pattern]) => pattern.test(match[2] ?? ''))?.[1];
  return unit === undefined ? null : Number(match[1]) * unit;
}

function leaves(side: FileSide): readonly Leaf[] {
  const text = plainText(side);
  if (!/release-?age|agegate|preapproved|stabilityDays|cooldown|exclude-newer/i.test(text)) return [];
  const found =
    formatOf(side.path) === null
      ? /npmrc$/.test(side.path)
        ? lineLeaves(text)
        : []
      : parsed(side).roots.flatMap(leavesOf);
  return found.filter(
    ({ key, path }) =>
      (own(AGES, key) !== undefined && !(key.endsWith('-days') && !path.includes('/cooldown/'))) ||
      EXCLUDES.test(key) ||
      (key === 'exclude' && path.includes('/cooldown/')),
  );
}

function lineLeaves(text: string): readonly Leaf[] {
  let start = 0;
  return text.split('\n').flatMap((line) => {
    const at = start;
    start += line.length + 1;
    const match = /^\s*([\w-]+)(?:\[\])?\s*=\s*(.*?)\s*$/.exec(line);
    return match === null
      ? []
      : [{ path: `/${match[1]}`, key: match[1] ?? '', values: [match[2] ?? ''], start: at, end: at + line.length }];
  });
}

function isExclude(leaf: Leaf): boolean {
  return EXCLUDES.test(leaf.key) || leaf.key === 'exclude';
}

function detect(subject: GuardrailSubject, context: GuardrailContext): Answer {
  const { before, after } = sidesOf(subject, concerns);
  const place = after ?? before;
  if (place === null || before?.text === after?.text) return CLEAR;
  const base = readBase(before, context, [], leaves);
  const head = after === null ? [] : judgeSide(after, context, [], leaves);
  const detections: Detection[] = [];
  const add = (shape: string, message: string, is: Leaf | null, was: Leaf | null) =>
    detections.push(
      tell(RULE, {
        path: place.path,
        at: is === null || after === null ? { line: 1, endLine: 1 } : spanOf(linesOf(after), is.start, is.end),
        message,
        remediation: 'Keep the waiting time, and pin the one release that cannot wait.',
        shape,
        before: was === null || before === null ? null : before.text.slice(was.start, was.end),
        after: is === null || after === null ? null : after.text.slice(is.start, is.end),
      }),
    );
  for (const is of head) {
    const was = base.find(({ path }) => path === is.path) ?? null;
    if (isExclude(is)) {
      const added = is.values.filter((value) => was?.values.includes(value) !== true);
      if (added.length > 0)
        add('exclude-added', `Packages no longer wait for new releases: ${quote(added.join(', '))}.`, is, was);
      continue;
    }
    const now = hoursOf(is, place.path);
    const then = was === null ? null : hoursOf(was, place.path);
    if (now === null) continue;
    if (then !== null && now < then)
      add(
        'lowered',
        `New releases wait ${round(now)} days instead of ${round(then)}: ${quote(`${is.key} ${is.values.join(' ')}`)}.`,
        is,
        was,
      );
    else if (was === null && now === 0)
      add('zero', `New releases do not wait at all: ${quote(`${is.key} ${is.values.join(' ')}`)}.`, is, was);
  }
  for (const was of base) {
    if (isExclude(was) || head.some(({ path }) => path === was.path) || (hoursOf(was, place.path) ?? 0) === 0) continue;
    add(
      'removed',
      `The base lets new releases wait (${quote(`${was.key} ${was.values.join(' ')}`)}); the head does not.`,
      null,
      was,
    );
  }
  return answerOf(detections);
}

function round(hours: number): string {
  return String(Math.round((hours / 24) * 100) / 100);
}

/** See README.md of this folder. */
export const cooldownLowered = { rule: RULE, concerns, detect } satisfies GuardrailDetector;
