import type { DependencyChange } from '../../../src/core/dependency.ts';
import type { Answer } from '../../../src/core/detection.ts';
import type { JsonValue } from '../../../src/core/json.ts';
import type { Confidence, Level, Rule } from '../../../src/core/rule.ts';

const MESSAGE_LIMIT = 300;

export interface FileTelling {
  readonly message: string;
  readonly remediation: string;
  /** What makes two findings of the rule the same mistake: a host, a setting, an asking package. */
  readonly alike: string;
  readonly level?: Level;
  readonly confidence?: Confidence;
  readonly critical?: boolean;
  /** What the rule judged, beside the entry's own words. */
  readonly judged: { readonly [key: string]: JsonValue };
}

/** A finding from what the files say alone, bound to the entry's exact words. */
export function tellOfFiles(rule: Rule, subject: DependencyChange, telling: FileTelling): Answer {
  const { message, alike, judged, ...rest } = telling;
  const [first, ...others] = [subject.location, ...(subject.otherLocations ?? [])];
  if (first === undefined) throw new TypeError('a change has a location');
  return {
    state: 'findings',
    detections: [
      {
        ...rest,
        ruleId: rule.id,
        message: message.length > MESSAGE_LIMIT ? `${message.slice(0, MESSAGE_LIMIT - 1)}…` : message,
        locations: [first, ...others],
        purl: subject.purl,
        fingerprint: `${rule.id}:${subject.type}:${alike}`,
        evidence: {
          purl: subject.purl,
          path: subject.location.path,
          alias: subject.alias ?? null,
          range: subject.range ?? null,
          resolvedUrl: subject.resolvedUrl ?? null,
          integrity: subject.integrity ?? null,
          source: subject.source,
          ...judged,
        },
      },
    ],
  };
}

/** An entry of a lockfile that the change adds or alters. */
export function isLockEntry(subject: DependencyChange): boolean {
  return subject.entry === 'lockfile' && subject.changeType !== 'removed';
}

/** `name@version` as a person reads it. */
export function called(subject: DependencyChange): string {
  return subject.version === undefined ? subject.name : `${subject.name}@${subject.version}`;
}
