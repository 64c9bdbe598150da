import { type Answer, answerOf, CLEAR, type Detection } from '../../../src/core/detection.ts';
import type { FileSide, GuardrailContext, GuardrailDetector, GuardrailSubject } from '../../../src/core/detector.ts';
import { hasMatch } from '../../../src/core/prefilter.ts';
import { addedLines, addedLinesWith } from '../support/added.ts';
import { anyOf } from '../support/any-of.ts';
import { isBaseline, judgeSide, sidesOf } from '../support/judge.ts';
import { formatOf, parsed } from '../support/parsed.ts';
import { quote } from '../support/quote.ts';
import { tell } from '../support/report.ts';
import { guardrailRule } from '../support/rule.ts';
import { leavesOf, plainText, readBase } from '../support/sides.ts';
import { sought } from '../support/sought.ts';

const RULE = guardrailRule('test-weakened', {
  shortDescription: 'Tests check less than before',
  help: 'An agent that cannot make a test pass may skip it, delete it, take its assertions out, or lower the threshold of coverage, in the very change that the test was there to judge. Repair the code; where a test is wrong, change it in a commit that says why.',
  level: 'warning',
  confidence: 'medium',
  highest: { level: 'error', confidence: 'medium' },
  cwe: [1127, 693],
  requires: ['beforeAfter'],
});

/** Tests by the names that their runners look for. */
const NAMED =
  /(?:^|\/)(?:test_[\w-]+\.py|[\w.-]+(?:[._-](?:test|spec|e2e|cy))\.(?:[cm]?[jt]sx?|py|rb|go|dart)|[\w-]+_test\.(?:go|py|rb|exs|dart)|[\w-]+(?:Tests?|Spec|IT)\.(?:java|kt|cs|swift|scala|php))$/;
const IN_FOLDER =
  /(?:^|\/)(?:tests?|__tests__|specs?|e2e|cypress)\/.+\.(?:[cm]?[jt]sx?|py|rb|go|rs|java|kt|cs|php|swift|scala|ex|exs)$/;
const HELPER = /(?:^|\/)(?:support|helpers?|utils?|data|setup)\/|(?:conftest\.py|setup\.[cm]?[jt]s)$/;
/** Files that tests work upon, whatever their names. */
const MATERIAL = /(?:^|\/)(?:fixtures?|mocks?|__mocks__|__snapshots__|testdata)\//;
const THRESHOLD_FILE =
  /(?:^|\/)(?:\.?codecov\.ya?ml|\.nycrc(?:\.json)?|\.c8rc(?:\.json)?|package\.json|pyproject\.toml|\.coveragerc|setup\.cfg|tox\.ini|jest\.config\.[cm]?[jt]s|vitest\.config\.[cm]?[jt]s|vite\.config\.[cm]?[jt]s|jest\.config\.json|karma\.conf\.js|sonar-project\.properties|\.simplecov)$/;
/** Files that say which tests run. */
const RUNNER_FILE = /(?:^|\/)(?:pytest\.ini|conftest\.py|playwright\.config\.[cm]?[jt]s|\.mocharc(?:\.\w+)?)$/;
const CONFIGURATION = anyOf([THRESHOLD_FILE, RUNNER_FILE]);
/** Options by which a runner leaves tests out (each runner's documentation). */
const LEAVES_OUT =
  /\b(?:testPathIgnorePatterns|modulePathIgnorePatterns|testIgnore|collect_ignore(?:_glob)?|norecursedirs|grepInvert|passWithNoTests)\b|--(?:deselect|ignore|ignore-glob|testPathIgnorePatterns|grep-invert|pass-with-no-tests)[= ]/;
const CODE = /\.(?:[cm]?[jt]sx?|py|rb|go|rs|java|kt|cs|php|swift|scala|exs?|dart|c|cc|cpp|h)$/;

