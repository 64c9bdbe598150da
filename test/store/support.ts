import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job } from '../../src/core/job.ts';
import type { SignOff } from '../../src/core/signoff.ts';
import type { LedgerBody, LedgerEntry, OperatedStore, PullRequestRecord, StoredReview } from '../../src/core/store.ts';
import { openStore } from '../../src/store/index.ts';

export const START = Date.parse('2026-03-01T12:00:00Z');

/** A store under test: `now` can be moved, and what went wrong in the background is kept. */
export interface Place {
  readonly databaseUrl: string | null;
  readonly dataFolder: string;
}

export function emptyFolder(): string {
  return mkdtempSync(join(tmpdir(), 'countersign-store-'));
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

export async function open(place: Place, now: () => number, errors: unknown[]): Promise<OperatedStore> {
  return openStore({ ...place, now, onError: (error) => errors.push(error) });
}

/** How long is waited for what has to come: only a test that fails waits so long. Milliseconds. */
const PATIENCE_MS = 60_000;

/** Waits until something holds; fails with its name when it does not, where the time is what matters after so many milliseconds. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  ms: number = PATIENCE_MS,
): Promise<void> {
  const end = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited ${ms} ms in vain for: ${what}`);
    await sleep(10);
  }
}

/** Milliseconds until something is done. */
export async function tookMs(act: () => unknown): Promise<number> {
  const began = performance.now();
  await act();
  return performance.now() - began;
}

export function median(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? Number.NaN;
}

const REPOSITORY = { installationId: 11, id: 77, owner: 'octo', name: 'shop' } as const;

export function reviewJob(pullRequest: number, headSha: string): Job {
  return {
    kind: 'review',
    repository: REPOSITORY,
    pullRequest,
    cause: 'pull_request.opened',
    sender: { id: 5, login: 'yara', type: 'User' },
    headSha,
    beforeSha: null,
    attempt: 0,
  };
}

export function pressJob(checkRunId: number): Job {
  return {
    kind: 'press',
    repository: REPOSITORY,
    checkRunId,
    headSha: 'a'.repeat(40),
    identifier: 'n-abc',
    sender: { id: 5, login: 'yara', type: 'User' },
  };
}

export function closedJob(pullRequest: number): Job {
  return { kind: 'closed', repository: REPOSITORY, pullRequest, headSha: 'a'.repeat(40), merged: true, sender: null };
}

export function pullRequest(number: number, changes: Partial<PullRequestRecord>): PullRequestRecord {
  return {
    repositoryId: 77,
    number,
    installationId: 11,
    state: 'open',
    headSha: 'a'.repeat(40),
    baseRef: 'main',
    authorId: 5,
    attribution: null,
    handles: {},
    interested: [],
    unknownPusher: false,
    commentId: null,
    openCheckRun: null,
    ...changes,
  };
}

export function storedReview(pullRequestNumber: number, code: string, checkRunId: number | null): StoredReview {
  return {
    repositoryId: 77,
    pullRequest: pullRequestNumber,
    report: {
      code,
      headSha: 'a'.repeat(40),
      baseRef: 'main',
      mergeBase: 'b'.repeat(40),
      policyDigest: 'c'.repeat(64),
      textDigest: 'd'.repeat(64),
      diffDigest: 'e'.repeat(64),
      unknownSince: null,
      attribution: { agent: 'copilot', class: 'agent', tier: 'verified', requester: 'yara', evidence: [] },
      findings: [],
      packages: [],
      unknowns: [],
      changes: [],
      unread: [],
      notes: [],
    },
    verdict: {
      result: 'pass',
      conclusion: 'success',
      open: [],
      signed: [],
      shown: [],
      refusals: [],
      unknowns: [],
    },
    checkRunId,
    checkName: 'countersign',
    createdAt: '2026-03-01T12:00:00.000Z',
  };
}

export function signOff(id: string, changes: Partial<SignOff>): SignOff {
  return {
    id,
    repositoryId: 77,
    pullRequest: 1,
    kind: 'sign',
    reportCode: 'r-aaaaaaaa',
    headSha: 'a'.repeat(40),
    signer: { id: 9, login: 'grace' },
    role: 'write',
    reason: 'read the parser, input is a constant',
    items: [{ handle: 'F1', ruleId: 'command-injection', evidenceDigests: ['e'.repeat(64)] }],
    commandCommentId: 100,
    commandDigest: 'f'.repeat(64),
    nonce: 'n-1',
    presence: null,
    state: 'pending',
    stateReason: null,
    createdAt: '2026-03-01T12:00:00.000Z',
    expiresAt: '2026-03-01T12:15:00.000Z',
    ...changes,
  };
}

export function ledgerEntry(effectKey: string, changes: Partial<LedgerEntry>): LedgerEntry {
  return {
    type: 'sign-off',
    effectKey,
    repositoryId: 77,
    pullRequest: 1,
    headSha: 'a'.repeat(40),
    reportCode: 'r-aaaaaaaa',
    agent: 'copilot',
    requester: 'yara',
    actor: { id: 9, login: 'grace' },
    evidenceDigests: ['e'.repeat(64)],
    policyDigest: 'c'.repeat(64),
    reason: 'read the parser, input is a constant',
    details: {},
    at: '2026-03-01T12:00:00.000Z',
    ...changes,
  };
}

/** The body of an entry as the chain covers it. */
export function chainBody(installation: number, sequence: number): LedgerBody {
  return {
    format: 1,
    installation,
    sequence,
    type: 'verdict',
    effectKey: `e${sequence}`,
    at: '2026-03-01T12:00:00.000Z',
    repository: 77,
    pullRequest: sequence,
    headSha: 'a'.repeat(40),
    reportCode: 'r-aaaaaaaa',
    agent: 'copilot',
    requester: '1'.repeat(64),
    actor: { id: '2'.repeat(64), login: '3'.repeat(64) },
    evidenceDigests: [],
    policyDigest: 'c'.repeat(64),
    reason: null,
    details: {},
  };
}
