import { type Answer, answerOf, CLEAR, type Detection } from '../../../src/core/detection.ts';
import type { FileSide, GuardrailContext, GuardrailDetector, GuardrailSubject } from '../../../src/core/detector.ts';
import { judgeSide, sidesOf } from '../support/judge.ts';
import { spanOf } from '../support/lines.ts';
import { linesOf, parsed } from '../support/parsed.ts';
import { besidePrograms } from '../support/program.ts';
import { quote } from '../support/quote.ts';
import { tell } from '../support/report.ts';
import { guardrailRule } from '../support/rule.ts';
import { type Leaf, leavesOf, readBase } from '../support/sides.ts';
import { entriesOf, get, type Node } from '../support/tree.ts';

const RULE = guardrailRule('branch-protection-as-code-loosened', {
  shortDescription: 'The rules that protect branches become weaker',
  help: 'Reviews, required checks, signatures and the bans on force-pushes and deletions are what stands between a change and the main branch. Where they are kept as files, a pull request can loosen them for itself and for what comes after it. Loosen them only in a change of its own, signed by an administrator.',
  level: 'error',
  confidence: 'high',
  cwe: [284, 863],
  requires: ['beforeAfter'],
});

const FILES =
  /^(?:\.github\/)?(?:settings|safe-settings|branch-protection[\w.-]*|repository-settings)\.ya?ml$|(?:^|\/)\.?(?:github\/)?rulesets?\/[\w.-]+\.(?:json|ya?ml)$|(?:^|\/)[\w.-]*(?:ruleset|branch-protection|branch_protection)[\w.-]*\.(?:json|ya?ml)$|^\.(?:policy|asf|mergify)\.ya?ml$|^\.github\/mergify\.yml$|(?:^|\/)(?:suborgs|repos)\/[\w.-]+\.ya?ml$|\.tf(?:\.json)?$/;
const TERRAFORM =
  /^github_(?:branch_protection(?:_v3)?|repository_ruleset|organization_ruleset|branch_default|repository|repository_environment\w*|actions_repository_permissions|actions_organization_permissions)$/;

/** Numbers where less is weaker. */
const COUNTS =
  /^(?:required_approving_review_count|required_approvals|required_approval_count|required_reviewers_count|minimum_approvals|count|required_review_count|wait_timer)$/;
/** Switches that protect while on. */
const ON =
  /^(?:enforce_admins|enforces?_admins|enforced?_?on_admins|dismiss_stale_reviews(?:_on_push)?|require_code_owner_reviews?|require_last_push_approval|required_signatures|require_signed_commits|required_linear_history|require_conversation_resolution|required_conversation_resolution|required_review_thread_resolution|strict|strict_required_status_checks_policy|require_up_to_date_before_merge|block_creations|blocks_creations|lock_branch|restrict_pushes|restricts_pushes|restrict_dismissals|deletion|non_fast_forward|creation|update|prevent_self_review|vulnerability_alerts|enable_vulnerability_alerts|enable_automated_security_fixes|secret_scanning|secret_scanning_push_protection|advanced_security|protected)$/;
/** Switches that weaken while on. */
const OFF =
  /^(?:allow_force_pushes|allows_force_pushes|allow_deletions|allows_deletions|force_push_bypassers|allow_bypass|can_admins_bypass|allow_fork_syncing|bypass_pull_request|do_not_enforce_on_create|allow_auto_merge|can_approve_pull_request_reviews|allow_update_branch_bypass)$/;
/** Lists where a missing entry is weaker, and lists where a new one is. */
const SHRINKS =
  /^(?:contexts|checks|required_checks|required_status_checks|required_deployments|required_deployment_environments|users_required|teams_required|success_conditions|queue_conditions|merge_conditions|merge-queue|conditions|requires)$/;
const GROWS =
  /^(?:bypass_actors|bypass_pull_request_allowances|pull_request_bypassers|force_push_bypassers|push_allowances|users|teams|apps|dismissal_restrictions|allowances|exclude|actor_id|bypassers)$/;

const concerns = besidePrograms((path) => FILES.test(path));

function rootsOf(side: FileSide): readonly Node[] {
  const { roots } = parsed(side);
  if (!/\.tf(?:\.json)?$/.test(side.path)) return roots;
  // In Terraform's JSON form the types are keys under `resource`.
  const holders = side.path.endsWith('.json') ? roots.flatMap((root) => get(root, 'resource') ?? []) : roots;
  return holders.map((holder) => ({
    kind: 'map',
    start: holder.start,
    end: holder.end,
    entries: entriesOf(holder).filter((entry) => TERRAFORM.test(entry.labels?.[0] ?? entry.key)),
  }));
}

function leaves(side: FileSide): readonly Leaf[] {
  // Most Terraform has nothing of GitHub's.
  if (/\.tf(?:\.json)?$/.test(side.path) && !side.text.includes('github_')) return [];
  return rootsOf(side).flatMap(leavesOf);
}

