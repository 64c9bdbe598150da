import { DEPENDENCY_DETECTORS } from '../../detectors/dependency/index.ts';
import { rule as notEvaluated } from '../../detectors/engine/not-evaluated/index.ts';
import { runDependencyRules } from '../../detectors/engine/run.ts';
import type { DependencyChange } from '../core/dependency.ts';
import { CountersignError } from '../core/errors.ts';
import type { PackageEvidence } from '../core/evidence.ts';
import type { Finding } from '../core/finding.ts';
import type { EvidenceSource } from '../core/lookup.ts';
import type { Verdict } from '../core/report.ts';
import type { Rule } from '../core/rule.ts';
import { weighFor } from '../policy/applied.ts';
import { decide } from '../policy/decide.ts';
import { appliedPolicy } from '../policy/resolve.ts';
import { assembleFindings } from '../review/findings.ts';
import { fromEnvironment, userSources } from '../service/source-settings.ts';
import { openNames, openSources } from '../sources.ts';
import type { CommandIo } from './io.ts';
import { parseInput } from './package/input.ts';
import { judgeNames } from './package/names.ts';
import { renderPackage } from './package/table.ts';

const HELP = `countersign package <npm:name@range | purl>…

Evidence and findings for packages, as for an agent's change that adds them.

  --json        one JSON object a package: { input, purl, verdict, evidence, findings, unknowns }
  --stdin       read packages from standard input, one a line; answers are JSON lines in the same order
  --name-only   likeness to well-known names only, without network: { input, looksLike, findings }
  --offline     ask nobody: every look-up is unavailable

Exit codes: 0 nothing stands against them, 1 blocked, 2 wrong use, 3 could not be evaluated.
`;

interface Options {
  readonly json: boolean;
  readonly stdin: boolean;
  readonly nameOnly: boolean;
  readonly offline: boolean;
  readonly inputs: readonly string[];
}

/** How many packages are looked up together; answers are written in order as each lot is done. */
const LOT = 200;

export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    io.stdout(HELP);
    return 0;
  }
  const options = parseOptions(argv);
  if (options.nameOnly) {
    return judgeNames(
      lotsOf(options, io),
      await openNames(fromEnvironment(io.env), io.now),
      { ...options, now: io.now() },
      io,
    );
  }
  const evidence = await openSources(await userSources(io.env, options.offline), null);
  const results: Verdict['result'][] = [];
  let wrong = false;
  for await (const lot of lotsOf(options, io)) {
    const answers = await judgeLot(lot, evidence, io.now());
    for (const answer of answers) {
      if (answer.state === 'error') wrong = true;
      else results.push(answer.verdict.result);
      write(answer, options, io);
    }
  }
  if (wrong) return 2;
  return results.includes('blocked') ? 1 : results.includes('inconclusive') ? 3 : 0;
}

type Answer =
  | { readonly state: 'error'; readonly input: string; readonly reason: string }
  | {
      readonly state: 'judged';
      readonly input: string;
      readonly change: DependencyChange;
      readonly evidence: PackageEvidence;
      readonly findings: readonly Finding[];
      readonly verdict: Verdict;
    };

async function judgeLot(
  lot: readonly { readonly input: string; readonly place: number }[],
  source: EvidenceSource,
  now: number,
): Promise<readonly Answer[]> {
  const parsed = lot.map(({ input, place }) => ({ input, parsed: parseInput(input, place) }));
  const changes = parsed.flatMap((each) => (each.parsed.state === 'package' ? [each.parsed.change] : []));
  const gathered = await source.gather(changes, {
    baseNames: new Set(),
    signal: new AbortController().signal,
    thorough: true,
  });
  const evidenceOf = new Map(changes.map((change, index) => [change, gathered[index]]));
  return parsed.map(({ input, parsed: each }): Answer => {
    if (each.state === 'error') return { state: 'error', input, reason: each.reason };
    const evidence = evidenceOf.get(each.change);
    if (evidence === undefined) throw new TypeError('every package has its evidence');
    return { state: 'judged', input, change: each.change, evidence, ...judgeOne(each.change, evidence, now) };
  });
}

