import { type Kysely, sql, type Transaction } from 'kysely';
import { inUnicode } from '../core/json.ts';
import type {
  LedgerBody,
  LedgerCheck,
  LedgerEntry,
  LedgerEvent,
  LedgerHead,
  LedgerRow,
  LedgerVerification,
  OperatedLedger,
} from '../core/store.ts';
import { canonicalText, checkChain, entryHash, GENESIS, type StoredEntry } from './chain.ts';
import { eventOf } from './export.ts';
import { guarded } from './failure.ts';
import { columnKey } from './key.ts';
import { personHash, saltedHash } from './people.ts';
import { cleanJson, cleanText } from './redact.ts';
import { Json, StoredLedgerBody } from './schema.ts';
import { type HeadSigner, readPublicKeys } from './signature.ts';
import type { Tables } from './tables.ts';

/** Rows read at a time. */
const PAGE = 500;

export function createLedger(db: Kysely<Tables>, sign: HeadSigner | null): OperatedLedger {
  async function check(
    installationId: number,
    expectHeads: readonly string[],
    publicKeys: readonly string[],
  ): Promise<LedgerCheck> {
    return checkChain(storedEntries(db, installationId), {
      installationId,
      expectHeads,
      publicKeys: readPublicKeys(publicKeys),
    });
  }

  return {
    append: (installationId, entry) =>
      guarded(() =>
        db
          .transaction()
          .setIsolationLevel('read committed')
          .execute((trx) => append(trx, installationId, entry, sign)),
      ),
    head: (installationId) => guarded(async () => (await lastOf(db, installationId)) ?? null),
    check,
    async verify(installationId, expectHead): Promise<LedgerVerification> {
      const result = await check(installationId, expectHead === null ? [] : [expectHead], []);
      if (result.state !== 'verified') return result;
      return { state: 'verified', head: result.head, anchored: result.anchoredAt !== null };
    },
    async *entries(installationId): AsyncIterable<LedgerRow> {
      for await (const entry of storedEntries(db, installationId)) {
        yield {
          sequence: entry.sequence,
          hash: entry.hash,
          previousHash: entry.previousHash,
          signature: entry.signature,
          body: Json.parse(JSON.parse(entry.body)),
        };
      }
    },
    async *events(installationId): AsyncIterable<LedgerEvent> {
      const names = await guarded(() => people(db, installationId));
      for await (const entry of storedEntries(db, installationId)) yield eventOf(entry, names);
    },
    installations: () =>
      guarded(async () => {
        const rows = await db.selectFrom('ledger').select('installation_id').distinct().execute();
        return rows.map((row) => Number(row.installation_id)).sort((a, b) => a - b);
      }),
    people: (installationId) => guarded(() => people(db, installationId)),
    forget: (person) => guarded(() => forget(db, person)),
  };
}

