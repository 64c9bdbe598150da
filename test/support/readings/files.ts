import type { FileSide } from '../../../src/core/detector.ts';
import { CountersignError, messageOf } from '../../../src/core/errors.ts';
import { contextFor, side } from '../guardrail-fixtures.ts';
import { shown } from './formats.ts';
import type { Readers, Reading } from './reading.ts';

const BINARY = { size: 3, sha256: '0'.repeat(64), format: 'unknown', text: [] };

/** What is said, or with which code and words the reader gave up. */
function attempt(read: () => string): string {
  try {
    return read();
  } catch (error) {
    if (error instanceof CountersignError) return `! ${error.message.split('. Repair')[0]}`;
    throw error;
  }
}

/** Files, and their trees. */
const FILES: readonly (readonly [FileSide, string])[] = [
  [side('a.yml', 'a: 1'), '{a: 1}'],
  [side('a.yml', '../b.yml', '120000'), ''],
  [side('a.yml', '', '160000'), ''],
  [{ ...side('a.yml', ''), binary: BINARY }, '! a.yml cannot be read: it is binary where text was expected'],
  [side('a.yml', `a: ${'x'.repeat(4_000_000)}`), '! a.yml cannot be read: it is longer than 4000000 characters'],
  [
    side('a.yml', 'a: [\n'),
    '! a.yml:2 cannot be read: Flow sequence in block collection must be sufficiently indented and end with a ]',
  ],
  [side('chart/templates/a.yaml', 'a: {{ .Values.x }}\nb: [\n'), '{a: "T______________", b: []}'],
  [side('a.yml', 'a: ${{ github.ref }}\nb: {{ x }}\n'), '{a: "${{ github.ref }}", b: {: null}}'],
  [side('a.json.j2', '{"a": {{ x }}, "b": 1}'), '{b: 1}'],
  [side('a.tf', 'a = 1'), '{a: 1}'],
  [side('a.toml', 'a = 1'), '{a: 1}'],
  [side('a.txt', 'a: 1'), ''],
];

/** Files, and what they set: type of the resource, path and key, values. */
const SETTINGS: readonly (readonly [FileSide, string])[] = [
  [
    side('a.tf', 'resource "aws_s3_bucket" "b" {\n  acl = "x"\n  tags = { a = null }\n}'),
    'awss3bucket acl=x; awss3bucket tags=; awss3bucket tags.a=',
  ],
  [side('a.tf', 'module "m" {\n  cidrs = ["a", null, var.b]\n}\nlocals { c = d }'), 'module cidrs=a,var.b; locals c=d'],
  [
    side(
      'a.tf.json',
      '{"resource": {"aws_x": {"y": [{"a": 1}], "z": {"b": true}}}, "data": {"aws_q": {"r": {"c": 2}}}}',
    ),
    'awsx a=1; awsx b=true; awsq c=2',
  ],
  [
    side('a.yaml', 'Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties: { Acl: x }\n'),
    'awss3bucket type=AWS::S3::Bucket; awss3bucket properties=; awss3bucket properties.acl=x',
  ],
  [
    side('serverless.yml', 'provider:\n  name: aws\nresources:\n  Resources:\n    B: { Type: AWS::SQS::Queue }\n'),
    'awssqsqueue type=AWS::SQS::Queue',
  ],
  [
    side('a.yaml', 'apiVersion: v1\nkind: List\nitems:\n  - kind: Pod\n    spec: { hostPID: true }\n'),
    'pod kind=Pod; pod spec=; pod spec.hostpid=true',
  ],
  [
    side('a.yaml', 'apiVersion: v1\nkind: Pod\nspec: { hostPID: true }\n'),
    'pod apiversion=v1; pod kind=Pod; pod spec=; pod spec.hostpid=true',
  ],
  [
    side('compose.yml', 'services:\n  db: { privileged: true }\nvolumes: { data: null }\n'),
    'service privileged=true;  volumes=;  volumes.data=',
  ],
  [
    side('a.json', '{"resources": [{"type": "Microsoft.Storage/x", "name": "n", "a": 1}]}'),
    'microsoftstoragex type=Microsoft.Storage/x; microsoftstoragex name=n; microsoftstoragex a=1',
  ],
  [side('a.yaml', 'bucket: b\nlist: [a, {c: d}]\n'), ' bucket=b;  list=a;  list.c=d'],
  [side('a.yaml', 'nothing: of that kind\n'), ''],
  [
    side('a.yaml', 'bucket: "{\\"Statement\\": [{\\"Effect\\": \\"Allow\\"}]}"\n'),
    ' bucket={"Statement": [{"Effect": "Allow"}]};  bucket.statement=;  bucket.statement.effect=Allow',
  ],
  [side('a.yaml', 'bucket: "{\\"Effect\\": \\"Allow\\"}"\n'), ' bucket={"Effect": "Allow"}'],
  [side('a.yaml', 'bucket: a "Statement" in words\n'), ' bucket=a "Statement" in words'],
  [side('package.json', '{"bucket": 1}'), ''],
  [side('pnpm-lock.yaml', 'bucket: 1\n'), ''],
  [
    side('a.ts', "import 'aws-cdk-lib';\nnew Bucket(this, { versioned: false });"),
    ' Bucket()=this,versioned,false; bucket versioned=false',
  ],
  [side('a.ts', 'const versioned = false;'), ''],
  [{ ...side('a.ts', "import 'aws-cdk-lib';"), binary: BINARY }, ''],
  [side('a.ts', 'aws-cdk/target = 1', '120000'), ''],
  [side('a.yaml', anchors(6, 10)), '! a.yaml cannot be read: its anchors unfold to more than 500000 values'],
];

