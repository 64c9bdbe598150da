// Writes docs/detectors.md from the folders of the code rules: `node tools/detectors-doc.ts`. A test keeps it fresh.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CODE_DETECTORS } from '../detectors/code/index.ts';
import type { Rule } from '../src/core/rule.ts';
import { readFixtures } from '../test/inspect/fixtures.ts';

/** The whole document: what each rule is for, its cases counted, and how another one is added. */
export function detectorsDocument(): string {
  const rules = CODE_DETECTORS.map((detector) => detector.rule);
  return `# Code detectors

Generated from the folders under \`detectors/code/\` by \`node tools/detectors-doc.ts\`; do not edit. Each rule has one folder with
the detector and a README, and fixtures under \`fixtures/detectors/\` whose labels (\`expect:\`, \`ok:\`) say what it must and must
not find. \`npm run eval\` prints what the rules find in the fixtures, in the laboratory (\`eval/lab/\`) and in the code of the
installed packages; \`npm run mutate\` switches their conditions off one by one and counts what the cases notice.

| rule | CWE | level | cases, bad and good |
|---|---|---|---|
${rules.map(row).join('\n')}

## Adding one

\`npm run new:detector <id>\` makes the folder, the README and the fixtures, and registers the rule. Fill in the detector, eight bad
and eight good cases or more with near-misses among them, and the README: what, why agents write it, bad, good, fix. The contract
tests find the folder by themselves. Then \`node tools/rules-doc.ts\`, \`node tools/detectors-doc.ts\` and
\`node tools/record-findings.ts\`: the last one's diff shows what the rule says about the code of all the others.

${rules.map(section).join('\n\n')}
`;
}

function row({ id, cwe, level }: Rule): string {
  const labels = readFixtures(id).flatMap((fixture) => fixture.labels);
  const bad = labels.filter((label) => label.expected).length;
  return `| [${id}](#${id}) | ${cwe.join(', ')} | ${level} | ${bad} and ${labels.length - bad} |`;
}

/** A README one level down, so that all stand in one document. */
function section({ id }: Rule): string {
  const text = readFileSync(new URL(`../detectors/code/${id}/README.md`, import.meta.url), 'utf8').trim();
  return text.replace(/^#+ /gm, (marks) => `#${marks}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL('../docs/detectors.md', import.meta.url), detectorsDocument());
}
