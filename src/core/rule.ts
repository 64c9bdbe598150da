/** SARIF 2.1.0 levels, section 3.27.10; `none` is not used. */
export type Level = 'error' | 'warning' | 'note';

/** How sure the rule is that what it found is there. */
export type Confidence = 'high' | 'medium' | 'low';

export type Family = 'dependency' | 'code' | 'guardrail' | 'engine';

/**
 * The context a rule must be given. A rule that requires a look-up cannot run offline, and is then listed as such.
 * Look-ups: everything but `changes`, `file`, `beforeAfter`, `pullRequest`, `commits`, `siblings` and `names`.
 */
export type Requirement =
  | 'changes'
  | 'file'
  | 'beforeAfter'
  | 'siblings'
  | 'pullRequest'
  | 'commits'
  | 'names'
  | 'registryEntry'
  | 'versions'
  | 'dates'
  | 'publishers'
  | 'installScripts'
  | 'integrity'
  | 'provenance'
  | 'deprecation'
  | 'downloads'
  | 'repository'
  | 'advisories';

/** What a rule is: exactly one per detector folder. `docs/rules.md` is generated from these. */
export interface Rule {
  /** Folder name, fixture folder, documentation anchor and SARIF rule id. */
  readonly id: string;
  readonly family: Family;
  /** One sentence, what is wrong, no full stop. */
  readonly shortDescription: string;
  /** What it means and what to do, two to five sentences of plain text. */
  readonly help: string;
  /** The level of an ordinary finding; a detection may state another. */
  readonly level: Level;
  readonly confidence: Confidence;
  /** The most that one finding may state, where that is more than `level`: an unknown weighs by what it could hide. */
  readonly highest?: { readonly level: Level; readonly confidence: Confidence };
  /** Critical findings are signed one by one, never by `all`. */
  readonly critical: boolean;
  /** False: nobody can sign it away. */
  readonly signable: boolean;
  /** CWE numbers, most fitting first: `[78]`. */
  readonly cwe: readonly number[];
  readonly requires: readonly Requirement[];
  /** The version of Countersign that first had the rule. */
  readonly since: string;
}

const LOCAL: ReadonlySet<Requirement> = new Set([
  'changes',
  'file',
  'beforeAfter',
  'siblings',
  'pullRequest',
  'commits',
  'names',
]);

/** True where the rule cannot answer without asking a registry or an advisory source. */
export function needsLookUp(rule: Rule): boolean {
  return rule.requires.some((requirement) => !LOCAL.has(requirement));
}
