import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DependencyChange } from '../../src/core/dependency.ts';
import type { PackageEvidence } from '../../src/core/evidence.ts';
import { absent, known, notApplicable, unavailable } from '../../src/core/fact.ts';
import { renderComment, STICKY_MARKER } from '../../src/report/comment.ts';
import { byteLength } from '../../src/report/markdown.ts';
import { ageOf } from '../../src/report/packages.ts';
import { HIDDEN, hostileText, REFERENCE, read } from './hostile.ts';
import { extra, finding, pendingSignOff, report, verdict } from './sample.ts';

const AT = '2026-11-20T10:00:00Z';

function change(name: string): DependencyChange {
  return {
    entry: 'lockfile',
    type: 'npm',
    name,
    version: '1.0.0',
    location: { path: 'package-lock.json', startLine: 3, endLine: 3 },
    scope: 'dependencies',
    relationship: 'direct',
    source: 'registry',
    changeType: 'added',
    purl: 'pkg:npm/x@1.0.0',
  };
}

function evidence(name: string, changes: Partial<PackageEvidence>): PackageEvidence {
  const facts = {
    type: 'npm',
    name,
    source: 'npm',
    registryEntry: known({ name }, 'npm', AT),
    versions: known(['1.0.0'], 'npm', AT),
    resolvedVersion: known(
      {
        version: '1.0.0',
        integrity: known('sha512-x', 'npm', AT),
        publishedAt: known('2026-11-20T08:00:00Z', 'npm', AT),
        publisher: known({ name: 'eve' }, 'npm', AT),
        installScripts: known(['postinstall'], 'npm', AT),
        deprecation: absent<string>('npm', AT),
        yanked: notApplicable<string>(),
        unpackedSize: notApplicable<number>(),
        provenance: absent<never>('npm', AT),
      },
      'npm',
      AT,
    ),
    firstPublishedAt: known('2026-11-20T07:00:00Z', 'npm', AT),
    existedBy: absent<string>('list', AT),
    weeklyDownloads: unavailable<number>('npm downloads', 'no answer in 10 s', true),
  };
  // The table reads no more than this of a package's evidence.
  return { ...facts, ...changes } as unknown as PackageEvidence;
}

