// `npm run new:detector <id>`: makes the folder, the README and the fixtures of a code rule, and registers it.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

/** The files of a new rule, by path from the repository's root; the index comes with its two new lines. */
export function newDetector(id: string, index: string): ReadonlyMap<string, string> {
  if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(id))
    throw new Error(`a rule id is lower case words joined by hyphens, not "${id}"`);
  const name = id.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  const folder = `detectors/code/${id}`;
  return new Map([
    [`${folder}/detector.ts`, detector(id, name)],
    [`${folder}/README.md`, readme(id)],
    [
      `fixtures/detectors/${id}/bad.ts`,
      `// Eight cases or more, each under a line "expect: ${id}" in a comment, near-misses of the good ones among them.\n`,
    ],
    [
      `fixtures/detectors/${id}/good.ts`,
      `// Eight cases or more, each under a line "ok: ${id}" in a comment, near-misses of the bad ones among them.\n`,
    ],
    ['detectors/code/index.ts', registered(index, id, name)],
  ]);
}

function detector(id: string, name: string): string {
  return `import type { CodeDetector } from '../../../src/inspect/detector.ts';
import { codeRule } from '../support/rule.ts';

const rule = codeRule({
  id: '${id}',
  shortDescription: 'Say in one sentence what is wrong',
  help: 'Say what can happen, and what to do instead.',
  cwe: [],
  level: 'warning',
  confidence: 'medium',
});

/** Say how the rule decides. */
export const ${name}: CodeDetector = {
  rule,
  triggers: /${id.split('-')[0] ?? id}/,
  detect: (facts) =>
    facts.calls()
      .filter((call) => call.origin === 'module.function')
      .map((call) => facts.finding({ rule, at: call.node, message: 'Say what is there and why it matters.' })),
};
`;
}

function readme(id: string): string {
  return `# ${id}

What is wrong, and what can happen.

## Why agents write it

## Bad

\`\`\`ts
\`\`\`

## Good

\`\`\`ts
\`\`\`

## Fix
`;
}

function registered(index: string, id: string, name: string): string {
  const line = `import { ${name} } from './${id}/detector.ts';`;
  const lines = index.split('\n');
  const at = lines.findIndex(
    (each) =>
      each.startsWith('import {') &&
      each.includes("from './") &&
      each.slice(each.indexOf('./')) > line.slice(line.indexOf('./')),
  );
  const last = lines.findLastIndex((each) => each.startsWith('import '));
  lines.splice(at < 0 ? last + 1 : at, 0, line);
  return lines.join('\n').replace(/\n\];\n?$/, `\n  ${name},\n];\n`);
}

if (import.meta.main) {
  const [id] = process.argv.slice(2);
  if (id === undefined) {
    console.error('usage: npm run new:detector <id>');
    process.exitCode = 2;
  } else if (existsSync(join(ROOT, 'detectors/code', id))) {
    console.error(`detectors/code/${id} exists already`);
    process.exitCode = 1;
  } else {
    const index = readFileSync(join(ROOT, 'detectors/code/index.ts'), 'utf8');
    for (const [path, text] of newDetector(id, index)) {
      mkdirSync(join(ROOT, path, '..'), { recursive: true });
      writeFileSync(join(ROOT, path), text);
      console.log(path);
    }
    console.log(
      'Next: the words, the cases (bad.py and good.py for Python), then node tools/rules-doc.ts, tools/detectors-doc.ts and tools/record-findings.ts',
    );
  }
}