/** Only the rules that can speak here: the others would load parsers that nobody needs. */
const RULES: ReadonlyMap<string, Rule> = new Map(
  [notEvaluated, ...DEPENDENCY_DETECTORS.map((each) => each.rule)].map((rule) => [rule.id, rule]),
);

/** Whoever asks beforehand is judged as the strictest class of author. */
const AUTHOR = { agent: null, class: 'agent' } as const;

/** Each package is judged by itself, as if an agent's change added nothing else. */
function judgeOne(
  change: DependencyChange,
  evidence: PackageEvidence,
  now: number,
): { readonly findings: readonly Finding[]; readonly verdict: Verdict } {
  const policy = appliedPolicy({ organisation: null, repository: null, base: null }, now);
  const { detections, unknowns } = runDependencyRules([{ change, evidence }], DEPENDENCY_DETECTORS, {
    thresholds: policy.thresholds,
    now,
    couldBlock: (rule) => policy.couldBlock(rule, AUTHOR),
    leaveOutLookUps: false,
    changes: [change],
    registryHosts: [],
    owner: null,
  });
  const { findings } = assembleFindings(detections, RULES, weighFor(policy, AUTHOR), {}, []);
  const verdict = decide(findings, unknowns, [], {
    blocks: (finding) => policy.blocks(finding, AUTHOR),
    signersNeeded: policy.signersNeeded,
    interestedIds: new Set(),
    headSha: null,
    now,
  });
  return { findings, verdict };
}

function write(answer: Answer, options: Options, io: CommandIo): void {
  if (answer.state === 'error') {
    io.stderr(`countersign package: ${JSON.stringify(answer.input)}: ${answer.reason}\n`);
    if (options.json) io.stdout(`${JSON.stringify({ input: answer.input, error: answer.reason })}\n`);
    return;
  }
  const { input, change, evidence, findings, verdict } = answer;
  if (!options.json) {
    io.stdout(renderPackage(change, evidence, findings, verdict));
    return;
  }
  const { result: _, ...rest } = verdict;
  io.stdout(
    `${JSON.stringify({ input, purl: change.purl, verdict: verdict.result, evidence, findings, unknowns: rest.unknowns })}\n`,
  );
}

function parseOptions(argv: readonly string[]): Options {
  const flags = argv.filter((each) => each.startsWith('--'));
  const inputs = argv.filter((each) => !each.startsWith('--'));
  const known = new Set(['--json', '--stdin', '--name-only', '--offline']);
  const strange = flags.find((flag) => !known.has(flag));
  if (strange !== undefined) throw new CountersignError('bad-usage', `there is no option "${strange}".`);
  const stdin = flags.includes('--stdin');
  if (stdin === inputs.length > 0) {
    throw new CountersignError('bad-usage', 'name packages (`npm:left-pad@1.3.0`), or read them with --stdin.');
  }
  const nameOnly = flags.includes('--name-only');
  return {
    stdin,
    inputs,
    nameOnly,
    json: flags.includes('--json') || stdin || nameOnly,
    offline: flags.includes('--offline'),
  };
}

/** The inputs in lots, numbered from 1; blank lines are not inputs. */
async function* lotsOf(
  options: Options,
  io: CommandIo,
): AsyncIterable<readonly { readonly input: string; readonly place: number }[]> {
  const size = options.nameOnly ? 5_000 : LOT;
  let lot: { input: string; place: number }[] = [];
  let place = 0;
  for await (const line of options.stdin ? linesOf(io.stdin) : options.inputs) {
    const input = line.trim();
    place += 1;
    if (input === '') continue;
    lot.push({ input, place });
    if (lot.length < size) continue;
    yield lot;
    lot = [];
  }
  if (lot.length > 0) yield lot;
}

/** Beyond this many characters a line is no package; the rest of it is passed over, so that a line without an end stays small. */
const LONGEST_LINE = 4096;

async function* linesOf(pieces: AsyncIterable<string>): AsyncIterable<string> {
  let rest = '';
  for await (const piece of pieces) {
    const [first = '', ...others] = piece.split('\n');
    rest += first.slice(0, Math.max(0, LONGEST_LINE - rest.length));
    for (const other of others) {
      yield rest;
      rest = other.slice(0, LONGEST_LINE);
    }
  }
  if (rest !== '') yield rest;
}
