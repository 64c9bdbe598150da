import { z } from 'zod';
import type { Finding } from '../core/finding.ts';
import { type ScanResult, sortedFindings } from './scan.ts';

const Level = z.enum(['error', 'warning', 'note']);
const Handle = z.string().describe('F1, F2 …: stable within one pull request.');

const Location = z
  .object({
    path: z.string().describe('From the root of the repository; empty for a place in the pull request’s own text.'),
    startLine: z.int(),
    endLine: z.int(),
    startColumn: z.int().optional().describe('From 1, in UTF-16 code units.'),
    endColumn: z.int().optional().describe('One past the last character.'),
    message: z.string().optional(),
    side: z.enum(['base', 'head']).optional().describe('Absent: the head.'),
  })
  .describe('Lines and columns count from 1 (SARIF 2.1.0, region object).');

const Unknown = z.object({
  fact: z.string(),
  subject: z.string().describe('A package URL or a path.'),
  source: z.string(),
  reason: z.string(),
  transient: z.boolean().describe('True where trying again may help.'),
  ruleIds: z.array(z.string()),
  advisory: z.boolean().describe('True where no blocking rule needs it: it holds nothing up.'),
});

const FindingJson = z.object({
  handle: Handle,
  ruleId: z.string(),
  level: Level,
  confidence: z.enum(['high', 'medium', 'low']),
  message: z.string(),
  remediation: z.string().optional(),
  locations: z.array(Location).min(1).describe('The primary place, then the steps of the flow.'),
  purl: z.string().optional(),
  advisoryIds: z.array(z.string()).optional(),
  fingerprint: z.string().describe('Equal for findings that are the same mistake.'),
  evidenceDigest: z.string().describe('SHA-256 of what a signature covers.'),
  replicas: z.array(z.object({ locations: z.array(Location).min(1), evidenceDigest: z.string() })),
  supporting: z.array(z.object({ ruleId: z.string(), level: Level, message: z.string() })),
  preExisting: z.boolean(),
  critical: z.boolean(),
  signable: z.boolean(),
});

const Change = z
  .object({
    changeType: z.enum(['added', 'removed', 'updated', 'altered']),
    entry: z.enum(['manifest', 'lockfile', 'import', 'command']),
    type: z.string().describe('Package-URL type.'),
    purl: z.string(),
    name: z.string(),
    alias: z.string().optional(),
    version: z.string().optional(),
    range: z.string().optional(),
    location: Location,
    scope: z.string(),
    relationship: z.enum(['direct', 'transitive', 'unknown']),
    source: z.enum(['registry', 'git', 'url', 'path', 'workspace']),
    resolvedUrl: z.string().optional(),
    integrity: z.string().optional(),
  })
  .loose();

/** The output of `countersign scan --format json`; `docs/scan.schema.json` is generated from it. */
export const ScanJson = z
  .object({
    verdict: z.object({
      result: z.enum(['pass', 'blocked', 'inconclusive']),
      conclusion: z.enum(['success', 'failure', 'action_required']),
      open: z.array(Handle).describe('Findings that hold the merge.'),
      signed: z.array(z.object({ handle: Handle, signOffId: z.string(), signer: z.string(), reason: z.string() })),
      shown: z.array(Handle).describe('Findings that are shown and hold nothing.'),
      refusals: z.array(z.object({ signOffId: z.string(), signer: z.string(), reason: z.string() })),
    }),
    findings: z.array(FindingJson),
    changes: z.array(Change),
    unknowns: z.array(Unknown),
    unread: z.array(
      z.object({
        path: z.string(),
        line: z.int().optional(),
        reason: z.string(),
        transient: z.boolean(),
        blob: z.string().optional(),
      }),
    ),
    attribution: z.object({
      agent: z.string().nullable(),
      class: z.enum(['agent', 'dependency-bot', 'review-bot', 'bot', 'human']),
      tier: z.enum(['verified', 'declared', 'suspected', 'none']),
      requester: z.string().nullable(),
    }),
    notes: z.array(z.string()),
    toolVersion: z.string(),
  })
  .describe('The result of countersign scan --format json');

/** A scan as one JSON object and a line break. Texts are as they stand in the change: whoever prints them escapes them. */
export function renderJson(scan: ScanResult): string {
  const { report, verdict, toolVersion } = scan;
  const { agent, class: authorClass, tier, requester } = report.attribution;
  const { result, conclusion, open, signed, shown, refusals, unknowns } = verdict;
  const json = {
    verdict: { result, conclusion, open, signed, shown, refusals },
    findings: sortedFindings(scan).map(findingJson),
    changes: report.changes,
    unknowns,
    unread: report.unread,
    attribution: { agent, class: authorClass, tier, requester },
    notes: report.notes,
    toolVersion,
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}

function findingJson(finding: Finding): object {
  const { evidence: _evidence, ...rest } = finding;
  return rest;
}

/** JSON Schema (2020-12) of `ScanJson`. */
export function scanJsonSchema(): object {
  return z.toJSONSchema(ScanJson, { target: 'draft-2020-12', io: 'output' });
}
