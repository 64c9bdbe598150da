import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { CODE_DETECTORS } from '../detectors/code/index.ts';
import type { Detection } from '../src/core/detection.ts';
import { CountersignError, messageOf } from '../src/core/errors.ts';
import { type AnalysedFile, analyse } from '../src/inspect/analyse.ts';
import { languageOf } from '../src/inspect/languages.ts';
import { readFixtures } from '../test/inspect/fixtures.ts';

const ROOT = join(import.meta.dirname, '..');
/** Code that many people have read. What is installed for us stands for "clean, well-known code". */
const CLEAN = [
  'body-parser',
  'chokidar',
  'cookie',
  'cookie-parser',
  'cors',
  'debug',
  'depd',
  'express',
  'fast-xml-parser',
  'finalhandler',
  'glob',
  'ignore',
  'jsonc-parser',
  'kysely',
  'minimatch',
  'mime',
  'ms',
  'npm-package-arg',
  'npm-registry-fetch',
  'octokit-auth-probot',
  '@octokit',
  'pg',
  'pg-boss',
  'pg-pool',
  'pg-protocol',
  'picomatch',
  'pino',
  'probot',
  'prom-client',
  'qs',
  'router',
  'semver',
  'send',
  'serve-static',
  'smol-toml',
  'toml-eslint-parser',
  'undici',
  'yaml',
  'zod',
  'handlebars',
  'lodash',
  'jsonwebtoken',
  'jws',
  'lru-cache',
  'minipass',
  'tar',
];
const MAX_BYTES = 300_000;

/** Recall and false positives over the fixtures, rule by rule, then findings over the installed packages' own sources. */
export async function run(print: (line: string) => void): Promise<void> {
  fixtures(print);
  clean(print);
}

function fixtures(print: (line: string) => void): void {
  print('code rules over their fixtures: found/labelled, false/safe');
  let all = { found: 0, labelled: 0, wrong: 0, safe: 0 };
  for (const detector of CODE_DETECTORS) {
    const score = { found: 0, labelled: 0, wrong: 0, safe: 0 };
    for (const fixture of readFixtures(detector.rule.id)) {
      const lines = new Set(analyse(fixture.file, [detector]).detections.map((each) => each.locations[0].startLine));
      for (const label of fixture.labels) {
        const hit = lines.has(label.line);
        if (label.expected) {
          score.labelled += 1;
          score.found += hit ? 1 : 0;
        } else {
          score.safe += 1;
          score.wrong += hit ? 1 : 0;
        }
      }
    }
    print(`  ${detector.rule.id.padEnd(28)} ${score.found}/${score.labelled}  ${score.wrong}/${score.safe}`);
    all = {
      found: all.found + score.found,
      labelled: all.labelled + score.labelled,
      wrong: all.wrong + score.wrong,
      safe: all.safe + score.safe,
    };
  }
  print(`  ${'all'.padEnd(28)} ${all.found}/${all.labelled}  ${all.wrong}/${all.safe}`);
}

function clean(print: (line: string) => void): void {
  const byRule = new Map<string, { warnings: number; notes: number }>();
  const examples: string[] = [];
  let lines = 0;
  let files = 0;
  let unread = 0;
  for (const path of sources()) {
    const text = readFileSync(path, 'utf8');
    const name = relative(join(ROOT, 'node_modules'), path);
    const file: AnalysedFile = {
      path: name,
      before: null,
      after: { path: name, text, blob: '', mode: '100644' },
      scope: 'all',
    };
    let detections: readonly Detection[];
    try {
      detections = analyse(file, CODE_DETECTORS).detections;
    } catch (error) {
      if (!(error instanceof CountersignError)) throw new Error(`${name}: ${messageOf(error)}`, { cause: error });
      unread += 1;
      continue;
    }
    files += 1;
    lines += text.split('\n').length;
    for (const detection of detections) {
      const rule = CODE_DETECTORS.find((each) => each.rule.id === detection.ruleId)?.rule;
      const level = detection.level ?? rule?.level;
      const count = byRule.get(detection.ruleId) ?? { warnings: 0, notes: 0 };
      byRule.set(detection.ruleId, count);
      if (level === 'note') count.notes += 1;
      else count.warnings += 1;
      if (level !== 'note')
        examples.push(`${detection.ruleId} ${level} ${name}:${detection.locations[0].startLine} ${detection.message}`);
    }
  }
  const total = [...byRule.values()].reduce(
    (sum, each) => ({ warnings: sum.warnings + each.warnings, notes: sum.notes + each.notes }),
    { warnings: 0, notes: 0 },
  );
  print(`clean code: ${files} files, ${lines} lines of installed packages, ${unread} not read`);
  for (const [id, count] of [...byRule].sort((a, b) => b[1].warnings - a[1].warnings))
    print(`  ${id.padEnd(28)} ${count.warnings} and ${count.notes} notes`);
  print(
    `  findings per 1,000 lines: ${rate(total.warnings, lines)} at warning or above, ${rate(total.notes, lines)} notes`,
  );
  if (process.env['COUNTERSIGN_EVAL_EXAMPLES'] === '1') for (const example of examples) print(`    ${example}`);
}

function rate(count: number, lines: number): string {
  return ((count * 1000) / Math.max(lines, 1)).toFixed(2);
}

function sources(): readonly string[] {
  return CLEAN.flatMap((name) => filesUnder(join(ROOT, 'node_modules', name), 0)).sort();
}

function filesUnder(folder: string, depth: number): readonly string[] {
  if (depth > 8) return [];
  const stat = statSync(folder, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isDirectory()) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return /^(?:node_modules|umd|esm|es|cjs|browser|bundles?|tests?|dist-\w+)$/.test(entry.name)
        ? []
        : filesUnder(path, depth + 1);
    if (!entry.isFile() || languageOf(path) === null || /\.min\.|\.d\.[cm]?ts$|\.umd\./.test(entry.name)) return [];
    return statSync(path).size > MAX_BYTES ? [] : [path];
  });
}
