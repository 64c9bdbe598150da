import { describe, expect, it } from 'vitest';
import type { AuthorClass } from '../../src/core/attribution.ts';
import type { Finding } from '../../src/core/finding.ts';
import { DEFAULT_POLICY, type Policy } from '../../src/core/policy.ts';
import type { Confidence, Level, Rule } from '../../src/core/rule.ts';
import { applyPolicy } from '../../src/policy/apply.ts';
import { exceptionFor } from '../../src/policy/exceptions.ts';
import { finding } from '../report/sample.ts';

const NOW = Date.parse('2026-11-20T10:00:00Z');
const RULE: Rule = {
  id: 'command-injection',
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
};

function applied(changes: Partial<Policy>) {
  return applyPolicy({ ...DEFAULT_POLICY, ...changes }, [], NOW);
}

function by(authorClass: AuthorClass, agent: string | null) {
  return { class: authorClass, agent };
}

describe('what holds a merge', () => {
  const levels: readonly Level[] = ['error', 'warning', 'note'];
  const confidences: readonly Confidence[] = ['high', 'medium', 'low'];
  const held = (policy: ReturnType<typeof applied>, author: ReturnType<typeof by>, changes: Partial<Finding>) =>
    levels.flatMap((level) =>
      confidences
        .filter((confidence) => policy.blocks(finding({ level, confidence, ...changes }), author))
        .map((confidence) => `${level} ${confidence}`),
    );

  it('by default: errors of high confidence, for agents of medium too', () => {
    const policy = applied({});
    expect(held(policy, by('human', null), {})).toEqual(['error high']);
    expect(held(policy, by('dependency-bot', null), {})).toEqual(['error high']);
    expect(held(policy, by('agent', 'copilot'), {})).toEqual(['error high', 'error medium']);
    expect(held(policy, by('agent', null), { preExisting: true })).toEqual([]);
  });

  it('at critical scrutiny: what is critical, cannot be signed, or was not evaluated', () => {
    const classes = { ...DEFAULT_POLICY.appliesTo.classes, human: 'critical' as const };
    const policy = applied({ appliesTo: { classes, agents: {} } });
    expect(held(policy, by('human', null), {})).toEqual([]);
    expect(held(policy, by('human', null), { critical: true })).toEqual(['error high']);
    expect(held(policy, by('human', null), { signable: false })).toEqual(['error high']);
    expect(held(policy, by('human', null), { ruleId: 'not-evaluated' })).toEqual(['error high']);
    expect(
      policy.blocks(finding({ ruleId: 'policy-changed', level: 'note', confidence: 'low' }), by('human', null)),
    ).toBe(true);
  });

  it('an agent’s own setting raises its class and never lowers it', () => {
    const classes = { ...DEFAULT_POLICY.appliesTo.classes, agent: 'standard' as const };
    const policy = applied({ appliesTo: { classes, agents: { copilot: 'strict', claude: 'critical' } } });
    expect(held(policy, by('agent', 'copilot'), {})).toEqual(['error high', 'error medium']);
    expect(held(policy, by('agent', 'claude'), {})).toEqual(['error high']);
    expect(held(policy, by('agent', 'codex'), {})).toEqual(['error high']);
  });

  it('a rule’s own list of confidences counts for everyone, above notes', () => {
    const policy = applied({ rules: { 'command-injection': { blocks: ['medium'] } } });
    expect(held(policy, by('human', null), {})).toEqual(['error medium', 'warning medium']);
    expect(held(applied({ rules: { 'command-injection': { blocks: [] } } }), by('agent', null), {})).toEqual([]);
  });

  it('an unknown matters where an ordinary finding of the rule would hold', () => {
    const could = (changes: Partial<Policy>, rule: Partial<Rule>, author = by('human', null)) =>
      applied(changes).couldBlock({ ...RULE, ...rule }, author);
    expect(could({}, {})).toBe(true);
    expect(could({}, { level: 'warning' })).toBe(false);
    expect(could({}, { confidence: 'medium' })).toBe(false);
    expect(could({}, { confidence: 'medium' }, by('agent', null))).toBe(true);
    expect(could({ rules: { 'command-injection': { level: 'off' } } }, {})).toBe(false);
    expect(could({ rules: { 'command-injection': { level: 'error' } } }, { level: 'warning' })).toBe(true);
    expect(could({ rules: { 'command-injection': { blocks: ['high'] } } }, { level: 'warning' })).toBe(true);
  });
});

describe('levels', () => {
  const weighed = (level: Policy['rules'][string]['level'], own: Level | undefined) =>
    applied(level === undefined ? {} : { rules: { 'command-injection': { level } } }).weigh(
      { ...finding({}), ...(own === undefined ? {} : { level: own }) },
      RULE,
    );

  it('a setting is for the ordinary finding; weaker evidence is not lifted by it', () => {
    expect(weighed(undefined, undefined)).toEqual({ level: 'error' });
    expect(weighed('warning', 'error')).toEqual({ level: 'warning' });
    expect(weighed('error', 'note')).toEqual({ level: 'note' });
    expect(weighed('note', 'warning')).toEqual({ level: 'note' });
    expect(weighed('off', 'error')).toBe('off');
  });
});