/** Anchors that name one another: a small file that unfolds to `width ** levels` values. */
function anchors(levels: number, width: number): string {
  const lines = ['bucket: b', 'l0: &l0 [x]'];
  for (let level = 1; level <= levels; level += 1)
    lines.push(`l${level}: &l${level} [${Array.from({ length: width }, () => `*l${level - 1}`).join(', ')}]`);
  return `${lines.join('\n')}\n`;
}

/** Files, and the commands that they hold, each with its first line. */
const COMMANDS: readonly (readonly [FileSide, string])[] = [
  [side('a.sh', 'a\n# b\nc && d'), '1 a; 3 c; 3 d'],
  [side('a.sh', 'a', '120000'), ''],
  [{ ...side('a.sh', 'a'), binary: BINARY }, ''],
  [side('deploy', '#!/usr/bin/env bash\na'), '2 a'],
  [side('tools/run.yml', '#!/bin/sh\na'), '2 a'],
  [side('Makefile', 'all: b\n\t@-a\n  c\nd = e\n'), '2 a; 3 c'],
  [side('Dockerfile', 'FROM a\nRUN b && \\\n  c\nCOPY d e\nCMD ["f", "g"]\n'), '2 b; 3 c; 5 [f, g]'],
  [side('package.json', '{\n  "scripts": { "a": "b && c", "d": 1 }\n}'), '2 b; 2 c; 2 1'],
  [side('package.json', '{ "scripts": {'), ''],
  [
    side(
      'a.yml',
      'on: push\njobs:\n  a:\n    steps:\n      - uses: b\n      - run: |\n          c d\n          e\n      - run: c d\n',
    ),
    '7 c d; 8 e; 9 c d',
  ],
  [side('a.yml', 'on: push\njobs:\n  a:\n    steps:\n      - run: "c\\td"\n'), '5 c d'],
  [side('a.yml', 'a: 1\n'), ''],
  [side('a.sh', `a ${'b'.repeat(20_000)}`), '! a.sh:1 cannot be read: a command is longer than 20000 characters'],
  [side('a.sh', `a ${'b'.repeat(19_997)}`), `1 a ${'b'.repeat(19_997)}`],
];

