import type { z } from 'zod';
import { sha256 } from '../core/digest.ts';
import type { RepositoryRef } from '../core/host.ts';
import type { CommitJob, Job } from '../core/job.ts';
import { accountOf } from './account.ts';
import {
  CheckRunEvent,
  CheckSuiteEvent,
  type Envelope,
  IssueCommentEvent,
  MergeGroupEvent,
  PullRequestEvent,
  PushEvent,
  ReviewCommentEvent,
  ReviewEvent,
} from './webhook-schema.ts';

/** What a delivery comes to. `invalid` is a payload of an event that we serve, in a shape that we do not know. */
export type Delivered =
  | { readonly kind: 'job'; readonly job: Job }
  | { readonly kind: 'commit-job'; readonly job: CommitJob }
  | { readonly kind: 'ignored'; readonly reason: string }
  | { readonly kind: 'invalid'; readonly reason: string };

/** Our App; `slug` is null until GitHub was asked. */
export interface Self {
  readonly appId: number;
  readonly slug?: string | null;
}

const reviewed = ['opened', 'reopened', 'synchronize', 'ready_for_review', 'edited'];

/**
 * The job that a delivery asks for. Pure: the same delivery gives the same job, whoever redelivers it. The delivery id
 * is not part of the signed body, so nothing is decided by it; it only names the delivery in the reasons.
 */
export function jobOf(event: string, payload: unknown, deliveryId: string, self: Self): Delivered {
  const action = actionOf(payload);
  const asked = action === null ? event : `${event}.${action}`;
  const serve = servers.get(asked);
  if (serve === undefined) return ignored(`${asked} is not an event that we serve`);
  const result = serve(payload, asked, self);
  return result.kind === 'invalid'
    ? { ...result, reason: `delivery ${deliveryId}, ${asked}: ${result.reason}` }
    : result;
}

type Server = (payload: unknown, cause: string, self: Self) => Delivered;

// A Map, since the event's name comes from a header that the signature does not cover.
const servers: ReadonlyMap<string, Server> = new Map([
  ...reviewed.map((action) => [`pull_request.${action}`, parsing(PullRequestEvent, review)] as const),
  ['pull_request.closed', parsing(PullRequestEvent, closed)],
  ['issue_comment.created', parsing(IssueCommentEvent, command)],
  ['issue_comment.edited', parsing(IssueCommentEvent, touched('edited'))],
  ['issue_comment.deleted', parsing(IssueCommentEvent, touched('deleted'))],
  ['check_run.requested_action', parsing(CheckRunEvent, press)],
  ['check_run.rerequested', parsing(CheckRunEvent, rerequestedRun)],
  ['check_suite.rerequested', parsing(CheckSuiteEvent, rerequestedSuite)],
  ['push', parsing(PushEvent, pushed)],
  [
    'pull_request_review.submitted',
    parsing(ReviewEvent, (event) => misplaced(event, `review:${event.review.id}`, event.review.body)),
  ],
  [
    'pull_request_review_comment.created',
    parsing(ReviewCommentEvent, (event) => misplaced(event, `line:${event.comment.id}`, event.comment.body)),
  ],
  ['merge_group.checks_requested', parsing(MergeGroupEvent, group('checks-requested'))],
  ['merge_group.destroyed', parsing(MergeGroupEvent, group('destroyed'))],
]);

function review(event: z.infer<typeof PullRequestEvent>, cause: string): Delivered {
  return job({
    kind: 'review',
    repository: repositoryOf(event),
    pullRequest: event.number,
    cause,
    sender: accountOf(event.sender),
    headSha: event.pull_request.head.sha,
    baseSha: event.pull_request.base?.sha ?? null,
    beforeSha: event.before ?? null,
    attempt: 0,
  });
}

function closed(event: z.infer<typeof PullRequestEvent>): Delivered {
  return job({
    kind: 'closed',
    repository: repositoryOf(event),
    pullRequest: event.number,
    headSha: event.pull_request.head.sha,
    merged: event.pull_request.merged === true,
    sender: accountOf(event.sender),
  });
}

/** Bots' and Apps' commands go on to be refused and recorded; only our own App's comments end here. */
function command(event: z.infer<typeof IssueCommentEvent>, _cause: string, self: Self): Delivered {
  if (!event.issue.pull_request) return ignored('a comment on an issue');
  if (isOurs(event, self)) return ignored('a comment of our own');
  if (!/^\/countersign(?:\s|$)/u.test(event.comment.body)) return ignored('a comment that is no command');
  return job({
    kind: 'command',
    repository: repositoryOf(event),
    pullRequest: event.issue.number,
    commentId: event.comment.id,
    sender: accountOf(event.sender),
    bodyDigest: sha256(event.comment.body),
  });
}

function touched(action: 'edited' | 'deleted') {
  return (event: z.infer<typeof IssueCommentEvent>, _cause: string, self: Self): Delivered => {
    if (!event.issue.pull_request) return ignored('a comment on an issue');
    if (!isOurs(event, self)) return ignored("somebody else's comment");
    // The comment's author is our own bot account, so a change by that account is one that we made.
    if (event.comment.user?.id === event.sender.id) return ignored('our own change of our own comment');
    return job({
      kind: 'comment-touched',
      repository: repositoryOf(event),
      pullRequest: event.issue.number,
      commentId: event.comment.id,
      action,
      sender: accountOf(event.sender),
    });
  };
}

