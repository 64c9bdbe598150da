import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Unknown } from '../../src/core/finding.ts';
import { decide } from '../../src/policy/decide.ts';
import { renderCheckRun } from '../../src/report/check-run.ts';
import { renderComment } from '../../src/report/comment.ts';
import { byteLength } from '../../src/report/markdown.ts';
import { HIDDEN, hostileText, REFERENCE, read } from './hostile.ts';
import { extra, finding, pendingSignOff, report, verdict } from './sample.ts';

const unknown: Unknown = {
  fact: 'firstPublishedAt',
  subject: 'pkg:npm/left-pad',
  source: 'npm',
  reason: 'answered 503',
  transient: true,
  ruleIds: ['package-too-new'],
  advisory: false,
};

function titleOf(...parts: Parameters<typeof renderCheckRun>): string {
  return renderCheckRun(...parts).output.title;
}

describe('the title of the check', () => {
  const f1 = finding({});
  const dead = finding({ handle: 'F2', ruleId: 'package-not-found', signable: false, critical: true });

  it('follows the table of verdicts', () => {
    const blocked = { result: 'blocked', conclusion: 'action_required' } as const;
    expect(titleOf(report({}), verdict({}), extra({}))).toBe('Nothing to sign');
    expect(titleOf(report({ findings: [f1] }), verdict({ ...blocked, open: ['F1'] }), extra({}))).toBe(
      'Blocked: 1 finding to sign or fix',
    );
    expect(
      titleOf(
        report({ findings: [f1, dead] }),
        verdict({ result: 'blocked', conclusion: 'failure', open: ['F1', 'F2'] }),
        extra({}),
      ),
    ).toBe('Blocked: 1 finding that nobody can sign, 1 more to sign or fix');
    const refused = verdict({ ...blocked, refusals: [{ signOffId: 's', signer: 'mona', reason: 'no' }] });
    expect(titleOf(report({}), refused, extra({}))).toBe('Blocked: refused by mona');
    const signed = verdict({ signed: [{ handle: 'F1', signOffId: 's', signer: 'mona', reason: 'fine' }] });
    expect(titleOf(report({ findings: [f1] }), signed, extra({}))).toBe('1 finding signed by mona');
  });

  it('names the unknowns, alone and beside findings', () => {
    const inconclusive = verdict({ result: 'inconclusive', conclusion: 'action_required', unknowns: [unknown] });
    expect(titleOf(report({}), inconclusive, extra({}))).toBe('Could not evaluate npm/left-pad (npm)');
    const both = verdict({ result: 'blocked', conclusion: 'action_required', open: ['F1'], unknowns: [unknown] });
    expect(titleOf(report({ findings: [f1] }), both, extra({}))).toBe(
      'Blocked: 1 finding to sign or fix; could not evaluate npm/left-pad (npm)',
    );
  });

  it('never reads as green for a verdict that is not, whatever it lists', () => {
    const odd = verdict({ result: 'inconclusive', conclusion: 'action_required' });
    expect(titleOf(report({}), odd, extra({}))).toMatch(/^Could not evaluate/);
    expect(titleOf(report({}), verdict({}), extra({ siblings: [{ number: 12, reason: 'is held' }] }))).toBe(
      'Held by pull request 12 of the same commit',
    );
    expect(
      titleOf(
        report({ findings: [f1] }),
        verdict({ result: 'blocked', conclusion: 'action_required', open: ['F1'] }),
        extra({ observe: true }),
      ),
    ).toMatch(/^Observing, would not pass: Blocked/);
  });

  it('an advisory unknown is told, and not in the title', () => {
    const { output } = renderCheckRun(report({}), verdict({ unknowns: [{ ...unknown, advisory: true }] }), extra({}));
    expect(output.title).toBe('Nothing to sign');
    expect(output.summary).toContain('Not checked');
  });
});

