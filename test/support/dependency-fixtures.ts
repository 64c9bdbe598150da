import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { DependencyChange, PackageType } from '../../src/core/dependency.ts';
import type { DependencyContext } from '../../src/core/detector.ts';
import type { PackageEvidence, VersionEvidence } from '../../src/core/evidence.ts';
import type { Fact } from '../../src/core/fact.ts';
import { purlOf } from '../../src/core/purl.ts';
import { DEFAULT_THRESHOLDS } from '../../src/core/thresholds.ts';

/** The day on which every case is judged, unless it names another. */
export const CASE_DAY = '2026-11-01T12:00:00.000Z';

const expectationSchema = z.strictObject({
  state: z.enum(['finding', 'clear', 'needs']),
  level: z.enum(['error', 'warning', 'note']).optional(),
  confidence: z.enum(['high', 'medium', 'low']).optional(),
  critical: z.boolean().optional(),
  signable: z.boolean().optional(),
  /** Words that stand in the message. */
  says: z.array(z.string()).optional(),
  /** For `needs`: names of the facts. */
  facts: z.array(z.string()).optional(),
});

const caseSchema = z.strictObject({
  /** A sentence: what the case shows. */
  name: z.string(),
  expect: z.union([z.enum(['finding', 'clear', 'needs']).transform((state) => ({ state })), expectationSchema]),
  /** What differs from an ordinary lock entry that was added. */
  change: z.record(z.string(), z.unknown()),
  /** What differs from a long-known package without anything remarkable: a plain value is a known fact. */
  evidence: z.record(z.string(), z.unknown()).default({}),
  changes: z.array(z.record(z.string(), z.unknown())).optional(),
  now: z.string().optional(),
  /** Login of the account that owns the repository. */
  owner: z.string().optional(),
  /** Hosts of registries that the operator or the base names. */
  registryHosts: z.array(z.string()).optional(),
  thresholds: z.record(z.string(), z.number()).optional(),
});

export interface DependencyCase {
  readonly rule: string;
  readonly name: string;
  readonly expect: z.infer<typeof expectationSchema>;
  readonly subject: DependencyChange;
  readonly context: DependencyContext;
}

const ROOT = join(import.meta.dirname, '../../fixtures/detectors');

/** Every case of one rule: all `.json` files of its fixture folder, each a list of cases. */
export function dependencyCases(rule: string): readonly DependencyCase[] {
  const folder = join(ROOT, rule);
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .flatMap((file) => z.array(caseSchema).parse(JSON.parse(readFileSync(join(folder, file), 'utf8'))))
    .map((raw) => {
      const subject = changeOf(raw.change);
      const others = (raw.changes ?? []).map(changeOf);
      return {
        rule,
        name: raw.name,
        expect: raw.expect,
        subject,
        context: {
          evidence: evidenceOf(subject, raw.evidence),
          changes: [subject, ...others],
          thresholds: { ...DEFAULT_THRESHOLDS, ...raw.thresholds },
          now: Date.parse(raw.now ?? CASE_DAY),
          ...(raw.owner === undefined ? {} : { owner: raw.owner }),
          ...(raw.registryHosts === undefined ? {} : { registryHosts: raw.registryHosts }),
        },
      };
    });
}

/** An ordinary change: a lock entry of the npm registry that was added. */
export function changeOf(differences: Readonly<Record<string, unknown>>): DependencyChange {
  const plain = {
    changeType: 'added',
    entry: 'lockfile',
    type: 'npm',
    name: 'some-package',
    location: { path: 'package-lock.json', startLine: 10, endLine: 14 },
    scope: 'dependencies',
    relationship: 'direct',
    source: 'registry',
    ...(differences['range'] === undefined && differences['version'] === undefined ? { version: '1.2.0' } : {}),
    ...differences,
  } as unknown as Omit<DependencyChange, 'purl'>;
  return { purl: purlOf(plain.type, plain.name, plain.version), ...plain };
}

