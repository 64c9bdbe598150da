import type { Finding, Unknown } from '../core/finding.ts';
import type { Location } from '../core/location.ts';
import type { Confidence, Level, Rule } from '../core/rule.ts';
import { plainText } from './markdown.ts';
import { flowOf, placesOf, type ScanResult, sortedFindings } from './scan.ts';

/** `precision` as GitHub's code scanning reads it (docs, "SARIF support for code scanning", reportingDescriptor). */
const PRECISION: Readonly<Record<Confidence, string>> = { high: 'high', medium: 'medium', low: 'low' };
/** `security-severity`, same source: above 9.0 critical, 7.0 high, 4.0 medium, below low. */
const SEVERITY: Readonly<Record<Level, string>> = { error: '8.0', warning: '5.0', note: '2.0' };
const CRITICAL_SEVERITY = '9.5';

/** A scan as SARIF 2.1.0 (OASIS Standard, 27 March 2020), ending in a line break. One result for each place. */
export function renderSarif(scan: ScanResult): string {
  return `${JSON.stringify(sarifLog(scan), null, 2)}\n`;
}

function sarifLog(scan: ScanResult): object {
  const { report, verdict, rules, toolVersion } = scan;
  const indexes = new Map(rules.map((rule, index) => [rule.id, index]));
  const signed = new Map(verdict.signed.map((entry) => [entry.handle, `${entry.signer}: ${entry.reason}`]));
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Countersign',
            semanticVersion: toolVersion,
            version: toolVersion,
            rules: rules.map(descriptor),
          },
        },
        automationDetails: { id: 'countersign/' },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { SRCROOT: { description: { text: 'The root of the repository.' } } },
        invocations: [
          {
            executionSuccessful: verdict.result !== 'inconclusive',
            toolExecutionNotifications: [
              ...verdict.unknowns.map(unknownNotification),
              ...report.unread.map(unreadNotification),
            ],
          },
        ],
        results: sortedFindings(scan).flatMap((finding) => results(finding, indexes, signed.get(finding.handle))),
        properties: { verdict: verdict.result, open: verdict.open },
      },
    ],
  };
}

function descriptor(rule: Rule): object {
  const cwe = rule.cwe.map((number) => `external/cwe/cwe-${String(number).padStart(3, '0')}`);
  return {
    id: rule.id,
    name: rule.id.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase()),
    shortDescription: { text: rule.shortDescription },
    fullDescription: { text: rule.help },
    help: { text: rule.help },
    defaultConfiguration: { level: rule.level },
    properties: {
      tags: ['security', rule.family, ...cwe],
      precision: PRECISION[rule.confidence],
      'security-severity': rule.critical ? CRITICAL_SEVERITY : SEVERITY[rule.level],
    },
  };
}

function results(
  finding: Finding,
  indexes: ReadonlyMap<string, number>,
  signature: string | undefined,
): readonly object[] {
  const ruleIndex = indexes.get(finding.ruleId);
  return placesOf(finding).map(({ locations, evidenceDigest }) => {
    const flow = flowOf(locations);
    return {
      ruleId: finding.ruleId,
      ...(ruleIndex === undefined ? {} : { ruleIndex }),
      level: finding.level,
      message: {
        text: messageText([finding.message, finding.remediation].filter((part) => part !== undefined).join(' ')),
      },
      locations: [place(locations[0])],
      ...(flow.length === 0
        ? {}
        : { codeFlows: [{ threadFlows: [{ locations: flow.map((step) => ({ location: place(step) })) }] }] }),
      partialFingerprints: { 'countersignEvidence/v1': evidenceDigest, 'countersignShape/v1': finding.fingerprint },
      baselineState: finding.preExisting ? 'unchanged' : 'new',
      ...(signature === undefined
        ? {}
        : { suppressions: [{ kind: 'external', status: 'accepted', justification: plainText(signature, 400) }] }),
      properties: {
        handle: finding.handle,
        confidence: finding.confidence,
        critical: finding.critical,
        signable: finding.signable,
        ...(finding.purl === undefined ? {} : { purl: finding.purl }),
        ...(finding.advisoryIds === undefined ? {} : { advisoryIds: finding.advisoryIds }),
      },
    };
  });
}

function place(location: Location): object {
  const message = location.message === undefined ? {} : { message: { text: messageText(location.message) } };
  if (location.path === '') return { logicalLocations: [{ fullyQualifiedName: 'pull request' }], ...message };
  return {
    physicalLocation: {
      artifactLocation: { uri: relativeUri(location.path), uriBaseId: 'SRCROOT' },
      region: region(location),
    },
    ...message,
  };
}

function region({ startLine, endLine, startColumn, endColumn }: Location): object {
  const first = Math.max(1, startLine);
  return {
    startLine: first,
    ...(startColumn === undefined ? {} : { startColumn }),
    endLine: Math.max(first, endLine),
    ...(endColumn === undefined ? {} : { endColumn }),
  };
}

/** A path as a relative reference (RFC 3986, section 4.2): each part percent-encoded as UTF-8. */
export function relativeUri(path: string): string {
  const parts = path.toWellFormed().split('/');
  return parts.map((part) => encodeURIComponent(part).replace(/[!'()*]/g, percent)).join('/');
}

function percent(mark: string): string {
  return `%${mark.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** Plain text of a message: what SARIF would read as an embedded link or placeholder (3.11.5, 3.11.6) is escaped. */
function messageText(text: string): string {
  return plainText(text, 1000)
    .replace(/[[\]\\]/g, (mark) => `\\${mark}`)
    .replace(/\{(?=\d+\})/g, '{{');
}

function unknownNotification(unknown: Unknown): object {
  const tried = unknown.transient ? '; trying again may help' : '';
  const text = `${unknown.fact} of ${unknown.subject} is not known: ${unknown.source} ${unknown.reason}${tried}. Needed by ${unknown.ruleIds.join(', ')}.`;
  return { level: unknown.advisory ? 'note' : 'error', message: { text: messageText(text) } };
}

function unreadNotification(file: ScanResult['report']['unread'][number]): object {
  const at: Location = { path: file.path, startLine: file.line ?? 1, endLine: file.line ?? 1 };
  return { level: 'error', message: { text: messageText(`Not read: ${file.reason}`) }, locations: [place(at)] };
}
