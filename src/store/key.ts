import { sha256 } from '../core/digest.ts';

/** Characters. PostgreSQL refuses index entries over a third of a page, about 2,700 bytes (PostgreSQL documentation, B-tree indexes). */
const LONGEST = 500;

/**
 * A key as a column can hold it: itself, or the SHA-256 of it where it is long, or carries what PostgreSQL's text cannot
 * (NUL, lone surrogates: section 8.3). Keys hold names from outside.
 */
export function columnKey(key: string): string {
  const plain = key.length <= LONGEST && key.isWellFormed() && !key.includes('\0') && !key.startsWith('sha256:');
  return plain ? key : `sha256:${sha256(JSON.stringify(key))}`;
}