function press(event: z.infer<typeof CheckRunEvent>, _cause: string, self: Self): Delivered {
  if (event.check_run.app?.id !== self.appId) return ignored("another App's check run");
  const identifier = event.requested_action?.identifier;
  if (identifier === undefined) return { kind: 'invalid', reason: 'no requested_action.identifier' };
  return job({
    kind: 'press',
    repository: repositoryOf(event),
    checkRunId: event.check_run.id,
    headSha: event.check_run.head_sha,
    identifier,
    sender: accountOf(event.sender),
  });
}

function rerequestedRun(event: z.infer<typeof CheckRunEvent>, cause: string, self: Self): Delivered {
  const { id, completed_at } = event.check_run;
  return again(event, event.check_run, `run ${id} ${completed_at ?? ''}`, cause, self);
}

function rerequestedSuite(event: z.infer<typeof CheckSuiteEvent>, cause: string, self: Self): Delivered {
  const { id, updated_at } = event.check_suite;
  const wish = id === undefined ? null : `suite ${id} ${updated_at ?? ''}`;
  return again(event, event.check_suite, wish, cause, self);
}

/** GitHub names the pull request only for branches of the repository itself; for forks it has to be looked up. */
function again(
  event: Envelope,
  about: Pick<z.infer<typeof CheckSuiteEvent>['check_suite'], 'app' | 'head_sha' | 'pull_requests'>,
  wish: string | null,
  cause: string,
  self: Self,
): Delivered {
  if (about.app?.id !== self.appId) return ignored("another App's checks");
  const [only, ...others] = about.pull_requests;
  const repository = repositoryOf(event);
  const sender = accountOf(event.sender);
  if (only === undefined || others.length > 0)
    return commitJob({ kind: 'rerequested', repository, headSha: about.head_sha, cause, sender, wish });
  return job({
    kind: 'review',
    repository,
    pullRequest: only.number,
    cause,
    sender,
    headSha: about.head_sha,
    beforeSha: null,
    attempt: 0,
    wish,
  });
}

function pushed(event: z.infer<typeof PushEvent>): Delivered {
  const branch = /^refs\/heads\/(.+)$/s.exec(event.ref)?.[1];
  if (branch === undefined) return ignored('a push of a tag');
  if (event.deleted) return ignored('a branch was deleted');
  if (branch.startsWith('gh-readonly-queue/')) return ignored("a merge queue's own branch");
  const { before, after, forced } = event;
  const sender = accountOf(event.sender);
  return job({ kind: 'pushed', repository: repositoryOf(event), branch, before, after, forced, sender, attempt: 0 });
}

/** Somebody wrote a command where it does not count, and waits. Machines are not answered. */
function misplaced(
  event: Envelope & { readonly pull_request: { readonly number: number } },
  place: string,
  body: string | null | undefined,
): Delivered {
  if (!/^\/countersign(?:\s|$)/u.test(body ?? '')) return ignored('a review that is no command');
  if (event.sender.type !== 'User') return ignored("a machine's review");
  return job({
    kind: 'misplaced',
    repository: repositoryOf(event),
    pullRequest: event.pull_request.number,
    place,
    sender: accountOf(event.sender),
  });
}

function group(action: 'checks-requested' | 'destroyed') {
  return (event: z.infer<typeof MergeGroupEvent>): Delivered =>
    commitJob({
      kind: 'merge-group',
      repository: repositoryOf(event),
      action,
      headSha: event.merge_group.head_sha,
      headRef: event.merge_group.head_ref,
      baseSha: event.merge_group.base_sha,
      baseRef: event.merge_group.base_ref,
      cause: 'delivery',
      attempt: 0,
    });
}

function isOurs({ comment }: z.infer<typeof IssueCommentEvent>, { appId, slug }: Self): boolean {
  if (comment.performed_via_github_app?.id !== appId) return false;
  // A person may also act through our App; only its bot account writes in its own name.
  return comment.user?.type === 'Bot' && (!slug || comment.user.login === `${slug}[bot]`);
}

function parsing<T extends z.ZodType>(
  schema: T,
  serve: (event: z.output<T>, cause: string, self: Self) => Delivered,
): Server {
  return (payload, cause, self) => {
    const result = schema.safeParse(payload);
    if (result.success) return serve(result.data, cause, self);
    const [issue] = result.error.issues;
    return { kind: 'invalid', reason: `${issue?.path.join('.') || 'the payload'}: ${issue?.message ?? 'unreadable'}` };
  };
}

function actionOf(payload: unknown): string | null {
  if (typeof payload !== 'object' || payload === null || !('action' in payload)) return null;
  return typeof payload.action === 'string' ? payload.action : null;
}

function repositoryOf({ installation, repository }: Envelope): RepositoryRef {
  return { installationId: installation.id, id: repository.id, owner: repository.owner.login, name: repository.name };
}

function job(found: Job): Delivered {
  return { kind: 'job', job: found };
}

function commitJob(found: CommitJob): Delivered {
  return { kind: 'commit-job', job: found };
}

function ignored(reason: string): Delivered {
  return { kind: 'ignored', reason };
}
