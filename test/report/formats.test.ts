import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Rule } from '../../src/core/rule.ts';
import { renderGithub } from '../../src/report/github.ts';
import { renderJson, scanJsonSchema } from '../../src/report/json.ts';
import { relativeUri, renderSarif } from '../../src/report/sarif.ts';
import type { ScanResult } from '../../src/report/scan.ts';
import { renderText } from '../../src/report/text.ts';
import { HIDDEN, hostileText } from './hostile.ts';
import { finding, report, verdict } from './sample.ts';

const require = createRequire(import.meta.url);

/** The SARIF 2.1.0 schema (OASIS, as the SARIF SDK publishes it), read through the package that ships it. */
function sarifValidator() {
  const path = require.resolve('@microsoft/jest-sarif').replace(/lib[\\/].*$/, 'lib/schemas/sarif-2.1.0-rtm.5.json');
  const schema = JSON.parse(readFileSync(path, 'utf8'));
  // Draft 7 says nothing that this schema uses differently under 2020-12 but the names of its own dialect.
  const { $schema: _dialect, id, ...rest } = schema;
  const ajv = new Ajv2020({ strict: false, allErrors: true, unicodeRegExp: false });
  addFormats.default(ajv);
  return ajv.compile({ ...rest, $id: id ?? 'https://sarif.example/schema' });
}

const RULE: Rule = {
  id: 'command-injection',
  family: 'code',
  shortDescription: 'A value from outside reaches a shell',
  help: 'Pass a list of arguments.',
  level: 'error',
  confidence: 'high',
  critical: false,
  signable: true,
  cwe: [78, 20],
  requires: ['file'],
  since: '0.1.0',
};

function scan(changes: Partial<ScanResult>): ScanResult {
  return { report: report({}), verdict: verdict({}), rules: [RULE], toolVersion: '0.1.0', ...changes };
}

const full = scan({
  report: report({
    findings: [
      finding({ replicas: [{ locations: [{ path: 'src/ü b.ts', startLine: 4, endLine: 5 }], evidenceDigest: 'e2' }] }),
      finding({ handle: 'F2', level: 'note', preExisting: true }),
      finding({ handle: 'F3', ruleId: 'hidden-instructions', locations: [{ path: '', startLine: 1, endLine: 1 }] }),
    ],
    unread: [{ path: 'a.lock', line: 3, reason: 'a comma is missing', transient: false }],
  }),
  verdict: verdict({
    result: 'blocked',
    conclusion: 'action_required',
    open: ['F1'],
    signed: [{ handle: 'F3', signOffId: 's', signer: 'mona', reason: 'fine' }],
    unknowns: [
      {
        fact: 'dates',
        subject: 'pkg:npm/a',
        source: 'npm',
        reason: 'answered 503',
        transient: true,
        ruleIds: ['package-too-new'],
        advisory: false,
      },
    ],
  }),
});

describe('SARIF', () => {
  const valid = sarifValidator();

  it('is valid 2.1.0, and the validator is not asleep', () => {
    const log = JSON.parse(renderSarif(full));
    expect(valid(log), JSON.stringify(valid.errors?.slice(0, 3))).toBe(true);
    expect(valid({ ...log, version: '2.0.0' })).toBe(false);
    log.runs[0].results[0].locations[0].physicalLocation.region.startLine = 0;
    expect(valid(log)).toBe(false);
  });

  it('carries rule metadata, a result for each place, flows, fingerprints and suppressions', () => {
    const [run] = JSON.parse(renderSarif(full)).runs;
    expect(run.columnKind).toBe('utf16CodeUnits');
    expect(run.tool.driver.rules[0]).toMatchObject({
      id: 'command-injection',
      name: 'CommandInjection',
      properties: {
        tags: ['security', 'code', 'external/cwe/cwe-078', 'external/cwe/cwe-020'],
        precision: 'high',
        'security-severity': '8.0',
      },
    });
    const [first, second] = run.results;
    expect(first).toMatchObject({ ruleId: 'command-injection', ruleIndex: 0, level: 'error', baselineState: 'new' });
    expect(first.locations[0].physicalLocation).toEqual({
      artifactLocation: { uri: 'src/deploy.ts', uriBaseId: 'SRCROOT' },
      region: { startLine: 12, startColumn: 3, endLine: 12, endColumn: 20 },
    });
    const steps = first.codeFlows[0].threadFlows[0].locations;
    expect(
      steps.map(
        (step: { location: { physicalLocation: { region: { startLine: number } } } }) =>
          step.location.physicalLocation.region.startLine,
      ),
    ).toEqual([9, 12]);
    expect(second.locations[0].physicalLocation.artifactLocation.uri).toBe('src/%C3%BC%20b.ts');
    expect(second.partialFingerprints).not.toEqual(first.partialFingerprints);
    const f3 = run.results.find((result: { properties: { handle: string } }) => result.properties.handle === 'F3');
    expect(f3.suppressions[0]).toMatchObject({ kind: 'external', status: 'accepted' });
    expect(f3.locations[0]).toHaveProperty('logicalLocations');
    expect(run.invocations[0].toolExecutionNotifications).toHaveLength(2);
  });

  it('says that a scan that could not be evaluated did not succeed', () => {
    const [run] = JSON.parse(
      renderSarif(scan({ verdict: verdict({ result: 'inconclusive', conclusion: 'action_required' }) })),
    ).runs;
    expect(run.invocations[0].executionSuccessful).toBe(false);
  });

  it('stays valid for any path and text', () => {
    fc.assert(
      fc.property(hostileText, hostileText, (path, text) => {
        const bad = finding({
          message: text,
          locations: [
            { path, startLine: 1, endLine: 1, message: text },
            { path: text, startLine: 2, endLine: 2 },
          ],
        });
        const log = JSON.parse(renderSarif(scan({ report: report({ findings: [bad] }) })));
        expect(valid(log), JSON.stringify(valid.errors?.slice(0, 3))).toBe(true);
      }),
      { numRuns: 200, seed: 3 },
    );
    expect(relativeUri('a b/c:d/ä#?%.ts')).toBe('a%20b/c%3Ad/%C3%A4%23%3F%25.ts');
  });
});

