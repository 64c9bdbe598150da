import type { Detection } from '../../src/core/detection.ts';
import type { Finding } from '../../src/core/finding.ts';
import type { SignOff } from '../../src/core/signoff.ts';

/** A detection like a code rule's; tests change what they are about. */
export function detectionWith(change: Partial<Detection>): Detection {
  return {
    ruleId: 'command-injection',
    message: 'Request data reaches a shell.',
    locations: [{ path: 'src/a.ts', startLine: 3, endLine: 3 }],
    fingerprint: 'shape-1',
    evidence: { path: 'src/a.ts', tokens: ['exec', '(', 'x', ')'] },
    ...change,
  };
}

export function findingWith(change: Partial<Finding>): Finding {
  return {
    handle: 'F1',
    ruleId: 'command-injection',
    level: 'error',
    confidence: 'high',
    message: 'Request data reaches a shell.',
    locations: [{ path: 'src/a.ts', startLine: 3, endLine: 3 }],
    fingerprint: 'shape-1',
    evidence: {},
    evidenceDigest: 'digest-1',
    critical: false,
    signable: true,
    preExisting: false,
    replicas: [],
    supporting: [],
    ...change,
  };
}

export const NOW = Date.parse('2026-06-01T12:00:00Z');

export function signOffWith(change: Partial<SignOff>): SignOff {
  return {
    id: 's-1',
    repositoryId: 1,
    pullRequest: 7,
    kind: 'sign',
    reportCode: 'r-aaaaaaaa',
    headSha: 'head',
    signer: { id: 11, login: 'maria' },
    role: 'write',
    reason: 'checked by hand, input is a constant',
    items: [{ handle: 'F1', ruleId: 'command-injection', evidenceDigests: ['digest-1'] }],
    commandCommentId: 1,
    commandDigest: 'x',
    nonce: 'abcdefghijkl',
    presence: { checkRunId: 5, at: '2026-06-01T11:00:00Z' },
    state: 'effective',
    stateReason: null,
    createdAt: '2026-06-01T11:00:00Z',
    expiresAt: '2026-06-20T11:00:00Z',
    ...change,
  };
}
