import { describe, expect, it } from 'vitest';
import { DEPENDENCY_DETECTORS } from '../../detectors/dependency/index.ts';
import { runDependencyRules } from '../../detectors/engine/run.ts';
import { judgeNames } from '../../src/commands/package/names.ts';
import type { PackageType } from '../../src/core/dependency.ts';
import { DEFAULT_THRESHOLDS } from '../../src/core/thresholds.ts';
import { createNames } from '../../src/evidence/names.ts';
import { popularLists } from '../../src/evidence/popular.ts';
import { blocksByDefault } from '../../src/policy/decide.ts';
import { CASE_DAY, changeOf, evidenceOf } from '../support/dependency-fixtures.ts';

const NOW = Date.parse(CASE_DAY);
const names = createNames(await popularLists({}), { now: () => NOW, importNames: new Map() });

const WELL_KNOWN = [
  ['cargo', 'serde'],
  ['golang', 'github.com/stretchr/testify'],
  ['gem', 'rails'],
  ['composer', 'symfony/console'],
  ['nuget', 'Newtonsoft.Json'],
  ['maven', 'org.slf4j:slf4j-api'],
] as const;

/** A package of which everything is known that its registry tells; these registries count no weekly downloads. */
function review(type: PackageType, name: string, firstPublishedAt: string, knowledge = names) {
  const change = changeOf({ type, name, entry: 'manifest', version: '1.2.0' });
  const alike = knowledge.looksLike(type, knowledge.normalize(type, name));
  const evidence = evidenceOf(change, {
    firstPublishedAt,
    weeklyDownloads: { state: 'notApplicable' },
    versions: Array.from({ length: 10 }, (_, index) => `1.${index}.0`),
    looksLike: alike.state === 'known' ? alike.value : alike,
  });
  return runDependencyRules([{ change, evidence }], DEPENDENCY_DETECTORS, {
    thresholds: DEFAULT_THRESHOLDS,
    now: NOW,
    couldBlock: (rule) => blocksByDefault(rule.level, rule.confidence, 'agent'),
    leaveOutLookUps: false,
    changes: [change],
    registryHosts: [],
    owner: null,
  });
}

describe.each(WELL_KNOWN)('%s has no list of popular names', (type, known) => {
  it('says so, and how to name one', () => {
    expect(names.looksLike(type, names.normalize(type, known))).toMatchObject({
      state: 'unavailable',
      transient: false,
      reason: `no list of popular ${type} names is at hand (COUNTERSIGN_POPULAR_${type.toUpperCase()} names one)`,
    });
  });

  it('makes no noise about a package that is long known', () => {
    const { detections, unknowns } = review(type, known, '2015-06-01T00:00:00.000Z');
    expect(detections).toEqual([]);
    expect(unknowns).toEqual([]);
  });

  it('tells of a name that is not yet a year old, in a note, that nobody asked whom it imitates', () => {
    const { detections, unknowns } = review(type, 'acme-thing', '2026-05-01T00:00:00.000Z');
    expect(unknowns).toEqual([]);
    expect(detections).toMatchObject([
      { ruleId: 'not-evaluated', level: 'note', message: expect.stringContaining('does not tell looksLike') },
    ]);
    expect(detections[0]?.remediation).toContain('looks-like');
  });

  it('is no clean answer about a new name: a person signs for it', () => {
    const { detections } = review(type, 'acme-thing', '2026-10-01T00:00:00.000Z');
    const held = detections.filter((each) => each.level === 'error');
    expect(held).toMatchObject([
      { ruleId: 'not-evaluated', message: expect.stringContaining('does not tell looksLike') },
    ]);
    expect(held[0]?.remediation).toContain('fresh-squat');
  });

  it('is an unknown to whoever asks by the name alone', async () => {
    const lines: string[] = [];
    const input = `pkg:${purlPath(type, known)}`;
    const code = await judgeNames(oneLot(input), names, { now: NOW }, { stdout: (text) => void lines.push(text) });
    expect(code).toBe(3);
    expect(JSON.parse(lines.join(''))).toMatchObject({
      input,
      looksLike: null,
      findings: [],
      unknown: expect.stringContaining('no list of popular'),
    });
  });
});

async function* oneLot(input: string) {
  yield [{ input, place: 1 }];
}

function purlPath(type: PackageType, name: string): string {
  return `${type}/${name.replace(':', '/')}`;
}

describe.each([...WELL_KNOWN, ['npm', 'lodash'], ['pypi', 'requests']] as const)('%s with a list', (type, known) => {
  const of = (day: string) =>
    createNames(
      [
        {
          type,
          names: [names.normalize(type, known)],
          famous: 1,
          words: [],
          origin: "the operator's",
          licence: 'MIT',
          asOf: `${day}T00:00:00.000Z`,
        },
      ],
      { now: () => NOW, importNames: new Map() },
    );
  const ruleIds = (knowledge: typeof names) =>
    review(type, 'acme-thing', '2026-10-01T00:00:00.000Z', knowledge).detections.map((each) => each.ruleId);

  it('of this year is asked', () => {
    expect(of('2026-05-01').looksLike(type, 'acme-thing')).toMatchObject({ state: 'known', value: [] });
    expect(ruleIds(of('2026-05-01'))).not.toContain('not-evaluated');
  });

  it('that is older than two years is an unknown with its day, held for a new name', () => {
    expect(of('2024-10-01').looksLike(type, 'acme-thing')).toMatchObject({
      state: 'unavailable',
      reason: expect.stringMatching(/the operator's\) is of 2024-10-01: too old/),
    });
    expect(ruleIds(of('2024-10-01'))).toContain('not-evaluated');
  });
});
