import type { Finding } from '../../src/core/finding.ts';
import type { Report, Verdict } from '../../src/core/report.ts';
import type { SignOff } from '../../src/core/signoff.ts';
import type { CommentExtra } from '../../src/report/comment.ts';

/** An open finding of a command injection, with some parts replaced. */
export function finding(changes: Partial<Finding>): Finding {
  return {
    handle: 'F1',
    ruleId: 'command-injection',
    level: 'error',
    confidence: 'high',
    critical: false,
    signable: true,
    preExisting: false,
    message: 'The branch name from the request reaches a shell',
    remediation: 'Pass the arguments as a list to execFile.',
    locations: [
      {
        path: 'src/deploy.ts',
        startLine: 12,
        endLine: 12,
        startColumn: 3,
        endColumn: 20,
        message: 'The shell runs it.',
      },
      { path: 'src/deploy.ts', startLine: 9, endLine: 9, message: 'The request gives the name.' },
    ],
    fingerprint: 'fp-1',
    evidence: { tokens: 'exec ( x )' },
    evidenceDigest: 'd'.repeat(64),
    replicas: [],
    supporting: [],
    ...changes,
  };
}

export function report(changes: Partial<Report>): Report {
  return {
    code: 'r-7k2m9qx4',
    headSha: '1234567890abcdef1234567890abcdef12345678',
    baseRef: 'main',
    mergeBase: 'abcdef1234567890abcdef1234567890abcdef12',
    policyDigest: 'a'.repeat(64),
    textDigest: 'b'.repeat(64),
    diffDigest: 'c'.repeat(64),
    unknownSince: null,
    attribution: {
      agent: 'copilot',
      class: 'agent',
      tier: 'verified',
      requester: 'mona',
      evidence: [{ agent: 'copilot', tier: 'verified', where: 'author', value: 'Copilot (198982749)' }],
    },
    findings: [],
    unknowns: [],
    changes: [],
    packages: [],
    unread: [],
    notes: [],
    ...changes,
  };
}

export function verdict(changes: Partial<Verdict>): Verdict {
  return {
    result: 'pass',
    conclusion: 'success',
    open: [],
    signed: [],
    shown: [],
    refusals: [],
    unknowns: [],
    ...changes,
  };
}

export function pendingSignOff(changes: Partial<SignOff>): SignOff {
  return {
    id: 's1',
    repositoryId: 1,
    pullRequest: 7,
    kind: 'sign',
    reportCode: 'r-7k2m9qx4',
    headSha: '1234567890abcdef1234567890abcdef12345678',
    signer: { id: 1001, login: 'mona' },
    role: 'write',
    reason: 'The branch name is checked against a list upstream',
    items: [{ handle: 'F1', ruleId: 'command-injection', evidenceDigests: ['d'.repeat(64)] }],
    commandCommentId: 5,
    commandDigest: 'c'.repeat(64),
    nonce: 'k3j9x2m4',
    presence: null,
    state: 'pending',
    stateReason: null,
    createdAt: '2026-11-20T10:00:00Z',
    expiresAt: '2026-11-20T10:15:00Z',
    ...changes,
  };
}

export function extra(changes: Partial<CommentExtra>): CommentExtra {
  return {
    ledgerHead: 'e'.repeat(64),
    pending: [],
    checkName: 'countersign',
    observe: false,
    policyNotes: [],
    commentUrl: 'https://github.example/octo/demo/pull/7#issuecomment-5',
    checkUrl: 'https://github.example/octo/demo/runs/9',
    packages: [],
    now: Date.parse('2026-11-20T10:00:00Z'),
    verbosity: 'normal',
    ...changes,
  };
}
