import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEPENDENCY_DETECTORS } from '../../detectors/dependency/index.ts';
import { dependencyCases } from '../support/dependency-fixtures.ts';

const FOLDER = join(import.meta.dirname, '../../detectors/dependency');

const LEVELS = ['note', 'warning', 'error'];
const CONFIDENCES = ['low', 'medium', 'high'];

describe('the dependency rules', () => {
  it('are registered, one for each folder', () => {
    const folders = readdirSync(FOLDER, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== 'support')
      .map((entry) => entry.name)
      .sort();
    expect(DEPENDENCY_DETECTORS.map((each) => each.rule.id).sort()).toEqual(folders);
  });
});

describe.each(DEPENDENCY_DETECTORS)('$rule.id', (detector) => {
  const { rule } = detector;
  const cases = dependencyCases(rule.id);

  it('is described', () => {
    expect(rule.family).toBe('dependency');
    expect(rule.shortDescription).not.toMatch(/\.$/);
    expect(rule.help.length).toBeGreaterThan(80);
    expect(existsSync(join(FOLDER, rule.id, 'README.md'))).toBe(true);
  });

  it('has at least three bad and three good cases', () => {
    expect(cases.filter((each) => each.expect.state === 'finding').length).toBeGreaterThanOrEqual(3);
    expect(cases.filter((each) => each.expect.state === 'clear').length).toBeGreaterThanOrEqual(3);
  });

  it.each(cases.map((each) => [each.name, each] as const))('%s', (_name, { expect: wanted, subject, context }) => {
    const answer = detector.detect(subject, context);
    expect(answer.state).toBe(wanted.state === 'finding' ? 'findings' : wanted.state);
    if (answer.state === 'needs') {
      if (wanted.facts !== undefined) expect(answer.facts.map((each) => each.fact)).toEqual(wanted.facts);
      return;
    }
    if (answer.state !== 'findings') return;
    const [found] = answer.detections;
    expect(found.ruleId).toBe(rule.id);
    expect(found.message.length).toBeLessThanOrEqual(300);
    // An unknown weighs by the most that it could hide: no finding may be graver than its rule says.
    expect(LEVELS.indexOf(found.level ?? rule.level)).toBeLessThanOrEqual(
      LEVELS.indexOf(rule.highest?.level ?? rule.level),
    );
    expect(CONFIDENCES.indexOf(found.confidence ?? rule.confidence)).toBeLessThanOrEqual(
      CONFIDENCES.indexOf(rule.highest?.confidence ?? rule.confidence),
    );
    expect(found.locations[0]).toEqual(subject.location);
    if (wanted.level !== undefined) expect(found.level ?? rule.level).toBe(wanted.level);
    if (wanted.confidence !== undefined) expect(found.confidence ?? rule.confidence).toBe(wanted.confidence);
    if (wanted.critical !== undefined) expect(found.critical ?? rule.critical).toBe(wanted.critical);
    if (wanted.signable !== undefined) expect(found.signable ?? rule.signable).toBe(wanted.signable);
    for (const words of wanted.says ?? []) expect(found.message).toContain(words);
  });
});
