import { rulesById } from '../detectors/index.ts';
import { sha256 } from './core/digest.ts';
import type { CommentState } from './core/host.ts';
import type { Job } from './core/job.ts';
import type { Reply } from './core/reply.ts';
import type { Asker } from './policy/authorise.ts';
import { type Command, parseCommand } from './policy/command.ts';
import type { Ports } from './ports.ts';
import { pendingOf, publish } from './review/publish.ts';
import { answer } from './signoff/answer.ts';
import { refuse, takeDecision } from './signoff/decisions.ts';
import { record } from './signoff/record.ts';
import { mayRead, mayRecheck, readAsker, readStanding, type Standing } from './signoff/standing.ts';

export { press } from './signoff/press.ts';

type CommandJob = Extract<Job, { kind: 'command' }>;

/**
 * The story of one command: read the comment back, read where things stand, ask who it is, do what was said, answer.
 * What the webhook said counts for nothing that GitHub does not say again.
 */
export async function takeCommand(job: CommandJob, ports: Ports): Promise<void> {
  const { repository, pullRequest: number } = job;
  const comment = await ports.host.comment(repository, job.commentId);
  if (comment === null || comment.author.id !== job.sender.id) return;
  const parsed = parseCommand(comment.body);
  const edited = sha256(comment.body) !== job.bodyDigest || comment.updatedAt !== comment.createdAt;
  if (parsed.state === 'none' && !edited) return;

  const [standing, asker] = await Promise.all([
    readStanding(repository, number, ports),
    readAsker(repository, comment.author.login, comment, ports),
  ]);
  const { account } = asker.permission;
  if (account.id !== comment.author.id || !mayRead(asker)) {
    // Bots and Apps get no reply, so that nothing answers itself in circles; what they tried is written down.
    if (standing !== null) await refuse('sign', { rule: whyNot(asker) }, comment, asker, standing, ports);
    return;
  }
  const reply = await replyTo();
  if (reply !== null) await answer(repository, number, account, reply, ports);

  async function replyTo(): Promise<Reply | null> {
    if (comment === null) return null;
    if (parsed.state === 'malformed') return { kind: 'malformed', verb: parsed.verb, problem: parsed.problem };
    const verb = parsed.state === 'command' ? parsed.command.verb : 'sign';
    if (standing === null) return noReportYet(parsed.state === 'command' ? parsed.command : null, job, ports);
    if (edited) return refuse(verb, { rule: 'edited-comment' }, comment, asker, standing, ports);
    return parsed.state === 'command' ? obey(parsed.command, comment, asker, standing, ports) : null;
  }
}

async function noReportYet(command: Command | null, job: CommandJob, ports: Ports): Promise<Reply> {
  if (command?.verb === 'help') return { kind: 'help', reportCode: null };
  if (command?.verb !== 'recheck')
    return { kind: 'refused', verb: command?.verb ?? 'sign', because: { rule: 'no-report' } };
  await askForReview(job, ports);
  return { kind: 'rechecking' };
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
      return takeDecision(command, comment, asker, standing, ports);
    case 'cancel':
      return cancel(comment, asker, standing, ports);
    case 'recheck':
      if (!mayRecheck(asker, standing)) {
        return refuse('recheck', { rule: 'rank-too-low', needed: 'write' }, comment, asker, standing, ports);
      }
      await askForReview({ repository, pullRequest: pullRequest.number }, ports);
      return { kind: 'rechecking' };
    case 'status': {
      const signOffs = await ports.store.signOffs(repository.id, pullRequest.number);
      return {
        kind: 'status',
        report: review.report,
        verdict: review.verdict,
        pending: pendingOf(signOffs, ports.now()),
      };
    }
    case 'explain':
    case 'wrong':
      return aboutFindings(command, comment, asker, standing, ports);
    case 'help':
      return { kind: 'help', reportCode: review.report.code };
  }
}

async function cancel(comment: CommentState, asker: Asker, standing: Standing, ports: Ports): Promise<Reply> {
  const { repository, pullRequest } = standing;
  const signOffs = await ports.store.signOffs(repository.id, pullRequest.number);
  const own = pendingOf(signOffs, ports.now()).filter((each) => each.signer.id === asker.permission.account.id);
  if (own.length === 0) return refuse('cancel', { rule: 'nothing-pending' }, comment, asker, standing, ports);
  for (const each of own) {
    await ports.store.saveSignOff({
      ...each,
      state: 'cancelled',
      stateReason: 'Cancelled by the person who gave the command.',
    });
  }
  await publish({ ...standing, annotated: true }, ports);
  return { kind: 'cancelled' };
}

async function aboutFindings(
  command: Extract<Command, { verb: 'explain' | 'wrong' }>,
  comment: CommentState,
  asker: Asker,
  standing: Standing,
  ports: Ports,
): Promise<Reply> {
  const { findings } = standing.review.report;
  const missing = command.handles.filter((handle) => !findings.some((finding) => finding.handle === handle));
  if (missing.length > 0)
    return { kind: 'refused', verb: command.verb, because: { rule: 'unknown-handle', handles: missing } };
  const named = findings.filter((finding) => command.handles.includes(finding.handle));
  if (command.verb === 'explain') {
    const rules = rulesById();
    return {
      kind: 'explain',
      findings: named.flatMap((finding) => {
        const rule = rules.get(finding.ruleId);
        return rule === undefined ? [] : [{ finding, rule }];
      }),
    };
  }
  await record(
    standing,
    {
      type: 'command',
      effectKey: `command:${comment.id}`,
      actor: asker.permission.account,
      evidenceDigests: named.map((finding) => finding.evidenceDigest),
      reason: command.reason,
      details: { verb: 'wrong', rules: named.map((finding) => finding.ruleId), handles: command.handles },
    },
    ports,
  );
  return { kind: 'noted-wrong', handles: command.handles };
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

function whyNot(asker: Asker): 'not-a-person' | 'agent-account' | 'through-an-app' {
  if (asker.agent) return 'agent-account';
  return asker.viaApp && asker.permission.account.type === 'User' ? 'through-an-app' : 'not-a-person';
}
