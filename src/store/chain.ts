import type { KeyObject } from 'node:crypto';
import canonicalize from 'canonicalize';
import { sha256 } from '../core/digest.ts';
import { CountersignError } from '../core/errors.ts';
import type { JsonValue } from '../core/json.ts';
import type { LedgerBody, LedgerCheck, LedgerHead } from '../core/store.ts';
import { StoredLedgerBody } from './schema.ts';
import { isSignedBy } from './signature.ts';

/** What the first entry of every chain names as its predecessor. */
export const GENESIS = '0'.repeat(64);

/** An entry as it is stored, nothing interpreted. */
export interface StoredEntry {
  readonly installationId: number;
  readonly sequence: number;
  readonly hash: string;
  readonly previousHash: string;
  /** The copy of the body's effect key that the database keeps unique; null where the source has no such copy. */
  readonly effectKey: string | null;
  readonly body: string;
  readonly signature: string | null;
}

/** RFC 8785; throws for what JSON cannot carry. */
export function canonicalText(value: JsonValue): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('a ledger entry must be JSON');
  return text;
}

/** SHA-256 over the previous hash (64 hex digits), a line feed, and the canonical body. */
export function entryHash(previousHash: string, body: string): string {
  return sha256(`${previousHash}\n${body}`);
}

/** A head as `formatLedgerHead` prints it, or its hash alone. Throws `bad-usage` for anything else. */
export function parseAnchor(text: string): { readonly sequence: number | null; readonly hash: string } {
  const match = /^(?:([1-9][0-9]{0,14}):)?([0-9a-f]{64})$/.exec(text.trim().toLowerCase());
  if (match?.[2] === undefined) {
    throw new CountersignError(
      'bad-usage',
      'The expected head is not one: copy it from a check run, a number, a colon and 64 hexadecimal digits.',
    );
  }
  return { sequence: match[1] === undefined ? null : Number(match[1]), hash: match[2] };
}

/**
 * Re-computes a chain from its first entry and names the first one that is wrong or not there. A chain whose end was cut
 * off is still a chain: only an anchor kept elsewhere shows that, and the result says up to which entry one covers it.
 */
export async function checkChain(
  entries: AsyncIterable<StoredEntry> | Iterable<StoredEntry>,
  options: {
    readonly installationId: number;
    /** Heads that were printed elsewhere: all of them have to be in the chain. */
    readonly expectHeads: readonly string[];
    readonly publicKeys: readonly KeyObject[];
  },
): Promise<LedgerCheck> {
  const anchors = options.expectHeads.map(parseAnchor);
  const found = new Set<(typeof anchors)[number]>();
  let head: LedgerHead = { sequence: 0, hash: GENESIS };
  let anchoredAt: number | null = null;
  let signed = 0;
  for await (const entry of entries) {
    const sequence = head.sequence + 1;
    const wrong = wrongWith(entry, options.installationId, head);
    if (wrong !== null) return { state: 'broken', sequence, reason: wrong };
    if (options.publicKeys.length > 0) {
      const unsigned = signatureProblem(entry, options.publicKeys, signed > 0);
      if (unsigned !== null) return { state: 'broken', sequence, reason: unsigned };
      if (entry.signature !== null) signed += 1;
    }
    head = { sequence, hash: entry.hash };
    for (const anchor of anchors) {
      if (anchor.hash === head.hash && (anchor.sequence ?? sequence) === sequence) {
        found.add(anchor);
        anchoredAt = sequence;
      } else if (anchor.sequence === sequence) {
        return {
          state: 'broken',
          sequence,
          reason: 'it is not the entry that the expected head names: this entry, or one before it, was replaced',
        };
      }
    }
  }
  const [anchor] = anchors.filter((each) => !found.has(each)).sort((a, b) => (b.sequence ?? 0) - (a.sequence ?? 0));
  if (anchor !== undefined) {
    const missing = anchor.sequence === null ? '' : ` (entries up to ${anchor.sequence} were there)`;
    return {
      state: 'broken',
      sequence: head.sequence + 1,
      reason: `the expected head is not in the chain${missing}: entries after ${head.sequence} are missing, or the chain was replaced`,
    };
  }
  if (head.sequence === 0) return { state: 'empty' };
  if (options.publicKeys.length > 0 && signed === 0) {
    return {
      state: 'broken',
      sequence: head.sequence,
      reason: 'no entry carries a signature, though a public key was given',
    };
  }
  return { state: 'verified', head, anchoredAt, signed };
}

function wrongWith(entry: StoredEntry, installationId: number, head: LedgerHead): string | null {
  const sequence = head.sequence + 1;
  if (entry.installationId !== installationId) return `it belongs to installation ${entry.installationId}`;
  if (entry.sequence !== sequence) return `it is missing (the next one found is ${entry.sequence})`;
  if (entry.previousHash !== head.hash) return 'it does not follow from the entry before it';
  if (entryHash(entry.previousHash, entry.body) !== entry.hash) return 'its content does not match its hash';
  const body = readBody(entry.body);
  if (body === null) return 'its content is not a ledger entry';
  if (body.installation !== installationId) return `its content belongs to installation ${body.installation}`;
  if (body.sequence !== sequence) return `its content belongs to entry ${body.sequence}`;
  if (entry.effectKey !== null && entry.effectKey !== body.effectKey)
    return 'its effect key is not the one in its content';
  return null;
}

/** Null for what is not an entry, or not in canonical form. */
export function readBody(text: string): LedgerBody | null {
  try {
    const parsed = StoredLedgerBody.safeParse(JSON.parse(text));
    return parsed.success && canonicalText({ ...parsed.data }) === text ? parsed.data : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Signing may have begun later than the ledger; once begun, a gap means that someone without the key wrote. */
function signatureProblem(entry: StoredEntry, keys: readonly KeyObject[], begun: boolean): string | null {
  if (entry.signature === null) return begun ? 'it is not signed, though an entry before it is' : null;
  const signed = { sequence: entry.sequence, hash: entry.hash, signature: entry.signature };
  return isSignedBy(keys, entry.installationId, signed) ? null : 'its signature is not by one of the given keys';
}
