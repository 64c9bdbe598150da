import type { Answer, Detection } from '../../src/core/detection.ts';
import type { DependencyDetector, GuardrailDetector, GuardrailSubject } from '../../src/core/detector.ts';
import type { CodeDetector } from '../../src/inspect/detector.ts';
import type { FileFacts } from '../../src/inspect/facts.ts';
import { createFileFacts } from '../../src/inspect/file-facts.ts';
import { parseProgram } from '../../src/inspect/grammars.ts';
import { readFixtures } from '../inspect/fixtures.ts';
import { dependencyCases } from '../support/dependency-fixtures.ts';
import { type GuardrailCase, guardrailCases } from '../support/guardrail-fixtures.ts';
import { labRounds, labSnippets } from '../support/lab.ts';

/** One thing the contract tests ask of a rule: true where the answer is as it should be. */
export interface Exam {
  readonly name: string;
  pass(): boolean;
}

/** What the contract tests and the laboratory ask of the code rules, with the files read once for all mutants. */
export function codeExams(detectors: readonly CodeDetector[]): readonly Exam[] {
  return detectors.flatMap((detector) => [...fixtureExams(detector), ...labExams(detector)]);
}

function fixtureExams(detector: CodeDetector): readonly Exam[] {
  return readFixtures(detector.rule.id).flatMap((fixture) => {
    const facts = factsOf(fixture.path, fixture.file.after.text);
    const before = fixture.file.before === null ? null : factsOf(fixture.path, fixture.file.before.text);
    if (facts === null) return [];
    const expected = fixture.labels.filter((label) => label.expected);
    return [
      {
        name: `${detector.rule.id} ${fixture.path}`,
        pass: () => {
          const found = detectionsOf(detector.detect(facts, { before })).map((each) => ({
            line: each.locations[0].startLine,
            level: each.level ?? detector.rule.level,
          }));
          const lines = new Set(found.map((each) => each.line));
          return (
            lines.size === new Set(expected.map((label) => label.line)).size &&
            expected.every(
              ({ line, level }) =>
                lines.has(line) && (level === null || found.some((each) => each.line === line && each.level === level)),
            )
          );
        },
      },
    ];
  });
}

function labExams(detector: CodeDetector): readonly Exam[] {
  const { id, level } = detector.rule;
  return labRounds()
    .flatMap(labSnippets)
    .filter((snippet) => snippet.ruleId === id)
    .flatMap((snippet) => {
      const facts = factsOf(snippet.path, snippet.text);
      if (facts === null) return [];
      return [
        {
          name: `${id} ${snippet.round}:${snippet.line}`,
          pass: () => {
            const found = detectionsOf(detector.detect(facts, { before: null }));
            return found.some((each) => (each.level ?? level) !== 'note') === snippet.bad;
          },
        },
      ];
    });
}

function factsOf(path: string, text: string): FileFacts | null {
  const program = parseProgram(path, text);
  return program === null ? null : createFileFacts(program);
}

function detectionsOf(answer: readonly Detection[] | Answer): readonly Detection[] {
  if (!('state' in answer)) return answer;
  return answer.state === 'findings' ? answer.detections : [];
}

/** The cases of the dependency rules, as their contract test asks them. */
export function dependencyExams(detectors: readonly DependencyDetector[]): readonly Exam[] {
  return detectors.flatMap((detector) =>
    dependencyCases(detector.rule.id).map(({ name, expect: wanted, subject, context }) => ({
      name: `${detector.rule.id} ${name}`,
      pass: () => {
        const { rule } = detector;
        const answer = detector.detect(subject, context);
        if (answer.state !== (wanted.state === 'finding' ? 'findings' : wanted.state)) return false;
        if (answer.state === 'needs')
          return wanted.facts === undefined || wanted.facts.join() === answer.facts.map((each) => each.fact).join();
        if (answer.state !== 'findings') return true;
        const [found] = answer.detections;
        return (
          (wanted.level === undefined || wanted.level === (found.level ?? rule.level)) &&
          (wanted.confidence === undefined || wanted.confidence === (found.confidence ?? rule.confidence)) &&
          (wanted.critical === undefined || wanted.critical === (found.critical ?? rule.critical)) &&
          (wanted.signable === undefined || wanted.signable === (found.signable ?? rule.signable)) &&
          (wanted.says ?? []).every((words) => found.message.includes(words))
        );
      },
    })),
  );
}

/** The cases of the guard-rail rules, as their contract test asks them. */
export function guardrailExams(
  detectors: readonly GuardrailDetector[],
  detectorsFor: (subject: GuardrailSubject) => readonly GuardrailDetector[],
): readonly Exam[] {
  return detectors.flatMap((detector) => {
    const { id } = detector.rule;
    const found = (subject: GuardrailSubject, example: GuardrailCase): readonly Detection[] =>
      detectorsFor(subject).includes(detector) ? detectionsOf(detector.detect(subject, example.context)) : [];
    const bad = guardrailCases(id, 'bad').map((example) => ({
      name: `${id} finds ${example.name}`,
      pass: () =>
        example.subjects.some((subject) => found(subject, example).length > 0) &&
        example.subjects.every((subject) => {
          const starts = found(subject, example).map(({ locations }) => locations[0].startLine);
          return (
            labelled(subject, `expect: ${id}`).every((line) => starts.includes(line)) &&
            labelled(subject, `ok: ${id}`).every((line) => !starts.includes(line))
          );
        }) &&
        example.subjects.every((subject) => unchanged(subject).every((same) => found(same, example).length === 0)),
    }));
    const good = guardrailCases(id, 'good').map((example) => ({
      name: `${id} is silent about ${example.name}`,
      pass: () => example.subjects.every((subject) => found(subject, example).length === 0),
    }));
    return [...bad, ...good];
  });
}

function labelled(subject: GuardrailSubject, label: string): readonly number[] {
  const text = subject.kind === 'file' ? (subject.after?.text ?? '') : '';
  return text.split('\n').flatMap((line, index) => (line.includes(label) ? [index + 2] : []));
}

/** Where nothing changed, nothing is to be said. */
function unchanged(subject: GuardrailSubject): readonly GuardrailSubject[] {
  if (subject.kind !== 'file' || subject.after === null) return [];
  return [{ kind: 'file', path: subject.path, before: { ...subject.after }, after: subject.after }];
}