describe('exceptions', () => {
  const exception = { rule: 'package-too-new', reason: 'ours', expires: '2026-12-31', owner: 'mona' };
  const detection = (purl: string) => finding({ ruleId: 'package-too-new', purl });
  const covers = (named: string, purl: string) =>
    exceptionFor([{ ...exception, package: named }], detection(purl), NOW) !== null;

  it('cover a package in a range, and nothing that only looks like it', () => {
    expect(covers('npm:@acme/cache@^1.0.0', 'pkg:npm/%40acme/cache@1.4.0')).toBe(true);
    expect(covers('npm:@acme/cache@^1.0.0', 'pkg:npm/%40acme/cache@2.0.0')).toBe(false);
    expect(covers('npm:@acme/cache@^1.0.0', 'pkg:npm/%40acme/cache')).toBe(false);
    expect(covers('npm:@acme/cache', 'pkg:npm/%40acme/cache@2.0.0')).toBe(true);
    expect(covers('npm:@acme/cache', 'pkg:npm/%40acme/cache-x@2.0.0')).toBe(false);
    expect(covers('npm:cache', 'pkg:npm/%40acme/cache@2.0.0')).toBe(false);
    expect(covers('npm:cache', 'pkg:pypi/cache@2.0.0')).toBe(false);
    expect(covers('maven:org.acme:cache', 'pkg:maven/org.acme/cache@2.0.0')).toBe(true);
    expect(covers('pypi:cache@2.0', 'pkg:pypi/cache@2.0')).toBe(true);
  });

  it('cover a path only where every place of the finding lies in it', () => {
    const inDocs = [{ ...exception, path: 'docs/**' }];
    const place = (path: string) => ({ path, startLine: 1, endLine: 1 });
    const at = (...paths: [string, ...string[]]) => {
      const [first, ...rest] = paths;
      return (
        exceptionFor(
          inDocs,
          finding({ ruleId: 'package-too-new', locations: [place(first), ...rest.map(place)] }),
          NOW,
        ) !== null
      );
    };
    expect(at('docs/a.md')).toBe(true);
    expect(at('docs/.hidden/a.md')).toBe(true);
    expect(at('src/docs/a.md')).toBe(false);
    expect(at('docs/a.md', 'src/b.ts')).toBe(false);
  });

  it('make a note, for other rules and after their end nothing', () => {
    const policy = applied({ exceptions: [{ ...exception, path: 'src/**' }] });
    const rule = { ...RULE, id: 'package-too-new' };
    expect(policy.weigh(finding({ ruleId: 'package-too-new' }), rule)).toEqual({ level: 'note' });
    expect(policy.weigh(finding({}), RULE)).toEqual({ level: 'error' });
    expect(policy.weigh(finding({ ruleId: 'package-too-new', signable: false }), rule)).toEqual({ level: 'error' });
    const late = applyPolicy(
      { ...DEFAULT_POLICY, exceptions: [{ ...exception, path: 'src/**' }] },
      [],
      Date.parse('2027-01-01T00:00:00Z'),
    );
    expect(late.weigh(finding({ ruleId: 'package-too-new' }), rule)).toEqual({ level: 'error' });
  });
});

describe('the next end of an exception', () => {
  const exception = {
    rule: 'package-too-new',
    package: 'npm:cache',
    reason: 'ours',
    expires: '2026-12-31',
    owner: 'mona',
  };
  const found = finding({ ruleId: 'package-too-new', purl: 'pkg:npm/cache@1.0.0' });

  it('is the first moment at which the earliest one that still holds is over', () => {
    const exceptions = [exception, { ...exception, expires: '2026-11-25' }, { ...exception, expires: '2026-11-01' }];
    const { exceptionsEnd } = applied({ exceptions });
    expect(exceptionsEnd).toBe('2026-11-26T00:00:00.000Z');
    expect(exceptionFor(exceptions.slice(1), found, Date.parse(`${exceptionsEnd}`) - 1)).not.toBeNull();
    expect(exceptionFor(exceptions.slice(1), found, Date.parse(`${exceptionsEnd}`))).toBeNull();
  });

  it('is none where none holds', () => {
    expect(applied({ exceptions: [{ ...exception, expires: '2026-11-01' }] }).exceptionsEnd).toBeNull();
  });
});

describe('who signs', () => {
  it('takes the rank of the rule, never less than the general one, and an admin for the policy', () => {
    const policy = applied({
      signers: {
        ...DEFAULT_POLICY.signers,
        rank: 'maintain',
        ruleRanks: { 'command-injection': 'admin', 'looks-like': 'write' },
      },
    });
    expect(policy.rankFor(finding({}))).toBe('admin');
    expect(policy.rankFor(finding({ ruleId: 'looks-like' }))).toBe('maintain');
    expect(policy.rankFor(finding({ ruleId: 'other' }))).toBe('maintain');
    expect(applied({}).rankFor(finding({ ruleId: 'policy-changed' }))).toBe('admin');
  });

  it('takes two people where the policy says so', () => {
    const policy = applied({ signers: { ...DEFAULT_POLICY.signers, twoPerson: ['critical', 'looks-like'] } });
    expect(policy.signersNeeded(finding({}))).toBe(1);
    expect(policy.signersNeeded(finding({ critical: true }))).toBe(2);
    expect(policy.signersNeeded(finding({ ruleId: 'looks-like' }))).toBe(2);
  });

  it('relaxes presence for named rules and classes only, and never for what is critical', () => {
    const policy = applied({
      presence: { relaxedRules: ['command-injection', 'not-evaluated'], relaxedClasses: ['human'] },
    });
    expect(policy.presenceRelaxed(finding({}), by('human', null))).toBe(true);
    expect(policy.presenceRelaxed(finding({}), by('agent', null))).toBe(false);
    expect(policy.presenceRelaxed(finding({ critical: true }), by('human', null))).toBe(false);
    expect(policy.presenceRelaxed(finding({ ruleId: 'not-evaluated' }), by('human', null))).toBe(false);
    expect(policy.presenceRelaxed(finding({ ruleId: 'other' }), by('human', null))).toBe(false);
  });
});
