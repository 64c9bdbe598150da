import { describe, expect, test } from 'vitest';
import { encryptionOrLoggingDisabled } from '../../../detectors/guardrail/encryption-or-logging-disabled/detector.ts';
import { GUARDRAIL_DETECTORS, guardrailDetectorsFor } from '../../../detectors/guardrail/index.ts';
import { privilegedContainer } from '../../../detectors/guardrail/privileged-container/detector.ts';
import { publicStorage } from '../../../detectors/guardrail/public-storage/detector.ts';
import { secretCommitted } from '../../../detectors/guardrail/secret-committed/detector.ts';
import { workflowInjection } from '../../../detectors/guardrail/workflow-injection/detector.ts';
import { workflowPermissionsWidened } from '../../../detectors/guardrail/workflow-permissions-widened/detector.ts';
import type { GuardrailContext, GuardrailSubject } from '../../../src/core/detector.ts';
import { CountersignError } from '../../../src/core/errors.ts';
import { contextFor, fileSubject, side } from '../../support/guardrail-fixtures.ts';
import { processorNow } from '../../support/processor.ts';

const WORKFLOW = '.github/workflows/ci.yml';

/** What every rule that looks at a subject says: answers by rule, or the code of its failure. */
function askAll(subject: GuardrailSubject, context: GuardrailContext = contextFor()): ReadonlyMap<string, string> {
  const said = new Map<string, string>();
  for (const detector of guardrailDetectorsFor(subject)) {
    try {
      said.set(detector.rule.id, detector.detect(subject, context).state);
    } catch (error) {
      if (!(error instanceof CountersignError)) throw error;
      said.set(detector.rule.id, error.code);
    }
  }
  return said;
}

function failureOf(detect: () => unknown): CountersignError {
  try {
    detect();
  } catch (error) {
    if (error instanceof CountersignError) return error;
    throw error;
  }
  throw new Error('no failure');
}

describe('a file that cannot be read', () => {
  test('is said with path and line, never passed over', () => {
    const subject = fileSubject(null, side(WORKFLOW, 'on: push\njobs:\n  a: [unclosed\n  b: x: y\n'));
    const failure = failureOf(() => workflowPermissionsWidened.detect(subject, contextFor()));
    expect(failure.code).toBe('unreadable-file');
    expect(failure.place?.path).toBe(WORKFLOW);
    expect(failure.place?.line).toBeGreaterThan(1);
  });

  test('is text under a fixture path of the base policy', () => {
    const subject = fileSubject(null, side('test/data/.github/workflows/ci.yml', 'on: push\njobs: [unclosed'));
    const context = contextFor({ fixturePaths: ['test/data/**'] });
    expect([...askAll(subject, context).values()]).not.toContain('unreadable-file');
    expect([...askAll(subject).values()]).toContain('unreadable-file');
  });

  test('is said for Terraform with the line', () => {
    const failure = failureOf(() =>
      publicStorage.detect(fileSubject(null, side('a.tf', 'resource "x" "y" {\n  a = "b\n')), contextFor()),
    );
    expect(failure.place).toEqual({ path: 'a.tf', line: 2 });
  });

  test('in the base leaves nothing known there, so that all of the head counts', () => {
    const broken = side('s3.tf', 'resource "aws_s3_bucket" "b" {');
    const open = side('s3.tf', 'resource "aws_s3_bucket" "b" {\n  acl = "public-read"\n}\n');
    expect(publicStorage.detect(fileSubject(broken, open), contextFor()).state).toBe('findings');
  });
});

