import { isDown } from '../detectors/engine/not-evaluated/index.ts';
import { digestOf } from './core/digest.ts';
import type { CheckRunState } from './core/host.ts';
import type { Report } from './core/report.ts';
import type { LedgerEntry, PullRequestRecord } from './core/store.ts';
import { routesOf, weighFor } from './policy/applied.ts';
import type { Ports } from './ports.ts';
import { type Ground, isAnswered, type ReviewJob, readGround } from './review/ground.ts';
import { diffDigestOf, involve } from './review/involvement.ts';
import { type Judgement, judge } from './review/judge.ts';
import { lapseSignOffs } from './review/lapse.ts';
import { lookAgainWhenOlder } from './review/maturing.ts';
import { notePlace } from './review/place.ts';
import { holdsOrganisationPolicy } from './review/policy-change.ts';
import { publish } from './review/publish.ts';
import { rememberAsked } from './review/remember.ts';
import { couldNotEvaluate, retryLater, SIGNABLE_AFTER_MS } from './review/retry.ts';
import { endLeftRun, endRun, needsRunAtOnce, startRun, storedRecord, unlessGone } from './review/runs.ts';
import { rememberShapes, shapesElsewhere } from './review/shapes.ts';
import { whileWanted } from './review/wanted.ts';

/**
 * The story of one review: read where things stand, start the check, judge the change, remember what was found,
 * say it. Whatever fails on the way ends the check as "could not evaluate" and is tried again; nothing ends green.
 */
export async function review(job: ReviewJob, ports: Ports, signal: AbortSignal): Promise<void> {
  const ground = await readGround(job, ports);
  if (ground === null) return endAbandoned(job, ports);
  const { headSha } = ground.pullRequest;
  const { report: known } = ground.latest ?? { report: null };
  ports.about({ headSha, ...(known?.headSha === headSha ? { review: known.code } : {}) });
  if (isAnswered(job, ground)) return noteInvolved(job, ground, ports);

  const running = needsRunAtOnce(job, ground) ? startRun(ground, ports) : Promise.resolve(null);
  try {
    if (ground.policyProblem !== null) throw ground.policyProblem;
    const [{ judgement, diffDigest }, run] = await Promise.all([
      unlessAborted(judgeChange(ground, ports, signal), signal),
      running,
    ]);
    await notePlace(job.repository, ports);
    const report = await makeReport(ground, judgement, diffDigest, ports);
    ports.about({ headSha: report.headSha, review: report.code });
    await ports.store.ledger.append(job.repository.installationId, reviewEntry(report, ground, ports));
    const record = await remember(job, ground, judgement, diffDigest, ports);
    await rememberAsked(job.repository, job.pullRequest, judgement.asked, ground.policy, ports);
    await rememberShapes(ground, judgement, ports);
    await lapseSignOffs(report, ground, ports);

    const before = ground.latest?.report.code === report.code ? ground.latest.checkRunId : null;
    const checkRunId = run?.id ?? before ?? (await startRun(ground, ports)).id;
    await endLeftRun(record, checkRunId, job.repository, ports);
    const verdict = await publish(
      {
        ...ground,
        record,
        review: {
          repositoryId: job.repository.id,
          pullRequest: job.pullRequest,
          report,
          checkRunId,
          checkName: ground.checkName,
          createdAt: new Date(ports.now()).toISOString(),
        },
        // A try that failed half-way may have left them out.
        annotated: checkRunId === before && job.attempt === 0 && job.earlierStarts === 0,
      },
      ports,
    );
    if (verdict.result !== 'pass' && report.unknownSince !== null) await retryLater(job, null, ports);
    await lookAgainWhenOlder(job, report, ground.policy.thresholds, ports);
  } catch (error) {
    if (signal.aborted && signal.reason === 'superseded') return giveWay(job, ground, await settled(running), ports);
    // Stopped from outside: the job is handed back and comes again, run and all.
    if (signal.aborted) throw error;
    await couldNotEvaluate(job, ground, await settled(running), error, ports);
  }
}

