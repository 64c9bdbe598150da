import { commandsIn } from '../support/shell.ts';
import { entryOf, type ScalarNode, text } from '../support/tree.ts';
import { actionName, type Job, type Step, type Workflow } from '../support/workflow.ts';

/** What a step guards against. */
export type GuardCategory =
  | 'code scanning'
  | 'dependency audit'
  | 'secret scanning'
  | 'signing'
  | 'tests'
  | 'lint and types'
  | 'review gate';

export interface Guard {
  readonly category: GuardCategory;
  /** The tool, without version or arguments: two steps with the same tool are the same guard. */
  readonly tool: string;
  /** The step's name in the workflow. */
  readonly scope: string;
  readonly label: string;
  readonly start: number;
  readonly end: number;
  /** Why its failure does not count, where it does not. */
  readonly weak: {
    readonly shape: string;
    readonly shown: string;
    readonly start: number;
    readonly end: number;
  } | null;
}

const ACTIONS: readonly (readonly [RegExp, GuardCategory])[] = [
  [
    /^github\/codeql-action\/analyze|semgrep|sonarsource\/|sonarcloud|bearer\/|checkmarx|veracode|njsscan|gosec|brakeman|bandit|devskim|psalm|zizmor|actionlint|kics|checkov|tfsec|trivy|terrascan/,
    'code scanning',
  ],
  [
    /dependency-review|snyk|osv-scanner|grype|anchore\/scan|pip-audit|audit-check|rustsec|cargo-deny|dependency-check|scorecard|govulncheck|socket|harden-runner/,
    'dependency audit',
  ],
  [/gitleaks|trufflehog|ggshield|gitguardian|detect-secrets/, 'secret scanning'],
  [/cosign|attest|slsa-framework|sigstore|sbom|provenance/, 'signing'],
  [/super-linter|megalinter|golangci-lint|reviewdog|ruff-action|pre-commit\/action|commitlint/, 'lint and types'],
  [/countersign/, 'review gate'],
];

const COMMANDS: readonly (readonly [RegExp, GuardCategory])[] = [
  [
    /\b(?:semgrep|bandit|gosec|brakeman|codeql|zizmor|actionlint|checkov|tfsec|trivy|kics|hadolint|njsscan|slither)\b/,
    'code scanning',
  ],
  [
    /\b(?:npm|pnpm|yarn(?:\s+npm)?|bun)\s+audit\b|\bpip-audit\b|\bsafety\s+(?:check|scan)\b|\bcargo\s+(?:audit|deny)\b|\bgovulncheck\b|\bbundle(?:r)?[\s-]+audit\b|\bosv-scanner\b|\bgrype\b|\bsnyk\s+test\b|\bcomposer\s+audit\b/,
    'dependency audit',
  ],
  [/\b(?:gitleaks|trufflehog|ggshield|detect-secrets)\b/, 'secret scanning'],
  [
    /\bcosign\s+(?:sign|verify|attest)|\bgpg\s+--verify|\bsigstore\b|\bgh\s+attestation\s+verify|\bnpm\s+audit\s+signatures|\bsyft\b|sha256sum\s+(?:-c|--check)/,
    'signing',
  ],
  [
    /\b(?:npm|pnpm|yarn|bun)\s+(?:run\s+)?(?:-\S+\s+)*(?:test|t|coverage|e2e)\b|\b(?:vitest|jest|mocha|pytest|tox|nox|rspec|phpunit|playwright\s+test|cypress\s+run|ctest)\b|\bgo\s+test\b|\bcargo\s+(?:test|nextest)\b|\b(?:mvn|mvnw|gradle|gradlew)\b[^\n]*\b(?:test|verify|check|build)\b|\bmake\s+(?:test|check)\b|\bdotnet\s+test\b|\bswift\s+test\b|\bpython3?\s+-m\s+unittest\b|\bnode\s+--test\b|\bdeno\s+test\b/,
    'tests',
  ],
  [
    /\b(?:npm|pnpm|yarn|bun)\s+(?:run\s+)?(?:lint|typecheck|type-check|check)\b|\b(?:eslint|tsc|mypy|pyright|ruff|flake8|pylint|rubocop|golangci-lint|biome|shellcheck)\b|\bcargo\s+(?:clippy|fmt)\b|\bgo\s+vet\b|\bmake\s+lint\b/,
    'lint and types',
  ],
];

/** Guards whose command finds trouble but is told to exit with 0. */
const EXIT_ZERO = /--exit-(?:zero|code[= ]0)\b|--soft-fail\b|--no-fail\b|--passWithNoTests\b/;

/** Inputs of scanners by which what they find no longer fails the step (each action's own documentation). */
const TOOTHLESS: readonly (readonly [string, RegExp])[] = [
  ['exit-code', /^0$/],
  ['soft_fail', /^true$/],
  ['fail-build', /^false$/],
  ['fail_on_error', /^false$/],
  ['fail-on-error', /^false$/],
  ['exit_zero', /^true$/],
  ['warn-only', /^true$/],
  ['warn_only', /^true$/],
  ['ignore-unfixed-failure', /^true$/],
];

function toothless(step: Step): Guard['weak'] {
  for (const [name, value] of TOOTHLESS) {
    const entry = entryOf(step.with, name);
    if (entry !== undefined && value.test(text(entry.value) ?? ''))
      return {
        shape: 'input',
        shown: `${name}: ${text(entry.value) ?? ''}`,
        start: entry.keyStart,
        end: entry.value.end,
      };
  }
  return null;
}

