import type { DependencyChange } from '../../../src/core/dependency.ts';
import { CLEAR } from '../../../src/core/detection.ts';
import type { DependencyContext, DependencyDetector } from '../../../src/core/detector.ts';
import { hostOf, isPublicHost } from '../../../src/core/registry-hosts.ts';
import type { Rule } from '../../../src/core/rule.ts';
import { tellOfFiles } from '../support/from-files.ts';

const SETTINGS = 'registry-setting';

const RULE: Rule = {
  id: 'registry-redirected',
  family: 'dependency',
  shortDescription: 'Packages are fetched from another registry, or without its protections',
  help: 'One line in a configuration file decides where every package comes from. A second index beside the public one lets either answer for a private name (dependency confusion), and switched-off checks let anybody answer. Registries belong into the settings that an administrator keeps; sign only if the host is yours.',
  level: 'error',
  confidence: 'high',
  critical: true,
  signable: true,
  cwe: [829, 494, 427],
  requires: ['changes'],
  since: '0.1.0',
};

/** See README.md of this folder. */
export const registryRedirected: DependencyDetector = {
  rule: RULE,
  detect(subject, context) {
    if (subject.changeType === 'removed') return CLEAR;
    if (subject.scope === SETTINGS && subject.resolvedUrl === undefined) return protectionOff(subject);
    if (subject.scope !== SETTINGS && !(subject.entry === 'manifest' && subject.source === 'registry')) return CLEAR;
    const address = subject.resolvedUrl;
    if (address === undefined) return CLEAR;
    // A registry by its name (Cargo, poetry): where that leads is a setting, judged at its own line.
    if (subject.scope !== SETTINGS && /^[\w.-]+$/.test(address)) return CLEAR;
    const host = hostOf(address);
    if (host !== undefined && isKnown(subject, context, host)) return CLEAR;
    if (host !== undefined && host === hostOf(subject.previous?.resolvedUrl ?? '')) return CLEAR;
    const what = subject.scope === SETTINGS ? `The setting ${subject.name}` : `The source of ${subject.name}`;
    return tellOfFiles(RULE, subject, {
      message: `${what} in ${subject.location.path} sends ${subject.type} look-ups to ${host ?? shortened(address)}, which no setting of the operator names.`,
      remediation: `Remove the line, or name ${host ?? 'the registry'} in the operator's settings.`,
      alike: host ?? address,
      judged: { setting: subject.name, address },
    });
  },
};

/** A protection that was switched off: the value stands in the range. */
function protectionOff(subject: DependencyChange): ReturnType<DependencyDetector['detect']> {
  return tellOfFiles(RULE, subject, {
    message: `The setting ${subject.name}=${subject.range ?? ''} in ${subject.location.path} switches off a check of where packages come from.`,
    remediation: 'Remove the line.',
    alike: subject.name,
    judged: { setting: subject.name, value: subject.range ?? null },
  });
}

function isKnown(subject: DependencyChange, context: DependencyContext, host: string): boolean {
  if (isPublicHost(subject.type, host) || context.registryHosts?.includes(host) === true) return true;
  return context.changes.some(
    (change) => change.type === subject.type && change.lock?.baseHosts.includes(host) === true,
  );
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