describe('the sticky comment', () => {
  it('is one line where nothing is open', () => {
    const body = renderComment(report({}), verdict({}), extra({}));
    expect(body).toBe(
      `${STICKY_MARKER}\n**Countersign: Nothing to sign.** Written by the coding agent copilot, verified, on behalf of mona.`,
    );
  });

  it('names handle, rule, place, sentence and the ready-made command of what is open', () => {
    const two = [
      finding({}),
      finding({ handle: 'F2', replicas: [{ locations: finding({}).locations, evidenceDigest: 'y' }] }),
    ];
    const dead = finding({ handle: 'F3', ruleId: 'package-not-found', signable: false, critical: true });
    const told = verdict({ result: 'blocked', conclusion: 'failure', open: ['F1', 'F2', 'F3'] });
    const body = renderComment(report({ findings: [...two, dead] }), told, extra({}));
    expect(body).toContain(
      '- **F1** command-injection, `src/deploy.ts:12`: The branch name from the request reaches a shell.',
    );
    expect(body).toContain('`/countersign sign F1 r-7k2m9qx4 <reason>`');
    expect(body).toContain('`src/deploy.ts:12` and 1 further place');
    expect(body).toContain('Nobody can sign this');
    expect(body).not.toContain('sign F3');
    expect(body).toContain('All 2 that are not critical: `/countersign sign all r-7k2m9qx4 <reason>`');
  });

  it('says who signed and why, what is pending, refused and unknown', () => {
    const told = verdict({
      result: 'blocked',
      conclusion: 'action_required',
      signed: [{ handle: 'F1', signOffId: 's', signer: 'mona', reason: 'checked upstream' }],
      refusals: [{ signOffId: 't', signer: 'hubot', reason: 'not before the audit' }],
      unknowns: [
        {
          fact: 'advisories',
          subject: 'pkg:npm/a',
          source: 'osv',
          reason: 'answered 503',
          transient: true,
          ruleIds: ['known-malware'],
          advisory: false,
        },
        {
          fact: 'advisories',
          subject: 'pkg:npm/b',
          source: 'osv',
          reason: 'answered 503',
          transient: true,
          ruleIds: ['known-malware'],
          advisory: false,
        },
      ],
    });
    const body = renderComment(report({ findings: [finding({})] }), told, extra({ pending: [pendingSignOff({})] }));
    expect(body).toContain('F1 command-injection, `src/deploy.ts:12`: mona, “checked upstream”');
    expect(body).toContain('hubot: “not before the audit”');
    expect(body).toContain(
      '- osv answered 503; it is tried again: advisories of `npm/a` and `npm/b` (needed by known-malware)',
    );
    expect(body).toContain('[the check](https://github.example/octo/demo/runs/9)');
  });

  it('shows new packages so that a reviewer can decide', () => {
    const views = [
      { change: change('fresh'), evidence: evidence('fresh', {}) },
      {
        change: change('gone'),
        evidence: evidence('gone', { registryEntry: absent('npm', AT), resolvedVersion: absent('npm', AT) }),
      },
      { change: { ...change('old'), changeType: 'updated' as const }, evidence: evidence('old', {}) },
      { change: { ...change('below'), relationship: 'transitive' as const }, evidence: evidence('below', {}) },
    ];
    const told = verdict({ result: 'blocked', conclusion: 'action_required', open: ['F1'] });
    const body = renderComment(report({ findings: [finding({})] }), told, extra({ packages: views }));
    expect(body).toContain(
      '| `npm:fresh@1.0.0` | 2026-11-20 | **2 h** | unknown (no answer in 10 s) | eve | **postinstall** | none |',
    );
    expect(body).toContain('| `npm:gone` | **does not exist** | – |');
    expect(body).not.toContain('npm:old');
    expect(body).not.toContain('npm:below');
    expect(body).toContain('*1 more comes along with them.*');
    expect(
      renderComment(report({ findings: [finding({})] }), told, extra({ packages: views, verbosity: 'short' })),
    ).not.toContain('npm:fresh');
  });

  it('ages read in the unit that fits', () => {
    const now = Date.parse(AT);
    expect(
      [
        '2026-11-20T09:59:00Z',
        '2026-11-19T09:00:00Z',
        '2026-10-20T10:00:00Z',
        '2026-01-01T00:00:00Z',
        '2016-01-01T00:00:00Z',
        '2027-01-01T00:00:00Z',
        'x',
      ].map((at) => ageOf(at, now)),
    ).toEqual(['**1 min**', '1 day', '31 days', '10 months', '10 years', 'in the future', 'unknown']);
  });

  it('stays within a comment’s length, and hostile text stays text without mentions', () => {
    fc.assert(
      fc.property(hostileText, hostileText, (name, text) => {
        const many = Array.from({ length: 400 }, (_, n) =>
          finding({
            handle: `F${n + 1}`,
            message: `${text}${'x'.repeat(200)}`,
            locations: [{ path: name, startLine: 1, endLine: 1 }],
          }),
        );
        const told = verdict({
          result: 'blocked',
          conclusion: 'action_required',
          open: many.map(({ handle }) => handle),
          signed: [{ handle: 'F1', signOffId: 's', signer: name, reason: text }],
        });
        const view = {
          change: change(name),
          evidence: evidence(name, { weeklyDownloads: unavailable('x', text, true) }),
        };
        const body = renderComment(
          report({ findings: many }),
          told,
          extra({ packages: [view], policyNotes: [text], pending: [pendingSignOff({ reason: text })], checkUrl: null }),
        );
        expect(byteLength(body)).toBeLessThanOrEqual(65_536);
        expect(body.startsWith(STICKY_MARKER)).toBe(true);
        const seen = read(body.slice(STICKY_MARKER.length));
        expect(seen.active.filter((type) => /link|image|fence|code_block|blockquote/.test(type))).toEqual([]);
        expect(seen.text.replace(/<[^>]*>/g, ''), seen.text.slice(0, 2000)).not.toMatch(REFERENCE);
        expect(body).not.toMatch(HIDDEN);
      }),
      { numRuns: 60, seed: 5 },
    );
  });
});
