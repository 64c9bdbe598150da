import { readFileSync } from 'node:fs';
import { AttributionFacts, attribute } from '../agents/index.ts';
import type { Attribution } from '../core/attribution.ts';
import type { GuardrailSubject } from '../core/detector.ts';
import { CountersignError, messageOf } from '../core/errors.ts';
import { DEFAULT_POLICY } from '../core/policy.ts';
import type { Report, Verdict } from '../core/report.ts';
import type { Snapshot } from '../core/snapshot.ts';
import {
  defaultBranchOf,
  historyFromGit,
  type LocalHistory,
  type LocalSnapshot,
  snapshotFromFolders,
  snapshotFromGit,
  snapshotFromWorkingTree,
  snapshotOfAll,
} from '../git/index.ts';
import { type AppliedPolicy, routesOf, weighFor } from '../policy/applied.ts';
import { applyPolicy } from '../policy/apply.ts';
import { decide } from '../policy/decide.ts';
import { renderGithub } from '../report/github.ts';
import { renderJson } from '../report/json.ts';
import { renderSarif } from '../report/sarif.ts';
import type { ScanResult } from '../report/scan.ts';
import { renderText } from '../report/text.ts';
import { type Judgement, judge } from '../review/judge.ts';
import { folderOf, userCodeCache } from '../service/code-cache.ts';
import { createEngine } from '../service/engine.ts';
import { userSources } from '../service/source-settings.ts';
import { openSources } from '../sources.ts';
import { VERSION } from '../version.ts';
import type { CommandIo } from './io.ts';
import { HELP, type Options, readOptions, type Source } from './scan/options.ts';
import { progressOn } from './scan/progress.ts';

const RENDERERS = { text: renderText, json: renderJson, sarif: renderSarif, github: renderGithub } satisfies Record<
  Options['format'],
  (scan: ScanResult) => string
>;

/** Largest file that is read; a larger one is not evaluated, and the result says so. Bytes. */
const MAX_BLOB_BYTES = 100_000_000;

/** Commits that are read, the newest. */
const MAX_COMMITS = 10_000;

/** Runs a scan and prints it. 0 pass, 1 blocked, 3 could not be evaluated; wrong use throws `bad-usage`. */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  const options = readOptions(argv);
  if (options === 'help') {
    io.stdout(HELP);
    return 0;
  }
  const progress = progressOn(io, options.verbose);
  progress.step('reading the change');
  const snapshot = await open(options.source);
  const history = await historyOf(options.source, snapshot);
  const sources = await userSources(io.env, options.offline);
  const codeCache = folderOf(await userCodeCache(io.env));
  const engine = createEngine(await openSources(sources, null), io.now, codeCache);
  try {
    const facts = options.pullRequest === null ? null : readFacts(options.pullRequest);
    const attribution = facts === null ? JUDGED_AS_AGENT : attribute(facts, []);
    const policy = applyPolicy(DEFAULT_POLICY, [], io.now());
    progress.step(`judging ${snapshot.files.length} changed files`);
    const judgement = await judge(
      {
        snapshot,
        history,
        attribution,
        pullRequest: facts === null ? ownText(history) : textOf(facts),
        scope: options.source.kind === 'all' ? 'all' : 'change',
        thresholds: policy.thresholds,
        weigh: weighFor(policy, attribution),
        couldBlock: (rule) => policy.couldBlock(rule, attribution),
        fixturePaths: policy.fixturePaths,
        excluded: policy.excluded,
        signForUnknowns: false,
        owner: null,
        organisationPolicy: false,
        routingTree: snapshot.base,
        routes: routesOf(policy),
        knownHandles: {},
        elsewhere: async () => [],
        leaveOutLookUps: options.allowUnknown,
      },
      engine,
      new AbortController().signal,
    );
    progress.clear();
    const result = resultOf(snapshot, attribution, policy, judgement, io.now());
    const scan: ScanResult = { ...result, rules: [...engine.rules.values()], toolVersion: VERSION };
    io.stdout(RENDERERS[options.format](scan));
    progress.done({
      changed: snapshot.files.length,
      read: judgement.files.read,
      notRead: judgement.files.notRead,
    });
    return exitCode(result.verdict);
  } finally {
    progress.clear();
    await engine.close();
    history?.close();
    if ('close' in snapshot) snapshot.close();
  }
}

