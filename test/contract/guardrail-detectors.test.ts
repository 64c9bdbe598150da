import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { GUARDRAIL_DETECTORS, guardrailDetectorsFor } from '../../detectors/guardrail/index.ts';
import { QUOTE_LIMIT } from '../../detectors/guardrail/support/quote.ts';
import type { Detection } from '../../src/core/detection.ts';
import type { GuardrailDetector, GuardrailSubject } from '../../src/core/detector.ts';
import {
  attributionOf,
  type GuardrailCase,
  guardrailCases,
  guardrailFixtureFolders,
} from '../support/guardrail-fixtures.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'detectors', 'guardrail');
/** Folders that are shared parts, not rules. */
const NOT_RULES = new Set(['support', 'schemas']);
const LEVELS = ['note', 'warning', 'error'];
const CONFIDENCES = ['low', 'medium', 'high'];
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

const RULE_FOLDERS = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !NOT_RULES.has(entry.name))
  .map((entry) => entry.name)
  .sort();

function detectionsOf(
  detector: GuardrailDetector,
  subject: GuardrailSubject,
  example: GuardrailCase,
): readonly Detection[] {
  if (!guardrailDetectorsFor(subject).includes(detector)) return [];
  const answer = detector.detect(subject, example.context);
  return answer.state === 'findings' ? answer.detections : [];
}

function all(detector: GuardrailDetector, example: GuardrailCase): readonly Detection[] {
  return example.subjects.flatMap((subject) => detectionsOf(detector, subject, example));
}

/** Lines on which the sample says that a finding begins, and lines on which it says that none does. */
function labels(subject: GuardrailSubject, ruleId: string): { readonly expected: number[]; readonly fine: number[] } {
  const text = subject.kind === 'file' ? (subject.after?.text ?? '') : '';
  const expected: number[] = [];
  const fine: number[] = [];
  text.split('\n').forEach((line, index) => {
    if (line.includes(`expect: ${ruleId}`)) expected.push(index + 2);
    if (line.includes(`ok: ${ruleId}`)) fine.push(index + 2);
  });
  return { expected, fine };
}

test('every rule folder is registered, and every registered rule has its folder', () => {
  expect(GUARDRAIL_DETECTORS.map(({ rule }) => rule.id).sort()).toEqual(RULE_FOLDERS);
});

test('every guard-rail rule has fixtures', () => {
  const folders = new Set(guardrailFixtureFolders());
  expect(RULE_FOLDERS.filter((folder) => !folders.has(folder))).toEqual([]);
});

describe.each(GUARDRAIL_DETECTORS.map((detector) => [detector.rule.id, detector] as const))('%s', (id, detector) => {
  test('describes itself', () => {
    const { rule } = detector;
    expect(rule.family).toBe('guardrail');
    expect(rule.shortDescription).not.toMatch(/\.$/);
    expect(rule.help.split(/(?<=[.;:])\s/).length).toBeGreaterThanOrEqual(2);
    expect(rule.cwe.length).toBeGreaterThan(0);
    const readme = readFileSync(join(FOLDER, id, 'README.md'), 'utf8');
    expect(readme).toContain(`# ${id}`);
    for (const part of ['**What.**', '**Why.**', '**Compared.**', '**Bad**', '**Good', '**Fix.**'])
      expect(readme).toContain(part);
  });

  test('has at least six bad and six good cases', () => {
    expect(guardrailCases(id, 'bad').length).toBeGreaterThanOrEqual(6);
    expect(guardrailCases(id, 'good').length).toBeGreaterThanOrEqual(6);
  });

  test.each(guardrailCases(id, 'bad').map((example) => [example.name, example] as const))(
    'finds: %s',
    (_name, example) => {
      const detections = all(detector, example);
      expect(detections.length).toBeGreaterThan(0);
      for (const subject of example.subjects) {
        const starts = detectionsOf(detector, subject, example).map(({ locations }) => locations[0].startLine);
        for (const line of labels(subject, id).expected) expect(starts).toContain(line);
        for (const line of labels(subject, id).fine) expect(starts).not.toContain(line);
      }
    },
  );

  test.each(guardrailCases(id, 'good').map((example) => [example.name, example] as const))(
    'is silent: %s',
    (_name, example) => {
      expect(all(detector, example).map(({ message }) => message)).toEqual([]);
    },
  );

  test('says what it found in plain, short and harmless words', () => {
    for (const example of guardrailCases(id, 'bad')) {
      for (const detection of all(detector, example)) {
        expect(detection.ruleId).toBe(id);
        expect(detection.message.length).toBeLessThanOrEqual(300);
        expect(detection.message).not.toMatch(UNSEEN);
        for (const [quoted] of detection.message.matchAll(/“[^”]*”/g))
          expect(quoted.length).toBeLessThanOrEqual(QUOTE_LIMIT);
        expect(detection.remediation?.length ?? 0).toBeGreaterThan(0);
        expect(detection.evidence).toHaveProperty('before');
        expect(detection.evidence).toHaveProperty('after');
        expect(detection.locations[0].startLine).toBeGreaterThan(0);
      }
    }
  });

  test('states no more than the most that it says it may', () => {
    const most = { level: detector.rule.level, confidence: detector.rule.confidence, ...detector.rule.highest };
    for (const example of guardrailCases(id, 'bad')) {
      for (const author of ['agent', 'human']) {
        for (const detection of all(detector, {
          ...example,
          context: { ...example.context, attribution: attributionOf(author) },
        })) {
          expect(LEVELS.indexOf(detection.level ?? detector.rule.level)).toBeLessThanOrEqual(
            LEVELS.indexOf(most.level),
          );
          expect(CONFIDENCES.indexOf(detection.confidence ?? detector.rule.confidence)).toBeLessThanOrEqual(
            CONFIDENCES.indexOf(most.confidence),
          );
        }
      }
    }
  });

  test('gives equal answers to equal questions', () => {
    for (const example of guardrailCases(id, 'bad').slice(0, 2))
      expect(all(detector, example)).toEqual(all(detector, example));
  });

  test('says nothing of a removal that it does not ask to see', () => {
    for (const kind of ['bad', 'good'] as const) {
      for (const example of guardrailCases(id, kind)) {
        for (const subject of example.subjects) {
          if (subject.kind !== 'file') continue;
          for (const side of [subject.before, subject.after]) {
            if (side === null || !detector.concerns(side.path) || detector.removals?.(side.path) !== false) continue;
            const gone: GuardrailSubject = { kind: 'file', path: side.path, before: side, after: null };
            expect(detectionsOf(detector, gone, example)).toEqual([]);
          }
        }
      }
    }
  });

  test('says nothing where nothing changed', () => {
    for (const example of guardrailCases(id, 'bad')) {
      for (const subject of example.subjects) {
        if (subject.kind !== 'file' || subject.after === null) continue;
        const same: GuardrailSubject = {
          kind: 'file',
          path: subject.path,
          before: { ...subject.after },
          after: subject.after,
        };
        expect(detectionsOf(detector, same, example)).toEqual([]);
      }
    }
  });
});
