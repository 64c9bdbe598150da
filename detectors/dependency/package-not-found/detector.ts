import { CLEAR } from '../../../src/core/detection.ts';
import type { DependencyDetector } from '../../../src/core/detector.ts';
import { knownValue } from '../../../src/core/fact.ts';
import type { Rule } from '../../../src/core/rule.ts';
import { fromRegistry, isEmptied, isOpen, needs, tell } from '../support/answer.ts';

const RULE: Rule = {
  id: 'package-not-found',
  family: 'dependency',
  shortDescription: 'The package does not exist in its registry',
  help: 'A name that no registry knows is usually invented by a model. Whoever registers it first decides what is installed. Use the package that was meant, or remove the line. A scoped name, or one that the base uses already, may be private: then name its registry in the settings.',
  level: 'error',
  confidence: 'high',
  critical: true,
  signable: false,
  cwe: [1357, 829],
  requires: ['registryEntry'],
  since: '0.1.0',
};

/** See README.md of this folder. */
export const packageNotFound: DependencyDetector = {
  rule: RULE,
  detect(subject, context) {
    if (!fromRegistry(subject)) return CLEAR;
    const { evidence } = context;
    // An import's name is the package's name on npm only; elsewhere the two have little to do with each other.
    if (subject.entry === 'import' && subject.type !== 'npm') return CLEAR;
    const { registryEntry, versions } = evidence;
    if (isOpen(registryEntry)) return needs(subject, [['registryEntry', registryEntry]]);
    // A project under quarantine has nothing to install either; the rule about placeholders says why.
    const isHeld = knownValue(evidence.projectStatus) === 'quarantined';
    const emptied = !isHeld && isEmptied(evidence);
    if (registryEntry.state !== 'absent' && !emptied) {
      if (registryEntry.state === 'known' && isOpen(versions)) return needs(subject, [['versions', versions]]);
      return CLEAR;
    }

    const scope = subject.type === 'npm' && subject.name.startsWith('@') ? subject.name.split('/')[0] : undefined;
    const routed = knownValue(evidence.privateRoute);
    const hidden = subject.type === 'githubactions' || subject.type === 'docker';
    // What an account keeps private is not told apart from what is not there: its own, and what the base uses, are taken as private.
    if (hidden && (evidence.inBase || isOwn(subject.name, context.owner))) return CLEAR;
    const maybePrivate =
      hidden || scope !== undefined || evidence.inBase || routed !== undefined || subject.entry === 'import';
    const elsewhere = knownValue(evidence.existsElsewhere) ?? [];
    const hint = elsewhere.length > 0 ? ` A package of this name exists in ${elsewhere.join(', ')}.` : '';
    const what = emptied
      ? `${subject.name} has no version to install in ${evidence.source}: everything under the name was removed.`
      : `${subject.name} does not exist in ${evidence.source}.`;
    const why = maybePrivate
      ? evidence.inBase
        ? 'The base uses the name already, so it is absent or private.'
        : 'It is absent or private.'
      : 'The name is probably invented; whoever registers it decides what is installed.';
    return tell(RULE, subject, context, {
      message: `${what} ${why}${hint}`,
      remediation: maybePrivate
        ? hidden
          ? 'Check the name; if it is private to somebody, sign for it once.'
          : routed === undefined
            ? `If it is private, add a route for ${scope ?? subject.name} to its registry to the settings (npm: \`${scope ?? '@scope'}:registry=<address>\` in the base); else remove it.`
            : `Check that ${routed} has the package and that its access is set up; else remove it.`
        : 'Find the package that was meant, or remove the entry.',
      signable: maybePrivate,
      judged: { state: emptied ? 'unpublished' : 'absent', source: evidence.source },
    });
  },
};

/** Whether the account that owns the repository owns this too. */
function isOwn(name: string, owner: string | undefined): boolean {
  return owner !== undefined && name.toLowerCase().split('/').at(-2) === owner.toLowerCase();
}
