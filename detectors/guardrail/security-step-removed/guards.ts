import { entryOf, isTrue, text } from '../support/tree.ts';
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

function weakness(job: Job, step: Step, line: string | null): Guard['weak'] {
  for (const [node, where] of [
    [step.node, 'step'],
    [job.node, 'job'],
  ] as const) {
    const entry = entryOf(node, 'continue-on-error');
    if (entry !== undefined && isTrue(entry.value))
      return {
        shape: `continue-on-error:${where}`,
        shown: 'continue-on-error: true',
        start: entry.keyStart,
        end: entry.value.end,
      };
    const condition = entryOf(node, 'if');
    if (
      condition !== undefined &&
      /^\s*(?:\$\{\{\s*)?(?:false|0|''|""|null)(?:\s*&&.*)?(?:\s*\}\})?\s*$/.test(text(condition.value) ?? '')
    ) {
      return {
        shape: `never:${where}`,
        shown: `if: ${text(condition.value) ?? ''}`,
        start: condition.keyStart,
        end: condition.value.end,
      };
    }
  }
  if (line !== null && step.run !== undefined) {
    const swallowed =
      /\|\|\s*(?:true\b|:|exit\s+0\b|echo\b|\/bin\/true)|;\s*(?:true|exit\s+0)\s*$/.exec(line)?.[0] ??
      EXIT_ZERO.exec(line)?.[0];
    const setting = /^\s*set\s+\+e\b/m.exec(text(step.run) ?? '')?.[0];
    const shown = swallowed ?? setting;
    if (shown !== undefined)
      return { shape: 'swallowed', shown: `${line.trim()}`, start: step.run.start, end: step.run.end };
  }
  return toothless(step);
}

function guardIn(job: Job, step: Step): readonly Guard[] {
  const place = { scope: step.scope.name, start: step.scope.start, end: step.scope.end };
  const action = actionName(step);
  if (action !== '') {
    const category = ACTIONS.find(([pattern]) => pattern.test(action))?.[1];
    if (category === undefined) return [];
    return [{ ...place, category, tool: action, label: step.name ?? action, weak: weakness(job, step, null) }];
  }
  const guards: Guard[] = [];
  for (const line of (text(step.run) ?? '').replace(/\\\n/g, ' ').split('\n')) {
    // Installing a tool is not running it.
    if (
      /^\s*#|\b(?:install|add|i)\s+(?:-\S+\s+)*\S*(?:eslint|jest|vitest|pytest|mypy|ruff|bandit|semgrep|tox|pip-audit)/.test(
        line,
      )
    )
      continue;
    for (const [pattern, category] of COMMANDS) {
      const found = pattern.exec(line);
      if (found === null || guards.some((guard) => guard.category === category)) continue;
      guards.push({
        ...place,
        category,
        tool: found[0].replace(/\s+/g, ' '),
        label: step.name ?? line.trim(),
        weak: weakness(job, step, line),
      });
      break;
    }
  }
  return guards;
}

/** Every guarding step of a workflow; a job that is a guard by what it calls counts as one. */
export function guardsOf(workflow: Workflow): readonly Guard[] {
  return workflow.jobs.flatMap((job) => {
    const called = job.uses?.split('@')[0]?.toLowerCase() ?? '';
    const category = called === '' ? undefined : ACTIONS.find(([pattern]) => pattern.test(called))?.[1];
    const own: readonly Guard[] =
      category === undefined
        ? []
        : [
            {
              category,
              tool: called,
              scope: job.scope.name,
              label: called,
              start: job.scope.start,
              end: job.scope.end,
              weak: null,
            },
          ];
    return [...own, ...job.steps.flatMap((step) => guardIn(job, step))];
  });
}