describe('a file that is made to be heavy', () => {
  test('an alias bomb ends as unreadable, within a second', () => {
    const levels = Array.from(
      { length: 30 },
      (_, index) =>
        `  l${index}: &l${index} [${index === 0 ? 'x' : Array.from({ length: 9 }, () => `*l${index - 1}`).join(', ')}]`,
    );
    const text = `apiVersion: v1\nkind: Pod\nspec:\n${levels.join('\n')}\n`;
    const started = processorNow();
    expect(
      failureOf(() => privilegedContainer.detect(fileSubject(null, side('bomb.yaml', text)), contextFor())).code,
    ).toBe('unreadable-file');
    expect(processorNow() - started).toBeLessThan(5000);
  });

  test('an anchor inside itself ends', () => {
    const subject = fileSubject(null, side('loop.yaml', 'apiVersion: v1\nkind: Pod\nspec: &a\n  containers: *a\n'));
    expect([...askAll(subject).values()]).not.toContain('findings');
  });

  test.each([
    ['deep.yaml', `apiVersion: v1\nkind: Pod\na: ${'['.repeat(50_000)}`],
    ['deep.json', `{"Statement": ${'['.repeat(50_000)}`],
    ['deep.tf', `a = ${'['.repeat(50_000)}`],
  ])('nesting beyond reason in %s ends as unreadable', (path, text) => {
    expect([...askAll(fileSubject(null, side(path, text))).values()]).toContain('unreadable-file');
  });

  test('a configuration of 50 MB is refused, not parsed', () => {
    const subject = fileSubject(null, side('big.yaml', `apiVersion: v1\nkind: Pod\n${'a: b\n'.repeat(10_000_000)}`));
    const started = processorNow();
    expect(failureOf(() => privilegedContainer.detect(subject, contextFor())).message).toContain('longer than');
    expect(processorNow() - started).toBeLessThan(5000);
  });

  test('one line of 20 MB is read by the text rules in bounded time', () => {
    const subject = fileSubject(null, side('a.txt', `${'word and more '.repeat(1_500_000)}ignore`));
    const started = processorNow();
    askAll(subject);
    expect(processorNow() - started).toBeLessThan(20_000);
  });
});

describe('what is not a plain file', () => {
  test('a link in place of a workflow is not parsed as one', () => {
    expect(askAll(fileSubject(null, side(WORKFLOW, '../../x.yml', '120000'))).get('workflow-injection')).toBe('clear');
  });

  test('a link in place of a workflow is told where an agent adds it', () => {
    expect(askAll(fileSubject(null, side(WORKFLOW, '../../x.yml', '120000'))).get('workflow-added-by-agent')).toBe(
      'findings',
    );
  });

  test('a submodule breaks no rule', () => {
    expect([...askAll(fileSubject(null, side('vendor/lib', '', '160000'))).values()]).not.toContain('unreadable-file');
  });

  test('a binary where a workflow was expected is unreadable', () => {
    const binary = { ...side(WORKFLOW, ''), binary: { size: 10, sha256: 'a'.repeat(64), format: 'unknown', text: [] } };
    expect(askAll(fileSubject(null, binary)).get('workflow-injection')).toBe('unreadable-file');
  });

  test('a change of mode alone makes no finding outside hooks and the policy', () => {
    const subject = fileSubject(
      side('a.tf', 'resource "aws_s3_bucket" "b" {\n  acl = "public-read"\n}'),
      side('a.tf', 'resource "aws_s3_bucket" "b" {\n  acl = "public-read"\n}', '100755'),
    );
    expect([...askAll(subject).values()].filter((state) => state !== 'clear')).toEqual([]);
  });
});

describe('a rename', () => {
  test('out of sight and changed on the way is judged as added where it arrives', () => {
    const before = side(
      'docs/example.yml',
      'on: issues\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: echo hi\n',
    );
    const after = side(
      WORKFLOW,
      'on: issues\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: echo ${{ github.event.issue.title }}\n',
    );
    expect(workflowInjection.detect(fileSubject(before, after), contextFor()).state).toBe('findings');
  });

  test('from a place that no rule reads brings nothing along as known', () => {
    const text = 'resource "aws_s3_bucket" "b" {\n  acl = "public-read"\n}\n';
    expect(
      publicStorage.detect(fileSubject(side('notes/bucket.txt', text), side('infra/bucket.tf', text)), contextFor())
        .state,
    ).toBe('findings');
  });

  test('is asked under its old name too', () => {
    const subject = fileSubject(side('.github/countersign.yml', 'a'), side('old.txt', 'a'));
    expect(guardrailDetectorsFor(subject).map(({ rule }) => rule.id)).toContain('policy-changed');
  });
});

