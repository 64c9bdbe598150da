/**
 * A place in one file of the head (or, for what was removed, of the base). Lines and columns count from 1, columns in
 * UTF-16 code units, `endColumn` points one past the last character: SARIF 2.1.0, section 3.30 "region object".
 */
export interface Location {
  /** Path from the repository's root, `/` between parts, as git has it. */
  readonly path: string;
  readonly startLine: number;
  readonly endLine: number;
  readonly startColumn?: number;
  readonly endColumn?: number;
  /** The sentence of this place: what happens here. Plain text; renderers escape. */
  readonly message?: string;
  /** Where the place is: absent means the head. */
  readonly side?: 'base' | 'head';
}
