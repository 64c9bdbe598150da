// Writes docs/rules.md from the rules themselves: `node tools/rules-doc.ts`. A test keeps the file fresh.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rulesById } from '../detectors/index.ts';
import type { Family, Rule } from '../src/core/rule.ts';

const FAMILIES: readonly (readonly [Family, string])[] = [
  ['dependency', 'Is every new dependency real and safe?'],
  ['code', 'Does the code repeat a known mistake?'],
  ['guardrail', 'Does the change weaken the guard rails?'],
  ['engine', 'What could not be evaluated?'],
];

/** The whole document. Levels are those of an ordinary finding; a single finding may state another. */
export function rulesDocument(): string {
  const rules = [...rulesById().values()];
  const sections = FAMILIES.map(([family, question]) => {
    const own = rules.filter((rule) => rule.family === family).sort((a, b) => (a.id < b.id ? -1 : 1));
    return `## ${question}\n\n${table(own)}\n\n${own.map(entry).join('\n\n')}`;
  });
  return `# Rules

Generated from the rules by \`node tools/rules-doc.ts\`; do not edit. An \`error\` of high confidence holds the merge whoever
wrote the change, for coding agents also one of medium confidence; a \`warning\` is shown, a \`note\` stands in the details
only. *Critical* findings are signed one by one; what is not *signable* nobody can sign for.

${sections.join('\n\n')}
`;
}

function table(rules: readonly Rule[]): string {
  const rows = rules.map(
    (rule) =>
      `| [${rule.id}](#${rule.id}) | ${rule.level} | ${rule.confidence} | ${rule.critical ? 'yes' : ''} | ${rule.signable ? 'yes' : 'no'} | ${rule.cwe.join(', ')} |`,
  );
  return `| rule | level | confidence | critical | signable | CWE |\n|---|---|---|---|---|---|\n${rows.join('\n')}`;
}

function entry(rule: Rule): string {
  const folder = rule.family === 'engine' ? 'engine' : rule.family;
  return `### ${rule.id}\n\n**${rule.shortDescription}.** ${rule.help} [More](../detectors/${folder}/${rule.id}/README.md)`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL('../docs/rules.md', import.meta.url), rulesDocument());
}
