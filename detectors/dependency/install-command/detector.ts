import { CLEAR } from '../../../src/core/detection.ts';
import type { DependencyDetector } from '../../../src/core/detector.ts';
import type { Rule } from '../../../src/core/rule.ts';
import { called, tellOfFiles } from '../support/from-files.ts';

const RULE: Rule = {
  id: 'install-command',
  family: 'dependency',
  shortDescription: 'A script or document installs something outside the manifests',
  help: 'What a command installs stands in no lockfile: its version is picked when it runs, and no reviewer sees it change. Agents put such lines into scripts, Dockerfiles, workflows and instructions, where the next agent runs them. Declare the package, or name its exact version; fetch a script, check its hash, then run it.',
  level: 'warning',
  confidence: 'medium',
  critical: false,
  signable: true,
  cwe: [829, 494],
  requires: ['changes'],
  since: '0.1.0',
};

/** Text that people or agents read and follow, rather than a machine that runs it. */
const DOCUMENT = /\.(md|mdx|mdc|markdown|rst|adoc|txt)$|(^|\/)(\.cursorrules|\.windsurfrules|\.clinerules|llms\.txt)$/i;

/** Documents that agents take for orders. */
const ORDERS =
  /(^|\/)(AGENTS|CLAUDE|GEMINI|QWEN|SKILL|copilot-instructions)[\w.-]*\.md$|\.(mdc|instructions\.md|prompt\.md)$|(^|\/)(\.cursorrules|\.windsurfrules|\.clinerules)$/i;

/** Package managers, and what Python's own installer consists of: bringing them up to date is how a build begins. */
const MANAGERS: ReadonlySet<string> = new Set([
  'npm npm',
  'npm corepack',
  'npm pnpm',
  'npm yarn',
  'npm bun',
  'pypi pip',
  'pypi setuptools',
  'pypi wheel',
  'pypi uv',
  'pypi pipx',
  'pypi poetry',
  'pypi pdm',
  'pypi pipenv',
  'pypi hatch',
]);

/** See README.md of this folder. */
export const installCommand: DependencyDetector = {
  rule: RULE,
  detect(subject) {
    if (subject.entry !== 'command' || subject.changeType === 'removed' || subject.source === 'path') return CLEAR;
    const isDocument = DOCUMENT.test(subject.location.path);
    if (subject.scope === 'piped-script') {
      return tellOfFiles(RULE, subject, {
        message: `A script from ${shortened(subject.resolvedUrl ?? subject.name)} is fetched and run in one step: whatever the address serves at that moment is executed.`,
        remediation: 'Fetch the script, check its hash, then run it; or install a published package.',
        alike: 'piped-script',
        ...(isDocument && !ORDERS.test(subject.location.path) ? { level: 'note' } : {}),
        judged: { address: subject.resolvedUrl ?? null },
      });
    }
    if (subject.version !== undefined && subject.source === 'registry') return CLEAR;
    if (subject.source === 'registry' && MANAGERS.has(`${subject.type} ${subject.name.toLowerCase()}`)) return CLEAR;
    return tellOfFiles(RULE, subject, {
      message: `${subject.scope} installs ${called(subject)} without an exact version, beside the manifests.`,
      remediation: 'Declare the package in the manifest, or name its exact version.',
      alike: subject.scope,
      ...(isDocument ? { level: 'note' } : {}),
      judged: { command: subject.scope },
    });
  },
};

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
