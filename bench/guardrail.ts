import { visit } from 'jsonc-parser';
import { parseAllDocuments } from 'yaml';
import { guardrailDetectorsFor } from '../detectors/guardrail/index.ts';
import { parseHcl } from '../detectors/guardrail/support/hcl.ts';
import type { FileSide, GuardrailContext } from '../src/core/detector.ts';

const FILES = 300;

/** Ordinary configuration of three formats, of a size as they have in repositories. */
function sample(index: number): FileSide {
  const made = (path: string, text: string): FileSide => ({
    path,
    text,
    blob: `${index}`.padStart(40, '0'),
    mode: '100644',
  });
  const steps = Array.from(
    { length: 12 },
    (_, step) =>
      `      - name: step ${step}\n        uses: actions/setup-node@v4\n        with:\n          node-version: ${step}\n      - run: npm run build:${step}\n        env:\n          NAME: value-${step}\n`,
  ).join('');
  switch (index % 4) {
    case 0:
      return made(
        `.github/workflows/w${index}.yml`,
        `name: w${index}\non:\n  push:\n    branches: [main]\npermissions:\n  contents: read\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n${steps}`,
      );
    case 1: {
      const blocks = Array.from(
        { length: 15 },
        (_, block) =>
          `resource "aws_s3_bucket" "b${block}" {\n  bucket = "b-${index}-${block}"\n  tags = {\n    Name = "x"\n    Team = var.team\n  }\n  lifecycle {\n    prevent_destroy = true\n  }\n}\n`,
      );
      return made(`infra/m${index}.tf`, blocks.join('\n'));
    }
    case 2: {
      const documents = Array.from(
        { length: 6 },
        (_, part) =>
          `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: d${part}\nspec:\n  replicas: 2\n  template:\n    spec:\n      containers:\n        - name: c\n          image: registry.example/c:${part}\n          securityContext:\n            runAsNonRoot: true\n          env:\n            - name: A\n              value: "${part}"\n`,
      );
      return made(`k8s/d${index}.yaml`, documents.join('---\n'));
    }
    default:
      return made(
        `iam/p${index}.json`,
        JSON.stringify(
          {
            Version: '2012-10-17',
            Statement: Array.from({ length: 20 }, (_, part) => ({
              Sid: `s${part}`,
              Effect: 'Allow',
              Action: ['s3:GetObject', 's3:PutObject'],
              Resource: `arn:aws:s3:::b${part}/*`,
            })),
          },
          null,
          2,
        ),
      );
  }
}

/** The file with one setting changed, so that there is something to compare. */
function changed(side: FileSide): FileSide {
  return {
    ...side,
    text: `${side.text}${/\.(?:ya?ml|tf)$/.test(side.path) ? '# edited\n' : '\n'}`,
    blob: side.blob.replace(/^0/, '1'),
  };
}

function parseOnly(side: FileSide): void {
  if (side.path.endsWith('.tf')) parseHcl(side.text, side.path);
  else if (side.path.endsWith('.json')) visit(side.text, {});
  else parseAllDocuments(side.text, { logLevel: 'silent' });
}

const CONTEXT: GuardrailContext = {
  changedPaths: [],
  removedPaths: [],
  attribution: { agent: 'claude', class: 'agent', tier: 'declared', requester: null, evidence: [] },
  firstCommit: false,
  fixturePaths: [],
};

/** Milliseconds of this thread's own time: what else the machine does in the meantime is not the rules'. */
function timed(work: () => void): number {
  const started = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(started);
  return (user + system) / 1000;
}

/** 300 changed configuration files, both sides: every rule, against the parsers alone, in one run. */
export async function run(print: (line: string) => void): Promise<void> {
  const pairs = () =>
    Array.from({ length: FILES }, (_, index) => sample(index)).map((before) => ({ before, after: changed(before) }));
  const judge = (list: readonly { before: FileSide; after: FileSide }[]) => {
    for (const { before, after } of list) {
      const subject = { kind: 'file', path: after.path, before, after } as const;
      for (const detector of guardrailDetectorsFor(subject)) detector.detect(subject, CONTEXT);
    }
  };
  const parse = (list: readonly { before: FileSide; after: FileSide }[]) => {
    for (const { before, after } of list) {
      parseOnly(before);
      parseOnly(after);
    }
  };
  // One round warms the compiler for both; the second counts.
  parse(pairs());
  judge(pairs());
  const fresh = pairs();
  const parsers = timed(() => parse(fresh));
  const memory = process.memoryUsage().heapUsed;
  const rules = timed(() => judge(fresh));
  const grown = (process.memoryUsage().heapUsed - memory) / 1_048_576;
  print(
    `guard rails: ${FILES} changed configuration files: parsers alone ${parsers.toFixed(0)} ms, all rules ${rules.toFixed(0)} ms, ${(rules / parsers).toFixed(2)} times (target: at most 2); heap grew by ${grown.toFixed(0)} MB before collection`,
  );
}

if (import.meta.main) await run((line) => console.log(line));