function isOn(leaf: Leaf | undefined): boolean {
  return leaf?.values.length === 1 && /^(?:true|enabled|yes|on|active)$/i.test(leaf.values[0] ?? '');
}

/** A protection that is set to nothing is off as well. */
function isOff({ values: [value = 'null', ...others] }: Leaf): boolean {
  return others.length === 0 && /^(?:false|disabled|no|off|null)$/i.test(value);
}

interface Loosening {
  readonly leaf: Leaf;
  readonly shape: string;
  readonly says: string;
}

/** Whether a leaf of the head is weak: against its twin in the base, or by itself where there is none. */
function weaker(is: Leaf, was: Leaf | undefined, added: boolean): string | null {
  const [value = ''] = is.values;
  if (COUNTS.test(is.key)) {
    const now = value === '' ? 0 : Number(value);
    if (was !== undefined ? now < Number(was.values[0]) : added && now === 0 && /review|approv/.test(is.key))
      return 'fewer-reviews';
    return null;
  }
  if (
    ON.test(is.key) &&
    isOff(is) &&
    (was === undefined ? added && !/^(?:lock_branch|deletion|creation|update|protected)$/.test(is.key) : isOn(was))
  )
    return 'protection-off';
  if (OFF.test(is.key) && isOn(is) && !isOn(was)) return 'exemption-on';
  if (
    is.key === 'enforcement' &&
    /^(?:disabled|evaluate)$/i.test(value) &&
    !/^(?:disabled|evaluate)$/i.test(was?.values[0] ?? '')
  )
    return 'not-enforced';
  if (is.key === 'visibility' && value === 'public' && was !== undefined && was.values[0] !== 'public')
    return 'public-repository';
  if (was !== undefined && SHRINKS.test(is.key) && was.values.some((entry) => !is.values.includes(entry)))
    return 'check-removed';
  if (was !== undefined && GROWS.test(is.key) && is.values.some((entry) => !was.values.includes(entry)))
    return 'bypass-added';
  return null;
}

function detect(subject: GuardrailSubject, context: GuardrailContext): Answer {
  const { before, after } = sidesOf(subject, concerns);
  if (before?.text === after?.text) return CLEAR;
  const base = readBase(before, context, [], leaves);
  const head = after === null ? [] : judgeSide(after, context, [], leaves);
  const place = after ?? before;
  if (place === null) return CLEAR;
  const known = new Map(base.map((leaf) => [leaf.path, leaf]));
  const kept = new Set(head.map(({ path }) => path));
  const loosened: Loosening[] = head.flatMap((is) => {
    const shape = weaker(is, known.get(is.path), before === null);
    return shape === null ? [] : [{ leaf: is, shape, says: 'becomes weaker than in the base' }];
  });
  const dropped: Loosening[] = base.flatMap((was) => {
    if (kept.has(was.path)) return [];
    const protects =
      (ON.test(was.key) && isOn(was)) ||
      (COUNTS.test(was.key) && Number(was.values[0]) > 0) ||
      (was.key === 'enforcement' && was.values[0] === 'active') ||
      (SHRINKS.test(was.key) && was.values.length > 0) ||
      (was.key === 'type' && /rules\[/.test(was.path));
    return protects ? [{ leaf: was, shape: 'protection-removed', says: 'stands in the base and is gone' }] : [];
  });
  return answerOf(
    [
      ...loosened.map((found) => tellOf(found, after, before, known)),
      ...dropped.map((found) => tellOf(found, null, before, known, place.path)),
    ].flatMap((found) => found ?? []),
  );
}

function tellOf(
  found: Loosening,
  after: FileSide | null,
  before: FileSide | null,
  known: ReadonlyMap<string, Leaf>,
  path = after?.path,
): Detection | null {
  const side = after ?? before;
  if (side === null || path === undefined) return null;
  const was = known.get(found.leaf.path);
  return tell(RULE, {
    path,
    at: after === null ? { line: 1, endLine: 1 } : spanOf(linesOf(after), found.leaf.start, found.leaf.end),
    message: `A protection of the repository's branches ${found.says}: ${quote(side.text.slice(found.leaf.start, found.leaf.end))}${after !== null && was !== undefined && before !== null ? `, was ${quote(before.text.slice(was.start, was.end))}` : ''}.`,
    remediation: 'Put the protection back, or loosen it in a change of its own that an administrator signs.',
    shape: found.shape,
    before: was === undefined || before === null ? null : before.text.slice(was.start, was.end),
    after: after === null ? null : side.text.slice(found.leaf.start, found.leaf.end),
  });
}

/** See README.md of this folder. */
export const branchProtectionAsCodeLoosened = { rule: RULE, concerns, detect } satisfies GuardrailDetector;