const FACTS: {
  readonly [key in keyof PackageEvidence as PackageEvidence[key] extends Fact<unknown> ? key : never]: unknown;
} = {
  registryEntry: undefined,
  versions: ['1.0.0', '1.1.0', '1.2.0'],
  resolvedVersion: {},
  previousVersion: { state: 'notApplicable' },
  predecessor: { version: '1.1.0', publishedAt: '2021-06-01T00:00:00.000Z' },
  earlierPublishers: [{ name: 'alice' }],
  distTags: { latest: '1.2.0' },
  firstPublishedAt: '2019-01-01T00:00:00.000Z',
  existedBy: { state: 'notApplicable' },
  maintainers: [{ name: 'alice' }],
  publisherStanding: { state: 'notApplicable' },
  weeklyDownloads: 50000,
  repository: 'https://code.example/alice/some-package',
  securityPlaceholder: false,
  unpublished: false,
  projectStatus: { state: 'absent' },
  privateRoute: { state: 'absent' },
  advisories: [],
  previousAdvisories: { state: 'notApplicable' },
  existsElsewhere: [],
  looksLike: [],
};

const VERSION_FACTS: { readonly [key in keyof Omit<VersionEvidence, 'version'>]: unknown } = {
  integrity: 'sha512-AAAA',
  publishedAt: '2022-01-01T00:00:00.000Z',
  publisher: { name: 'alice' },
  installScripts: [],
  deprecation: { state: 'absent' },
  yanked: { state: 'notApplicable' },
  provenance: { state: 'absent' },
  signature: { state: 'absent' },
  unpackedSize: 12000,
  belongs: { state: 'notApplicable' },
};

/** Evidence of an ordinary package, with differences. `{ "all": fact }` puts every look-up into one state. */
export function evidenceOf(subject: DependencyChange, differences: Readonly<Record<string, unknown>>): PackageEvidence {
  const all = differences['all'];
  const source = typeof differences['source'] === 'string' ? differences['source'] : (subject.type as string);
  const facts = Object.fromEntries(
    Object.entries(FACTS).map(([key, plain]) => {
      const local = key === 'existedBy' || key === 'looksLike' || key === 'existsElsewhere' || key === 'privateRoute';
      const raw = differences[key] ?? (all !== undefined && !local ? all : plain);
      const value = key === 'registryEntry' && raw === undefined ? { name: subject.name } : raw;
      return [
        key,
        key.endsWith('Version') || key === 'predecessor' ? versionFact(subject, value, source) : factOf(value, source),
      ];
    }),
  );
  return {
    type: subject.type as PackageType,
    name: subject.name,
    source,
    inBase: differences['inBase'] === true,
    popular: differences['popular'] === true,
    ...facts,
  } as unknown as PackageEvidence;
}

function versionFact(subject: DependencyChange, raw: unknown, source: string): Fact<unknown> {
  if (isFact(raw)) return factOf(raw, source);
  const given = raw as Readonly<Record<string, unknown>>;
  const value = {
    version: given['version'] ?? subject.version ?? '1.2.0',
    ...Object.fromEntries(
      Object.entries(VERSION_FACTS).map(([key, plain]) => [key, factOf(given[key] ?? plain, source)]),
    ),
  };
  return { state: 'known', value, source, observedAt: CASE_DAY };
}

const STATES = new Set(['absent', 'unavailable', 'notApplicable']);

function isFact(raw: unknown): raw is { readonly state: string } {
  return typeof raw === 'object' && raw !== null && 'state' in raw && STATES.has(String(raw.state));
}

function factOf(raw: unknown, source: string): Fact<unknown> {
  if (!isFact(raw)) return { state: 'known', value: raw, source, observedAt: CASE_DAY };
  const plain = { source, observedAt: CASE_DAY, reason: 'answered 503', transient: true };
  return { ...plain, ...raw } as unknown as Fact<unknown>;
}
