import type { FileSide } from '../../../src/core/detector.ts';
import { anyOf } from '../support/any-of.ts';
import { type Judged, NOTHING_JUDGED, type Scope, type Weakness } from '../support/judge.ts';
import { parsed } from '../support/parsed.ts';
import { besidePrograms } from '../support/program.ts';
import { quote } from '../support/quote.ts';
import { guardrailRule, looseningDetector } from '../support/rule.ts';
import { nearest, type Unknown, unknowns } from './check.ts';
import { FORMATS } from './shapes.ts';

const RULE = guardrailRule('unknown-configuration-key', {
  shortDescription: 'A setting is written that its format does not know',
  help: 'Models invent settings as they invent packages. A tool that does not know a key ignores it in most cases, so that a protection which seems to be there is not. The keys come from schemas that the tools or maintained packages publish, pinned with this version; a key that is newer than they are can be signed for.',
  level: 'warning',
  confidence: 'medium',
  highest: { level: 'warning', confidence: 'high' },
  cwe: [1068, 693],
  requires: ['beforeAfter'],
});

const FILES = anyOf(FORMATS.map(({ files }) => files));

const concerns = besidePrograms((path) => FILES.test(path));

function judge(side: FileSide): Judged {
  const format = FORMATS.find(({ files }) => files.test(side.path));
  if (format === undefined) return NOTHING_JUDGED;
  if (format.name === 'Kubernetes object' && !/^apiVersion\s*:/m.test(side.text)) return NOTHING_JUDGED;
  const { roots, template } = parsed(side);
  const weaknesses: Weakness[] = roots.flatMap((root) => {
    const name = format.root(root);
    // Template text may stand for any key.
    if (template !== null || name === null) return [];
    const whole = { name: 'file', start: root.start, end: root.start };
    return unknowns(root, format.shapes, name, format.nearOnly).map((unknown) =>
      weaknessOf(format.name, unknown, whole),
    );
  });
  return { weaknesses, scopes: [] };
}

function weaknessOf(format: string, unknown: Unknown, scope: Scope): Weakness {
  const near = nearest(unknown.name, unknown.known);
  return {
    key: `${unknown.path.replace(/\[\d+\]/g, '[]')}|${unknown.name}`,
    shape: unknown.kind,
    start: unknown.start,
    end: unknown.end,
    scope,
    message: `A ${format} knows no ${unknown.kind} ${quote(unknown.name)} here${near === null ? '' : `; near is ${quote(near)}`}. The base does not have it.`,
    remediation:
      near === null ? 'Look the setting up, and delete it if it does not exist.' : `Write “${near}” if that is meant.`,
    ...(near === null ? {} : { confidence: 'high' }),
  };
}

/** See README.md of this folder. */
export const unknownConfigurationKey = looseningDetector(RULE, concerns, judge);
