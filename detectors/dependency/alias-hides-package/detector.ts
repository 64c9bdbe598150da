import { CLEAR } from '../../../src/core/detection.ts';
import type { DependencyDetector } from '../../../src/core/detector.ts';
import type { Rule } from '../../../src/core/rule.ts';
import { called, isLockEntry, tellOfFiles } from '../support/from-files.ts';

const RULE: Rule = {
  id: 'alias-hides-package',
  family: 'dependency',
  shortDescription: 'An entry shows one package name and installs another',
  help: 'With npm:other@1.0 a dependency is imported under one name and is another package; a lockfile can do the same without the manifest saying so. Readers and scanners see the name they trust. Depend on the package under its own name, or sign for the alias.',
  level: 'warning',
  confidence: 'high',
  highest: { level: 'error', confidence: 'high' },
  critical: false,
  signable: true,
  cwe: [506, 829],
  requires: ['changes'],
  since: '0.1.0',
};

/** See README.md of this folder. */
export const aliasHidesPackage: DependencyDetector = {
  rule: RULE,
  detect(subject) {
    if (subject.changeType === 'removed' || subject.source === 'workspace' || subject.source === 'path') return CLEAR;
    const served = servedName(subject.type, subject.resolvedUrl);
    if (isLockEntry(subject) && served !== undefined && served !== subject.name) {
      return tellOfFiles(RULE, subject, {
        message: `The lockfile's entry says ${subject.name}, and its address downloads ${served}.`,
        remediation: 'Restore the entry and rebuild the lockfile with the package manager.',
        alike: `${subject.name}:${served}`,
        level: 'error',
        critical: true,
        judged: { served },
      });
    }
    if (subject.alias === undefined || subject.type !== 'npm') return CLEAR;
    if (subject.entry === 'lockfile' && subject.lock?.aliasAsked === false) {
      return tellOfFiles(RULE, subject, {
        message: `The lockfile installs ${called(subject)} under the name ${subject.alias}, and nothing asks for that alias.`,
        remediation: 'Restore the entry and rebuild the lockfile with the package manager.',
        alike: `${subject.alias}:${subject.name}`,
        level: 'error',
        critical: true,
        judged: { aliasAsked: false },
      });
    }
    if (!isOwnAlias(subject) || isVariant(subject.alias, subject.name)) return CLEAR;
    return tellOfFiles(RULE, subject, {
      message: `${subject.alias} is another package here: ${called(subject)} is installed under that name.`,
      remediation: `Depend on ${subject.name} under its own name, or sign that ${subject.alias} is meant to be it.`,
      alike: `${subject.alias}:${subject.name}`,
      judged: { alias: subject.alias },
    });
  },
};

/** An alias that this change writes into a manifest; those of other packages are theirs to answer for. */
function isOwnAlias(subject: Parameters<DependencyDetector['detect']>[0]): boolean {
  if (subject.scope === 'imports' || subject.scope === 'scopes' || subject.aliasInBase === true) return false;
  return subject.entry === 'manifest' || (subject.declared ?? []).length > 0;
}

/** `string-width-cjs` for `string-width`, `react-18` for `react`, a fork under a scope: the name tells whose it is. */
function isVariant(alias: string, name: string): boolean {
  const bare = (text: string): string => text.slice(text.lastIndexOf('/') + 1);
  return (
    bare(alias) === bare(name) ||
    new RegExp(`^${escaped(bare(name))}[-_.@]?(v?[0-9.]+|cjs|esm|legacy|next|latest)$`).test(bare(alias))
  );
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** The package that an address in npm's layout serves: `…/@scope/name/-/name-1.0.0.tgz`. */
function servedName(type: string, address: string | undefined): string | undefined {
  if (type !== 'npm' || address === undefined) return undefined;
  const path = /^https?:\/\/[^/]+(\/[^?#]*)/i.exec(address)?.[1]?.replaceAll(/%40/gi, '@').replaceAll(/%2f/gi, '/');
  return path === undefined ? undefined : /\/((?:@[^/]+\/)?[^/@]+)\/-\/[^/]*(?:\/[^/]*)?\.tgz$/i.exec(path)?.[1];
}
