import type { JsonValue } from './json.ts';
import type { Location } from './location.ts';
import type { Confidence, Level } from './rule.ts';

/**
 * What a detector found, before policy and numbering. Texts are plain: every renderer escapes for itself.
 * A level, confidence or mark that is not given is the rule's own.
 */
export interface Detection {
  readonly ruleId: string;
  /** One sentence of at most 300 characters: what is there and why it matters. */
  readonly message: string;
  /** One sentence: what to do about it. */
  readonly remediation?: string;
  /** First the primary place, then the steps of the flow in order, each with its sentence. */
  readonly locations: readonly [Location, ...Location[]];
  readonly level?: Level;
  readonly confidence?: Confidence;
  readonly critical?: boolean;
  readonly signable?: boolean;
  readonly purl?: string;
  readonly advisoryIds?: readonly string[];
  /** SHA-256 of the secret that the finding is about: a literal is told once, by the rule that knows what it is. */
  readonly literal?: string;
  /** Normalised shape: equal for findings that are the same mistake (names and literals do not count). Groups, and nothing else. */
  readonly fingerprint: string;
  /** Exactly what a signature would cover (product.md, "What is signed"); its digest is the evidence digest. */
  readonly evidence: { readonly [key: string]: JsonValue };
  /** The finding stands in the base already and the change does not touch it: listed, never counted. */
  readonly preExisting?: boolean;
}

/** A fact that a rule could not do without, and why it is missing. */
export interface MissingFact {
  /** Name of the fact, as in PackageEvidence: `firstPublishedAt`. */
  readonly fact: string;
  /** What it is missing for: a purl or a path. */
  readonly subject: string;
  readonly source: string;
  readonly reason: string;
  readonly transient: boolean;
}

/** A detector's answer. `needs` only where some value of the missing fact could change the answer. */
export type Answer =
  | { readonly state: 'findings'; readonly detections: readonly [Detection, ...Detection[]] }
  | { readonly state: 'clear' }
  | { readonly state: 'needs'; readonly facts: readonly [MissingFact, ...MissingFact[]] };

export const CLEAR: Answer = { state: 'clear' };

/** The answer that a list of detections makes. */
export function answerOf(detections: readonly Detection[]): Answer {
  const [first, ...rest] = detections;
  return first === undefined ? CLEAR : { state: 'findings', detections: [first, ...rest] };
}
