import { CODE_DETECTORS } from '../../detectors/code/index.ts';
import type { Answer, Detection } from '../../src/core/detection.ts';
import type { CodeDetector } from '../../src/inspect/detector.ts';
import type { FileFacts } from '../../src/inspect/facts.ts';
import { createFileFacts } from '../../src/inspect/file-facts.ts';
import { parseProgram } from '../../src/inspect/grammars.ts';
import { readFixtures } from '../inspect/fixtures.ts';
import { changeCases, changeRounds } from './change-lab.ts';
import { labRounds, labSnippets } from './lab.ts';

/** A file of the fixtures or the laboratory, read once. */
export interface CorpusFile {
  readonly name: string;
  readonly facts: FileFacts;
  readonly before: FileFacts | null;
}

/** All code that the fixtures and the laboratory hold: what one rule is made for is a trial of every other. */
export function corpus(): readonly CorpusFile[] {
  const fixtures = CODE_DETECTORS.flatMap(({ rule }) =>
    readFixtures(rule.id).map(({ path, file }) => ({
      name: `${rule.id}/${path.slice('src/'.length)}`,
      path,
      text: file.after.text,
      before: file.before?.text ?? null,
    })),
  );
  const snippets = labRounds()
    .flatMap(labSnippets)
    .map(({ ruleId, round, line, path, text }) => ({ name: `${round}/${ruleId}:${line}`, path, text, before: null }));
  const edges = labSnippets('edges').map(({ ruleId, line, path, text }) => ({
    name: `edges/${ruleId}:${line}`,
    path,
    text,
    before: null,
  }));
  const changes = changeRounds()
    .flatMap(changeCases)
    .flatMap(({ name, bad, files }) =>
      files.flatMap(({ path, base, head }) =>
        base === null || head === null
          ? []
          : [{ name: `changes/${bad ? 'bad' : 'good'}/${name}: ${path}`, path, text: head, before: base }],
      ),
    );
  // A test's path lowers the voice: the same code again under one.
  const asTests = [...fixtures.filter(({ name }) => /\/bad\d*\./.test(name)), ...edges].map((file) => ({
    ...file,
    name: `${file.name} as a test`,
    path: testPath(file.path),
  }));
  return [...fixtures, ...asTests, ...snippets, ...edges, ...changes].flatMap(({ name, path, text, before }) => {
    const facts = factsOf(path, text);
    return facts === null ? [] : [{ name, facts, before: before === null ? null : factsOf(path, before) }];
  });
}

function testPath(path: string): string {
  return path.endsWith('.py') ? path.replace(/(\w+\.py)$/, 'test_$1') : path.replace(/\.(\w+)$/, '.test.$1');
}

function factsOf(path: string, text: string): FileFacts | null {
  const program = parseProgram(path, text);
  return program === null ? null : createFileFacts(program);
}

/** Everything a rule says about a file, one line a finding. */
export function sayings(detector: CodeDetector, { facts, before }: CorpusFile): readonly string[] {
  if (detector.rule.requires.includes('beforeAfter') && before === null) return [];
  return found(detector.detect(facts, { before, elsewhere: null, wonder: () => undefined })).map(
    ({ locations: [at, ...others], level, confidence, message }) => {
      const { rule } = detector;
      const place = `${at.startLine}:${at.startColumn}`;
      return `${place} ${rule.id} ${level ?? rule.level} ${confidence ?? rule.confidence} +${others.length} ${message}`;
    },
  );
}

function found(answer: readonly Detection[] | Answer): readonly Detection[] {
  if (!('state' in answer)) return answer;
  return answer.state === 'findings' ? answer.detections : [];
}

/** Its answer hangs on a limit of time: on a busy machine an expression is "not decided". Its own tests ask it. */
export const TIMED: ReadonlySet<string> = new Set(['regex-denial-of-service']);

/** What all rules say about all files, as `fixtures/detectors/said.txt` holds it. */
export function said(): string {
  const sections = corpus().flatMap((file) => {
    const lines = CODE_DETECTORS.filter(({ rule }) => !TIMED.has(rule.id)).flatMap((detector) =>
      sayings(detector, file),
    );
    return lines.length === 0 ? [] : [`${file.name}\n${lines.map((line) => `  ${line}`).join('\n')}`];
  });
  return `${sections.join('\n')}\n`;
}
