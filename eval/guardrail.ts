import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import picomatch from 'picomatch';
import { parse } from 'yaml';
import { z } from 'zod';
import { GUARDRAIL_DETECTORS, guardrailDetectorsFor } from '../detectors/guardrail/index.ts';
import type { Attribution } from '../src/core/attribution.ts';
import type { Detection } from '../src/core/detection.ts';
import type { FileSide, GuardrailContext, GuardrailDetector, GuardrailSubject } from '../src/core/detector.ts';
import { describeBinary } from '../src/core/documents/binary.ts';
import { CountersignError } from '../src/core/errors.ts';
import type { Level } from '../src/core/rule.ts';
import { decodeText } from '../src/core/snapshot.ts';
import { guardrailCases } from '../test/support/guardrail-fixtures.ts';

const ROOT = join(import.meta.dirname, '..');
const COMMITS = 200;
const HUMAN: Attribution = { agent: null, class: 'human', tier: 'none', requester: null, evidence: [] };

function findings(
  detector: GuardrailDetector,
  subject: GuardrailSubject,
  context: GuardrailContext,
): readonly Detection[] {
  if (!guardrailDetectorsFor(subject).includes(detector)) return [];
  const answer = detector.detect(subject, context);
  return answer.state === 'findings' ? answer.detections : [];
}

/** Cases of a rule in which it finds something. */
function hits(detector: GuardrailDetector, kind: 'bad' | 'good'): { readonly found: number; readonly of: number } {
  const cases = guardrailCases(detector.rule.id, kind);
  const found = cases.filter(({ subjects, context }) =>
    subjects.some((subject) => findings(detector, subject, context).length > 0),
  );
  return { found: found.length, of: cases.length };
}

/** Every other rule on a rule's harmless cases: what one rule's fixtures call safe should be quiet under most. */
function crossNoise(): { readonly flagged: number; readonly of: number; readonly byRule: ReadonlyMap<string, number> } {
  const byRule = new Map<string, number>();
  let flagged = 0;
  let of = 0;
  for (const owner of GUARDRAIL_DETECTORS) {
    for (const example of guardrailCases(owner.rule.id, 'good')) {
      of += 1;
      const rules = GUARDRAIL_DETECTORS.filter(
        (detector) =>
          detector.rule.id !== 'workflow-added-by-agent' &&
          example.subjects.some((subject) =>
            findings(detector, subject, { ...example.context, attribution: HUMAN }).some(
              ({ level }) => (level ?? detector.rule.level) !== 'note',
            ),
          ),
      );
      if (rules.length > 0) flagged += 1;
      for (const { rule } of rules) byRule.set(rule.id, (byRule.get(rule.id) ?? 0) + 1);
    }
  }
  return { flagged, of, byRule };
}