type Weakness = Guard['weak'];

function at(shape: string, shown: string, place: { readonly start: number; readonly end: number }): Weakness {
  return { shape, shown, start: place.start, end: place.end };
}

/** Without the marks of an expression. */
function bare(source: string): string {
  return source.trim().replace(/^\$\{\{\s*([\s\S]*?)\s*\}\}$/, '$1');
}

/** An expression that is false whatever happens. */
const NEVER = /^(?:false|0|''|""|null|!\s*true)(?:\s*&&.*)?$/;
/** An event other than a pull request's, where no other is let in beside it. */
const OTHER_EVENT =
  /^(?!.*\|\|).*\bgithub\.event_name\s*(?:==\s*'(?!pull_request'|merge_group')|!=\s*'(?:pull_request|merge_group)')/s;

/** Why the failure of a job or step does not count, by what stands beside its work. */
function ignored(node: Job['node'], where: string, workflow: Workflow, category: GuardCategory): Weakness {
  const entry = entryOf(node, 'continue-on-error');
  const excused = bare(text(entry?.value) ?? '');
  // What a matrix or a caller decides is one run of several; any other expression decides for all of them.
  if (entry !== undefined && !/^(?:false)?$|^(?:matrix|inputs)\.[\w.-]+(?:\s*==\s*\S+)?$/i.test(excused))
    return at(`continue-on-error:${where}`, `continue-on-error: ${excused}`, {
      start: entry.keyStart,
      end: entry.value.end,
    });
  const condition = entryOf(node, 'if');
  const asked = bare(text(condition?.value) ?? '');
  if (condition === undefined) return null;
  const place = { start: condition.keyStart, end: condition.value.end };
  if (NEVER.test(asked)) return at(`never:${where}`, `if: ${asked}`, place);
  // What is signed is what is released, after the merge.
  const waits = category !== 'signing' && workflow.triggers.has('pull_request') && OTHER_EVENT.test(asked);
  return waits ? at('event', `if: ${asked}`, place) : null;
}

function swallowed(run: ScalarNode, line: string): Weakness {
  const passes =
    /\|\|\s*(?:true\b|:|exit\s+0\b|echo\b|\/bin\/true)|;\s*(?:true|exit\s+0)\s*$/.test(line) ||
    EXIT_ZERO.test(line) ||
    /^\s*set\s+\+e\b/m.test(text(run) ?? '');
  return passes ? at('swallowed', line.trim(), run) : null;
}

/** Commands that name a tool without running it, or pass by themselves. */
const NO_RUN =
  /^(?:echo|printf|:|true|cat|which|type)\b|\b(?:install|add|i)\s+(?:-\S+\s+)*\S*(?:eslint|jest|vitest|pytest|mypy|ruff|bandit|semgrep|tox|pip-audit)/;

function guardsIn(workflow: Workflow, job: Job, step: Step): readonly Guard[] {
  const place = { scope: step.scope.name, start: step.scope.start, end: step.scope.end };
  const weakBy = (category: GuardCategory): Weakness =>
    ignored(step.node, 'step', workflow, category) ?? ignored(job.node, 'job', workflow, category);
  const action = actionName(step);
  const category = ACTIONS.find(([pattern]) => pattern.test(action))?.[1];
  if (category !== undefined)
    return [
      { ...place, category, tool: action, label: step.name ?? action, weak: weakBy(category) ?? toothless(step) },
    ];
  const { run } = step;
  if (run === undefined) return [];
  const guards = new Map<string, Guard>();
  for (const line of (text(run) ?? '').replace(/\\\n/g, ' ').split('\n')) {
    for (const { words } of commandsIn(line, 0)) {
      const command = words.join(' ');
      if (NO_RUN.test(command)) continue;
      const [tool, kind] = toolIn(command);
      if (kind === null || guards.has(tool)) continue;
      const label = step.name ?? line.trim();
      guards.set(tool, { ...place, category: kind, tool, label, weak: weakBy(kind) ?? swallowed(run, line) });
    }
  }
  return [...guards.values()];
}

/** The guarding tool that a command runs, and what it guards against. */
function toolIn(command: string): readonly [string, GuardCategory | null] {
  for (const [pattern, category] of COMMANDS) {
    const found = pattern.exec(command)?.[0];
    if (found !== undefined) return [found, category];
  }
  return ['', null];
}

/** A job that is a guard by the workflow that it calls. */
function calledGuard(workflow: Workflow, job: Job): readonly Guard[] {
  const called = job.uses?.split('@')[0]?.toLowerCase() ?? '';
  const category = ACTIONS.find(([pattern]) => pattern.test(called))?.[1];
  if (category === undefined) return [];
  const { name: scope, start, end } = job.scope;
  const weak = ignored(job.node, 'job', workflow, category);
  return [{ category, tool: called, scope, label: called, start, end, weak }];
}

/** Every guarding step of a workflow; a job that is a guard by what it calls counts as one. */
export function guardsOf(workflow: Workflow): readonly Guard[] {
  return workflow.jobs.flatMap((job) => [
    ...calledGuard(workflow, job),
    ...job.steps.flatMap((step) => guardsIn(workflow, job, step)),
  ]);
}
