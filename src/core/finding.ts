import type { Detection, MissingFact } from './detection.ts';
import type { Confidence, Level } from './rule.ts';

/** A detection in a report: with its handle, its levels settled, and its place in a group of alike. */
export interface Finding
  extends Omit<Detection, 'level' | 'confidence' | 'critical' | 'signable' | 'preExisting' | 'literal'> {
  /** `F1`, `F2` …; never used again within a pull request. */
  readonly handle: string;
  readonly level: Level;
  readonly confidence: Confidence;
  readonly critical: boolean;
  readonly signable: boolean;
  readonly preExisting: boolean;
  /** SHA-256 over rule and evidence: what a signature covers. */
  readonly evidenceDigest: string;
  /** The other places of the same mistake, each with its own evidence digest; signed together. */
  readonly replicas: readonly Replica[];
  /** Other rules' findings on the same package version, or on the same secret: shown as evidence of this one. */
  readonly supporting: readonly { readonly ruleId: string; readonly level: Level; readonly message: string }[];
}

export interface Replica {
  readonly locations: Detection['locations'];
  readonly evidenceDigest: string;
}

/** An unknown that holds the verdict up, or that is only told (`advisory`: no blocking rule needs it). */
export interface Unknown extends MissingFact {
  readonly ruleIds: readonly string[];
  readonly advisory: boolean;
}
