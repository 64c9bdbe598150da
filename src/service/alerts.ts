import { messageOf } from '../core/errors.ts';
import type { JsonValue } from '../core/json.ts';
import { formatLedgerHead, type OperatedStore } from '../core/store.ts';
import { VERSION } from '../version.ts';
import { createAlertRecord, keyOf, type Problem } from './alert-record.ts';
import type { Log } from './log.ts';
import { outOfReach } from './out-of-reach.ts';
import type { SourceHealth } from './source-health.ts';

/** When something is worth an alert. Milliseconds. */
export interface AlertLimits {
  readonly queueMs: number;
  readonly sourceMs: number;
  /** A pull request that could not be evaluated. */
  readonly unknownMs: number;
  /** A pull request that waits for people. */
  readonly heldMs: number;
  /** A repository that sweeps do not meet any more. */
  readonly outOfReachMs: number;
  /** How often the ledger is verified from its first entry. */
  readonly ledgerEveryMs: number;
  /** How often a problem that stays is told again. */
  readonly againMs: number;
}

const HOUR_MS = 60 * 60 * 1000;
export const ALERT_LIMITS: AlertLimits = {
  queueMs: 5 * 60 * 1000,
  sourceMs: 15 * 60 * 1000,
  unknownMs: 30 * 60 * 1000,
  heldMs: 72 * HOUR_MS,
  outOfReachMs: HOUR_MS / 2,
  ledgerEveryMs: 24 * HOUR_MS,
  againMs: 24 * HOUR_MS,
};

/** For one answer of the receiver. Milliseconds. */
const SEND_MS = 10_000;
/** Pull requests that one alert lists. */
const LISTED = 50;

export interface AlertParts {
  readonly store: Pick<OperatedStore, 'queue' | 'ledger' | 'heldPullRequests' | 'refusedTellings' | 'cached' | 'cache'>;
  readonly health: SourceHealth;
  readonly limits: AlertLimits;
  readonly log: Log;
  readonly now: () => number;
  /** Whether this process answers for what all share: the queue, the ledger, the pull requests. */
  readonly shared: boolean;
  /** Takes secrets out of what leaves the process. */
  readonly clean: (text: string) => string;
}

export interface Alerter {
  /** Looks once, and tells what is new, what stays, and what is over. */
  look(): Promise<void>;
}

/**
 * Sends alerts to the operator's webhook, as plain JSON by POST. Several processes agree through the store: each problem is
 * told once, again once a day while it stays, and once when it is over.
 */
export function createAlerter(url: string, parts: AlertParts): Alerter {
  const { store, limits, log, now } = parts;
  const record = createAlertRecord(store, now);
  const firing = new Map<string, Problem>();
  /** By problem, when this process told of it. */
  const told = new Map<string, number>();

  async function look(): Promise<void> {
    const { problems, looked } = await problemsOf(parts);
    const current = new Map(problems.map((problem) => [keyOf(problem), problem]));
    for (const [key, problem] of current) {
      const known = firing.get(key) ?? problem;
      if (await tell('firing', known)) firing.set(key, known);
    }
    for (const problem of await recall(looked)) if (!firing.has(keyOf(problem))) firing.set(keyOf(problem), problem);
    for (const [key, problem] of firing) {
      if (current.has(key) || !looked.has(problem.alert)) continue;
      if (await tell('resolved', problem)) firing.delete(key);
    }
  }

  /** What a process before this one told of, of which it is known by now whether it is over. */
  async function recall(looked: ReadonlySet<Problem['alert']>): Promise<readonly Problem[]> {
    const up = new Set(parts.health.up());
    const before = await record.open();
    return before.filter(({ alert, subject }) => (alert === 'source-down' ? up.has(subject) : looked.has(alert)));
  }

  /** True where nobody has to be told any more. */
  async function tell(state: 'firing' | 'resolved', problem: Problem): Promise<boolean> {
    if (state === 'firing' ? await wasTold(problem) : await isOver(problem)) return true;
    try {
      await send(url, parts.clean(JSON.stringify(bodyOf(state, problem, now()))));
    } catch (error) {
      // Not the address: it may carry a token.
      log('error', 'an alert could not be sent; it is tried again', { alert: problem.alert, error: messageOf(error) });
      return false;
    }
    if (state === 'firing') told.set(keyOf(problem), now());
    else told.delete(keyOf(problem));
    await record.tell(state, problem);
    log('warn', 'an alert was sent', { alert: problem.alert, state, subject: problem.subject });
    return true;
  }

  /** By any process, within the last day. */
  async function wasTold(problem: Problem): Promise<boolean> {
    const own = told.get(keyOf(problem));
    const at = own !== undefined && now() - own < limits.againMs ? own : ((await record.toldAt(problem)) ?? undefined);
    return at !== undefined && now() - at < limits.againMs;
  }

  /** Another process said so already. What this one told while the store was away is nobody else's to end. */
  async function isOver(problem: Problem): Promise<boolean> {
    return !told.has(keyOf(problem)) && (await record.toldAt(problem)) === null;
  }

  return { look };
}

