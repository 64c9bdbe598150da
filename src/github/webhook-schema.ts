import { z } from 'zod';
import { Sha, User } from './schema.ts';

/** Webhook payloads, only the fields that a job needs. */

export const Envelope = z.object({
  action: z.string().optional(),
  repository: z.object({ id: z.number().int(), name: z.string().min(1), owner: User.pick({ login: true }) }),
  installation: z.object({ id: z.number().int().positive() }),
  sender: User,
});
export type Envelope = z.infer<typeof Envelope>;

export const PullRequestEvent = Envelope.extend({
  number: z.number().int().positive(),
  before: Sha.optional(),
  pull_request: z.object({
    head: z.object({ sha: Sha }),
    base: z.object({ sha: Sha }).nullish(),
    merged: z.boolean().nullish(),
  }),
});

export const IssueCommentEvent = Envelope.extend({
  issue: z.object({ number: z.number().int().positive(), pull_request: z.looseObject({}).nullish() }),
  comment: z.object({
    id: z.number().int().positive(),
    body: z.string(),
    user: User.nullable(),
    performed_via_github_app: z.object({ id: z.number().int() }).nullish(),
  }),
});

const OfApp = z.object({ id: z.number().int() }).nullish();
const Pulls = z.array(z.object({ number: z.number().int().positive() }));

export const CheckRunEvent = Envelope.extend({
  check_run: z.object({
    id: z.number().int().positive(),
    head_sha: Sha,
    app: OfApp,
    pull_requests: Pulls,
    completed_at: z.string().nullish(),
  }),
  requested_action: z.object({ identifier: z.string() }).nullish(),
});

export const CheckSuiteEvent = Envelope.extend({
  check_suite: z.object({
    id: z.number().int().optional(),
    head_sha: Sha,
    app: OfApp,
    pull_requests: Pulls,
    updated_at: z.string().nullish(),
  }),
});

export const MergeGroupEvent = Envelope.extend({
  merge_group: z.object({ head_sha: Sha, head_ref: z.string(), base_sha: Sha, base_ref: z.string() }),
});

export const PushEvent = Envelope.extend({
  ref: z.string(),
  before: Sha,
  after: Sha,
  forced: z.boolean().default(false),
  deleted: z.boolean().default(false),
});

const Written = z.object({ id: z.number().int().positive(), body: z.string().nullish() });
const OfPullRequest = Envelope.extend({ pull_request: z.object({ number: z.number().int().positive() }) });

export const ReviewEvent = OfPullRequest.extend({ review: Written });
export const ReviewCommentEvent = OfPullRequest.extend({ comment: Written });
