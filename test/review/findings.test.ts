import { describe, expect, test } from 'vitest';
import type { Detection } from '../../src/core/detection.ts';
import type { Rule } from '../../src/core/rule.ts';
import { assembleFindings } from '../../src/review/findings.ts';
import { detectionWith } from '../support/findings.ts';

function rule(id: string, change: Partial<Rule>): [string, Rule] {
  return [
    id,
    {
      id,
      family: 'code',
      shortDescription: '',
      help: '',
      level: 'error',
      confidence: 'high',
      critical: false,
      signable: true,
      cwe: [],
      requires: [],
      since: '0.1.0',
      ...change,
    },
  ];
}

const rules = new Map([
  rule('command-injection', {}),
  rule('package-not-found', { family: 'dependency', critical: true, signable: false }),
  rule('package-too-new', { family: 'dependency' }),
  rule('install-script', { family: 'dependency', level: 'warning' }),
  rule('version-too-new', { family: 'dependency', level: 'note' }),
]);
const asTold = (detection: Detection, { level }: Rule) => ({ level: detection.level ?? level });

function assemble(detections: readonly Detection[], known: Readonly<Record<string, string>> = {}) {
  return assembleFindings(detections, rules, asTold, known, []);
}

function at(path: string, tokens: readonly string[]): Detection {
  return detectionWith({ locations: [{ path, startLine: 1, endLine: 1 }], evidence: { path, tokens: [...tokens] } });
}

describe('a secret that several rules see', () => {
  const known = new Map([
    rule('secret-committed', { family: 'guardrail', cwe: [798] }),
    rule('hardcoded-secret', { cwe: [798] }),
    rule('plaintext-secret-in-config', { family: 'guardrail', cwe: [256, 798] }),
    rule('command-injection', {}),
  ]);
  const place = { locations: [{ path: 'a.ts', startLine: 3, endLine: 3 }] as const };
  const named = { ...detectionWith(place), ruleId: 'secret-committed', literal: 'f'.repeat(64) };
  const coded = {
    ...detectionWith({ ...place, evidence: { path: 'a.ts', tokens: ['x'] } }),
    ruleId: 'hardcoded-secret',
  };

  test('is one finding, led by the rule that knows its format', () => {
    const { findings } = assembleFindings([coded, named], known, asTold, {}, []);
    expect(findings.map(({ ruleId }) => ruleId)).toEqual(['secret-committed']);
    expect(findings[0]?.supporting.map(({ ruleId }) => ruleId)).toEqual(['hardcoded-secret']);
    expect(findings[0]).not.toHaveProperty('literal');
  });

  test('is signed for with everything that would hold the merge', () => {
    const alone = assembleFindings([named], known, asTold, {}, []).findings[0]?.evidenceDigest;
    expect(assembleFindings([coded, named], known, asTold, {}, []).findings[0]?.evidenceDigest).not.toBe(alone);
  });

  test('is not made quieter by the rule that leads', () => {
    const weigh = (detection: Detection) =>
      detection.ruleId === 'secret-committed' ? { level: 'note' as const } : { level: 'error' as const };
    const { findings } = assembleFindings([coded, named], known, weigh, {}, []);
    expect(findings.map(({ ruleId }) => ruleId)).toContain('hardcoded-secret');
  });

  test('swallows nothing else on its line, and nothing on other lines', () => {
    const other = { ...detectionWith(place), ruleId: 'command-injection' };
    const below = {
      ...detectionWith({ locations: [{ path: 'a.ts', startLine: 4, endLine: 4 }] }),
      ruleId: 'hardcoded-secret',
    };
    expect(assembleFindings([named, other, below], known, asTold, {}, []).findings).toHaveLength(3);
  });
});

describe('the same mistake in several places', () => {
  test('is one finding with all its places', () => {
    const { findings } = assemble([at('a.ts', ['x']), at('b.ts', ['y'])]);
    expect(findings).toHaveLength(1);
    expect(findings[0]?.replicas).toHaveLength(1);
  });

  test('is told as a pattern from three places on', () => {
    const { findings } = assemble([at('a.ts', ['x']), at('b.ts', ['y']), at('c.ts', ['z'])]);
    expect(findings[0]?.message).toMatch(/3 places/);
  });

  test('is told as a pattern over the pull requests of agents, with where it first appeared', () => {
    const elsewhere = (places: readonly number[]) =>
      places.map((count, index) => ({
        fingerprint: at('a.ts', ['x']).fingerprint,
        places: count,
        pullRequest: 12 + index,
        path: `src/${index}.ts`,
        line: 4,
      }));
    const [third] = assembleFindings([at('a.ts', ['x'])], rules, asTold, {}, elsewhere([1, 1])).findings;
    expect(third?.message).toContain(
      'replicated-pattern: the same stands in 3 places, with those of 2 other pull requests by agents, first in pull request 12 (src/0.ts:4).',
    );
    const weak = { ...at('a.ts', ['x']), level: 'warning' as const };
    expect(assembleFindings([weak], rules, asTold, {}, elsewhere([1, 1])).findings[0]?.level).toBe('error');
    expect(assembleFindings([weak], rules, asTold, {}, elsewhere([1])).findings[0]).toMatchObject({
      level: 'warning',
      message: weak.message,
    });
  });

  test('is no pattern where the shape is another, or where it was there before', () => {
    const other = { fingerprint: 'another', places: 9, pullRequest: 3, path: 'b.ts', line: 1 };
    const own = { ...other, fingerprint: at('a.ts', ['x']).fingerprint };
    expect(assembleFindings([at('a.ts', ['x'])], rules, asTold, {}, [other]).findings[0]?.message).not.toMatch(
      /pattern/,
    );
    const old = { ...at('a.ts', ['x']), preExisting: true };
    expect(assembleFindings([old], rules, asTold, {}, [own]).findings[0]?.message).not.toMatch(/pattern/);
  });

  test('keeps the pattern in a message that is too long for both', () => {
    const long = { ...at('a.ts', ['x']), message: 'x'.repeat(300) };
    const shape = { fingerprint: long.fingerprint, places: 5, pullRequest: 7, path: 'p/'.repeat(90), line: 1 };
    const message = assembleFindings([long], rules, asTold, {}, [shape]).findings[0]?.message ?? '';
    expect(message).toMatch(
      /x… replicated-pattern: the same stands in 6 places, with those of another pull request .* first in pull request 7 /,
    );
    expect(message.length).toBeLessThanOrEqual(300);
  });

  test('has its second copy signed for separately, also in the very same words', () => {
    const { findings } = assemble([at('a.ts', ['x']), at('a.ts', ['x'])]);
    expect(findings[0]?.replicas[0]?.evidenceDigest).not.toBe(findings[0]?.evidenceDigest);
  });
});

