import { rulesById } from '../detectors/index.ts';
import { sha256 } from './core/digest.ts';
import type { CommentState } from './core/host.ts';
import type { Job } from './core/job.ts';
import type { Asker } from './policy/authorise.ts';
import { type Command, parseCommand, verbMeant } from './policy/command.ts';
import type { Ports } from './ports.ts';
import type { Refusal, Reply } from './report/reply.ts';
import { pendingOf, publish } from './review/publish.ts';
import { answer } from './signoff/answer.ts';
import { refuse, takeDecision } from './signoff/decisions.ts';
import { record } from './signoff/record.ts';
import { mayRead, mayRecheck, readAsker, readStanding, type Standing } from './signoff/standing.ts';

export { press } from './signoff/press.ts';

type CommandJob = Extract<Job, { kind: 'command' }>;

/**
 * The story of one command, told once for each comment: `jobId` names the delivery's job, which alone may go on where
 * it stopped. Read the comment back, read where things stand, ask who it is, do what was said, answer. What the webhook said
 * counts for nothing that GitHub does not say again.
 */
export async function takeCommand(job: CommandJob, jobId: string, ports: Ports): Promise<void> {
  const { repository, pullRequest: number } = job;
  // Under another delivery's id the same comment is a replay: also a command that was refused must not be tried again.
  if (!(await ports.store.claimEffect(`command:${repository.id}:${job.commentId}`, jobId))) return;
  const comment = await ports.host.comment(repository, job.commentId);
  // Not there may also mean: not in this place any more.
  if (comment === null) await ports.host.repository(repository);
  if (comment === null || comment.author.id !== job.sender.id) return;
  const parsed = parseCommand(comment.body);
  const edited = sha256(comment.body) !== job.bodyDigest || comment.updatedAt !== comment.createdAt;
  if (parsed.state === 'none' && !edited) return;

  const [standing, asker] = await Promise.all([
    readStanding(repository, number, ports),
    readAsker(repository, comment.author, comment, ports),
  ]);
  const { account } = asker.permission;
  const author = standing?.pullRequest.author ?? (await ports.host.pullRequest(repository, number)).author;
  if (account.id !== comment.author.id || !mayRead(asker, author)) {
    // Bots and Apps get no reply, so that nothing answers itself in circles; what they tried is written down.
    if (standing !== null) await refuse('sign', whyNot(asker), comment, asker, standing, ports);
    return;
  }
  const reply = await replyTo();
  if (reply !== null) await answer(repository, number, account, reply, ports);

  async function replyTo(): Promise<Reply | null> {
    if (comment === null) return null;
    if (parsed.state === 'malformed')
      return {
        kind: 'malformed',
        given: `/countersign ${parsed.verb}`.trim(),
        problem: parsed.problem,
        example: exampleOf(parsed.verb, standing),
      };
    const verb = parsed.state === 'command' ? parsed.command.verb : 'sign';
    if (standing === null) return noReportYet(parsed.state === 'command' ? parsed.command : null, job, ports);
    if (edited) return refuse(verb, { rule: 'comment-changed' }, comment, asker, standing, ports);
    return parsed.state === 'command' ? obey(parsed.command, comment, asker, standing, ports) : null;
  }
}

/** A command in a review or on a line: one reply that says where to write it. Outsiders and machines get none. */
export async function answerMisplaced(job: Extract<Job, { kind: 'misplaced' }>, ports: Ports): Promise<void> {
  const { repository, pullRequest: number, sender } = job;
  if (!(await ports.store.claimEffect(`misplaced:${repository.id}:${job.place}`))) return;
  const asker = await readAsker(repository, sender, null, ports);
  const { account } = asker.permission;
  if (account.id !== sender.id || asker.agent) return;
  const { author, headSha } = await ports.host.pullRequest(repository, number);
  ports.about({ headSha });
  if (mayRead(asker, author)) await answer(repository, number, account, { kind: 'wrong-place' }, ports);
}

async function noReportYet(command: Command | null, job: CommandJob, ports: Ports): Promise<Reply> {
  if (command?.verb === 'help') return { kind: 'help' };
  if (command?.verb !== 'recheck') return { kind: 'refused', signer: job.sender.login, refusal: { rule: 'no-report' } };
  await askForReview(job, ports);
  return { kind: 'recheck' };
}

