import { afterAll, describe, expect, it } from 'vitest';
import { CODE_DETECTORS } from '../../detectors/code/index.ts';
import type { Detection } from '../../src/core/detection.ts';
import { analyse, analyseAgain } from '../../src/inspect/analyse.ts';
import type { CodeDetector, CodeResult } from '../../src/inspect/detector.ts';
import type { ImportedReturn } from '../../src/inspect/imports.ts';
import { createInspector, DEFAULT_INSPECTOR_OPTIONS } from '../../src/inspect/index.ts';
import { rulesFor, withSecondLook } from '../../src/inspect/second-look.ts';
import { wholeFiles } from '../support/whole-files.ts';

const inspector = createInspector({ ...DEFAULT_INSPECTOR_OPTIONS, processes: 1 });
afterAll(() => inspector.close());

const side = (path: string, text: string) => ({ path, text, blob: '', mode: '100644' });

/** One file that reads a path given by another file's function, and one that a third file hands a command. */
const TEXT = [
  "import { exec } from 'node:child_process';",
  "import { readFileSync } from 'node:fs';",
  "import { nameOf } from './names.js';",
  'export function ping(host) {',
  "  exec('ping ' + host);",
  '}',
  'export default function handler(req, res) {',
  '  res.send(readFileSync(nameOf(req)));',
  '}',
].join('\n');
const GIVEN: ImportedReturn = {
  name: 'nameOf',
  origin: './names.js.nameOf',
  kind: 'path',
  flow: null,
  passes: [],
  opens: [0],
  evidence: 'as written',
  touched: true,
  certain: true,
};

function looked(): CodeResult {
  return analyse({ path: 'src/run.js', before: null, after: side('src/run.js', TEXT), scope: 'all' }, CODE_DETECTORS);
}

describe('a file that is looked at again', () => {
  it('asks the rules that follow values into the uses of which more is known, and no others', () => {
    const rules = rulesFor([GIVEN], looked());
    expect(rules).toContain('path-traversal');
    expect(rules).not.toContain('command-injection');
    expect(rulesFor([{ ...GIVEN, kind: 'sql' }], looked())).toEqual([]);
  });

  it('says what it would say with every rule asked again', () => {
    const first = looked();
    const file = { path: 'src/run.js', before: null, after: side('src/run.js', TEXT), scope: 'all' } as const;
    const more = { imported: [GIVEN], followed: [] };
    const some = withSecondLook(
      first,
      analyseAgain({ ...file, ...more, rules: rulesFor([GIVEN], first) }, CODE_DETECTORS),
    );
    const every = CODE_DETECTORS.map(({ rule }) => rule.id);
    const all = withSecondLook(first, analyseAgain({ ...file, ...more, rules: every }, CODE_DETECTORS));
    expect(told(some.detections)).toEqual(told(all.detections));
    expect(told(some.detections)).not.toEqual(told(first.detections));
    expect(some.sinks.map((sink) => some.detections[sink.detection]?.ruleId)).toEqual(['command-injection']);
  });

  it('asks a rule again that followed values in the base alone', () => {
    const [path, removed] = ['path-traversal', 'security-check-removed'].map((id) =>
      CODE_DETECTORS.find(({ rule }) => rule.id === id),
    );
    if (path === undefined || removed === undefined) throw new Error('there is no such rule');
    const ofBase: CodeDetector = {
      ...removed,
      triggers: path.triggers,
      detect(_, { before }) {
        for (const call of before?.calls() ?? []) for (const each of call.arguments) before?.flow(each, 'path');
        return [];
      },
    };
    const before = side('src/run.js', TEXT);
    const after = side('src/run.js', `${TEXT}\n`);
    const { missed } = analyse({ path: 'src/run.js', before, after, scope: 'change' }, [path, ofBase]);
    expect(missed.map(({ kind, rules }) => [kind, rules])).toEqual([['path', [path.rule.id, removed.rule.id]]]);
  });

  it('keeps the findings that hang on calls elsewhere, whatever is asked again', async () => {
    const files = [
      { path: 'src/run.js', text: TEXT },
      { path: 'src/names.js', text: 'export function nameOf(req) {\n  return req.query.name;\n}\n' },
      {
        path: 'src/route.js',
        text: "import { ping } from './run.js';\nexport default function route(req, res) {\n  ping(req.query.host);\n}\n",
      },
    ];
    const { detections } = await inspector.inspect(wholeFiles(files), new AbortController().signal);
    const errors = detections.filter(({ level }) => level === 'error').map(({ ruleId }) => ruleId);
    expect(errors).toEqual(expect.arrayContaining(['command-injection', 'path-traversal']));
  });
});

function told(detections: readonly Detection[]): readonly string[] {
  return detections.map((each) => JSON.stringify(each)).sort();
}
