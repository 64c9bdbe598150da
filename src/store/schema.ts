import { z } from 'zod';
import type { AttributionSign } from '../core/attribution.ts';
import { PACKAGE_TYPES } from '../core/dependency.ts';
import type { RepositoryRef } from '../core/host.ts';
import type { Job } from '../core/job.ts';
import type { JsonValue } from '../core/json.ts';
import type { SignOff } from '../core/signoff.ts';
import type { LedgerBody, PullRequestRecord, StoredReview } from '../core/store.ts';
import type { AskedPackage, WatchedEvent } from '../core/watch.ts';

/**
 * What comes back from the database is checked like any other input: an older version, or another hand, may have written it.
 * Fields that are not named here are kept: a rolling upgrade must not drop what the newer version added.
 */

const Account = z.looseObject({ id: z.number(), login: z.string(), type: z.string() });

const Repository = z.looseObject({ installationId: z.number(), id: z.number(), owner: z.string(), name: z.string() });

/** One schema per kind: a kind without one does not compile. */
const JOBS = {
  review: z.looseObject({
    kind: z.literal('review'),
    repository: Repository,
    pullRequest: z.number(),
    cause: z.string(),
    sender: Account.nullable(),
    headSha: z.string().nullable(),
    baseSha: z.string().nullish(),
    beforeSha: z.string().nullable(),
    attempt: z.number(),
    wish: z.string().nullish(),
  }),
  command: z.looseObject({
    kind: z.literal('command'),
    repository: Repository,
    pullRequest: z.number(),
    commentId: z.number(),
    sender: Account,
    bodyDigest: z.string(),
  }),
  press: z.looseObject({
    kind: z.literal('press'),
    repository: Repository,
    checkRunId: z.number(),
    headSha: z.string(),
    identifier: z.string(),
    sender: Account,
  }),
  'comment-touched': z.looseObject({
    kind: z.literal('comment-touched'),
    repository: Repository,
    pullRequest: z.number(),
    commentId: z.number(),
    action: z.enum(['edited', 'deleted']),
    sender: Account,
  }),
  republish: z.looseObject({
    kind: z.literal('republish'),
    repository: Repository,
    pullRequest: z.number(),
    cause: z.string(),
  }),
  closed: z.looseObject({
    kind: z.literal('closed'),
    repository: Repository,
    pullRequest: z.number(),
    headSha: z.string(),
    merged: z.boolean(),
    sender: Account.nullable(),
  }),
  pushed: z.looseObject({
    kind: z.literal('pushed'),
    repository: Repository,
    branch: z.string(),
    before: z.string(),
    after: z.string(),
    forced: z.boolean(),
    sender: Account,
    attempt: z.number(),
  }),
  'policy-check': z.looseObject({
    kind: z.literal('policy-check'),
    repository: Repository,
    cause: z.string(),
    sender: Account.nullable(),
  }),
  misplaced: z.looseObject({
    kind: z.literal('misplaced'),
    repository: Repository,
    pullRequest: z.number(),
    place: z.string(),
    sender: Account,
  }),
  'came-true': z.looseObject({ kind: z.literal('came-true'), repository: Repository }),
  rerequested: z.looseObject({
    kind: z.literal('rerequested'),
    repository: Repository,
    headSha: z.string(),
    cause: z.string(),
    sender: Account,
    wish: z.string().nullish(),
  }),
  'merge-group': z.looseObject({
    kind: z.literal('merge-group'),
    repository: Repository,
    action: z.enum(['checks-requested', 'destroyed']),
    headSha: z.string(),
    headRef: z.string(),
    baseSha: z.string(),
    baseRef: z.string(),
    cause: z.string(),
    attempt: z.number(),
  }),
} satisfies { readonly [K in Job['kind']]: z.ZodType<Extract<Job, { kind: K }>> };

const StoredJob = z.looseObject({ kind: z.string() });

/** What pg-boss keeps: the job as text, because jsonb refuses characters that JSON allows (see tables.ts). */
const QueueData = z.looseObject({ id: z.string(), job: z.string() });

export function parseQueueData(data: unknown): { readonly id: string; readonly job: Job } {
  const { id, job } = QueueData.parse(data);
  const raw = StoredJob.parse(JSON.parse(job));
  const schema = Object.entries(JOBS).find(([kind]) => kind === raw.kind)?.[1];
  if (schema === undefined) throw new TypeError(`a job of kind "${raw.kind}" was stored by another version`);
  return { id, job: schema.parse(raw) };
}

const TIERS = ['verified', 'declared', 'suspected', 'none'] as const;

const Sign: z.ZodType<AttributionSign> = z.custom<AttributionSign>(
  (value) =>
    z
      .looseObject({ agent: z.string().nullable(), tier: z.enum(TIERS), where: z.string(), value: z.string() })
      .safeParse(value).success,
);

const Attribution = z.looseObject({
  agent: z.string().nullable(),
  class: z.enum(['agent', 'dependency-bot', 'review-bot', 'bot', 'human']),
  tier: z.enum(TIERS),
  requester: z.string().nullable(),
  evidence: z.array(Sign),
});

