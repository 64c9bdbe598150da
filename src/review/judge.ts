import { sourceStaysDown, unreadFile } from '../../detectors/engine/not-evaluated/index.ts';
import { runDependencyRules } from '../../detectors/engine/run.ts';
import type { Attribution } from '../core/attribution.ts';
import type { DependencyChange, UnreadFile } from '../core/dependency.ts';
import type { Detection } from '../core/detection.ts';
import type { DependencyDetector, GuardrailSubject } from '../core/detector.ts';
import { notApplicable } from '../core/fact.ts';
import type { Finding, Unknown } from '../core/finding.ts';
import type { History } from '../core/history.ts';
import type { Inspector } from '../core/inspection.ts';
import type { EvidenceSource, Route } from '../core/lookup.ts';
import { hostOf } from '../core/registry-hosts.ts';
import type { Report } from '../core/report.ts';
import type { Rule } from '../core/rule.ts';
import type { FileChange, Snapshot, Tree } from '../core/snapshot.ts';
import type { KnownShape } from '../core/store.ts';
import type { Thresholds } from '../core/thresholds.ts';
import { type Asked, askedOf } from './asked.ts';
import { assembleFindings, type Weigh } from './findings.ts';
import { readHistory } from './history.ts';
import { readBoth } from './side.ts';

/** The parts that gather what a judgement rests on. */
export interface JudgePorts {
  /** What the change does to dependencies, and the names that the base already uses (`type:name`). */
  readonly changes: (
    snapshot: Snapshot,
    signal: AbortSignal,
  ) => Promise<{
    readonly changes: readonly DependencyChange[];
    readonly unread: readonly UnreadFile[];
    readonly baseNames: ReadonlySet<string>;
  }>;
  readonly evidence: EvidenceSource;
  /** Scope-to-registry lines of a base tree; never of the head's. */
  readonly baseRoutes: (base: Tree) => Promise<readonly Route[]>;
  readonly inspector: Inspector;
  /** Whether any rule reads this path: what nobody reads may be binary, large or broken without a word. */
  readonly concerns: (path: string, removed: boolean) => boolean;
  /** Whether a path is read as text: a binary there is no picture but something that wants to go unread. */
  readonly isText: (path: string) => boolean;
  readonly dependencyDetectors: readonly DependencyDetector[];
  readonly rules: ReadonlyMap<string, Rule>;
  readonly now: () => number;
}

export interface JudgeInput {
  readonly snapshot: Snapshot;
  readonly attribution: Attribution;
  /** What the change's commits bring in one by one; null where there are none (two folders, a whole tree). */
  readonly history: History | null;
  readonly pullRequest: Extract<GuardrailSubject, { kind: 'pullRequest' }> | null;
  readonly scope: 'change' | 'all';
  readonly thresholds: Thresholds;
  readonly weigh: Weigh;
  readonly couldBlock: (rule: Rule) => boolean;
  readonly fixturePaths: readonly string[];
  /** Paths that base policy exempts; asked for the old and the new name. */
  readonly excluded: (path: string) => boolean;
  /** Login of the repository's owner, where there is one. */
  readonly owner: string | null;
  /** Whether this repository holds the organisation's policy. */
  readonly organisationPolicy: boolean;
  /** Where routing lines are read: the tip of the default branch, or the base of a local change. */
  readonly routingTree: Tree;
  /** What the policy says of private names and registries; the base tree's own lines are read along with it. */
  readonly routes: readonly Route[];
  readonly knownHandles: Readonly<Record<string, string>>;
  /** Where other pull requests of agents have the same mistakes; asked for the fingerprints of what was found in code. */
  readonly elsewhere: (fingerprints: readonly string[]) => Promise<readonly KnownShape[]>;
  /** A source has been down for so long that a person may sign for what it would have told. */
  readonly signForUnknowns: boolean;
  /** `--offline --allow-unknown`: rules that need a look-up are left out and listed. */
  readonly leaveOutLookUps: boolean;
}

