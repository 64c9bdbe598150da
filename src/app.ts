import { createHash } from 'node:crypto';
import type { EmitterWebhookEvent, EmitterWebhookEventName } from '@octokit/webhooks';
import type { Probot } from 'probot';
import type { CommitJob, Job } from './core/job.ts';

/** The events that the App subscribes to; `app.yml` asks GitHub for exactly these. */
export const SERVED_EVENTS = [
  'pull_request',
  'check_run',
  'check_suite',
  'issue_comment',
  'merge_group',
  'push',
  'pull_request_review',
  'pull_request_review_comment',
  'repository',
] as const satisfies readonly EmitterWebhookEventName[];

/** After these there may be repositories that nobody looked at, or not since they have another owner. */
const OPENING: ReadonlySet<string> = new Set([
  'installation.created',
  'installation.unsuspend',
  'installation.new_permissions_accepted',
  'installation_repositories.added',
  'repository.transferred',
  'repository.unarchived',
]);

/** What a delivery comes to: a job, or nothing and why. */
export type JobOf = (
  event: string,
  payload: unknown,
  deliveryId: string,
) =>
  | { readonly kind: 'job'; readonly job: Job }
  | { readonly kind: 'commit-job'; readonly job: CommitJob }
  | { readonly kind: 'ignored'; readonly reason: string }
  | { readonly kind: 'invalid'; readonly reason: string };

export interface AppPorts {
  readonly jobOf: JobOf;
  readonly send: (id: string, job: Job) => Promise<unknown>;
  /** Has the open pull requests of every installation looked through. */
  readonly sweep: () => void;
  readonly log: (level: 'info' | 'warn', message: string, fields: Readonly<Record<string, unknown>>) => void;
}

/**
 * The Probot app: an event in, a job out, no decision. By the time GitHub has its answer the job is stored under the
 * delivery's id; everything else happens afterwards.
 */
export function createApp({ jobOf, send, sweep, log }: AppPorts): (app: Probot) => void {
  const told = new Set<string>();
  return (app) => {
    app.onAny(async ({ id, name, payload }: EmitterWebhookEvent) => {
      const outcome = jobOf(name, payload, id);
      if (outcome.kind === 'job' || outcome.kind === 'commit-job') {
        await send(jobId(id, name, outcome.job), outcome.job);
        return;
      }
      if ('action' in payload && OPENING.has(`${name}.${payload.action}`)) return sweep();
      // Deliveries that are of no use come by the thousand; each kind is told once.
      if (told.has(outcome.reason) || told.size > 1000) return;
      told.add(outcome.reason);
      log(outcome.kind === 'invalid' ? 'warn' : 'info', 'delivery ignored', {
        event: name,
        delivery: id,
        reason: outcome.reason,
      });
    });
  };
}

/**
 * The delivery id, which a redelivery re-uses. The signature covers neither it nor the event's name, so a re-headed
 * replay gets past this; effects are keyed by content for that reason.
 */
function jobId(delivery: string, event: string, job: Job): string {
  if (/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(delivery)) return delivery.toLowerCase();
  const hex = createHash('sha256')
    .update(JSON.stringify([delivery, event, job]))
    .digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
