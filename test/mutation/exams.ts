import type { Answer, Detection } from '../../src/core/detection.ts';
import type { DependencyDetector, FileSide, GuardrailDetector, GuardrailSubject } from '../../src/core/detector.ts';
import { analyseElsewhere } from '../../src/inspect/analyse.ts';
import type { CodeDetector } from '../../src/inspect/detector.ts';
import { analyseGone } from '../../src/inspect/gone.ts';
import { NO_MAPS } from '../../src/inspect/module-map.ts';
import { createRelations } from '../../src/inspect/surroundings.ts';
import { changeCases, changeRounds } from '../support/change-lab.ts';
import { corpus, sayings } from '../support/corpus.ts';
import { dependencyCorpus, dependencySayings } from '../support/dependency-corpus.ts';
import { dependencyCases } from '../support/dependency-fixtures.ts';
import { BOUNDS, CHECKED, LONG, OPEN, PROVEN, TRIED } from '../support/expressions.ts';
import { SUCCESSIONS } from '../support/gone-guards.ts';
import { guardrailCorpus, guardrailSayings, unseen } from '../support/guardrail-corpus.ts';
import { type GuardrailCase, guardrailCases } from '../support/guardrail-fixtures.ts';
import type { Readers } from '../support/readings/reading.ts';
import { READINGS } from '../support/readings/readings.ts';

/** One thing the contract tests ask of a rule: true where the answer is as it should be. */
export interface Exam {
  readonly name: string;
  /** @param mutant the one that is switched on; null for none, while it is found out which mutants the exam runs through */
  pass(mutant: number | null): boolean;
}

/** A value made afresh for every mutant, and for every question where none is switched on. */
function perMutant<T>(make: () => T): (mutant: number | null) => T {
  let last: { readonly mutant: number; readonly value: T } | null = null;
  return (mutant) => {
    if (mutant === null) return make();
    if (last?.mutant !== mutant) last = { mutant, value: make() };
    return last.value;
  };
}

/**
 * What the record of the corpus asks of the code rules: every rule says about every file, its own and those of the
 * others, what it said before. The files are read once for all mutants.
 */
export function codeExams(detectors: readonly CodeDetector[]): readonly Exam[] {
  const files = corpus();
  return detectors.flatMap((detector) =>
    files.map((file) => {
      const before = sayings(detector, file).join('\n');
      return {
        name: `${detector.rule.id} about ${file.name}`,
        pass: () => sayings(detector, file).join('\n') === before,
      };
    }),
  );
}

/** Every rule says of a guard that is gone, and of what runs in its place, what it said before. */
export function goneExams(detectors: readonly CodeDetector[]): readonly Exam[] {
  const told = (gone: readonly [string, string], successors: readonly (readonly [string, string])[]): string =>
    JSON.stringify(
      analyseGone(
        { before: sideOf(gone), successors: successors.map((each) => ({ ...sideOf(each), formerly: null })) },
        detectors,
      ),
    );
  return SUCCESSIONS.map(([gone, successors], index) => {
    const before = told(gone, successors);
    return { name: `a guard that is gone, ${index}: ${gone[0]}`, pass: () => told(gone, successors) === before };
  });
}

/** Every rule says of changes of several files, with the others before it, what it said before. */
export function elsewhereExams(detectors: readonly CodeDetector[]): readonly Exam[] {
  const rules = detectors.map(({ rule }) => rule.id);
  return changeRounds()
    .flatMap(changeCases)
    .filter(({ files }) => files.length > 1)
    .flatMap(({ name, files }) => {
      const sides = files.flatMap(({ path, head }) => (head === null ? [] : [sideOf([path, head])]));
      const relations = createRelations(sides, NO_MAPS);
      return files.flatMap(({ path, base, head }): readonly Exam[] => {
        const surroundings = relations.around(path);
        if (surroundings === null || head === null) return [];
        const before = base === null ? null : sideOf([path, base]);
        const file = { path, before, after: sideOf([path, head]), scope: 'change', rules, imported: [] } as const;
        const told = (): string => JSON.stringify(analyseElsewhere({ ...file, surroundings }, detectors));
        const first = told();
        return [{ name: `${name}, with the other files: ${path}`, pass: () => told() === first }];
      });
    });
}

function sideOf([path, text]: readonly [string, string]): FileSide {
  return { path, text, blob: String(text.length), mode: '100644' };
}

function detectionsOf(answer: readonly Detection[] | Answer): readonly Detection[] {
  if (!('state' in answer)) return answer;
  return answer.state === 'findings' ? answer.detections : [];
}

interface Diagnosis {
  readonly status: string;
  readonly complexity?: { readonly degree?: number };
}

interface Limits {
  readonly timeout: number;
  readonly checker: 'automaton';
}