describe('a template', () => {
  const chart = (value: string) =>
    side(
      'charts/a/templates/pod.yaml',
      `{{- if .Values.on }}\napiVersion: v1\nkind: Pod\nmetadata:\n  labels:\n    {{- include "a.labels" . | nindent 4 }}\nspec:\n  containers:\n    - image: {{ .Values.image }}\n      securityContext:\n        privileged: ${value}\n{{- end }}\n`,
    );

  test('of Helm is read for what it says itself', () => {
    expect(privilegedContainer.detect(fileSubject(null, chart('true')), contextFor()).state).toBe('findings');
    expect(privilegedContainer.detect(fileSubject(null, chart('{{ .Values.privileged }}')), contextFor()).state).toBe(
      'clear',
    );
  });

  test('of Jinja or ERB does not count as broken', () => {
    const jinja = side(
      'k8s/pod.yaml.j2',
      'apiVersion: v1\nkind: Pod\n{% if x %}\nspec:\n  hostNetwork: true\n{% endif %}\nname: {{ name }}\n',
    );
    const erb = side(
      'config/database.yml',
      'production:\n<% if x %>\n  url: <%= ENV["URL"] %>\n<% end %>\n  services: a\n',
    );
    expect(privilegedContainer.detect(fileSubject(null, jinja), contextFor()).state).toBe('findings');
    expect([...askAll(fileSubject(null, erb)).values()]).not.toContain('unreadable-file');
  });

  test.each(['{{ true }}', '{{- true -}}', '{{ default true .Values.x }}', '{{ .Values.x | default true }}'])(
    'cannot hide a literal in an insertion: %s',
    (insertion) => {
      expect(privilegedContainer.detect(fileSubject(null, chart(insertion)), contextFor()).state).toBe('findings');
    },
  );

  test('that falls back to no is no finding', () => {
    const subject = fileSubject(null, chart('{{ .Values.x | default false }}'));
    expect(privilegedContainer.detect(subject, contextFor()).state).toBe('clear');
  });

  test('mark in a comment does not switch the judgement off', () => {
    const subject = fileSubject(
      null,
      side(
        'pod.yaml',
        '# {{ .Values.x }}\napiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - securityContext: { privileged: true }\n',
      ),
    );
    expect(privilegedContainer.detect(subject, contextFor()).state).toBe('findings');
  });
});

describe('ways round', () => {
  test('a second document of a YAML file is read too', () => {
    const subject = fileSubject(
      null,
      side('a.yaml', 'apiVersion: v1\nkind: Service\n---\napiVersion: v1\nkind: Pod\nspec: { hostPID: true }\n'),
    );
    expect(privilegedContainer.detect(subject, contextFor()).state).toBe('findings');
  });

  test('a repeated key counts by its last value', () => {
    const subject = fileSubject(
      null,
      side(WORKFLOW, 'on: push\npermissions: {}\npermissions: write-all\njobs:\n  a:\n    runs-on: x\n    steps: []\n'),
    );
    expect(workflowPermissionsWidened.detect(subject, contextFor()).state).toBe('findings');
  });

  test('a merge key brings its settings along', () => {
    const subject = fileSubject(
      null,
      side('compose.yml', 'x-a: &a\n  privileged: true\nservices:\n  web:\n    <<: *a\n    image: x\n'),
    );
    expect(privilegedContainer.detect(subject, contextFor()).state).toBe('findings');
  });

  test('the JSON form of Terraform is read like the other', () => {
    const subject = fileSubject(
      null,
      side('main.tf.json', '{ "resource": { "aws_db_instance": { "d": { "storage_encrypted": false } } } }'),
    );
    expect(encryptionOrLoggingDisabled.detect(subject, contextFor()).state).toBe('findings');
  });

  test('a secret that a later commit removes is found in the commit that had it', () => {
    const body = 'k3Xz9QwL2mVb7RtY5nHs8JdF';
    const after = side('a.ts', `const u = "https://hooks.slack.com/services/${'T0A1B2C3D'}/B0A1B2C3D/${body}";`);
    const answer = secretCommitted.detect({
      kind: 'commitFile',
      sha: 'c'.repeat(40),
      path: 'a.ts',
      before: [],
      after,
    });
    expect(answer.state === 'findings' && answer.detections[0].message).toContain('by commit cccccccccccc');
    expect(JSON.stringify(answer)).not.toContain(body);
  });
});

test('one side is parsed once, however many rules ask', () => {
  let reads = 0;
  const source = 'apiVersion: v1\nkind: Pod\nspec: {}\n';
  const counted = { ...side('pod.yaml', source) };
  Object.defineProperty(counted, 'text', {
    get() {
      reads += 1;
      return source;
    },
  });
  const subject = fileSubject(null, counted);
  for (const detector of guardrailDetectorsFor(subject)) detector.detect(subject, contextFor());
  const once = reads;
  reads = 0;
  for (const detector of guardrailDetectorsFor(subject)) detector.detect(subject, contextFor());
  expect(reads).toBeLessThan(once);
});