describe('JSON', () => {
  it('has the documented fields and fits its schema', () => {
    const schema = scanJsonSchema();
    const valid = new Ajv2020({ strict: false }).compile(schema);
    const json = JSON.parse(renderJson(full));
    expect(valid(json), JSON.stringify(valid.errors)).toBe(true);
    expect(Object.keys(json).slice(0, 4)).toEqual(['verdict', 'findings', 'changes', 'unknowns']);
    expect(json.findings[0]).toMatchObject({ handle: 'F1', evidenceDigest: 'd'.repeat(64) });
    expect(json.findings[0]).not.toHaveProperty('evidence');
    expect(valid({ ...json, findings: [{ ...json.findings[0], level: 'fatal' }] })).toBe(false);
  });
});

describe('text for a terminal', () => {
  it('leads with the verdict and what holds', () => {
    const text = renderText(full);
    expect(
      text.startsWith(
        'Blocked: 1 finding to sign or fix; could not evaluate npm/a (npm).\n\nF1 error command-injection (holds)\n  src/deploy.ts:12:3\n',
      ),
    ).toBe(true);
    expect(text).toContain('also in src/ü b.ts:4');
    expect(text).toContain('npm answered 503: dates of npm/a (needed by package-too-new)');
    expect(text).toContain('a.lock:3: a comma is missing');
    expect(text).not.toContain('F2');
    expect(renderText(scan({}))).toBe('Nothing to sign.\n');
  });

  it('lets nothing through that moves a cursor or hides', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const bad = finding({
          message: `\u001b[2J${text}`,
          locations: [{ path: text, startLine: 1, endLine: 1, message: text }],
        });
        const out = renderText(
          scan({
            report: report({ findings: [bad], notes: [text] }),
            verdict: verdict({ result: 'blocked', conclusion: 'action_required', open: ['F1'] }),
          }),
        );
        expect(out).not.toMatch(HIDDEN);
      }),
      { numRuns: 300, seed: 4 },
    );
  });
});

describe('workflow commands', () => {
  it('are one line each, escaped', () => {
    const bad = finding({
      message: '100 %\n::set-output name=x::y',
      locations: [{ path: 'a,b:c\n.ts', startLine: 2, endLine: 2, startColumn: 1, endColumn: 4 }],
    });
    const out = renderGithub(
      scan({
        report: report({ findings: [bad] }),
        verdict: verdict({ result: 'blocked', conclusion: 'action_required', open: ['F1'] }),
      }),
    );
    expect(out).toBe(
      '::error file=a%2Cb%3Ac%0A.ts,line=2,endLine=2,col=1,endColumn=4,title=F1 command-injection::100 %25 ::set-output name=x::y Pass the arguments as a list to execFile.\nBlocked: 1 finding to sign or fix\n',
    );
    fc.assert(
      fc.property(hostileText, (text) => {
        const lines = renderGithub(
          scan({
            report: report({
              findings: [finding({ message: text, locations: [{ path: text, startLine: 1, endLine: 1 }] })],
            }),
            verdict: verdict({ result: 'blocked', conclusion: 'action_required', open: ['F1'] }),
          }),
        )
          .trimEnd()
          .split('\n');
        expect(lines.length).toBe(2);
        expect(lines[0]).toMatch(/^::error /);
      }),
      { numRuns: 300, seed: 6 },
    );
  });
});