/** YAML files, and the workflow that they are. */
const WORKFLOWS: readonly (readonly [FileSide, string])[] = [
  [
    side(
      '.github/workflows/a.yml',
      'on: [push, pull_request]\njobs:\n  a:\n    runs-on: [self-hosted, x]\n    environment: prod\n    steps:\n      - run: b c d\n      - run: b c e\n      - uses: o/r@v1\n      - name: n\n        run: f\n      - id: i\n      - {}\n',
    ),
    'workflow on push,pull_request: a gated on self-hosted,x (b c, b c#2, o/r, n, i, step)',
  ],
  [
    side(
      '.github/workflows/a.yml',
      "true: push\njobs:\n  a:\n    if: contains(github.event.pull_request.labels.*.name, 'ok')\n    runs-on: ${{ matrix.os }}\n    strategy: { matrix: { os: [u, [w]], include: [{ os: m }, { os: { label: s } }, { x: 1 }] } }\n    steps: []\n  b: { uses: o/r/x.yml@v1, runs-on: { labels: l, group: g } }\n",
    ),
    'workflow on push: a gated on u,w,m,s (); b on l,group:g ()',
  ],
  [side('a.yml', 'on:\n  push:\njobs:\n  a: { steps: [] }\n  b: none\n'), 'workflow on push: a on  ()'],
  [side('a.yml', '"on": push\njobs: {}\n'), 'workflow on push: '],
  [side('a.yml', 'on: push\nother: {}\n'), 'none'],
  [side('a.yml', 'jobs: {}\n'), 'none'],
  [side('a.yml', 'on: [\njobs: {}\n'), 'none'],
  [side('a.txt', 'on: push\njobs: {}\n'), 'none'],
  [side('.github/workflows/a.yml', 'on: push\n'), 'none'],
  [side('.github/workflows/a.yml', '- a\n'), 'none'],
  [
    side('.github/workflows/a.yml', 'on: [\n'),
    '! .github/workflows/a.yml:2 cannot be read: Flow sequence in block collection must be sufficiently indented and end with a ]',
  ],
  [
    side('x/action.yml', 'runs: {\n'),
    '! x/action.yml:2 cannot be read: Flow map in block collection must be sufficiently indented and end with a }',
  ],
  [side('x/action.yml', 'runs:\n  using: composite\n  steps:\n    - run: a\n'), 'action on : runs on  (a)'],
  [side('x/action.yml', 'runs:\n  using: node24\n  steps: []\n'), 'none'],
  [side('x/action.yml', 'runs: composite\n'), 'none'],
  [side('x/action.yml', 'on: push\njobs:\n  a: { steps: [] }\n'), 'workflow on push: a on  ()'],
  [side('a.yml', 'runs:\n  using: composite\n'), 'none'],
];

/** Files, and the leaves of their trees. */
const LEAVES: readonly (readonly [FileSide, string])[] = [
  [side('a.yml', 'a: 1\nb: [2, null, 3]\nc: { d: 4 }\ne: null\n'), '/a=1 /b=2,3 /c/d=4 /e='],
  [
    side(
      'a.yml',
      'a:\n  - { x: 1 }\n  - { name: n, x: 2 }\n  - { id: i, name: m, x: 3 }\n  - [{ x: 4 }]\n  - 5\n  - { name: [o], repo: r, x: 6 }\n',
    ),
    '/a=5 /a[0]/x=1 /a[n]/name=n /a[n]/x=2 /a[m]/id=i /a[m]/name=m /a[m]/x=3 /a[3][0]/x=4 /a[r]/name=o /a[r]/repo=r /a[r]/x=6',
  ],
  [side('a.tf', 'resource "a" "b" {\n  c = d\n}'), '/resource.a.b/c=d'],
];

function settingsShown({ settings }: Readers, file: FileSide): string {
  return settings
    .settingsOf({ ...file })
    .map(({ type, path, key, values }) => `${type} ${[...path, key].join('.')}=${values.join(',')}`)
    .join('; ');
}

function commandsShown({ shell, lines }: Readers, file: FileSide): string {
  return shell
    .commandsOf({ ...file })
    .map(({ words, start }) => `${lines.positionAt(lines.lineIndex(file.text), start).line} ${words.join(' ')}`)
    .join('; ');
}

function workflowShown({ workflow }: Readers, file: FileSide): string {
  const read = workflow.workflowOf({ ...file });
  if (read === null) return 'none';
  const jobs = read.jobs.map(
    (job) =>
      `${job.id}${workflow.gated(job) ? ' gated' : ''} on ${workflow.runnerLabels(job).join()} (${job.steps.map(({ scope }) => scope.name.replace(`jobs.${job.id}.steps.`, '')).join(', ')})`,
  );
  return `${read.kind} on ${[...read.triggers.keys()].join()}: ${jobs.join('; ')}`;
}

type Show = (readers: Readers, file: FileSide) => string;

function of(what: string, cases: readonly (readonly [FileSide, string])[], show: Show): readonly Reading[] {
  return cases.map(([file, expected]) => ({
    name: `${what} of ${file.path} (${file.mode}${file.binary === undefined ? '' : ', binary'}) with ${JSON.stringify(file.text.slice(0, 60))}`,
    expected,
    says: (readers: Readers) => attempt(() => show(readers, file)),
  }));
}

const BROKEN = side('test/fixtures/a.yml', 'a: [\n');

