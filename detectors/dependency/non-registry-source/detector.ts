import type { DependencyChange } from '../../../src/core/dependency.ts';
import { CLEAR } from '../../../src/core/detection.ts';
import type { DependencyDetector } from '../../../src/core/detector.ts';
import { hostOf } from '../../../src/core/registry-hosts.ts';
import type { Rule } from '../../../src/core/rule.ts';
import { tellOfFiles } from '../support/from-files.ts';

const RULE: Rule = {
  id: 'non-registry-source',
  family: 'dependency',
  shortDescription: 'A dependency comes from git, an address or a folder instead of a registry',
  help: 'Outside a registry there is no published version, no age, no publisher and no advisory: whoever holds the repository or the server decides what is installed. Use the published package, or pin the exact commit and sign for it.',
  level: 'error',
  confidence: 'medium',
  critical: false,
  signable: true,
  cwe: [829, 494],
  requires: ['changes'],
  since: '0.1.0',
};

/** Types whose packages never come from a registry: they have rules of their own. */
const ELSEWHERE = new Set(['githubactions', 'docker']);
const SETTINGS = 'registry-setting';

/** See README.md of this folder. */
export const nonRegistrySource: DependencyDetector = {
  rule: RULE,
  detect(subject) {
    if (subject.changeType === 'removed' || ELSEWHERE.has(subject.type) || subject.scope === SETTINGS) return CLEAR;
    if (subject.entry === 'command' || subject.entry === 'import') return CLEAR;
    if (subject.source === 'registry' || subject.source === 'workspace') return CLEAR;
    if (subject.source === 'path') return outsidePath(subject);
    if (isSamePlace(subject)) return CLEAR;
    const address = subject.resolvedUrl ?? subject.range ?? '';
    const commit = /(?:#|@|commit[=:])(?:commit[=:])?([0-9a-f]{40})\b/i.exec(address)?.[1];
    const from = subject.source === 'git' ? 'a git repository' : 'an address';
    return tellOfFiles(RULE, subject, {
      message: `${subject.name} comes from ${from} (${shortened(address)}), ${
        commit === undefined ? 'and what it serves can change at any time' : `at commit ${commit.slice(0, 12)}`
      }: no registry vouches for it.`,
      remediation:
        commit === undefined
          ? 'Use the published package, or pin the full commit.'
          : 'Use the published package, or sign for this commit.',
      alike: hostOf(address) ?? subject.source,
      ...(commit === undefined && !isPinned(subject) ? {} : { level: 'warning' }),
      judged: { address },
    });
  },
};

/** A hash in the lockfile pins what an address serves. */
function isPinned(subject: DependencyChange): boolean {
  return subject.source === 'url' && (subject.integrity !== undefined || subject.artefacts !== undefined);
}

/** Another commit of the repository the base already uses. */
function isSamePlace(subject: DependencyChange): boolean {
  const { previous } = subject;
  if (previous?.source !== subject.source || previous.resolvedUrl === undefined) return false;
  const place = (address: string): string =>
    address
      .replace(/[#?].*$/, '')
      .replace(/(\.git)?@[^/@]*$/, '')
      .replace(/\.git$/, '');
  return place(previous.resolvedUrl) === place(subject.resolvedUrl ?? subject.range ?? '');
}

/** A folder of this repository is reviewed with it; one outside, or an archive, is not. */
function outsidePath(subject: DependencyChange): ReturnType<DependencyDetector['detect']> {
  if (subject.changeType === 'altered' && subject.previous?.source === 'path') return CLEAR;
  const target = (subject.resolvedUrl ?? subject.range ?? '').replace(/^(file|link|portal|path):(\/\/(?=\/))?/i, '');
  const isArchive = /\.(tgz|tar\.gz|tar|zip|whl|jar|gem|nupkg|crate)$/i.test(target);
  if (!isArchive && !leavesRepository(target, subject.location.path)) return CLEAR;
  return tellOfFiles(RULE, subject, {
    message: isArchive
      ? `${subject.name} is installed from an archive (${shortened(target)}) that no reviewer can read.`
      : `${subject.name} is installed from ${shortened(target)}, outside this repository.`,
    remediation: 'Use the published package, or keep the source in the repository.',
    alike: 'path',
    level: 'warning',
    judged: { target },
  });
}

function leavesRepository(target: string, manifest: string): boolean {
  if (/^(\/|~|[a-z]:)/i.test(target)) return true;
  let depth = manifest.split('/').length - 1;
  for (const part of target.split('/')) {
    if (part === '..') depth -= 1;
    else if (part !== '' && part !== '.') depth += 1;
    if (depth < 0) return true;
  }
  return false;
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