async function judgeChange(
  ground: Ground,
  ports: Ports,
  signal: AbortSignal,
): Promise<{ readonly judgement: Judgement; readonly diffDigest: string }> {
  const { repository, pullRequest, policy, attribution, commits } = ground;
  const [whole, all] = await Promise.all([
    ports.host.snapshot(repository, ground.mergeBase, pullRequest.headSha),
    ports.host.history(repository, commits),
  ]);
  const { snapshot, history } = whileWanted(whole, all, signal);
  const complete = ground.commitsComplete
    ? snapshot
    : { ...snapshot, unread: [...snapshot.unread, { ...COMMITS_CAPPED, path: `commits of #${pullRequest.number}` }] };
  const judgement = await judge(
    {
      snapshot: complete,
      history,
      attribution,
      pullRequest: {
        kind: 'pullRequest',
        title: pullRequest.title,
        body: pullRequest.body,
        commits: commits.map(({ sha, message }) => ({ sha: sha ?? '', message })),
      },
      scope: 'change',
      thresholds: policy.thresholds,
      weigh: weighFor(policy, attribution),
      couldBlock: (rule) => policy.couldBlock(rule, attribution),
      fixturePaths: policy.fixturePaths,
      excluded: policy.excluded,
      owner: repository.owner,
      organisationPolicy: holdsOrganisationPolicy(repository, ground.state),
      routingTree: ports.host.tree(repository, ground.state.defaultSha),
      routes: routesOf(policy),
      knownHandles: ground.record.handles,
      elsewhere: (fingerprints) => shapesElsewhere(ground, fingerprints, ports),
      signForUnknowns: policy.sourceDown === 'sign' && unknownForMs(ground, ports.now()) >= SIGNABLE_AFTER_MS,
      leaveOutLookUps: false,
    },
    ports,
    signal,
  );
  return { judgement, diffDigest: diffDigestOf(snapshot) };
}

/** GitHub lists at most 250 commits of a pull request (REST, "List commits on a pull request"). */
const COMMITS_CAPPED = { reason: 'GitHub lists only the first 250 commits', transient: false } as const;

function unknownForMs({ latest, pullRequest }: Ground, now: number): number {
  if (latest === null || latest.report.headSha !== pullRequest.headSha || latest.report.unknownSince === null) return 0;
  return now - Date.parse(latest.report.unknownSince);
}

/** Equal findings, head, base, policy and text keep the code, so that a re-check does not undo a command under way. */
async function makeReport(ground: Ground, judgement: Judgement, diffDigest: string, ports: Ports): Promise<Report> {
  const { pullRequest, latest, mergeBase, textDigest, policy } = ground;
  const waiting = judgement.unknowns.some((unknown) => !unknown.advisory);
  const down = waiting || judgement.findings.some(isDown);
  const unknownForNow = down ? unknownForMs(ground, ports.now()) : 0;
  const report = {
    headSha: pullRequest.headSha,
    baseRef: pullRequest.baseRef,
    mergeBase,
    policyDigest: policy.digest,
    textDigest,
    diffDigest,
    attribution: ground.attribution,
    findings: judgement.findings,
    unknowns: judgement.unknowns,
    changes: judgement.changes,
    packages: judgement.packages,
    unread: judgement.unread,
    notes: policy.notes,
    unknownSince: down ? new Date(ports.now() - unknownForNow).toISOString() : null,
  };
  const identity = identityOf(report);
  const same = latest !== null && identityOf(latest.report) === identity;
  return { ...report, code: same ? latest.report.code : await newCode(identity, ground, ports) };
}

/** As long as a report may take from its first word to being stored, a day of tries included. */
const CODE_KEPT_MS = 2 * 24 * 60 * 60 * 1000;

/** Kept before it is used anywhere: a process that dies half-way is followed by one that writes the same entries. */
async function newCode(identity: string, { repository, pullRequest, latest }: Ground, ports: Ports): Promise<string> {
  const after = latest?.createdAt ?? null;
  const key = `report-code:${repository.id}:${pullRequest.number}:${digestOf({ identity, after })}`;
  const kept = await ports.store.cached(key);
  if (typeof kept === 'string') return kept;
  const code = `r-${ports.word(8)}`;
  await ports.store.cache(key, code, new Date(ports.now() + CODE_KEPT_MS).toISOString());
  return code;
}

