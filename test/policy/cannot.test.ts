import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attribute } from '../../src/agents/attribute.ts';
import type { AuthorClass } from '../../src/core/attribution.ts';
import type { Finding, Unknown } from '../../src/core/finding.ts';
import type { Rule } from '../../src/core/rule.ts';
import { applyPolicy } from '../../src/policy/apply.ts';
import { maySign } from '../../src/policy/authorise.ts';
import { decide } from '../../src/policy/decide.ts';
import { resolvePolicy } from '../../src/policy/resolve.ts';
import { PolicyFile } from '../../src/policy/schema.ts';
import { stricterOf } from '../../src/policy/stricter.ts';
import { finding } from '../report/sample.ts';
import { fields, policyText } from './files.ts';

const NOW = Date.parse('2026-11-20T10:00:00Z');
const CLASSES: readonly AuthorClass[] = ['agent', 'review-bot', 'dependency-bot', 'bot', 'human'];
const AUTHORS = CLASSES.flatMap((each) => [
  { class: each, agent: null },
  { class: each, agent: 'copilot' },
]);

function ruleOf({ ruleId, critical, level, confidence, signable }: Finding): Rule {
  return {
    id: ruleId,
    family: 'guardrail',
    shortDescription: ruleId,
    help: '',
    level,
    confidence,
    critical,
    signable,
    cwe: [],
    requires: [],
    since: '0.1.0',
  };
}

const policyChanged = finding({
  ruleId: 'policy-changed',
  critical: true,
  locations: [{ path: '.github/countersign.yml', startLine: 1, endLine: 1 }],
});
const notEvaluated = finding({ handle: 'F2', ruleId: 'not-evaluated' });

describe('whatever a policy says', () => {
  it('the test tries every field there is', () => {
    expect(Object.keys(fields).sort()).toEqual(Object.keys(PolicyFile.shape).sort());
  });

  const layers = fc.record({
    organisation: fc.option(policyText.map((text) => ({ text, label: 'acme/.github' }))),
    repository: fc.option(policyText.map((text) => ({ text, label: '.github/countersign.yml' }))),
    base: fc.option(policyText.map((text) => ({ text, label: 'release: .github/countersign.yml' }))),
  });

  it('the files are valid: nothing below passes because they were thrown away', () => {
    fc.assert(
      fc.property(layers, (each) => resolvePolicy(each).problems.length === 0),
      { numRuns: 300, seed: 1 },
    );
  });

  it('a change of the policy holds every merge, at full weight, and takes an admin and presence', () => {
    fc.assert(
      fc.property(layers, (each) => {
        const { policy, notes } = resolvePolicy(each);
        const applied = applyPolicy(policy, notes, NOW);
        expect(applied.weigh(policyChanged, ruleOf(policyChanged))).toEqual({ level: 'error' });
        expect(applied.rankFor(policyChanged)).toBe('admin');
        for (const path of [
          '.github/countersign.yml',
          '.github/countersign.yaml',
          '.GitHub/Countersign.yml',
          '.github',
        ]) {
          expect(applied.excluded(path), path).toBe(false);
        }
        for (const author of AUTHORS) {
          expect(applied.blocks(policyChanged, author)).toBe(true);
          expect(applied.couldBlock(ruleOf(policyChanged), author)).toBe(true);
          expect(applied.presenceRelaxed(policyChanged, author)).toBe(false);
        }
      }),
      { numRuns: 400, seed: 2 },
    );
  });

  it('what is unknown does not pass: not-evaluated holds, and a missing fact leaves the verdict open', () => {
    const unknown: Unknown = {
      fact: 'advisories',
      subject: 'pkg:npm/a',
      source: 'osv',
      reason: 'answered 503',
      transient: true,
      ruleIds: ['not-evaluated'],
      advisory: false,
    };
    fc.assert(
      fc.property(layers, (each) => {
        const { policy, notes } = resolvePolicy(each);
        const applied = applyPolicy(policy, notes, NOW);
        expect(applied.weigh(notEvaluated, ruleOf(notEvaluated))).toEqual({ level: 'error' });
        for (const author of AUTHORS) {
          expect(applied.blocks(notEvaluated, author)).toBe(true);
          expect(applied.couldBlock(ruleOf(notEvaluated), author)).toBe(true);
          expect(applied.presenceRelaxed(notEvaluated, author)).toBe(false);
          const settings = {
            blocks: (one: Finding) => applied.blocks(one, author),
            signersNeeded: applied.signersNeeded,
            interestedIds: new Set<number>(),
            headSha: null,
            now: NOW,
          };
          expect(decide([], [unknown], [], settings).result).toBe('inconclusive');
          expect(decide([notEvaluated], [], [], settings).result).toBe('blocked');
        }
      }),
      { numRuns: 300, seed: 3 },
    );
  });

  it('nothing that cannot be signed is excepted away, and known agents stay agents', () => {
    const malware = finding({
      ruleId: 'known-malware',
      critical: true,
      signable: false,
      locations: [{ path: 'src/package.json', startLine: 1, endLine: 1 }],
    });
    fc.assert(
      fc.property(layers, (each) => {
        const { policy, notes } = resolvePolicy(each);
        const applied = applyPolicy({ ...policy, rules: {} }, notes, NOW);
        expect(applied.weigh(malware, ruleOf(malware))).toEqual({ level: 'error' });
        const copilot = attribute({ author: { id: 198982749, login: 'Copilot', type: 'Bot' } }, policy.identities);
        expect(copilot).toMatchObject({ agent: 'copilot', class: 'agent', tier: 'verified' });
      }),
      { numRuns: 300, seed: 4 },
    );
  });

  it('no bot, agent or App signs, however high its rank', () => {
    const bot = { id: 198982749, login: 'Copilot', type: 'Bot' };
    const person = { id: 1001, login: 'mona', type: 'User' };
    fc.assert(
      fc.property(layers, fc.constantFrom('write' as const, 'admin' as const), (each, rank) => {
        const { policy } = resolvePolicy(each);
        const asker = {
          permission: { account: bot, rank, roleName: 'bot' },
          viaApp: false,
          agent: false,
          named: true,
          inNamedTeam: true,
        };
        const rules = { rank: policy.signers.rank };
        expect(maySign(asker, rules).state).toBe('refused');
        expect(
          maySign({ ...asker, permission: { account: person, rank, roleName: null }, agent: true }, rules).state,
        ).toBe('refused');
        expect(
          maySign({ ...asker, permission: { account: person, rank, roleName: null }, viaApp: true }, rules).state,
        ).toBe('refused');
      }),
      { numRuns: 200, seed: 5 },
    );
  });
});