/** The same question in other words: an answer is remembered by the text, and would hide what a mutant says. */
function afresh(source: string, mutant: number | null): string {
  return `(?:m${mutant ?? 'x'}){0}${source}`;
}

/** The proof that an expression is harmless, and the bound of its cost, have tests of their own. */
export function expressionExams(proof: {
  provenUnambiguous(source: string, flags: string): boolean;
  provenLinear(source: string, flags: string): boolean;
  costBound(source: string, flags: string): number | null;
  fullCheck(source: string, flags: string, shape: 'nested' | 'flat'): Diagnosis;
  loadChecker(): (source: string, flags: string, parameters: Limits) => Diagnosis;
  isSquareOnTrial(source: string, flags: string): boolean;
}): readonly Exam[] {
  const { isSquareOnTrial, provenUnambiguous, provenLinear, costBound, fullCheck, loadChecker } = proof;
  const linear = ['^a+$', 'a+$', '^a|b+$', '^(?=.*x)(?:a(?=.*y))*$'].map((source, index) => ({
    name: `whether ${source} is linear`,
    pass: () => provenLinear(source, '') === (index === 0),
  }));
  return [
    ...PROVEN.map(([source, flags]) => ({
      name: `proof of ${source}`,
      pass: () => provenUnambiguous(source, flags),
    })),
    ...OPEN.map(([source, flags]) => ({
      name: `no proof of ${source}`,
      pass: () => !provenUnambiguous(source, flags),
    })),
    ...BOUNDS.map(([source, flags, bound]) => ({
      name: `cost of ${source}`,
      pass: () => costBound(source, flags) === bound,
    })),
    ...linear,
    ...TRIED.map(([source, square]) => ({
      name: `trial of ${source}`,
      pass: () => isSquareOnTrial(source, '') === square,
    })),
    ...CHECKED.map(([source, shape, status, degree]) => ({
      name: `full check of ${source}`,
      pass: (mutant: number | null) => {
        const { status: said, complexity } = fullCheck(afresh(source, mutant), '', shape);
        return said === status && complexity?.degree === degree;
      },
    })),
    {
      name: 'full check of an expression that takes too many steps',
      pass: (mutant) => fullCheck(afresh(LONG, mutant), 'i', 'nested').status === 'unknown',
    },
    {
      name: 'full check within a number of steps',
      pass: () => {
        const check = loadChecker();
        return ['unknown', 'vulnerable'].every(
          (status, index) =>
            check('^(a|a)*$', '', { timeout: [5, 500][index] ?? 0, checker: 'automaton' }).status === status,
        );
      },
    },
    { name: 'whether a line is linear', pass: () => !provenLinear('^a+$', 'm') },
  ];
}

/** The cases of the dependency rules, as their contract test asks them, and the record of what all say about all. */
export function dependencyExams(detectors: readonly DependencyDetector[]): readonly Exam[] {
  const corpus = dependencyCorpus();
  const recorded = detectors.flatMap((detector) =>
    corpus.map((asked) => {
      const before = dependencySayings(detector, asked).join('\n');
      return {
        name: `${detector.rule.id} about ${asked.rule}: ${asked.name}`,
        pass: () => dependencySayings(detector, asked).join('\n') === before,
      };
    }),
  );
  const own = detectors.flatMap((detector) =>
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
  return [...own, ...recorded];
}

/** The cases of the guard-rail rules, as their contract test asks them, and the record of what all say about all. */
export function guardrailExams(
  detectors: readonly GuardrailDetector[],
  detectorsFor: (subject: GuardrailSubject) => readonly GuardrailDetector[],
): readonly Exam[] {
  const recorded = guardrailCorpus().flatMap(({ name, example }) => {
    const unseenBy = perMutant(() => ({ ...example, subjects: example.subjects.map(unseen) }));
    return detectors
      .filter((detector) => example.subjects.some((subject) => detectorsFor(subject).includes(detector)))
      .map((detector) => {
        const before = guardrailSayings(detector, example, detectorsFor).join('\n');
        return {
          name: `${detector.rule.id} about ${name}`,
          pass: (mutant: number | null) =>
            guardrailSayings(detector, unseenBy(mutant), detectorsFor).join('\n') === before,
        };
      });
  });
  const own = detectors.flatMap((detector) => {
    const { id } = detector.rule;
    // The parsers keep their trees beside the side they read: a side that was read before would hide a mutated parser.
    const found = (subject: GuardrailSubject, example: GuardrailCase): readonly Detection[] =>
      detectorsFor(subject).includes(detector) ? detectionsOf(detector.detect(unseen(subject), example.context)) : [];
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
  return [...own, ...recorded];
}

/** The readers of formats have tests of their own. */
export function readingExams(readers: Readers): readonly Exam[] {
  return READINGS.map(({ name, expected, says }) => ({ name, pass: () => says(readers) === expected }));
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