/** What a report is identified by, beside its repository and pull request (product.md, "Report code"). */
function identityOf(report: Omit<Report, 'code'>): string {
  const { headSha, baseRef, mergeBase, policyDigest, textDigest, findings } = report;
  const digests = findings.flatMap((each) => [each.evidenceDigest, ...each.replicas.map((one) => one.evidenceDigest)]);
  return digestOf({ headSha, baseRef, mergeBase, policyDigest, textDigest, digests: digests.sort() });
}

function reviewEntry(report: Report, ground: Ground, ports: Ports): LedgerEntry {
  return {
    type: 'review',
    effectKey: `review:${ground.repository.id}:${ground.pullRequest.number}:${report.code}`,
    repositoryId: ground.repository.id,
    pullRequest: ground.pullRequest.number,
    headSha: report.headSha,
    reportCode: report.code,
    agent: report.attribution.agent,
    requester: report.attribution.requester,
    actor: null,
    evidenceDigests: report.findings.map((finding) => finding.evidenceDigest),
    policyDigest: report.policyDigest,
    reason: null,
    details: {
      mergeBase: report.mergeBase,
      baseRef: report.baseRef,
      class: report.attribution.class,
      tier: report.attribution.tier,
      findings: report.findings.map(({ handle, ruleId, level, confidence }) => ({ handle, ruleId, level, confidence })),
      dependencyChanges: report.changes.length,
    },
    at: new Date(ports.now()).toISOString(),
  };
}

async function remember(
  job: ReviewJob,
  ground: Ground,
  judgement: Judgement,
  diffDigest: string,
  ports: Ports,
): Promise<PullRequestRecord> {
  const { pullRequest } = ground;
  // The run that this review started was noted while it was judged; only the store's copy knows of it.
  const stored = await storedRecord(ground, ports);
  const next: PullRequestRecord = {
    ...stored,
    ...(await involve(job, ground, diffDigest, ports)),
    state: 'open',
    headSha: pullRequest.headSha,
    baseRef: pullRequest.baseRef,
    attribution: ground.attribution,
    handles: judgement.handles,
  };
  await ports.store.savePullRequest(next);
  return next;
}

/** The pull request was closed, or its repository archived: what an earlier try started is not left in progress. */
async function endAbandoned({ repository, pullRequest: number }: ReviewJob, ports: Ports): Promise<void> {
  const record = await ports.store.pullRequest(repository.id, number);
  if (record === null || record.openCheckRun === null) return;
  // An archived repository takes no word any more.
  await endRun(repository, record.openCheckRun.id, 'The pull request was closed.', ports).catch(unlessGone);
  await ports.store.savePullRequest({ ...record, openCheckRun: null });
}

/** Whoever pushed has a hand in the change, also where an earlier delivery's review has answered for it already. */
async function noteInvolved(job: ReviewJob, ground: Ground, ports: Ports): Promise<void> {
  const diffDigest = ground.latest?.report.diffDigest;
  if (diffDigest === undefined) return;
  const involved = await involve(job, ground, diffDigest, ports);
  await ports.store.savePullRequest({ ...ground.record, ...involved });
}

/** A newer review waits: this one's run ends, and whoever pushed is remembered all the same. */
async function giveWay(job: ReviewJob, ground: Ground, run: CheckRunState | null, ports: Ports): Promise<void> {
  const stored = await storedRecord(ground, ports);
  const involved = await involve(job, { ...ground, record: stored }, null, ports);
  const open = run?.id ?? stored.openCheckRun?.id ?? null;
  if (open !== null) await endRun(job.repository, open, 'A newer review took the place of this one.', ports);
  await ports.store.savePullRequest({ ...stored, ...involved, attribution: ground.attribution, openCheckRun: null });
}

/** A newer commit does not wait for an answer that this review waits for: reading goes on to its end, unheard. */
async function unlessAborted<T>(reading: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const stop = (): void => aborted.reject(new Error('the review was stopped', { cause: signal.reason }));
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([reading, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** The run, where it could be started; a failure to start it is told by whatever comes next. */
async function settled<T>(promise: Promise<T>): Promise<T | null> {
  const [result] = await Promise.allSettled([promise]);
  return result.status === 'fulfilled' ? result.value : null;
}