describe('title, comment and verdict', () => {
  it('agree for every verdict that can be decided: only a pass reads like one', () => {
    const someFinding = fc.record({
      level: fc.constantFrom('error' as const, 'warning' as const, 'note' as const),
      critical: fc.boolean(),
      signable: fc.boolean(),
      preExisting: fc.boolean(),
    });
    const someUnknown = fc.record({ transient: fc.constant(true), advisory: fc.boolean() });
    fc.assert(
      fc.property(
        fc.array(someFinding, { maxLength: 4 }),
        fc.array(someUnknown, { maxLength: 3 }),
        fc.boolean(),
        fc.boolean(),
        (marks, unknowns, refused, signed) => {
          const findings = marks.map((mark, index) =>
            finding({ ...mark, handle: `F${index + 1}`, evidenceDigest: `d${index}` }),
          );
          const all = findings.map(({ handle, ruleId, evidenceDigest }) => ({
            handle,
            ruleId,
            evidenceDigests: [evidenceDigest],
          }));
          const base = { state: 'effective' as const, expiresAt: '2027-01-01T00:00:00Z' };
          const signOffs = [
            ...(signed ? [pendingSignOff({ ...base, items: all })] : []),
            ...(refused ? [pendingSignOff({ ...base, id: 's2', kind: 'refuse', items: all })] : []),
          ];
          const told = decide(
            findings,
            unknowns.map((each) => ({ ...unknown, ...each })),
            signOffs,
            {
              blocks: ({ level, preExisting }) => level === 'error' && !preExisting,
              signersNeeded: () => 1,
              interestedIds: new Set(),
              headSha: null,
              now: Date.parse('2026-11-20T10:00:00Z'),
            },
          );
          const facts = report({ findings });
          const { output } = renderCheckRun(facts, told, extra({}));
          const comment = renderComment(facts, told, extra({}));
          const bad = /^(?:Blocked|Could not evaluate)/.test(output.title);
          expect(bad, output.title).toBe(told.result !== 'pass');
          expect(comment.includes(output.title.split(/[:(]/)[0] ?? ''), comment).toBe(true);
          expect(/Countersign: /.test(comment) && told.result !== 'pass', comment).toBe(false);
          for (const handle of told.open) {
            expect(output.summary).toContain(`**${handle}**`);
            expect(comment).toContain(`**${handle}**`);
          }
        },
      ),
      { numRuns: 500, seed: 31 },
    );
  });
});

describe('the summary', () => {
  const blocked = verdict({ result: 'blocked', conclusion: 'action_required', open: ['F1'] });

  it('holds command, report code, ledger head and who is about to sign what', () => {
    const { output, actions } = renderCheckRun(
      report({ findings: [finding({})] }),
      blocked,
      extra({ pending: [pendingSignOff({})] }),
    );
    expect(output.summary).toContain('`/countersign sign F1 r-7k2m9qx4 <reason>`');
    expect(output.summary).toContain('e'.repeat(64));
    expect(output.summary).toContain('**mona** is about to sign F1 (command-injection)');
    expect(output.summary).toContain('10:15 UTC');
    expect(actions).toEqual([
      { label: 'Confirm mona', description: 'Only mona: sign F1', identifier: 'confirm:k3j9x2m4' },
    ]);
  });

  it('says how much is left out where the page is full, and keeps the ledger head', () => {
    const many = Array.from({ length: 2000 }, (_, n) => finding({ handle: `F${n + 1}`, message: 'ä'.repeat(300) }));
    const { output, annotations } = renderCheckRun(
      report({ findings: many }),
      verdict({ ...blocked, open: many.map(({ handle }) => handle) }),
      extra({}),
    );
    expect(byteLength(output.summary)).toBeLessThanOrEqual(65_535);
    expect(byteLength(output.text ?? '')).toBeLessThanOrEqual(65_535);
    const kept = output.summary.match(/^- \*\*F/gm)?.length ?? 0;
    expect(output.summary).toContain(`${2000 - kept} further entries are left out`);
    expect(output.summary).toContain('e'.repeat(64));
    expect(annotations.length).toBe(500);
    expect(output.text).toContain('1500 places have no annotation');
  });
});

describe('annotations', () => {
  it('stand at every place of a finding, with remediation, and not for notes or what was there before', () => {
    const place = (line: number) => [{ path: 'src/deploy.ts', startLine: line, endLine: line }] as const;
    const group = finding({ replicas: [30, 40].map((line) => ({ locations: [...place(line)], evidenceDigest: 'x' })) });
    const others = [
      finding({ handle: 'F2', level: 'warning' }),
      finding({ handle: 'F3', level: 'note' }),
      finding({ handle: 'F4', preExisting: true }),
      finding({ handle: 'F5' }),
    ];
    const told = verdict({
      result: 'blocked',
      conclusion: 'action_required',
      open: ['F1'],
      shown: ['F2', 'F3', 'F4'],
      signed: [{ handle: 'F5', signOffId: 's', signer: 'mona', reason: 'fine' }],
    });
    const { annotations } = renderCheckRun(report({ findings: [group, ...others] }), told, extra({}));
    expect(annotations.map(({ title, startLine, level }) => `${title} ${startLine} ${level}`)).toEqual([
      'F1 command-injection 12 failure',
      'F1 command-injection 30 failure',
      'F1 command-injection 40 failure',
      'F2 command-injection 12 warning',
      'F5 command-injection 12 notice',
    ]);
    expect(annotations[0]?.message).toContain('Pass the arguments as a list');
    expect(annotations[0]?.rawDetails).toContain('src/deploy.ts:9');
    expect(annotations[0]).toMatchObject({ startColumn: 3, endColumn: 20 });
    expect(annotations[4]?.message).toContain('Signed by mona');
  });

  it('give no columns over several lines, and point at the head for what was removed', () => {
    const spread = finding({ locations: [{ path: 'a', startLine: 3, endLine: 5, startColumn: 1, endColumn: 2 }] });
    const removed = finding({ handle: 'F2', locations: [{ path: 'b', startLine: 90, endLine: 92, side: 'base' }] });
    const told = verdict({ result: 'blocked', conclusion: 'action_required', open: ['F1', 'F2'] });
    const { annotations } = renderCheckRun(report({ findings: [spread, removed] }), told, extra({}));
    expect(annotations[0]).not.toHaveProperty('startColumn');
    expect(annotations[1]).toMatchObject({ startLine: 1, endLine: 1 });
    expect(annotations[1]?.message).toContain('Line 90 of the base');
  });
});

describe('buttons', () => {
  it('are three at most, oldest first, one nonce each, within GitHub’s limits', () => {
    const pending = ['d', 'a', 'c', 'b'].map((name, index) =>
      pendingSignOff({
        id: name,
        nonce: `nonce${index}abcdef`,
        signer: { id: index, login: `${name}${'x'.repeat(38)}` },
        createdAt: `2026-11-20T10:0${'dacb'.indexOf(name)}:00Z`,
        items: Array.from({ length: 30 }, (_, n) => ({ handle: `F${n}`, ruleId: 'r', evidenceDigests: ['x'] })),
      }),
    );
    const done = pendingSignOff({ id: 'z', state: 'effective', createdAt: '2026-11-19T00:00:00Z' });
    const { actions } = renderCheckRun(report({}), verdict({}), extra({ pending: [...pending, done] }));
    expect(actions.map(({ identifier }) => identifier)).toEqual([
      'confirm:nonce0abcdef',
      'confirm:nonce1abcdef',
      'confirm:nonce2abcdef',
    ]);
    for (const { label, description, identifier } of actions) {
      expect(label.length).toBeLessThanOrEqual(20);
      expect(description.length).toBeLessThanOrEqual(40);
      expect(identifier.length).toBeLessThanOrEqual(20);
    }
    expect(() =>
      renderCheckRun(report({}), verdict({}), extra({ pending: [pendingSignOff({ nonce: 'x'.repeat(13) })] })),
    ).toThrow('nonce');
  });
});

describe('hostile content', () => {
  it('is text everywhere in the check', () => {
    fc.assert(
      fc.property(hostileText, hostileText, hostileText, (name, message, reason) => {
        const bad = finding({
          message,
          remediation: message,
          locations: [{ path: name, startLine: 1, endLine: 1, message }],
          supporting: [{ ruleId: 'x', level: 'note', message }],
        });
        const told = verdict({
          result: 'blocked',
          conclusion: 'action_required',
          open: ['F1'],
          signed: [{ handle: 'F1', signOffId: 's', signer: name, reason }],
          refusals: [{ signOffId: 's', signer: name, reason }],
          unknowns: [{ ...unknown, subject: name, source: name, reason }],
        });
        const facts = report({
          findings: [bad],
          unread: [{ path: name, reason, transient: false }],
          notes: [reason],
          attribution: {
            agent: null,
            class: 'human',
            tier: 'none',
            requester: name,
            evidence: [{ agent: null, tier: 'none', where: 'body', value: message }],
          },
        });
        const rendered = renderCheckRun(
          facts,
          told,
          extra({
            pending: [pendingSignOff({ signer: { id: 1, login: name }, reason })],
            policyNotes: [reason],
            commentUrl: null,
          }),
        );
        for (const markdown of [rendered.output.summary, rendered.output.text ?? '']) {
          const seen = read(markdown);
          expect(
            seen.active.filter((type) => /link|image|html|fence|code_block|blockquote/.test(type)),
            markdown,
          ).toEqual([]);
          expect(seen.text.replaceAll('r-7k2m9qx4', ''), markdown).not.toMatch(REFERENCE);
          expect(markdown).not.toMatch(HIDDEN);
        }
        for (const { title, message: said } of rendered.annotations) expect(title + said).not.toMatch(HIDDEN);
        for (const { label, description } of rendered.actions) expect(label + description).not.toMatch(HIDDEN);
      }),
      { numRuns: 800, seed: 21 },
    );
  });
});