/** Marks by which a test does not run, in the frameworks' own words. One by one: most texts have a word of one or the other. */
const MARKS: readonly RegExp[] = [
  /x(?:it|describe|test|context|specify)\s*\(/,
  /(?:it|test|describe|context|suite)\.(?:skip|todo|failing|fixme|skipIf\s*\(\s*true)\b/,
  /(?:it|test|describe|context)\.(?:only)\b/,
  /@(?:pytest\.mark\.(?:skip|xfail)|unittest\.(?:skip|expectedFailure)|Disabled|Ignore(?:d)?|Skip)\b/,
  /pytest\.(?:skip|xfail)\s*\(/,
  /self\.skipTest\s*\(/,
  /t\.Skip(?:f|Now)?\s*\(/,
  /#\[ignore\b/,
  /\[(?:Fact|Theory)\(\s*Skip/,
  /\[Ignore\]/,
  /markTestSkipped\s*\(/,
  /pending\s*\(/,
  /skip\s+['"]/,
  /XCTSkip\b/,
  /@tag\s+:skip/,
];
const SKIP = sought(new RegExp(MARKS.map(({ source }) => `(?<![\\w.$])${source}`).join('|')));
/** An assertion that cannot fail. */
const TRIVIAL =
  /expect\s*\(\s*(true|false|1|null|['"]\w*['"])\s*\)\s*\.(?:toBe|toEqual|toStrictEqual)\s*\(\s*\1\s*\)|assert(?:\.ok|\.isTrue|True)?\s*\(\s*(?:true|True|1)\s*[,)]|assert\s+True\s*(?:$|#|,)|assert(?:Equals?|\.equal|\.strictEqual)\s*\(\s*(\d+|true|True)\s*,\s*\2\s*\)|expect\s*\(\s*true\s*\)\s*\.toBeTruthy/;
/** How each of those begins, asked once of the whole file: where a line ends, and what is said twice, is seen in the line. */
const TRIVIAL_HINT =
  /expect\s*\(\s*(?:true|false|1|null|['"]\w*['"])\s*\)|assert(?:\.ok|\.isTrue|True)?\s*\(\s*(?:true|True|1)|assert\s+True|assert(?:Equals?|\.equal|\.strictEqual)\s*\(\s*(?:\d|true|True)/;
const ASSERTION =
  /(?<![\w$])(?:expect(?:\s*\(|\.(?:soft|poll)\()|assert(?:\w*\s*[!(.]|\s)|should\b|t\.(?:Error|Fatal|is|ok|deepEqual|true|false|equal)\w*\(|require\.\w+\(t|verify\s*\(|Assert\.\w+|refute\b|XCTAssert\w*\()/g;
const CASE =
  /(?<![\w.$])(?:it|test|specify)(?:\.\w+(?:\([^)]*\))?)*\s*\(|^\s*(?:async\s+)?def\s+test\w*|^\s*func\s+(?:Test|Benchmark|Fuzz)\w+|#\[(?:tokio::)?test\]|@Test\b|\[(?:Fact|Theory|Test)\]|^\s*(?:it|test|scenario)\s+['"]/gm;
const TABLE =
  /\.each\s*(?:\(|`)|parametri[sz]e|\[(?:InlineData|TestCase)\b|@ParameterizedTest|for\s*\(?_?,?\s*\w+\s*:?=\s*range\b/g;
const THRESHOLD =
  /(?:^|\/)(?:branches|functions|lines|statements|global|perFile|threshold|fail_under|target|minimum_coverage|minimum|check-coverage|coverageThreshold|range)$/;

function isTest(path: string): boolean {
  return (NAMED.test(path) || (IN_FOLDER.test(path) && !HELPER.test(path))) && !MATERIAL.test(path);
}

function isConfiguration(path: string): boolean {
  return CONFIGURATION.test(path);
}

function concerns(path: string): boolean {
  return isTest(path) || isConfiguration(path);
}

/** How often a pattern stands in the code of a side; what is commented out does not run. */
function count(side: FileSide, pattern: RegExp): number {
  const code = plainText(side).replace(/^[ \t]*(?:\/\/|#(?![[!])|\*(?!\/)|\/\*[\s\S]*?\*\/).*$/gm, '');
  return [...code.matchAll(pattern)].length;
}

/** Whether code that the test may cover changes as well. */
function withCode(context: GuardrailContext): boolean {
  return context.changedPaths.some(
    (path) => CODE.test(path) && !isTest(path) && !HELPER.test(path) && !MATERIAL.test(path),
  );
}

/** The numbers by which coverage is held, by place. */
function thresholds(side: FileSide): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  if (formatOf(side.path) !== null) {
    for (const leaf of parsed(side).roots.flatMap(leavesOf)) {
      const value = amount(leaf.values[0] ?? '');
      const about =
        /coverage|threshold|nyc|c8|codecov|project|patch/i.test(leaf.path) || /codecov|nycrc|c8rc/.test(side.path);
      if (THRESHOLD.test(leaf.path) && about && Number.isFinite(value)) found.set(leaf.path, value);
    }
    return found;
  }
  for (const [, name = '', value = ''] of plainText(side).matchAll(
    /\b(branches|functions|lines|statements|fail_under|minimum_coverage|minimum|check-coverage)\b["']?\s*[:=(]?\s*(\d+(?:\.\d+)?|true|false)/g,
  ))
    found.set(name, amount(value));
  return found;
}

/** A threshold as a number; a switch that is on is one. */
function amount(value: string): number {
  return /^(?:true|false)$/.test(value) ? Number(value === 'true') : Number.parseFloat(value);
}

function told(
  path: string,
  line: number,
  side: 'base' | 'head',
  shape: string,
  message: string,
  before: string | null,
  after: string | null,
  agent: boolean,
  strong: boolean,
): Detection {
  return tell(RULE, {
    path,
    at: { line, endLine: line },
    side,
    message,
    remediation: 'Repair the code, or change the test in a commit of its own that says why.',
    level: agent ? (strong ? 'error' : 'warning') : 'note',
    shape,
    before,
    after,
  });
}

function detect(subject: GuardrailSubject, context: GuardrailContext): Answer {
  const { before, after } = sidesOf(subject, concerns);
  if (before === null && isBaseline(context)) return CLEAR;
  const agent = context.attribution.class === 'agent';
  const covered = withCode(context);
  const detections: Detection[] = [];
  if (after !== null && isTest(after.path)) detections.push(...ofTest(before, after, agent, covered));
  if (before !== null && after === null && isTest(before.path)) {
    const cases = count(before, CASE);
    // Tests that go to another file show up there.
    const elsewhere = context.changedPaths.some((path) => path !== before.path && isTest(path));
    if (cases > 0)
      detections.push(
        told(
          before.path,
          1,
          'base',
          'deleted',
          `A test file of the base with ${cases} tests is deleted: ${quote(before.path)}.`,
          before.text,
          null,
          agent,
          covered && !elsewhere,
        ),
      );
  }
  if (before !== null && after !== null && isConfiguration(after.path))
    detections.push(...ofRunner(before, after, agent));
  if (before !== null && THRESHOLD_FILE.test(before.path)) {
    const base = readBase(before, context, new Map<string, number>(), thresholds);
    const head =
      after === null ? new Map<string, number>() : judgeSide(after, context, new Map<string, number>(), thresholds);
    for (const [place, was] of base) {
      const is = head.get(place);
      if (is === undefined ? was > 0 : is < was)
        detections.push(
          told(
            after?.path ?? before.path,
            1,
            after === null ? 'base' : 'head',
            'threshold',
            `The coverage threshold ${quote(place)} goes from ${was} to ${is ?? 'nothing'}.`,
            String(was),
            is === undefined ? null : String(is),
            agent,
            true,
          ),
        );
    }
  }
  return answerOf(detections);
}

/** Tests that the runner is told to leave out. */
function ofRunner(before: FileSide, after: FileSide, agent: boolean): readonly Detection[] {
  const narrowed = addedLines(before, after).find(({ text }) => LEAVES_OUT.test(text));
  if (narrowed === undefined) return [];
  const message = `The runner is told to leave tests out, which the base does not say so: ${quote(narrowed.text.trim())}.`;
  return [told(after.path, narrowed.line, 'head', 'left-out', message, null, narrowed.text, agent, false)];
}

function ofTest(before: FileSide | null, after: FileSide, agent: boolean, covered: boolean): readonly Detection[] {
  const detections: Detection[] = [];
  const marked = hasMatch(SKIP.once, after.text) ? addedLinesWith(before, after, [SKIP]) : [];
  const skipped = marked.find(({ text }) => !/^\s*(?:\/\/|#(?!\[)|\*)/.test(text));
  if (skipped !== undefined)
    detections.push(
      told(
        after.path,
        skipped.line,
        'head',
        'skipped',
        `A test is marked not to run${before === null ? '' : ', which the base does run'}: ${quote(skipped.text.trim())}.`,
        null,
        skipped.text,
        agent,
        before !== null && covered,
      ),
    );
  const asserted = hasMatch(TRIVIAL_HINT, after.text) ? addedLines(before, after) : [];
  const trivial = asserted.find(({ text }) => TRIVIAL.test(text));
  if (trivial !== undefined)
    detections.push(
      told(
        after.path,
        trivial.line,
        'head',
        'trivial',
        `An assertion that cannot fail is added: ${quote(trivial.text.trim())}.`,
        null,
        trivial.text,
        agent,
        before !== null,
      ),
    );
  if (before === null) return detections;
  const fewer = (pattern: RegExp) => count(before, pattern) - count(after, pattern);
  const cases = fewer(CASE);
  // One assertion over a table stands for several.
  const assertions = fewer(TABLE) < 0 ? 0 : fewer(ASSERTION);
  if (cases > 0)
    detections.push(
      told(
        after.path,
        1,
        'head',
        'tests-removed',
        `The base has ${cases} more tests in this file than the head.`,
        before.text,
        after.text,
        agent,
        false,
      ),
    );
  else if (assertions > 0)
    detections.push(
      told(
        after.path,
        1,
        'head',
        'assertions-removed',
        `No test fewer than in the base, but ${assertions} assertions fewer.`,
        before.text,
        after.text,
        agent,
        covered,
      ),
    );
  return detections;
}

/** See README.md of this folder. */
export const testWeakened = { rule: RULE, concerns, detect } satisfies GuardrailDetector;
