import { answerOf, CLEAR } from '../../../src/core/detection.ts';
import type { FileSide, GuardrailContext, GuardrailDetector, GuardrailSubject } from '../../../src/core/detector.ts';
import { isOrganisationPolicyPath, isPolicyPath } from '../../../src/core/policy.ts';
import type { Rule } from '../../../src/core/rule.ts';
import { tell } from '../support/report.ts';

const RULE: Rule = {
  id: 'policy-changed',
  family: 'guardrail',
  shortDescription: "The change touches Countersign's own policy file",
  help: 'The policy decides what blocks, who may sign and which files are read. A change of it takes effect only once it is merged, and until then the policy of the default branch applies. An administrator of the repository has to read the difference and sign for it; no policy can lower or switch off this rule.',
  level: 'error',
  confidence: 'high',
  critical: true,
  signable: true,
  cwe: [284],
  requires: ['beforeAfter'],
  since: '0.1.0',
};

/** The folder itself as a link or a submodule puts another tree, and so another policy, in its place. */
const FOLDER = /^\.github$/i;
const LINK_MODES: ReadonlySet<string> = new Set(['120000', '160000']);

function isPolicy(side: FileSide | null, { organisationPolicy = false }: GuardrailContext): boolean {
  if (side === null) return false;
  if (FOLDER.test(side.path)) return LINK_MODES.has(side.mode);
  return isPolicyPath(side.path) && (organisationPolicy || !isOrganisationPolicyPath(side.path));
}

function howItChanged(before: FileSide | null, after: FileSide | null, context: GuardrailContext): string {
  if (after === null) return 'removes';
  if (before === null) return LINK_MODES.has(after.mode) ? 'adds, as a link to elsewhere,' : 'adds';
  if (LINK_MODES.has(after.mode) && !LINK_MODES.has(before.mode)) return 'turns into a link to elsewhere';
  if (before.path !== after.path) return isPolicy(after, context) ? 'renames into place' : 'renames away';
  if (before.blob === after.blob) return 'changes the file mode of';
  return 'changes';
}

/** Exactly what a signature covers: content and mode of one side. */
function sideEvidence(side: FileSide | null) {
  return side === null ? null : { path: side.path, mode: side.mode, blob: side.blob, text: side.text };
}

function detect(subject: GuardrailSubject, context: GuardrailContext) {
  if (subject.kind !== 'file') return CLEAR;
  const { before, after } = subject;
  if (!isPolicy(before, context) && !isPolicy(after, context)) return CLEAR;
  if (JSON.stringify(sideEvidence(before)) === JSON.stringify(sideEvidence(after))) return CLEAR;
  const how = howItChanged(before, after, context);
  const named = isPolicy(after, context) ? after : before;
  const path = after?.path ?? named?.path ?? subject.path;
  const whose = isOrganisationPolicyPath(named?.path ?? '') ? ' in every repository of the organisation' : '';
  return answerOf([
    tell(RULE, {
      path,
      at: { line: 1, endLine: 1 },
      ...(after === null ? { side: 'base' } : {}),
      message: `The change ${how} the policy ${named?.path ?? subject.path}, which decides what blocks and who may sign${whose}. Until it is merged the default branch's policy applies.`,
      remediation: 'An administrator reads the difference and signs for it, or the change leaves the policy alone.',
      shape: how,
      before: sideEvidence(before),
      after: sideEvidence(after),
    }),
  ]);
}

/** See README.md of this folder. */
export const policyChanged = { rule: RULE, concerns: isPolicyPath, detect } satisfies GuardrailDetector;
