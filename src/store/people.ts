import { createHmac, randomBytes } from 'node:crypto';
import type { Transaction } from 'kysely';
import type { Tables } from './tables.ts';

/**
 * A person in a chain is a salted hash. The salt is random for each person and chain and stands only in the people
 * table: once the row is deleted, trying all account numbers finds nobody.
 */
interface Person {
  readonly kind: 'id' | 'login';
  readonly value: string;
  /** The account that a login belonged to, so that forgetting an account finds its logins. */
  readonly accountId: string | null;
}

export async function personHash(trx: Transaction<Tables>, installationId: number, person: Person): Promise<string> {
  const known = await trx
    .selectFrom('ledger_people')
    .select('hash')
    .where('installation_id', '=', installationId)
    .where('kind', '=', person.kind)
    .where('value', '=', person.value)
    .executeTakeFirst();
  if (known !== undefined) return known.hash;
  const salt = randomBytes(32).toString('hex');
  const hash = saltedHash(salt, person.kind, person.value);
  await trx
    .insertInto('ledger_people')
    .values({
      installation_id: installationId,
      kind: person.kind,
      value: person.value,
      account_id: person.accountId,
      salt,
      hash,
    })
    .execute();
  return hash;
}

/** HMAC-SHA-256 (RFC 2104) keyed with the salt, over kind and value. */
export function saltedHash(salt: string, kind: 'id' | 'login', value: string): string {
  return createHmac('sha256', Buffer.from(salt, 'hex')).update(`${kind}:${value}`, 'utf8').digest('hex');
}