export interface Judgement {
  readonly findings: readonly Finding[];
  readonly handles: Readonly<Record<string, string>>;
  readonly unknowns: readonly Unknown[];
  readonly changes: readonly DependencyChange[];
  readonly packages: Report['packages'];
  readonly unread: readonly UnreadFile[];
  /** Of the changed files that some rule or format reads: how many were, and how many were not, as a whole or in part. */
  readonly files: { readonly read: number; readonly notRead: number };
  readonly leftOut: readonly string[];
  readonly asked: Asked;
}

/** The judgement of one change: facts first, then findings. The same for a pull request and for a local scan. */
export async function judge(input: JudgeInput, ports: JudgePorts, signal: AbortSignal): Promise<Judgement> {
  const snapshot = withoutExcluded(input.snapshot, input.excluded);
  const [dependencies, inspection] = await Promise.all([
    judgeDependencies(input, snapshot, ports, signal),
    inspectFiles(input, snapshot, ports, signal),
  ]);

  const unread = firstByPath(
    [...snapshot.unread.map(asUnread), ...dependencies.unread, ...inspection.unread].map((file) =>
      bound(file, snapshot),
    ),
  );
  const unknowns = [...dependencies.unknowns, ...unread.filter((file) => file.transient).map(unknownFile)];
  const down = input.signForUnknowns ? unknowns.filter((unknown) => !unknown.advisory) : [];
  const detections = [
    ...dependencies.detections,
    ...inspection.detections,
    ...unread.filter((file) => !file.transient).map(unreadFile),
    ...down.map(sourceStaysDown),
  ];
  const inCode = detections.filter((each) => ports.rules.get(each.ruleId)?.family === 'code');
  const elsewhere = await input.elsewhere([...new Set(inCode.map((each) => each.fingerprint))]);
  const { findings, handles } = assembleFindings(detections, ports.rules, input.weigh, input.knownHandles, elsewhere);
  return {
    findings,
    handles,
    unknowns: unknowns.filter((unknown) => !down.includes(unknown)),
    changes: dependencies.changes,
    packages: dependencies.packages,
    unread,
    files: readOf(inspection.paths, unread),
    leftOut: dependencies.leftOut,
    asked: dependencies.asked,
  };
}

/** Rows of the reviewer's table that are kept with a report. */
const MOST_PACKAGES = 100;

async function judgeDependencies(input: JudgeInput, snapshot: Snapshot, ports: JudgePorts, signal: AbortSignal) {
  const [{ changes, unread, baseNames }, lines] = await Promise.all([
    ports.changes(snapshot, signal),
    ports.baseRoutes(input.routingTree),
  ]);
  const present = changes.filter((change) => change.changeType !== 'removed');
  const gathered = await ports.evidence.gather(present, {
    baseNames,
    signal,
    baseRoutes: [...input.routes, ...lines],
  });
  const judged = present.flatMap((change, index) => {
    const evidence = gathered[index];
    if (evidence === undefined) throw new TypeError('every change has its evidence');
    return [{ change, evidence }];
  });
  const { thresholds, couldBlock, leaveOutLookUps } = input;
  const routed = [...input.routes, ...lines].flatMap(({ registry }) => hostOf(registry) ?? []);
  const registryHosts = [...ports.evidence.registryHosts, ...routed];
  const { owner } = input;
  const context = { thresholds, couldBlock, leaveOutLookUps, changes, registryHosts, owner, now: ports.now() };
  const packages = judged
    .filter(({ change }) => change.changeType === 'added')
    .slice(0, MOST_PACKAGES)
    .map(({ change, evidence }) => ({
      change,
      evidence: { ...evidence, versions: notApplicable<readonly string[]>() },
    }));
  const ruled = runDependencyRules(judged, ports.dependencyDetectors, context);
  const asked = askedOf(judged, ruled.detections, thresholds, context.now);
  return { changes, unread, packages, asked, ...ruled };
}