describe('one package version', () => {
  const purl = 'pkg:npm/left-pat@1.0.0';
  const all = (ids: readonly string[]) =>
    ids.map((ruleId) => detectionWith({ ruleId, purl, fingerprint: ruleId, evidence: { purl, ruleId } }));

  test('is one finding, led by the most severe rule', () => {
    const { findings } = assemble(all(['version-too-new', 'install-script', 'package-too-new']));
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      ruleId: 'package-too-new',
      supporting: [{ ruleId: 'install-script' }, { ruleId: 'version-too-new' }],
    });
  });

  test('cannot be signed where one of its rules cannot', () => {
    const { findings } = assemble(all(['package-too-new', 'package-not-found']));
    expect(findings[0]).toMatchObject({ ruleId: 'package-not-found', signable: false, critical: true });
  });

  test('keeps its digest when a note comes or goes, and changes it when an error does', () => {
    const digest = (ids: readonly string[]) => assemble(all(ids)).findings[0]?.evidenceDigest;
    expect(digest(['package-too-new', 'version-too-new'])).toBe(digest(['package-too-new']));
    expect(digest(['package-too-new', 'package-not-found'])).not.toBe(digest(['package-not-found']));
  });
});

describe('handles', () => {
  test('stay with their evidence and are never used twice', () => {
    const first = assemble([at('a.ts', ['x'])]);
    expect(first.findings[0]?.handle).toBe('F1');
    const other = detectionWith({ fingerprint: 'shape-2', evidence: { path: 'b.ts', tokens: ['new'] } });
    const second = assemble([other], first.handles);
    expect(second.findings[0]?.handle).toBe('F2');
    const third = assemble([at('a.ts', ['x']), other], second.handles);
    expect(third.findings.map((each) => each.handle).sort()).toEqual(['F1', 'F2']);
  });
});

test('a finding of a rule that nobody registered is a bug, not a silence', () => {
  expect(() => assemble([detectionWith({ ruleId: 'unheard-of' })])).toThrow(/unheard-of/);
});

describe('one finding a package version', () => {
  const purl = 'pkg:npm/twin@1.0.0';
  const known = new Map([
    rule('package-too-new', { family: 'dependency' }),
    rule('dependency-confusion', { family: 'dependency', critical: true }),
  ]);
  const tooNew = detectionWith({ ruleId: 'package-too-new', purl, evidence: { age: 1 } });
  const confusion = detectionWith({ ruleId: 'dependency-confusion', purl, evidence: { scope: '@acme' } });

  test('is led by what holds the merge, not by a critical rule in doubt', () => {
    const doubted = { ...confusion, confidence: 'medium' as const };
    const { findings } = assembleFindings([doubted, tooNew], known, asTold, {}, []);
    expect(findings[0]).toMatchObject({ ruleId: 'package-too-new', confidence: 'high', critical: true });
  });

  test('is not hidden by an exception for another rule of the same package', () => {
    const excepted = (detection: Detection, { level }: Rule) =>
      ({ level: detection.ruleId === 'dependency-confusion' ? 'note' : level }) as const;
    const { findings } = assembleFindings([confusion, tooNew], known, excepted, {}, []);
    expect(findings[0]).toMatchObject({ ruleId: 'package-too-new', level: 'error' });
  });

  test('is led by a warning that policy has hold the merge, before an error that holds nothing', () => {
    const weigh = (detection: Detection) =>
      detection.ruleId === 'package-too-new'
        ? ({ level: 'warning', holds: true } as const)
        : ({ level: 'error', holds: false } as const);
    const { findings } = assembleFindings([confusion, tooNew], known, weigh, {}, []);
    expect(findings[0]).toMatchObject({ ruleId: 'package-too-new', level: 'warning' });
  });
});
