import { CountersignError } from '../core/errors.ts';
import type { JsonValue } from '../core/json.ts';
import type { LedgerEvent } from '../core/store.ts';
import { canonicalText, readBody, type StoredEntry } from './chain.ts';
import { ExportedEntry } from './schema.ts';

/** An entry with its body read and its people named. Throws where the body is none: `ledger verify` says where and why. */
export function eventOf(entry: StoredEntry, people: ReadonlyMap<string, string>): LedgerEvent {
  const body = readBody(entry.body);
  if (body === null) {
    throw new CountersignError(
      'store-unavailable',
      `Entry ${entry.sequence} of installation ${entry.installationId} cannot be read: \`countersign ledger verify\` tells more.`,
    );
  }
  const nameOf = (hash: string) => people.get(hash) ?? null;
  return {
    installation: entry.installationId,
    sequence: entry.sequence,
    hash: entry.hash,
    previousHash: entry.previousHash,
    signature: entry.signature,
    body,
    names: {
      requester: body.requester === null ? null : nameOf(body.requester),
      actor: body.actor === null ? null : { id: nameOf(body.actor.id), login: nameOf(body.actor.login) },
    },
  };
}

/**
 * One line of an export. The names stand beside the entry, since the chain does not cover them. The body comes last and in
 * its canonical form, so that a shell can cut it out and hash it.
 */
export function exportLine(event: LedgerEvent, withNames: boolean): string {
  const { installation, sequence, hash, previousHash, signature, body, names } = event;
  const beside = { installation, sequence, hash, previousHash, signature, ...(withNames ? { names } : {}) };
  return `${JSON.stringify(beside).slice(0, -1)},"body":${canonicalText({ ...body })}}`;
}

/** Reads an export line back as an entry to check. Throws `bad-usage` with the line's number (from 1). */
export function parseExportLine(line: string, number: number): StoredEntry {
  const parsed = ExportedEntry.safeParse(jsonOf(line, number));
  if (!parsed.success) throw notAnEntry(number);
  const { installation, sequence, hash, previousHash, signature, body } = parsed.data;
  return {
    installationId: installation,
    sequence,
    hash,
    previousHash,
    signature,
    effectKey: null,
    body: canonicalText(body),
  };
}

function jsonOf(line: string, number: number): JsonValue {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) throw notAnEntry(number);
    throw error;
  }
}

function notAnEntry(number: number): CountersignError {
  return new CountersignError(
    'bad-usage',
    `Line ${number} is not an entry of \`countersign ledger export --format jsonl\`.`,
  );
}