async function inspectFiles(
  input: JudgeInput,
  snapshot: Snapshot,
  ports: JudgePorts,
  signal: AbortSignal,
): Promise<{
  readonly detections: readonly Detection[];
  readonly unread: readonly UnreadFile[];
  /** Of the changed files, those that some rule or format reads. */
  readonly paths: readonly string[];
}> {
  const concerned = snapshot.files.filter((file) =>
    [file.path, file.previousPath ?? file.path].some((path) => ports.concerns(path, file.head === null)),
  );
  const [read, history] = await Promise.all([
    Promise.all(concerned.map((file) => readBoth(file, snapshot, ports.isText))),
    readHistory({
      ...ports,
      concerns: (path) => ports.concerns(path, false),
      history: input.history,
      excluded: input.excluded,
      snapshot,
    }),
  ]);
  const result = await ports.inspector.inspect(
    {
      files: read.flatMap((each) => ('file' in each ? [each.file] : [])),
      commitFiles: history.files,
      pullRequest: input.pullRequest,
      scope: input.scope,
      read: (side, path) => snapshot[side].read(path),
      context: {
        attribution: input.attribution,
        changedPaths: snapshot.files.flatMap(namesOf),
        removedPaths: snapshot.files.flatMap((file) => (file.head === null ? file.path : (file.previousPath ?? []))),
        firstCommit:
          input.scope === 'change' &&
          snapshot.files.every((file) => file.base === null) &&
          (await isEmpty(snapshot.base)),
        fixturePaths: input.fixturePaths,
        scope: input.scope,
        organisationPolicy: input.organisationPolicy,
      },
    },
    signal,
  );
  return {
    detections: result.detections,
    unread: [...read.flatMap((each) => ('unread' in each ? [each.unread] : [])), ...history.unread, ...result.unread],
    paths: concerned.map(({ path }) => path),
  };
}

async function isEmpty(tree: Tree): Promise<boolean> {
  return (await tree.list('')).length === 0;
}

function withoutExcluded(snapshot: Snapshot, excluded: (path: string) => boolean): Snapshot {
  // Both names must be exempt: a file renamed into an exempt path is still read.
  const files = snapshot.files.filter((file) => !namesOf(file).every(excluded));
  return files.length === snapshot.files.length ? snapshot : { ...snapshot, files };
}

function namesOf(file: FileChange): string[] {
  return file.previousPath === undefined ? [file.path] : [file.path, file.previousPath];
}

function readOf(paths: readonly string[], unread: readonly UnreadFile[]): Judgement['files'] {
  const missed = new Set(unread.map(({ path }) => path));
  const notRead = paths.filter((path) => missed.has(path)).length;
  return { read: paths.length - notRead, notRead };
}

function asUnread(each: Snapshot['unread'][number]): UnreadFile {
  return { path: each.path, reason: each.reason, transient: each.transient };
}

/** What was not read is signed for as it is: by the file's content, or where there is no file, by the commit. */
function bound(file: UnreadFile, snapshot: Snapshot): UnreadFile {
  if (file.blob !== undefined || file.transient) return file;
  const changed = snapshot.files.find(({ path }) => path === file.path);
  return { ...file, blob: changed?.head?.sha ?? snapshot.headSha };
}

/** A file that several readers could not read is told once. */
function firstByPath(files: readonly UnreadFile[]): UnreadFile[] {
  const byPath = new Map<string, UnreadFile>();
  for (const file of files) {
    const known = byPath.get(file.path);
    if (known === undefined || (known.transient && !file.transient)) byPath.set(file.path, file);
  }
  return [...byPath.values()];
}

function unknownFile(file: UnreadFile): Unknown {
  return {
    fact: 'content',
    subject: file.path,
    source: 'GitHub',
    reason: file.reason,
    transient: true,
    ruleIds: ['not-evaluated'],
    advisory: false,
  };
}