/** What is known of the author where nothing is told: the change is held to what an agent's is. */
const JUDGED_AS_AGENT: Attribution = { agent: null, class: 'agent', tier: 'none', requester: null, evidence: [] };

function exitCode(verdict: Verdict): number {
  if (verdict.result === 'pass') return 0;
  return verdict.result === 'blocked' ? 1 : 3;
}

function resultOf(
  snapshot: Snapshot,
  attribution: Attribution,
  policy: AppliedPolicy,
  judgement: Judgement,
  now: number,
): { readonly report: Report; readonly verdict: Verdict } {
  const { findings, unknowns, changes, packages, unread, leftOut } = judgement;
  const verdict = decide(findings, unknowns, [], {
    blocks: (finding) => policy.blocks(finding, attribution),
    signersNeeded: policy.signersNeeded,
    interestedIds: new Set(),
    headSha: null,
    now,
  });
  const notes = leftOut.length === 0 ? [] : [`Left out, because they need a look-up: ${leftOut.join(', ')}`];
  const report: Report = {
    code: '',
    headSha: snapshot.headSha,
    baseRef: '',
    mergeBase: snapshot.mergeBase,
    policyDigest: policy.digest,
    textDigest: '',
    diffDigest: '',
    attribution,
    findings,
    unknowns,
    changes,
    packages,
    unread,
    notes: [...policy.notes, ...notes],
    unknownSince: null,
  };
  return { report, verdict };
}

async function open(source: Source): Promise<Snapshot | LocalSnapshot> {
  const maxBlobBytes = MAX_BLOB_BYTES;
  switch (source.kind) {
    case 'all':
      return snapshotOfAll(source.folder, { maxBlobBytes });
    case 'folders':
      return snapshotFromFolders(source.base, source.head, { maxBlobBytes });
    case 'working-tree':
      return snapshotFromWorkingTree({ repository: source.repository, base: source.base, maxBlobBytes });
    case 'range': {
      const base = source.base ?? (await defaultBranchOf(source.repository));
      return snapshotFromGit({ repository: source.repository, base, head: source.head, maxBlobBytes });
    }
  }
}

type PullRequestText = Extract<GuardrailSubject, { kind: 'pullRequest' }>;

/** Commits that a push of this change would bring along; folders have none. */
async function historyOf(source: Source, { mergeBase, headSha }: Snapshot): Promise<LocalHistory | null> {
  if (source.kind === 'folders' || source.kind === 'all') return null;
  const head = source.kind === 'range' ? headSha : 'HEAD';
  const { repository } = source;
  return historyFromGit({ repository, mergeBase, head, maxCommits: MAX_COMMITS, maxBlobBytes: MAX_BLOB_BYTES });
}

/** The commit messages are text of the change too. */
function ownText(history: LocalHistory | null): PullRequestText | null {
  if (history === null) return null;
  return {
    kind: 'pullRequest',
    title: '',
    body: '',
    commits: history.commits.map(({ sha, message }) => ({ sha: sha ?? '', message })),
  };
}

type Facts = ReturnType<typeof AttributionFacts.parse>;

function textOf(facts: Facts): PullRequestText {
  return {
    kind: 'pullRequest',
    title: facts.title ?? '',
    body: facts.body ?? '',
    commits: (facts.commits ?? []).flatMap((commit) =>
      commit === null ? [] : [{ sha: commit.sha ?? '', message: commit.message ?? '' }],
    ),
  };
}

function readFacts(file: string): Facts {
  try {
    return AttributionFacts.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new CountersignError('bad-usage', `--pull-request ${file} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