async function append(
  trx: Transaction<Tables>,
  installationId: number,
  entry: LedgerEntry,
  sign: HeadSigner | null,
): Promise<LedgerHead> {
  // One writer per chain at a time, among all processes; the lock ends with the transaction.
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`countersign.ledger:${installationId}`}, 0))`.execute(trx);
  const last = (await lastOf(trx, installationId)) ?? { sequence: 0, hash: GENESIS };
  const effectKey = columnKey(entry.effectKey);
  const before = await trx
    .selectFrom('ledger')
    .select('sequence')
    .where('installation_id', '=', installationId)
    .where('effect_key', '=', effectKey)
    .executeTakeFirst();
  if (before !== undefined) return last;

  const sequence = last.sequence + 1;
  const body = canonicalText(inUnicode({ ...(await bodyOf(trx, installationId, sequence, effectKey, entry)) }));
  const hash = entryHash(last.hash, body);
  await trx
    .insertInto('ledger')
    .values({
      installation_id: installationId,
      sequence,
      hash,
      previous_hash: last.hash,
      effect_key: effectKey,
      body,
      signature: sign === null ? null : sign(installationId, sequence, hash),
    })
    .execute();
  return { sequence, hash };
}

async function bodyOf(
  trx: Transaction<Tables>,
  installationId: number,
  sequence: number,
  effectKey: string,
  entry: LedgerEntry,
): Promise<LedgerBody> {
  const actor = entry.actor;
  const account = actor === null ? null : String(actor.id);
  const login = (value: string, accountId: string | null) =>
    personHash(trx, installationId, { kind: 'login', value: columnKey(value), accountId });
  return StoredLedgerBody.parse({
    format: 1,
    installation: installationId,
    sequence,
    type: entry.type,
    effectKey,
    at: entry.at,
    repository: entry.repositoryId,
    pullRequest: entry.pullRequest,
    headSha: entry.headSha,
    reportCode: entry.reportCode,
    agent: entry.agent,
    requester: entry.requester === null ? null : await login(entry.requester, null),
    actor:
      actor === null || account === null
        ? null
        : {
            id: await personHash(trx, installationId, { kind: 'id', value: account, accountId: account }),
            login: await login(actor.login, account),
          },
    evidenceDigests: entry.evidenceDigests,
    policyDigest: entry.policyDigest,
    reason: entry.reason === null ? null : cleanText(entry.reason),
    details: cleanJson(entry.details),
  });
}

async function lastOf(db: Kysely<Tables>, installationId: number): Promise<LedgerHead | undefined> {
  const row = await db
    .selectFrom('ledger')
    .select(['sequence', 'hash'])
    .where('installation_id', '=', installationId)
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? undefined : { sequence: Number(row.sequence), hash: row.hash };
}

/** All entries of a chain in order, a page at a time: a ledger is larger than memory one day. */
async function* storedEntries(db: Kysely<Tables>, installationId: number): AsyncIterable<StoredEntry> {
  // Below any sequence: an entry that was smuggled in before the first is read too, and found.
  let after: number = Number.MIN_SAFE_INTEGER;
  while (true) {
    const from: number = after;
    const rows = await guarded(() =>
      db
        .selectFrom('ledger')
        .selectAll()
        .where('installation_id', '=', installationId)
        .where('sequence', '>', from)
        .orderBy('sequence')
        .limit(PAGE)
        .execute(),
    );
    for (const row of rows) {
      yield {
        installationId: Number(row.installation_id),
        sequence: Number(row.sequence),
        hash: row.hash,
        previousHash: row.previous_hash,
        effectKey: row.effect_key,
        body: row.body,
        signature: row.signature,
      };
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = Number(last.sequence);
  }
}

async function people(db: Kysely<Tables>, installationId: number): Promise<ReadonlyMap<string, string>> {
  const rows = await db
    .selectFrom('ledger_people')
    .select(['kind', 'value', 'salt', 'hash'])
    .where('installation_id', '=', installationId)
    .execute();
  // A row that was edited to name someone else no longer matches its hash.
  return new Map(
    rows.filter((row) => saltedHash(row.salt, row.kind, row.value) === row.hash).map((row) => [row.hash, row.value]),
  );
}

/** By account, by login, or both; a login that the account is known to have had counts wherever it stands alone (a requester). */
async function forget(
  db: Kysely<Tables>,
  person: { readonly accountId: number | null; readonly login: string | null },
): Promise<number> {
  const account = person.accountId === null ? null : String(person.accountId);
  const logins = person.login === null ? [] : [person.login.toLowerCase()];
  if (account !== null) {
    const rows = await db.selectFrom('ledger_people').select('value').where('account_id', '=', account).execute();
    logins.push(...rows.map((row) => row.value.toLowerCase()));
  }
  const result = await db
    .deleteFrom('ledger_people')
    .where((row) =>
      row.or([
        ...(account === null ? [] : [row('account_id', '=', account)]),
        ...(logins.length === 0
          ? []
          : [row.and([row('kind', '=', 'login'), row(sql<string>`lower(value)`, 'in', logins)])]),
      ]),
    )
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}