export const StoredPullRequest: z.ZodType<PullRequestRecord> = z.looseObject({
  repositoryId: z.number(),
  number: z.number(),
  installationId: z.number(),
  state: z.enum(['open', 'closed']),
  headSha: z.string(),
  baseRef: z.string(),
  authorId: z.number(),
  attribution: Attribution.nullable(),
  handles: z.record(z.string(), z.string()),
  interested: z.array(
    z.looseObject({
      id: z.number(),
      login: z.string(),
      why: z.enum(['author', 'opened', 'reopened', 'pushed', 'committed', 'requester']),
    }),
  ),
  unknownPusher: z.boolean(),
  commentId: z.number().nullable(),
  openCheckRun: z.looseObject({ id: z.number(), headSha: z.string() }).nullable(),
});

export const StoredSignOff: z.ZodType<SignOff> = z.looseObject({
  id: z.string(),
  repositoryId: z.number(),
  pullRequest: z.number(),
  kind: z.enum(['sign', 'refuse', 'revoke', 'break-glass']),
  reportCode: z.string(),
  headSha: z.string(),
  signer: z.looseObject({ id: z.number(), login: z.string() }),
  role: z.string(),
  reason: z.string(),
  items: z.array(z.looseObject({ handle: z.string(), ruleId: z.string(), evidenceDigests: z.array(z.string()) })),
  commandCommentId: z.number(),
  commandDigest: z.string(),
  nonce: z.string(),
  presence: z.looseObject({ checkRunId: z.number(), at: z.string() }).nullable(),
  state: z.enum(['pending', 'effective', 'lapsed', 'revoked', 'cancelled', 'expired']),
  stateReason: z.string().nullable(),
  createdAt: z.string(),
  expiresAt: z.string(),
});

/** What decides or is looked up is checked in full; the findings' own texts are this program's, written a moment before. */
const ReviewShape = z.looseObject({
  repositoryId: z.number(),
  pullRequest: z.number(),
  report: z.looseObject({
    code: z.string(),
    headSha: z.string(),
    baseRef: z.string(),
    mergeBase: z.string(),
    policyDigest: z.string(),
    textDigest: z.string(),
    diffDigest: z.string(),
    unknownSince: z.string().nullable(),
    attribution: Attribution,
    findings: z.array(
      z.looseObject({
        handle: z.string(),
        ruleId: z.string(),
        evidenceDigest: z.string(),
        critical: z.boolean(),
        signable: z.boolean(),
        replicas: z.array(z.looseObject({ evidenceDigest: z.string() })),
      }),
    ),
    unknowns: z.array(z.looseObject({ transient: z.boolean(), advisory: z.boolean() })),
    changes: z.array(z.looseObject({ purl: z.string() })),
    unread: z.array(z.looseObject({ path: z.string() })),
    notes: z.array(z.string()),
  }),
  verdict: z.looseObject({
    result: z.enum(['pass', 'blocked', 'inconclusive']),
    conclusion: z.enum(['success', 'failure', 'action_required']),
    open: z.array(z.string()),
    signed: z.array(z.looseObject({ handle: z.string(), signOffId: z.string() })),
    shown: z.array(z.string()),
    refusals: z.array(z.looseObject({ signOffId: z.string() })),
    unknowns: z.array(z.looseObject({ transient: z.boolean(), advisory: z.boolean() })),
  }),
  checkRunId: z.number().nullable(),
  checkName: z.string(),
  createdAt: z.string(),
});

export const StoredReviewRow: z.ZodType<StoredReview> = z.custom<StoredReview>(
  (value) => ReviewShape.safeParse(value).success,
  'a stored review has not the shape that this version reads',
);

export const StoredRepository: z.ZodType<RepositoryRef> = Repository;

/** `kind` and `type` are words of ours; another version may have written ones that this one does not know. */
export const StoredAsked: z.ZodType<AskedPackage> = z.looseObject({
  kind: z.enum(['absent', 'version']),
  type: z.enum(PACKAGE_TYPES),
  name: z.string(),
  version: z.string().nullable(),
});

export const StoredEvent: z.ZodType<WatchedEvent> = z.looseObject({
  at: z.string(),
  source: z.string(),
  firstPublishedAt: z.string().nullable(),
  advisoryIds: z.array(z.string()),
});

export const Json: z.ZodType<JsonValue> = z.json();

/** Where a pull request has a shape first, and how often. */
export const StoredShape = z.object({ places: z.number().int(), path: z.string(), line: z.number().int() });

const HASH = z.string().regex(/^[0-9a-f]{64}$/);

/** The body of an entry as the chain covers it: strict, because a field that nobody reads would be one that nobody checks. */
export const StoredLedgerBody: z.ZodType<LedgerBody> = z.strictObject({
  format: z.literal(1),
  installation: z.number().int(),
  sequence: z.number().int().positive(),
  type: z.string(),
  effectKey: z.string(),
  at: z.string(),
  repository: z.number().int(),
  pullRequest: z.number().int().nullable(),
  headSha: z.string().nullable(),
  reportCode: z.string().nullable(),
  agent: z.string().nullable(),
  requester: HASH.nullable(),
  actor: z.strictObject({ id: HASH, login: HASH }).nullable(),
  evidenceDigests: z.array(z.string()),
  policyDigest: z.string().nullable(),
  reason: z.string().nullable(),
  details: z.record(z.string(), z.json()),
});

/** One line of `ledger export --format jsonl`. */
export const ExportedEntry = z.object({
  installation: z.number().int(),
  sequence: z.number().int(),
  hash: z.string(),
  previousHash: z.string(),
  signature: z.string().nullable(),
  body: z.json(),
});
export type ExportedEntry = z.infer<typeof ExportedEntry>;