function bodyOf(state: 'firing' | 'resolved', problem: Problem, now: number): JsonValue {
  return {
    service: 'countersign',
    version: VERSION,
    alert: problem.alert,
    state,
    subject: problem.subject,
    message: problem.message,
    since: new Date(problem.since).toISOString(),
    at: new Date(now).toISOString(),
    details: problem.details,
  };
}

/** The address is the operator's own word, so it may be a private one; where it leads elsewhere nobody follows. */
async function send(url: string, body: string): Promise<void> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    redirect: 'error',
    signal: AbortSignal.timeout(SEND_MS),
  });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`the receiver answered ${answer.status}`);
}

/** What is wrong at this moment, and which kinds of problem could be looked for. */
async function problemsOf(
  parts: AlertParts,
): Promise<{ readonly problems: readonly Problem[]; readonly looked: ReadonlySet<Problem['alert']> }> {
  const problems: Problem[] = [...sourcesDown(parts)];
  const looked = new Set<Problem['alert']>(['source-down']);
  if (!parts.shared) return { problems, looked };
  try {
    problems.push(
      ...(await queueProblems(parts)),
      ...(await heldPullRequests(parts)),
      ...(await refusedIssues(parts)),
      ...(await lostRepositories(parts)),
    );
    for (const alert of [
      'queue-blocked',
      'jobs-given-up',
      'pull-requests-held',
      'issues-refused',
      'repository-out-of-reach',
    ] as const)
      looked.add(alert);
    const ledger = await ledgerProblems(parts);
    if (ledger !== null) {
      problems.push(...ledger);
      looked.add('ledger-broken');
    }
  } catch (error) {
    // A store that is away is a source that is down: it is told as one.
    parts.log('warn', 'the store could not be looked at for alerts', { error: messageOf(error) });
  }
  return { problems, looked };
}

function sourcesDown({ health, limits, now }: AlertParts): readonly Problem[] {
  return health
    .down()
    .filter(({ since }) => now() - since >= limits.sourceMs)
    .map(({ source, since }) => ({
      alert: 'source-down',
      subject: source,
      since,
      message: `${source} has not answered for ${minutes(now() - since)} minutes. What needs it cannot be evaluated.`,
      details: { source },
    }));
}

async function queueProblems({ store, limits, now }: AlertParts): Promise<readonly Problem[]> {
  const { waiting, failed, oldestWaitingMs } = await store.queue.backlog();
  const found: Problem[] = [];
  if (oldestWaitingMs !== null && oldestWaitingMs >= limits.queueMs) {
    found.push({
      alert: 'queue-blocked',
      subject: 'queue',
      since: now() - oldestWaitingMs,
      message: `A job has waited for ${minutes(oldestWaitingMs)} minutes; ${waiting} wait in all. Start more workers, or read the log for what hangs.`,
      details: { waiting, oldestWaitingSeconds: Math.round(oldestWaitingMs / 1000) },
    });
  }
  if (failed > 0) {
    found.push({
      alert: 'jobs-given-up',
      subject: 'queue',
      since: now(),
      message: `${failed} jobs were given up after a day of tries. The log of the last days names why.`,
      details: { failed },
    });
  }
  return found;
}