function git(repository: string, ...args: readonly string[]): Buffer {
  return execFileSync('git', ['-C', repository, ...args], {
    maxBuffer: 512 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

function sideAt(repository: string, path: string, mode: string, blob: string): FileSide | null {
  if (/^0+$/.test(mode)) return null;
  if (mode === '160000') return { path, text: '', blob, mode };
  const bytes = git(repository, 'cat-file', 'blob', blob);
  const decoded = decodeText(bytes);
  if (decoded.state === 'text') return { path, text: decoded.text, blob, mode };
  return { path, text: '', blob, mode, binary: describeBinary(bytes) };
}

/** The files that one commit changes against its first parent. */
function changesOf(repository: string, commit: string): readonly GuardrailSubject[] {
  const fields = git(repository, 'diff-tree', '-r', '-z', '-M', '--no-commit-id', `${commit}^`, commit)
    .toString('utf8')
    .split('\0');
  const subjects: GuardrailSubject[] = [];
  for (let at = 0; at + 1 < fields.length; ) {
    const match = /^:(\d+) (\d+) (\w+) (\w+) (\w)/.exec(fields[at] ?? '');
    if (match === null) break;
    const [, oldMode = '', newMode = '', oldBlob = '', newBlob = '', status = ''] = match;
    const from = fields[at + 1] ?? '';
    const to = /[RC]/.test(status) ? (fields[at + 2] ?? '') : from;
    at += /[RC]/.test(status) ? 3 : 2;
    subjects.push({
      kind: 'file',
      path: to,
      before: sideAt(repository, from, oldMode, oldBlob),
      after: sideAt(repository, to, newMode, newBlob),
    });
  }
  return subjects;
}

interface History {
  readonly commits: number;
  readonly blocks: number;
  readonly warnings: number;
  readonly unreadable: number;
  readonly byRule: ReadonlyMap<string, number>;
}

const PolicyPaths = z.looseObject({
  fixturePaths: z.array(z.string()).default([]),
  excludedPaths: z.array(z.string()).default([]),
});

/** The paths that a repository's own policy names; none where it has no policy. */
function pathsOf(repository: string): {
  readonly fixturePaths: readonly string[];
  readonly excluded: (path: string) => boolean;
} {
  const file = join(repository, '.github', 'countersign.yml');
  const { fixturePaths, excludedPaths } = PolicyPaths.parse(existsSync(file) ? parse(readFileSync(file, 'utf8')) : {});
  return { fixturePaths, excluded: excludedPaths.length === 0 ? () => false : picomatch(excludedPaths, { dot: true }) };
}

/** What the rules say of a repository's last commits, as if a person had written each. */
function overHistory(repository: string): History {
  const own = pathsOf(repository);
  const commits = git(repository, 'rev-list', '--no-merges', '--min-parents=1', `--max-count=${COMMITS}`, 'HEAD')
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
  const byRule = new Map<string, number>();
  let blocks = 0;
  let warnings = 0;
  let unreadable = 0;
  for (const commit of commits) {
    const subjects = changesOf(repository, commit).filter(
      (subject) => subject.kind !== 'file' || !own.excluded(subject.path),
    );
    const changedPaths = subjects.flatMap((subject) =>
      subject.kind === 'file' ? [subject.before?.path, subject.after?.path].flatMap((path) => path ?? []) : [],
    );
    const context: GuardrailContext = {
      changedPaths,
      removedPaths: subjects.flatMap((subject) =>
        subject.kind === 'file' && subject.before !== null && subject.before.path !== subject.after?.path
          ? [subject.before.path]
          : [],
      ),
      attribution: HUMAN,
      firstCommit: false,
      fixturePaths: own.fixturePaths,
    };
    let worst: 'block' | Level | null = null;
    for (const subject of subjects) {
      for (const detector of guardrailDetectorsFor(subject)) {
        try {
          for (const found of findings(detector, subject, context)) {
            const level = found.level ?? detector.rule.level;
            const confidence = found.confidence ?? detector.rule.confidence;
            if (level === 'note') continue;
            byRule.set(detector.rule.id, (byRule.get(detector.rule.id) ?? 0) + 1);
            if (level === 'error' && confidence === 'high') worst = 'block';
            else worst = worst ?? 'warning';
          }
        } catch (error) {
          if (!(error instanceof CountersignError)) throw error;
          unreadable += 1;
        }
      }
    }
    if (worst === 'block') blocks += 1;
    else if (worst !== null) warnings += 1;
  }
  return { commits: commits.length, blocks, warnings, unreadable, byRule };
}

/**
 * Recall and false positives of every guard-rail rule on its fixtures, noise of all rules on all harmless fixtures, and on
 * the last 200 commits of this repository and of those named by COUNTERSIGN_EVAL_REPOSITORIES (paths, `:` between).
 */
export async function run(print: (line: string) => void): Promise<void> {
  print('guard rails: rule, found of bad cases, flagged of good cases');
  let bad = 0;
  let found = 0;
  let good = 0;
  let flagged = 0;
  for (const detector of GUARDRAIL_DETECTORS) {
    const caught = hits(detector, 'bad');
    const wrong = hits(detector, 'good');
    bad += caught.of;
    found += caught.found;
    good += wrong.of;
    flagged += wrong.found;
    print(`  ${detector.rule.id.padEnd(38)} ${caught.found}/${caught.of}  ${wrong.found}/${wrong.of}`);
  }
  print(
    `guard rails: recall on fixtures ${percent(found, bad)} (${found}/${bad}), false positives ${percent(flagged, good)} (${flagged}/${good})`,
  );
  const noise = crossNoise();
  print(
    `guard rails: harmless cases flagged by any rule ${percent(noise.flagged, noise.of)} (${noise.flagged}/${noise.of}): ${list(noise.byRule)}`,
  );
  const others = (process.env['COUNTERSIGN_EVAL_REPOSITORIES'] ?? '')
    .split(':')
    .filter((path) => path !== '' && existsSync(path));
  for (const repository of [ROOT, ...others]) {
    const history = overHistory(repository);
    const name = repository === ROOT ? 'this repository' : repository.split('/').at(-1);
    print(
      `guard rails: last ${history.commits} commits of ${name} as a person's: ${history.blocks} blocked, ${history.warnings} with warnings, ${history.unreadable} unreadable answers: ${list(history.byRule)}`,
    );
  }
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((part / whole) * 100).toFixed(1)} %`;
}

function list(counts: ReadonlyMap<string, number>): string {
  return counts.size === 0
    ? 'none'
    : [...counts]
        .sort((a, b) => b[1] - a[1])
        .map(([rule, count]) => `${rule} ${count}`)
        .join(', ');
}

if (import.meta.main) await run((line) => console.log(line));