test('every rule answers for the text of a pull request', () => {
  const subject: GuardrailSubject = {
    kind: 'pullRequest',
    title: 'Fix',
    body: 'Body',
    commits: [{ sha: 'a'.repeat(40), message: 'Fix' }],
  };
  for (const detector of GUARDRAIL_DETECTORS) expect(detector.detect(subject, contextFor()).state).toBe('clear');
});

test.each([
  [
    'compose.yml',
    'include: [compose.yml, ./compose.yml]\nservices:\n  a:\n    extends: { file: compose.yml, service: a }\n',
  ],
  [WORKFLOW, 'on: push\npermissions: {}\njobs:\n  a:\n    uses: ./.github/workflows/a.yml\n'],
  ['.gitlab-ci.yml', 'include:\n  - local: .gitlab-ci.yml\na: !reference [a, script]\n'],
  ['config.yml', 'a: !include config.yml\n'],
  ['Makefile', 'include Makefile\nall:\n\t$(MAKE) all\n'],
  ['.eslintrc.json', '{ "extends": "./.eslintrc.json" }'],
  ['tsconfig.json', '{ "extends": "./tsconfig.json", "references": [{ "path": "." }] }'],
])('%s that includes itself is read once and not followed', (path, content) => {
  const answers = [...askAll(fileSubject(null, side(path, content))).values()];
  expect(answers).not.toContain('unreadable-file');
});

test('a first commit is not one large finding', () => {
  const context = contextFor({ firstCommit: true });
  const files: readonly (readonly [string, string])[] = [
    [
      WORKFLOW,
      'on: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: npm test\n',
    ],
    ['AGENTS.md', 'Run the tests before you push.'],
    ['.github/CODEOWNERS', '* @acme/core\n'],
    ['.husky/pre-commit', 'npm test\n'],
    ['package.json', '{ "name": "x", "scripts": { "test": "vitest" } }'],
    ['tsconfig.json', '{ "compilerOptions": { "strict": false, "skipLibCheck": true } }'],
    ['test/a.test.ts', `test.${'skip'}('later', () => {});\n`],
    ['vendor/lib.js', 'export const a = 1;\n'],
    ['src/a.ts', `// eslint-${'disable'}-next-line no-console\nconsole.log(1);\n`],
  ];
  for (const [path, content] of files)
    expect([path, ...askAll(fileSubject(null, side(path, content)), context).values()]).not.toContain('findings');
});

test('in a scan of a whole tree, being new is no finding by itself', () => {
  const context = contextFor({ scope: 'all' });
  const workflow = side(
    WORKFLOW,
    'on: push\npermissions: {}\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: make\n',
  );
  const suppression = side('a.ts', `// @ts-${'ignore'}\nexport const a = 1;\n`);
  for (const file of [workflow, side('AGENTS.md', 'Run the tests.'), suppression]) {
    expect([...askAll(fileSubject(null, file), context).values()]).not.toContain('findings');
  }
});

test('names that every object inherits are names like others', () => {
  const steps = ['constructor', '__proto__', 'toString']
    .map(
      (name) => `      - uses: ${name}\n        id: ${name}\n        ${name}: 1\n      - run: echo \${{ ${name} }}\n`,
    )
    .join('');
  const said = askAll(
    fileSubject(
      null,
      side(WORKFLOW, `on: [constructor, issues]\nconstructor: 1\njobs:\n  a:\n    runs-on: x\n    steps:\n${steps}`),
    ),
  );
  expect(said.get('unknown-configuration-key')).toBe('findings');
  const settings = askAll(
    fileSubject(
      side('pnpm-workspace.yaml', 'constructor: 5\nminimumReleaseAge: 5\n'),
      side('pnpm-workspace.yaml', 'constructor: 1\nminimumReleaseAge: 5\n'),
    ),
  );
  expect(settings.get('cooldown-lowered')).toBe('clear');
});

test.each([
  ['a.sh', 'git push '.repeat(20_000)],
  ['a.md', '<!--'.repeat(20_000)],
  ['pod.yaml', '{{ '.repeat(60_000)],
  ['a.sql', 'ALTER TABLE a '.repeat(20_000)],
  ['a.ts', `s3 ${'/*'.repeat(60_000)}`],
])('text that is made to send a pattern round in circles ends soon: %s', (path, text) => {
  const started = processorNow();
  const said = askAll(fileSubject(null, side(path, text)));
  expect(processorNow() - started).toBeLessThan(10_000);
  // What was given up is said, not passed over.
  if (path === 'a.sh') expect(said.get('destructive-operation')).toBe('unreadable-file');
});
