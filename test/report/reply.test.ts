import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REPLY_MARKER, type Refusal, type Reply, renderReply } from '../../src/report/reply.ts';
import { HIDDEN, hostileText, REFERENCE, read } from './hostile.ts';
import { finding, pendingSignOff, report, verdict } from './sample.ts';

/** One of each kind of reply, and of each refusal, with texts of others' making in every place. */
function everyReply(text: string): readonly Reply[] {
  const { items } = pendingSignOff({ items: [{ handle: text, ruleId: text, evidenceDigests: ['a', 'b'] }] });
  const refusals: readonly Refusal[] = [
    { rule: 'wrong-code', given: text, current: 'r-7k2m9qx4' },
    { rule: 'no-report' },
    { rule: 'unknown-handle', given: [text], open: ['F1'] },
    { rule: 'nothing-open' },
    { rule: 'not-open', handles: [text] },
    { rule: 'not-signable', handles: ['F1'] },
    { rule: 'critical-in-all', handles: ['F1'], code: 'r-7k2m9qx4' },
    { rule: 'critical-together', handles: ['F1', 'F2'], code: 'r-7k2m9qx4' },
    { rule: 'reason-missing' },
    { rule: 'reason-empty-of-meaning' },
    { rule: 'reason-repeated' },
    { rule: 'rank-too-low', needed: 'write', has: text },
    { rule: 'not-a-person' },
    { rule: 'through-an-app' },
    { rule: 'interested', why: 'you are its author' },
    { rule: 'second-person', needed: 2 },
    { rule: 'too-many-pending', until: '2026-11-20T10:15:00Z' },
    { rule: 'comment-changed' },
    { rule: 'pressed-by-another', owner: text },
    { rule: 'press-too-late' },
    { rule: 'press-void' },
    { rule: 'refusal-of-another', owner: text },
    { rule: 'no-refusal' },
    { rule: 'one-admin' },
    { rule: 'admin-only' },
    { rule: 'pull-request-closed' },
    { rule: 'other', what: text, next: text },
  ];
  const bad = finding({ message: text, locations: [{ path: text, startLine: 1, endLine: 1, message: text }] });
  return [
    { kind: 'pending-confirm', signer: text, act: 'sign', items, expiresAt: '2026-11-20T10:15:00Z', checkUrl: null },
    {
      kind: 'effective',
      signer: text,
      act: 'sign',
      items,
      presence: false,
      expiresAt: '2026-12-20T10:15:00Z',
      stillNeeded: 1,
      refusedBy: [text, text],
    },
    { kind: 'refusal-recorded', signer: text, items },
    { kind: 'cancelled', signer: text, count: 0 },
    { kind: 'cancelled', signer: text, count: 2 },
    {
      kind: 'status',
      report: report({ findings: [bad] }),
      verdict: verdict({ result: 'blocked', conclusion: 'action_required', open: ['F1'] }),
      pending: 1,
      observe: false,
    },
    { kind: 'explain', finding: bad, help: text, code: 'r-7k2m9qx4' },
    { kind: 'wrong-recorded', handle: text, ruleId: text },
    { kind: 'recheck' },
    { kind: 'wrong-place' },
    { kind: 'malformed', given: text, problem: text, example: text },
    { kind: 'comment-restored', by: text },
    { kind: 'help' },
    ...refusals.map((refusal): Reply => ({ kind: 'refused', signer: text, refusal })),
  ];
}

describe('replies', () => {
  it('are short, marked, and a sentence each', () => {
    for (const reply of everyReply('mona')) {
      const body = renderReply(reply);
      expect(body.startsWith(`${REPLY_MARKER}\n`)).toBe(true);
      expect(body.length, body).toBeLessThan(900);
      expect(body, body).not.toMatch(/undefined|\[object|NaN/);
    }
  });

  it('say which rule refused and how to go on', () => {
    const said = (refusal: Refusal) => renderReply({ kind: 'refused', signer: 'mona', refusal });
    expect(said({ rule: 'wrong-code', given: 'r-old', current: 'r-7k2m9qx4' })).toContain(
      'mona, this had no effect: `r-old` is not the current report. Something changed since: read the check again, then use `r-7k2m9qx4`.',
    );
    expect(said({ rule: 'critical-in-all', handles: ['F2'], code: 'r-7k2m9qx4' })).toContain(
      '`/countersign sign F2 r-7k2m9qx4 <reason>`',
    );
    expect(said({ rule: 'interested', why: 'you are its author' })).toContain('you are its author. Somebody else');
  });

  it('keep hostile text as text, without mentions', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        for (const reply of everyReply(text)) {
          const body = renderReply(reply).slice(REPLY_MARKER.length);
          const seen = read(body);
          expect(
            seen.active.filter((type) => /link|image|html|fence|code_block|blockquote|heading/.test(type)),
            body,
          ).toEqual([]);
          expect(seen.text, body).not.toMatch(REFERENCE);
          expect(body).not.toMatch(HIDDEN);
        }
      }),
      { numRuns: 300, seed: 9 },
    );
  });
});
