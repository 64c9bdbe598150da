import type { GuardrailDetector, GuardrailSubject } from '../../src/core/detector.ts';
import { agentInstructionsChanged } from './agent-instructions-changed/detector.ts';
import { artifactOrCachePoisoning } from './artifact-or-cache-poisoning/detector.ts';
import { bidirectionalText } from './bidirectional-text/detector.ts';
import { binaryAdded } from './binary-added/detector.ts';
import { branchProtectionAsCodeLoosened } from './branch-protection-as-code-loosened/detector.ts';
import { codeownersChanged } from './codeowners-changed/detector.ts';
import { cooldownLowered } from './cooldown-lowered/detector.ts';
import { destructiveOperation } from './destructive-operation/detector.ts';
import { encryptionOrLoggingDisabled } from './encryption-or-logging-disabled/detector.ts';
import { hiddenInstructions } from './hidden-instructions/detector.ts';
import { hookRemoved } from './hook-removed/detector.ts';
import { lintOrTypeSafetyLowered } from './lint-or-type-safety-lowered/detector.ts';
import { lockfileIgnored } from './lockfile-ignored/detector.ts';
import { minifiedSourceAdded } from './minified-source-added/detector.ts';
import { openNetwork } from './open-network/detector.ts';
import { plaintextSecretInConfig } from './plaintext-secret-in-config/detector.ts';
import { policyChanged } from './policy-changed/detector.ts';
import { privilegedContainer } from './privileged-container/detector.ts';
import { promptInjectionPhrases } from './prompt-injection-phrases/detector.ts';
import { publicStorage } from './public-storage/detector.ts';
import { pullRequestTargetCheckout } from './pull-request-target-checkout/detector.ts';
import { secretCommitted } from './secret-committed/detector.ts';
import { secretExposedToFork } from './secret-exposed-to-fork/detector.ts';
import { securityStepRemoved } from './security-step-removed/detector.ts';
import { selfHostedRunnerExposed } from './self-hosted-runner-exposed/detector.ts';
import { testWeakened } from './test-weakened/detector.ts';
import { unknownConfigurationKey } from './unknown-configuration-key/detector.ts';
import { vendoredChangeWithoutVersion } from './vendored-change-without-version/detector.ts';
import { wildcardPermission } from './wildcard-permission/detector.ts';
import { workflowAddedByAgent } from './workflow-added-by-agent/detector.ts';
import { workflowInjection } from './workflow-injection/detector.ts';
import { workflowPermissionsWidened } from './workflow-permissions-widened/detector.ts';

/** Every guard-rail rule, one folder each. The contract test holds this list against the folders. */
export const GUARDRAIL_DETECTORS: readonly GuardrailDetector[] = [
  agentInstructionsChanged,
  artifactOrCachePoisoning,
  bidirectionalText,
  binaryAdded,
  branchProtectionAsCodeLoosened,
  codeownersChanged,
  cooldownLowered,
  destructiveOperation,
  encryptionOrLoggingDisabled,
  hiddenInstructions,
  hookRemoved,
  lintOrTypeSafetyLowered,
  lockfileIgnored,
  minifiedSourceAdded,
  openNetwork,
  plaintextSecretInConfig,
  policyChanged,
  privilegedContainer,
  promptInjectionPhrases,
  publicStorage,
  pullRequestTargetCheckout,
  secretCommitted,
  secretExposedToFork,
  securityStepRemoved,
  selfHostedRunnerExposed,
  testWeakened,
  unknownConfigurationKey,
  vendoredChangeWithoutVersion,
  wildcardPermission,
  workflowAddedByAgent,
  workflowInjection,
  workflowPermissionsWidened,
];

/**
 * The rules that have to look at a subject. A rename is asked under both names, so that nothing leaves a guarded path
 * unseen; the pull request's own text is everybody's business.
 */
export function guardrailDetectorsFor(subject: GuardrailSubject): readonly GuardrailDetector[] {
  if (subject.kind === 'pullRequest') return GUARDRAIL_DETECTORS;
  if (subject.kind === 'commitFile')
    return GUARDRAIL_DETECTORS.filter(
      ({ rule, concerns }) => rule.requires.includes('commits') && concerns(subject.path),
    );
  const paths = new Set([subject.path, subject.before?.path ?? subject.path, subject.after?.path ?? subject.path]);
  return GUARDRAIL_DETECTORS.filter((detector) => [...paths].some((path) => detector.concerns(path)));
}