describe('the stricter of two policies', () => {
  it('is no laxer than its floor, for any finding', () => {
    const findings = ['package-too-new', 'command-injection', 'looks-like'].flatMap((ruleId) =>
      (['error', 'warning'] as const).flatMap((level) =>
        (['high', 'medium', 'low'] as const).map((confidence) => finding({ ruleId, level, confidence })),
      ),
    );
    fc.assert(
      fc.property(policyText, policyText, (one, two) => {
        const read = (text: string) =>
          resolvePolicy({ organisation: null, repository: { text, label: 'x' }, base: null }).policy;
        const [floor, both] = [read(one), stricterOf(read(one), read(two))];
        const [before, after] = [applyPolicy(floor, [], NOW), applyPolicy(both, [], NOW)];
        const ranks = ['none', 'read', 'triage', 'write', 'maintain', 'admin'];
        for (const each of findings) {
          const weighed = (applied: typeof before) => {
            const level = applied.weigh(each, ruleOf(each));
            return level === 'off' ? null : { ...each, level: level.level };
          };
          const [was, is] = [weighed(before), weighed(after)];
          for (const author of AUTHORS) {
            if (was !== null && before.blocks(was, author)) expect(is !== null && after.blocks(is, author)).toBe(true);
            if (after.presenceRelaxed(each, author)) expect(before.presenceRelaxed(each, author)).toBe(true);
          }
          expect(ranks.indexOf(after.rankFor(each))).toBeGreaterThanOrEqual(ranks.indexOf(before.rankFor(each)));
          expect(after.signersNeeded(each)).toBeGreaterThanOrEqual(before.signersNeeded(each));
        }
        for (const path of ['docs/a.md', 'test/fixtures/x', '.github/x.yml', 'a/b.yml']) {
          if (after.excluded(path)) expect(before.excluded(path)).toBe(true);
        }
        expect(after.signOffDays).toBeLessThanOrEqual(before.signOffDays);
      }),
      { numRuns: 400, seed: 6 },
    );
  });
});
