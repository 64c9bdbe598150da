// Runs the mutants of one workspace, one after the other, and says of each how it went: one line of JSON a mutant.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readersIn } from '../support/readings/reading.ts';
import {
  codeExams,
  dependencyExams,
  type Exam,
  elsewhereExams,
  expressionExams,
  goneExams,
  guardrailExams,
  readingExams,
} from './exams.ts';

const [workspace = '', family = '', ...wanted] = process.argv.slice(2);
const ids: readonly number[] = JSON.parse(readFileSync(join(workspace, wanted[0] ?? ''), 'utf8'));

let active = -1;
let covered: Set<number> | null = null;

function isActive(id: number): boolean {
  covered?.add(id);
  return id === active;
}
Object.assign(globalThis, { __mutant: isActive });

const exams = await load();
const byMutant = new Map<number, Exam[]>();
for (const exam of exams) {
  covered = new Set();
  if (!passes(exam, null)) console.log(JSON.stringify({ broken: exam.name }));
  for (const id of covered) {
    const known = byMutant.get(id);
    if (known === undefined) byMutant.set(id, [exam]);
    else known.push(exam);
  }
}
covered = null;
for (const id of ids) {
  console.log(JSON.stringify({ begins: id }));
  active = id;
  const asked = byMutant.get(id) ?? [];
  const killer = asked.find((exam) => !passes(exam, id));
  active = -1;
  console.log(JSON.stringify({ id, killed: killer !== undefined, covered: asked.length }));
}
process.exit(0);

function passes(exam: Exam, mutant: number | null): boolean {
  try {
    return exam.pass(mutant);
  } catch (error) {
    // A mutant that throws is noticed; without one, a throw is a failure of the exam, and told as broken.
    return error === undefined;
  }
}

async function proof(): Promise<Parameters<typeof expressionExams>[0]> {
  const folder = join(workspace, 'detectors/code/regex-denial-of-service');
  const [unambiguous, cost, full, trial] = await Promise.all(
    ['unambiguous.ts', 'cost.ts', 'full-check.ts', 'trial.ts'].map(
      (file) => import(pathToFileURL(join(folder, file)).href),
    ),
  );
  return { ...unambiguous, ...cost, ...full, ...trial };
}

async function load(): Promise<readonly Exam[]> {
  const index = await import(pathToFileURL(join(workspace, 'detectors', family, 'index.ts')).href);
  switch (family) {
    case 'code':
      return [
        ...codeExams(index.CODE_DETECTORS),
        ...goneExams(index.CODE_DETECTORS),
        ...elsewhereExams(index.CODE_DETECTORS),
        ...expressionExams(await proof()),
      ];
    case 'dependency':
      return dependencyExams(index.DEPENDENCY_DETECTORS);
    default:
      // The quick ones first: a mutant that they notice asks nothing of the others.
      return [
        ...readingExams(await readersIn(workspace)),
        ...guardrailExams(index.GUARDRAIL_DETECTORS, index.guardrailDetectorsFor),
      ];
  }
}
