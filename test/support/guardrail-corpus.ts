import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GUARDRAIL_DETECTORS, guardrailDetectorsFor } from '../../detectors/guardrail/index.ts';
import type { Detection } from '../../src/core/detection.ts';
import type { GuardrailDetector, GuardrailSubject } from '../../src/core/detector.ts';
import { sha256 } from '../../src/core/digest.ts';
import { CountersignError } from '../../src/core/errors.ts';
import { attributionOf, type GuardrailCase, guardrailCases, parseCases } from './guardrail-fixtures.ts';

/** One case of the fixtures or the laboratory, under a name of its own. */
export interface NamedCase {
  readonly name: string;
  readonly example: GuardrailCase;
}

const LAB = join(import.meta.dirname, '..', '..', 'eval', 'lab');
const ROUNDS = ['one', 'two', 'three'];

/** All cases that the fixtures and the laboratory hold: what one rule is made for is a trial of every other. */
export function guardrailCorpus(): readonly NamedCase[] {
  const fixtures = GUARDRAIL_DETECTORS.flatMap(({ rule }) =>
    (['bad', 'good'] as const).flatMap((kind) =>
      guardrailCases(rule.id, kind).map((example) => ({ name: `${rule.id}/${kind}: ${example.name}`, example })),
    ),
  );
  // Some rules speak up only where an agent is at work, or in a lower voice: the same cases again under a person's name.
  const byPeople = fixtures
    .filter(({ name, example }) => /^[\w-]+\/bad:/.test(name) && example.context.attribution.class === 'agent')
    .map(({ name, example }) => ({
      name: `${name} (a person)`,
      example: { ...example, context: { ...example.context, attribution: attributionOf('human') } },
    }));
  const samples = ROUNDS.flatMap((round) =>
    readdirSync(join(LAB, round))
      .sort()
      .flatMap((file) =>
        parseCases(readFileSync(join(LAB, round, file), 'utf8')).map((example) => ({
          name: `lab ${round}, ${file}: ${example.name}`,
          example,
        })),
      ),
  );
  return [...fixtures, ...byPeople, ...samples];
}

/** A subject that no parser has seen: rules keep what they read beside the sides they were given. */
export function unseen(subject: GuardrailSubject): GuardrailSubject {
  switch (subject.kind) {
    case 'file':
      return {
        ...subject,
        before: subject.before === null ? null : { ...subject.before },
        after: subject.after === null ? null : { ...subject.after },
      };
    case 'commitFile':
      return { ...subject, before: subject.before.map((side) => ({ ...side })), after: { ...subject.after } };
    case 'pullRequest':
      return { ...subject };
  }
}

/**
 * Everything a rule says about a case, one line a finding; that it cannot read a file is a word of its own. The last
 * word is a digest of the whole finding, its advice and its evidence included: signatures hang on that.
 */
export function guardrailSayings(
  detector: GuardrailDetector,
  { subjects, context }: GuardrailCase,
  detectorsFor: (subject: GuardrailSubject) => readonly GuardrailDetector[],
): readonly string[] {
  return subjects.flatMap((subject) => {
    if (!detectorsFor(subject).includes(detector)) return [];
    try {
      const answer = detector.detect(subject, context);
      return answer.state === 'findings' ? answer.detections.map((each) => line(detector, each)) : [];
    } catch (error) {
      if (error instanceof CountersignError) return [`${detector.rule.id} ${error.code}: ${error.message}`];
      throw error;
    }
  });
}

function line({ rule }: GuardrailDetector, detection: Detection): string {
  const { startLine, endLine, startColumn, endColumn, side } = detection.locations[0];
  const place = `${startLine}${startColumn === undefined ? '' : `:${startColumn}`}-${endLine}${endColumn === undefined ? '' : `:${endColumn}`}`;
  const voice = `${detection.level ?? rule.level} ${detection.confidence ?? rule.confidence}`;
  const shape = detection.fingerprint.slice(rule.id.length + 1);
  const whole = sha256(JSON.stringify(detection)).slice(0, 8);
  return `${place}${side === 'base' ? ' of the base' : ''} ${rule.id} ${voice} (${shape}) ${detection.message} ${whole}`;
}

/** What all guard rails say about all cases, as `fixtures/detectors/said-guardrail.txt` holds it. */
export function guardrailSaid(): string {
  const sections = guardrailCorpus().flatMap(({ name, example }) => {
    const lines = GUARDRAIL_DETECTORS.flatMap((detector) => guardrailSayings(detector, example, guardrailDetectorsFor));
    return lines.length === 0 ? [] : [`${name}\n${lines.map((each) => `  ${each}`).join('\n')}`];
  });
  return `${sections.join('\n')}\n`;
}