/** Whether a file that cannot be read is text by the policy's globs. */
const FIXTURES: readonly (readonly [readonly string[], string])[] = [
  [
    [],
    '! test/fixtures/a.yml:2 cannot be read: Flow sequence in block collection must be sufficiently indented and end with a ]',
  ],
  [
    ['src/**'],
    '! test/fixtures/a.yml:2 cannot be read: Flow sequence in block collection must be sufficiently indented and end with a ]',
  ],
  [['test/fixtures/**'], 'nothing'],
];

/** What is asked of the readers of files. */
export const FILE_READINGS: readonly Reading[] = [
  ...of('the trees', FILES, ({ parsed }, file) =>
    parsed
      .parsed({ ...file })
      .roots.map(shown)
      .join(' --- '),
  ),
  ...of('the settings', SETTINGS, settingsShown),
  ...of('the commands', COMMANDS, commandsShown),
  ...of('the workflow', WORKFLOWS, workflowShown),
  ...of('the leaves', LEAVES, ({ parsed, sides }, file) =>
    parsed
      .parsed({ ...file })
      .roots.flatMap((root) => sides.leavesOf(root))
      .map(({ path, values }) => `${path}=${values.join()}`)
      .join(' '),
  ),
  ...FIXTURES.map(([fixturePaths, expected]) => ({
    name: `a broken file where the policy names ${fixturePaths.join() || 'no fixtures'}`,
    expected,
    says: ({ judge, parsed }: Readers) =>
      attempt(() =>
        judge.judgeSide({ ...BROKEN }, contextFor({ fixturePaths }), 'nothing', (file) =>
          String(parsed.parsed(file).roots),
        ),
      ),
  })),
  ...['judge', 'sides'].map((reader) => ({
    name: `another failure than an unreadable file is nobody's to swallow (${reader})`,
    expected: 'a mistake of ours',
    says: (readers: Readers) => {
      const fail = (): never => {
        throw new Error('a mistake of ours');
      };
      const context = contextFor({ fixturePaths: ['**'] });
      try {
        return reader === 'judge'
          ? readers.judge.judgeSide(BROKEN, context, 'swallowed', fail)
          : readers.sides.readBase(BROKEN, context, 'swallowed', fail);
      } catch (error) {
        return messageOf(error);
      }
    },
  })),
  {
    name: 'a base that cannot be read says nothing',
    expected: 'nothing',
    says: ({ sides, parsed }) =>
      sides.readBase({ ...BROKEN }, contextFor(), 'nothing', (file) => String(parsed.parsed(file).roots)),
  },
  {
    name: 'whether everything is new',
    expected: 'false true true',
    says: ({ judge }) =>
      [contextFor(), contextFor({ firstCommit: true }), contextFor({ scope: 'all' })].map(judge.isBaseline).join(' '),
  },
  {
    name: 'the text of files that are not text',
    expected: 'a,,,,',
    says: ({ sides }) =>
      [side('a', 'a'), side('a', 'b', '120000'), side('a', '', '160000'), { ...side('a', 'b'), binary: BINARY }, null]
        .map(sides.plainText)
        .join(),
  },
  {
    name: 'what a parser threw, told as an unreadable file',
    expected: 'a.yml cannot be read: it is nested too deeply|a.yml cannot be read: broken|kept',
    says: ({ unreadable }) =>
      [
        new RangeError('Maximum call stack'),
        new Error('broken\nat line 1'),
        new CountersignError('unreadable-file', 'kept'),
      ]
        .map((error) => unreadable.asUnreadable('a.yml', error).message.split('. Repair')[0])
        .join('|'),
  },
  {
    name: 'lines that a change adds',
    expected: '2 b|4 a||1 a,3 c|1 a',
    says: ({ added }) => {
      const lines = (before: FileSide | null, after: FileSide) =>
        added
          .addedLines(before, after)
          .map(({ line, text }) => `${line} ${text}`)
          .join();
      const after = side('x', 'a\n\nc\n');
      return [
        lines(side('x', 'a\n'), side('x', 'a\nb\n')),
        lines(side('x', 'a\nb\na'), side('x', 'a\nb\na\na')),
        lines(side('x', 'a'), side('x', 'a')),
        lines(null, after),
        lines(side('x', 'c'), after),
      ].join('|');
    },
  },
  {
    name: 'evidence, exactly or by digest',
    expected: 'string object',
    says: ({ added }) => ['x'.repeat(4000), 'x'.repeat(4001)].map((text) => typeof added.exact(text)).join(' '),
  },
];
