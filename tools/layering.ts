// The check that keeps the house in one direction (docs/architecture.md). It proves itself on each run: it counts the
// modules it saw, and must find the violations planted in a folder made for that.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cruise, type IForbiddenRuleType } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';

const LEAVES = ['ecosystems', 'inspect', 'store', 'git', 'github', 'evidence'] as const;
const PURE = ['policy', 'report', 'agents'] as const;
const STORIES = ['^src/(review|signoff|ports|work|upkeep).ts$', '^src/(review|signoff)/'];

const LOCAL = '^(src|detectors|demo|bench|eval|tools|test)/';

const rules: readonly IForbiddenRuleType[] = [
  {
    name: 'core-imports-nothing-local',
    severity: 'error',
    from: { path: '^src/core/' },
    to: { path: LOCAL, pathNot: '^src/core/' },
  },
  ...PURE.map(
    (folder): IForbiddenRuleType => ({
      name: `${folder}-imports-core-only`,
      severity: 'error',
      from: { path: `^src/${folder}/` },
      to: { path: LOCAL, pathNot: `^src/(core|${folder})/` },
    }),
  ),
  ...LEAVES.map(
    (folder): IForbiddenRuleType => ({
      name: `${folder}-imports-core-only`,
      severity: 'error',
      from: { path: `^src/${folder}/` },
      to: { path: LOCAL, pathNot: `^src/(core|${folder})/` },
    }),
  ),
  {
    name: 'detectors-import-core-and-fact-types-only',
    severity: 'error',
    from: { path: '^detectors/' },
    to: { path: LOCAL, pathNot: '^(detectors/|src/core/|src/inspect/)' },
  },
  {
    name: 'detectors-know-file-facts-as-types-and-questions',
    severity: 'error',
    from: { path: '^detectors/(dependency|guardrail|engine)/' },
    to: { path: '^src/inspect/' },
  },
  {
    name: 'stories-import-decisions-and-ports',
    severity: 'error',
    from: { path: STORIES },
    to: { path: LOCAL, pathNot: ['^src/(core|policy|agents|report)/', '^detectors/', ...STORIES] },
  },
  {
    name: 'nothing-imports-the-edges',
    severity: 'error',
    from: { path: '^(src|detectors)/', pathNot: ['^src/(main|inspect-child)\\.ts$', '^src/(commands|service)/'] },
    to: { path: ['^src/(main|app|sources)\\.ts$', '^src/(commands|service)/'] },
  },
  {
    name: 'source-does-not-import-tests',
    severity: 'error',
    from: { path: '^(src|detectors)/' },
    to: { path: '^(test|bench|eval|tools)/' },
  },
  { name: 'no-circles', severity: 'error', from: { path: '^(src|detectors)/' }, to: { circular: true } },
];

/** The planted violations: each file breaks exactly one rule. */
const PLANTED: Readonly<Record<string, string>> = {
  'src/core/bad.ts': "import '../policy/other.ts';\n",
  'src/policy/other.ts': "import '../github/other.ts';\n",
  'src/github/other.ts': "import '../store/other.ts';\n",
  'src/store/other.ts': 'export {};\n',
  'src/evidence/other.ts': "import type { X } from '../ecosystems/other.ts';\nexport type Y = X;\n",
  'src/ecosystems/other.ts': 'export interface X { readonly x: 1 }\n',
  'detectors/dependency/bad.ts': "import '../../src/store/other.ts';\n",
  'src/review.ts': "import './github/other.ts';\n",
};
const EXPECTED = [
  'core-imports-nothing-local',
  'detectors-import-core-and-fact-types-only',
  'evidence-imports-core-only',
  'github-imports-core-only',
  'policy-imports-core-only',
  'stories-import-decisions-and-ports',
];

interface Outcome {
  readonly modules: number;
  readonly violations: readonly { readonly rule: string; readonly from: string; readonly to: string }[];
}

async function layering(baseDir: string, folders: readonly string[]): Promise<Outcome> {
  const { output } = await cruise(
    [...folders],
    {
      baseDir,
      validate: true,
      ruleSet: { forbidden: [...rules] },
      tsPreCompilationDeps: true,
      doNotFollow: { path: 'node_modules' },
    },
    undefined,
    { tsConfig: extractTSConfig('tsconfig.json') },
  );
  if (typeof output === 'string') throw new TypeError('dependency-cruiser answered with text');
  return {
    modules: output.modules.filter((module) => /^(src|detectors)\//.test(module.source)).length,
    violations: output.summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to })),
  };
}

function plant(): string {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-layering-'));
  for (const [path, text] of Object.entries(PLANTED)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

const planted = plant();
try {
  const proof = await layering(planted, ['src', 'detectors']);
  const found = [...new Set(proof.violations.map((each) => each.rule))].sort();
  if (JSON.stringify(found) !== JSON.stringify(EXPECTED)) {
    console.error(
      `layering: the check is blind. Planted: ${EXPECTED.join(', ')}. Found: ${found.join(', ') || 'nothing'}.`,
    );
    process.exitCode = 1;
  }
} finally {
  rmSync(planted, { recursive: true, force: true });
}

const { modules, violations } = await layering(process.cwd(), ['src', 'detectors']);
for (const { rule, from, to } of violations) console.error(`layering: ${from} must not import ${to} (${rule})`);
if (violations.length > 0 || modules < 20) process.exitCode = 1;
console.log(`layering: ${modules} modules, ${violations.length} violations, ${EXPECTED.length} planted ones found`);