async function heldPullRequests({ store, limits, now }: AlertParts): Promise<readonly Problem[]> {
  const held = await store.heldPullRequests({
    unknownBefore: new Date(now() - limits.unknownMs).toISOString(),
    blockedBefore: new Date(now() - limits.heldMs).toISOString(),
    limit: LISTED,
  });
  const [first] = held;
  if (first === undefined) return [];
  return [
    {
      alert: 'pull-requests-held',
      subject: 'pull requests',
      since: Date.parse(first.since),
      message: `${held.length === LISTED ? `${LISTED} or more` : held.length} pull requests have been held for long: they wait for a sign-off, or could not be evaluated.`,
      details: { pullRequests: held.map((one) => ({ ...one })) },
    },
  ];
}

/** What would be said in an issue and nobody in the repository can read: the operator is the one who is left to tell. */
async function refusedIssues({ store }: AlertParts): Promise<readonly Problem[]> {
  const refused = await store.refusedTellings(LISTED);
  return refused.map(({ repository: { owner, name }, packages, since }) => ({
    alert: 'issues-refused',
    subject: `${owner}/${name}`,
    since: Date.parse(since),
    message: `GitHub refuses the issue in ${owner}/${name} that tells of ${packages} packages that came true: malware that was merged, or invented names that exist now. Turn issues on there and let the App write them; \`countersign ledger show\` names the packages.`,
    details: { repository: `${owner}/${name}`, packages },
  }));
}

/** Told when a second sweep misses it too: GitHub may show what was given away a moment late. */
async function lostRepositories({ store, limits }: AlertParts): Promise<readonly Problem[]> {
  const missed = (await outOfReach(store)).filter(({ since, at }) => at - since >= limits.outOfReachMs);
  return missed.map(({ repositoryId, name, pullRequests, since }) => ({
    alert: 'repository-out-of-reach',
    subject: name ?? `repository ${repositoryId}`,
    since,
    message: `GitHub no longer shows us ${name ?? `the repository ${repositoryId}`}: it was given to an owner without the App, taken from the App, or deleted. ${pullRequests} open pull requests of it cannot be judged, and a check that they carry says what was true before. Install the App at its new owner, or take the check out of its rules.`,
    details: { repository: repositoryId, name, pullRequests },
  }));
}

/** Null where they were verified not long ago. Each chain must still hold the head that it had the last time. */
async function ledgerProblems({ store, limits, now }: AlertParts): Promise<readonly Problem[] | null> {
  const turn = `alert:ledger-verified:${Math.floor(now() / limits.ledgerEveryMs)}`;
  if ((await store.cached(turn)) !== null) return null;
  const found: Problem[] = [];
  for (const installation of await store.ledger.installations()) {
    const anchor = `alert:ledger-head:${installation}`;
    const expected = await store.cached(anchor);
    const result = await store.ledger.check(installation, typeof expected === 'string' ? [expected] : [], []);
    if (result.state === 'verified') {
      const until = new Date(now() + 30 * limits.ledgerEveryMs).toISOString();
      await store.cache(anchor, formatLedgerHead(result.head), until);
      continue;
    }
    const [sequence, reason] =
      result.state === 'broken' ? [result.sequence, result.reason] : [1, 'the chain is empty, and was not before'];
    found.push({
      alert: 'ledger-broken',
      subject: `installation ${installation}`,
      since: now(),
      message: `The ledger does not verify at entry ${sequence}: ${reason}. Keep the database as it is, and compare it with the heads that the check runs show.`,
      details: { installation, sequence, reason },
    });
  }
  // A broken chain is looked at again every time, until it verifies.
  if (found.length === 0) await store.cache(turn, true, new Date(now() + limits.ledgerEveryMs).toISOString());
  return found;
}

function minutes(milliseconds: number): number {
  return Math.floor(milliseconds / 60_000);
}
