import { setTimeout as sleep } from 'node:timers/promises';
import { DEPENDENCY_DETECTORS } from '../../detectors/dependency/index.ts';
import { GUARDRAIL_DETECTORS } from '../../detectors/guardrail/index.ts';
import { rulesById } from '../../detectors/index.ts';
import type { EvidenceSource } from '../core/lookup.ts';
import { runByName } from '../core/run-by-name.ts';
import { collectChanges } from '../ecosystems/collect.ts';
import { ALL_ECOSYSTEMS } from '../ecosystems/parse.ts';
import { createInspector, DEFAULT_INSPECTOR_OPTIONS } from '../inspect/index.ts';
import { languageOf } from '../inspect/languages.ts';
import type { JudgePorts } from '../review/judge.ts';
import { baseRoutes } from './routes.ts';

/**
 * The part of the wiring that a pull request's review and a local scan share. `close` ends the child processes.
 * @param codeCache private folder for their compiled code; null for none
 */
export function createEngine(
  evidence: EvidenceSource,
  now: () => number,
  codeCache: string | null,
): JudgePorts & { readonly close: () => Promise<void> } {
  const inspector = createInspector({ ...DEFAULT_INSPECTOR_OPTIONS, codeCache });
  return {
    evidence,
    baseRoutes,
    inspector,
    now,
    rules: rulesById(),
    dependencyDetectors: DEPENDENCY_DETECTORS,
    concerns,
    isText,
    changes: (snapshot, signal) =>
      collectChanges(snapshot, (format, text, path) => inspector.parseDependencies(format, text, path, signal)),
    close: () => inspector.close(),
  };
}

/** Files that people, tools and machines read as text; shells and script engines run them in spite of a NUL byte. */
const TEXT_NAME =
  /(?:^|\/)(?:[^/]+\.(?:ya?ml|jsonc?|json5|toml|ini|cfg|conf|env|properties|md|mdx|mdc|txt|rst|adoc|html?|css|scss|less|xml|svg|tf|tfvars|hcl|bicep|sh|bash|zsh|fish|ps1|psm1|bat|cmd|sql|graphql|proto|rb|go|rs|java|kts?|gradle|groovy|scala|php|cs|fs|vb|swift|c|h|cc|cpp|hpp|m|lua|pl|r|ex|exs|erl|hs|dart)|dockerfile[^/]*|containerfile[^/]*|makefile|justfile|jenkinsfile|codeowners|procfile|vagrantfile|gemfile|rakefile|\.[a-z]+rc|\.env[^/]*|\.git(?:ignore|attributes|modules))$/i;

function isText(path: string): boolean {
  return TEXT_NAME.test(path) || isCodeOrDependencies(path) || path.startsWith('.github/');
}

function isCodeOrDependencies(path: string): boolean {
  return (
    languageOf(path) !== null ||
    ALL_ECOSYSTEMS.some((ecosystem) => ecosystem.formats.some((format) => format.matches(path)))
  );
}

function concerns(path: string, removed: boolean): boolean {
  // Dependency files are read where dependencies are compared; of removed code only what no import would miss is told.
  if (removed)
    return (
      runByName(path) !== null ||
      GUARDRAIL_DETECTORS.some(({ concerns: own, removals }) => own(path) && removals?.(path) !== false)
    );
  return isCodeOrDependencies(path) || GUARDRAIL_DETECTORS.some((detector) => detector.concerns(path));
}

export async function waitMs(milliseconds: number): Promise<void> {
  await sleep(milliseconds);
}
