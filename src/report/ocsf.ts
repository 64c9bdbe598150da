import type { JsonValue } from '../core/json.ts';
import type { LedgerEvent } from '../core/store.ts';

/**
 * Ledger entries as OCSF events: class Detection Finding (uid 2004) of category Findings (uid 2), Open Cybersecurity
 * Schema Framework 1.3.0. One finding per report (its uid is repository, pull request and report code); the entries are
 * its life: created by the review, updated by what people said, resolved or not by the verdict.
 */
const OCSF_VERSION = '1.3.0';

const ACTIVITY = { 1: 'Create', 2: 'Update', 3: 'Close' } as const;
const STATUS = { 1: 'New', 2: 'In Progress', 3: 'Suppressed', 4: 'Resolved' } as const;
const SEVERITY = { 1: 'Informational', 2: 'Low', 3: 'Medium', 4: 'High' } as const;

interface Reading {
  readonly activity: keyof typeof ACTIVITY;
  readonly status: keyof typeof STATUS;
  readonly severity: keyof typeof SEVERITY;
  readonly title: string;
}

/** One event, ready for JSON. `version` is Countersign's own. */
export function ocsfOf(event: LedgerEvent, version: string): { readonly [key: string]: JsonValue } {
  const { body, names } = event;
  const { activity, status, severity, title } = readingOf(event);
  const time = Date.parse(body.at);
  const pullRequest = body.pullRequest === null ? '' : `#${body.pullRequest}`;
  return {
    activity_id: activity,
    activity_name: ACTIVITY[activity],
    category_uid: 2,
    category_name: 'Findings',
    class_uid: 2004,
    class_name: 'Detection Finding',
    type_uid: 200_400 + activity,
    type_name: `Detection Finding: ${ACTIVITY[activity]}`,
    time,
    severity_id: severity,
    severity: SEVERITY[severity],
    status_id: status,
    status: STATUS[status],
    message: title,
    ...(body.reason === null ? {} : { comment: body.reason }),
    metadata: {
      version: OCSF_VERSION,
      product: { name: 'Countersign', vendor_name: 'Countersign', version },
      uid: event.hash,
      sequence: event.sequence,
      event_code: body.type,
      log_name: `countersign ledger of installation ${event.installation}`,
      original_time: body.at,
    },
    finding_info: {
      uid: `${body.repository}${pullRequest}/${body.reportCode ?? body.effectKey}`,
      title,
      created_time: time,
      types: [body.type],
    },
    resources: [{ uid: `${body.repository}${pullRequest}`, type: 'Pull request' }],
    evidences: [
      {
        ...(body.actor === null
          ? {}
          : {
              actor: {
                // A forgotten person stays distinguishable from others, by the hash.
                user: { uid: names.actor?.id ?? body.actor.id, name: names.actor?.login ?? body.actor.login },
              },
            }),
        data: { head_sha: body.headSha, evidence_digests: body.evidenceDigests, policy_digest: body.policyDigest },
      },
    ],
    unmapped: {
      agent: body.agent,
      requester: names.requester ?? body.requester,
      previous_hash: event.previousHash,
      effect_key: body.effectKey,
      details: body.details,
    },
  };
}

function readingOf({ body }: LedgerEvent): Reading {
  switch (body.type) {
    case 'review':
      return { activity: 1, status: 1, severity: worstLevel(body.details['findings']), title: 'A change was reviewed' };
    case 'verdict':
      return body.details['result'] === 'pass'
        ? { activity: 3, status: 4, severity: 1, title: 'The check passed' }
        : { activity: 2, status: 2, severity: 3, title: 'The check holds the merge' };
    case 'sign-off':
      return { activity: 2, status: 3, severity: 1, title: 'A person signed for findings' };
    case 'sign-off-pending':
      return { activity: 2, status: 2, severity: 1, title: 'A sign-off waits for its confirmation' };
    case 'sign-off-refused':
      return { activity: 2, status: 2, severity: 2, title: 'A sign-off was refused' };
    case 'refusal':
      return { activity: 2, status: 2, severity: 3, title: 'A person refused findings' };
    case 'revocation':
      return { activity: 2, status: 2, severity: 2, title: 'A decision was taken back' };
    case 'break-glass':
      return { activity: 2, status: 3, severity: 4, title: 'An admin broke the glass' };
    case 'lapse':
      return { activity: 2, status: 2, severity: 1, title: 'A sign-off ended' };
    case 'bypass':
      return { activity: 1, status: 1, severity: 4, title: 'A change went in without a green check' };
    case 'came-true':
      return { activity: 1, status: 1, severity: 4, title: 'A package asked for earlier came true' };
    case 'tamper':
      return { activity: 1, status: 1, severity: 4, title: 'Something of the guard was tampered with' };
    case 'policy-change':
      return { activity: 1, status: 1, severity: 3, title: 'The policy changed' };
    case 'transfer':
      return { activity: 1, status: 1, severity: 2, title: 'A repository went to another installation' };
    default:
      return { activity: 2, status: 2, severity: 1, title: `Ledger entry: ${body.type}` };
  }
}

/** The worst level that a review's entry lists (SARIF's words), as a severity. */
function worstLevel(findings: JsonValue | undefined): keyof typeof SEVERITY {
  const text = JSON.stringify(findings ?? []);
  if (text.includes('"level":"error"')) return 4;
  if (text.includes('"level":"warning"')) return 3;
  return text.includes('"level":"note"') ? 2 : 1;
}