async function obey(
  command: Command,
  comment: CommentState,
  asker: Asker,
  standing: Standing,
  ports: Ports,
): Promise<Reply | null> {
  const { repository, pullRequest, review } = standing;
  switch (command.verb) {
    case 'sign':
    case 'refuse':
    case 'revoke':
    case 'break-glass':
      return takeDecision(command, comment, asker, standing, ports);
    case 'cancel':
      return cancel(comment, asker, standing, ports);
    case 'recheck':
      if (!mayRecheck(asker, standing)) {
        return refuse(
          'recheck',
          { rule: 'rank-too-low', needed: 'write', has: asker.permission.rank },
          comment,
          asker,
          standing,
          ports,
        );
      }
      await askForReview({ repository, pullRequest: pullRequest.number }, ports);
      return { kind: 'recheck' };
    case 'status': {
      const signOffs = await ports.store.signOffs(repository.id, pullRequest.number);
      return {
        kind: 'status',
        report: review.report,
        verdict: review.verdict,
        pending: pendingOf(signOffs, ports.now()).length,
        observe: standing.policy.mode === 'observe',
      };
    }
    case 'explain':
    case 'wrong':
      return aboutFindings(command, comment, asker, standing, ports);
    case 'help':
      return { kind: 'help' };
  }
}

async function cancel(comment: CommentState, asker: Asker, standing: Standing, ports: Ports): Promise<Reply> {
  const { repository, pullRequest } = standing;
  const signOffs = await ports.store.signOffs(repository.id, pullRequest.number);
  const own = pendingOf(signOffs, ports.now()).filter((each) => each.signer.id === asker.permission.account.id);
  const { login } = asker.permission.account;
  if (own.length === 0) return { kind: 'cancelled', signer: login, count: 0 };
  await record(
    standing,
    {
      type: 'command',
      effectKey: `command:${comment.id}`,
      actor: asker.permission.account,
      evidenceDigests: own.flatMap((each) => each.items.flatMap((item) => item.evidenceDigests)),
      reason: null,
      details: { verb: 'cancel', signOffs: own.map((each) => each.id) },
    },
    ports,
  );
  for (const each of own) {
    await ports.store.saveSignOff({
      ...each,
      state: 'cancelled',
      stateReason: 'Cancelled by the person who gave the command.',
    });
  }
  await publish({ ...standing, annotated: true }, ports);
  return { kind: 'cancelled', signer: login, count: own.length };
}

async function aboutFindings(
  command: Extract<Command, { verb: 'explain' | 'wrong' }>,
  comment: CommentState,
  asker: Asker,
  standing: Standing,
  ports: Ports,
): Promise<Reply> {
  const { report, verdict } = standing.review;
  const named = report.findings.find((finding) => finding.handle === command.handle);
  const rule = named === undefined ? undefined : rulesById().get(named.ruleId);
  if (named === undefined || rule === undefined) {
    const signer = asker.permission.account.login;
    return {
      kind: 'refused',
      signer,
      refusal: { rule: 'unknown-handle', given: [command.handle], open: verdict.open },
    };
  }
  if (command.verb === 'explain') return { kind: 'explain', finding: named, help: rule.help, code: report.code };
  await record(
    standing,
    {
      type: 'command',
      effectKey: `command:${comment.id}`,
      actor: asker.permission.account,
      evidenceDigests: [named.evidenceDigest],
      reason: command.reason,
      details: { verb: 'wrong', rules: [named.ruleId], handles: [named.handle] },
    },
    ports,
  );
  return { kind: 'wrong-recorded', handle: named.handle, ruleId: named.ruleId };
}

/** Commands that are a verb alone. */
const BARE_VERBS: readonly string[] = ['cancel', 'recheck', 'status', 'help'];

/** The command as it would be right, as far as we can know it. */
function exampleOf(given: string, standing: Standing | null): string | null {
  const verb = verbMeant(given);
  const code = standing?.review.report.code;
  const handle = standing?.review.verdict.open[0] ?? 'F1';
  if (verb === 'explain') return `/countersign explain ${handle}`;
  if (verb === 'wrong') return `/countersign wrong ${handle} <why it is a false alarm>`;
  if (verb === 'break-glass' && code !== undefined) return `/countersign break-glass ${code} <why>`;
  if ((verb === 'sign' || verb === 'approve' || verb === 'refuse') && code !== undefined)
    return `/countersign ${verb} ${handle} ${code} <why>`;
  if (verb === 'revoke') return '/countersign revoke <why>';
  return BARE_VERBS.includes(verb) ? `/countersign ${verb}` : null;
}

async function askForReview(job: Pick<CommandJob, 'repository' | 'pullRequest'>, ports: Ports): Promise<void> {
  const { repository, pullRequest } = job;
  await ports.store.queue.send(
    ports.newId(),
    {
      kind: 'review',
      repository,
      pullRequest,
      cause: 'recheck',
      sender: null,
      headSha: null,
      beforeSha: null,
      attempt: 0,
    },
    { afterMs: 0 },
  );
}

function whyNot(asker: Asker): Refusal {
  if (asker.permission.account.type !== 'User' || asker.agent) return { rule: 'not-a-person' };
  return asker.viaApp
    ? { rule: 'through-an-app' }
    : { rule: 'rank-too-low', needed: 'read', has: asker.permission.rank };
}
