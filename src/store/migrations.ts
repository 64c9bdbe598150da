import { type Kysely, type RawBuilder, sql } from 'kysely';
import { type Migration, type MigrationProvider, Migrator } from 'kysely/migration';
import { CountersignError, messageOf } from '../core/errors.ts';
import { codeOf, isOutage } from './failure.ts';
import type { Tables } from './tables.ts';

/** Schema of every table of ours; the queue has its own (`queue.ts`). */
export const SCHEMA = 'countersign';

/**
 * Who signed, out of the sign-off's text: in JSON a reason cannot hold this, because its quotes would be escaped. An
 * index over it needs no column that a process of the version before would leave empty.
 */
export const SIGNER_ID: RawBuilder<string> = sql`substring(sign_off from '"signer":\{"id":([0-9]+),')`;

/** In order of their names; one that has been released is never edited, only followed by another. */
const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-records': {
    async up(db) {
      await db.schema
        .createTable('pull_requests')
        .addColumn('repository_id', 'bigint', (column) => column.notNull())
        .addColumn('number', 'bigint', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('head_sha', 'text', (column) => column.notNull())
        .addColumn('record', 'text', (column) => column.notNull())
        .addColumn('saved_at', 'timestamptz', (column) => column.notNull())
        .addPrimaryKeyConstraint('pull_requests_key', ['repository_id', 'number'])
        .execute();
      await db.schema
        .createIndex('pull_requests_by_head')
        .on('pull_requests')
        .columns(['repository_id', 'head_sha'])
        .execute();

      await db.schema
        .createTable('reviews')
        .addColumn('id', 'bigserial', (column) => column.primaryKey())
        .addColumn('saved', 'bigserial', (column) => column.notNull())
        .addColumn('repository_id', 'bigint', (column) => column.notNull())
        .addColumn('pull_request', 'bigint', (column) => column.notNull())
        .addColumn('code', 'text', (column) => column.notNull())
        .addColumn('check_run', 'text', (column) => column.notNull())
        .addColumn('review', 'text', (column) => column.notNull())
        .addColumn('saved_at', 'timestamptz', (column) => column.notNull())
        .addUniqueConstraint('reviews_key', ['repository_id', 'pull_request', 'code', 'check_run'])
        .execute();
      await db.schema
        .createIndex('reviews_latest')
        .on('reviews')
        .columns(['repository_id', 'pull_request', 'saved'])
        .execute();
      await db.schema.createIndex('reviews_by_code').on('reviews').columns(['repository_id', 'code']).execute();
      await db.schema.createIndex('reviews_by_check').on('reviews').columns(['repository_id', 'check_run']).execute();
      await db.schema.createIndex('reviews_by_age').on('reviews').column('saved_at').execute();

      await db.schema
        .createTable('sign_offs')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('repository_id', 'bigint', (column) => column.notNull())
        .addColumn('pull_request', 'bigint', (column) => column.notNull())
        .addColumn('created_at', 'text', (column) => column.notNull())
        .addColumn('sign_off', 'text', (column) => column.notNull())
        .addColumn('saved_at', 'timestamptz', (column) => column.notNull())
        .execute();
      await db.schema
        .createIndex('sign_offs_by_pull_request')
        .on('sign_offs')
        .columns(['repository_id', 'pull_request'])
        .execute();

      await db.schema
        .createTable('effects')
        .addColumn('key', 'text', (column) => column.primaryKey())
        .addColumn('holder', 'text')
        .addColumn('claimed_at', 'timestamptz', (column) => column.notNull())
        .execute();
      await db.schema.createIndex('effects_by_age').on('effects').column('claimed_at').execute();

      await db.schema
        .createTable('cache')
        .addColumn('key', 'text', (column) => column.primaryKey())
        .addColumn('value', 'text', (column) => column.notNull())
        .addColumn('expires_at', 'timestamptz', (column) => column.notNull())
        .execute();
      await db.schema.createIndex('cache_by_expiry').on('cache').column('expires_at').execute();
    },
  },
  '0002-ledger': {
    async up(db) {
      await db.schema
        .createTable('ledger')
        .addColumn('installation_id', 'bigint', (column) => column.notNull())
        .addColumn('sequence', 'bigint', (column) => column.notNull())
        .addColumn('hash', 'text', (column) => column.notNull())
        .addColumn('previous_hash', 'text', (column) => column.notNull())
        .addColumn('effect_key', 'text', (column) => column.notNull())
        .addColumn('body', 'text', (column) => column.notNull())
        .addColumn('signature', 'text')
        .addPrimaryKeyConstraint('ledger_key', ['installation_id', 'sequence'])
        .addUniqueConstraint('ledger_effects', ['installation_id', 'effect_key'])
        .execute();
      await db.schema
        .createTable('ledger_people')
        .addColumn('installation_id', 'bigint', (column) => column.notNull())
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('value', 'text', (column) => column.notNull())
        .addColumn('account_id', 'text')
        .addColumn('salt', 'text', (column) => column.notNull())
        .addColumn('hash', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('ledger_people_key', ['installation_id', 'kind', 'value'])
        .execute();
      await sql`
        CREATE FUNCTION ${sql.id(SCHEMA, 'ledger_refuse')}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          RAISE EXCEPTION 'the ledger is append-only: % is refused', TG_OP USING ERRCODE = 'restrict_violation';
        END $$`.execute(db);
      await sql`
        CREATE TRIGGER ledger_no_change BEFORE UPDATE OR DELETE ON ${sql.id(SCHEMA, 'ledger')}
        FOR EACH ROW EXECUTE FUNCTION ${sql.id(SCHEMA, 'ledger_refuse')}()`.execute(db);
      await sql`
        CREATE TRIGGER ledger_no_truncate BEFORE TRUNCATE ON ${sql.id(SCHEMA, 'ledger')}
        FOR EACH STATEMENT EXECUTE FUNCTION ${sql.id(SCHEMA, 'ledger_refuse')}()`.execute(db);
    },
  },
  '0003-review-results': {
    async up(db) {
      await db.schema.alterTable('reviews').addColumn('result', 'text').addColumn('held_since', 'text').execute();
    },
  },
  '0004-watched-packages': {
    async up(db) {
      await db.schema
        .createTable('watched_packages')
        .addColumn('key', 'text', (column) => column.primaryKey())
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('asked', 'text', (column) => column.notNull())
        .addColumn('since', 'timestamptz', (column) => column.notNull())
        .addColumn('due_at', 'timestamptz', (column) => column.notNull())
        .addColumn('event', 'text')
        .execute();
      await db.schema
        .createIndex('watched_packages_due')
        .on('watched_packages')
        .columns(['kind', 'due_at'])
        .where(sql.ref('event'), 'is', null)
        .execute();
      await db.schema
        .createTable('asked_packages')
        .addColumn('key', 'text', (column) => column.notNull())
        .addColumn('repository_id', 'bigint', (column) => column.notNull())
        .addColumn('pull_request', 'bigint', (column) => column.notNull())
        .addColumn('repository', 'text', (column) => column.notNull())
        .addColumn('active', 'boolean', (column) => column.notNull())
        .addColumn('asked_at', 'timestamptz', (column) => column.notNull())
        .addColumn('told_at', 'timestamptz')
        .addPrimaryKeyConstraint('asked_packages_key', ['key', 'repository_id', 'pull_request'])
        .execute();
      await db.schema
        .createIndex('asked_packages_by_pull_request')
        .on('asked_packages')
        .columns(['repository_id', 'pull_request'])
        .execute();
    },
  },
  '0005-shapes': {
    async up(db) {
      await db.schema
        .createTable('shapes')
        .addColumn('repository_id', 'bigint', (column) => column.notNull())
        .addColumn('pull_request', 'bigint', (column) => column.notNull())
        .addColumn('fingerprint', 'text', (column) => column.notNull())
        .addColumn('shape', 'text', (column) => column.notNull())
        .addColumn('seen_at', 'timestamptz', (column) => column.notNull())
        .addPrimaryKeyConstraint('shapes_key', ['repository_id', 'fingerprint', 'pull_request'])
        .execute();
      await db.schema.createIndex('shapes_by_age').on('shapes').column('seen_at').execute();
    },
  },
  '0006-refused-issues': {
    async up(db) {
      await db.schema
        .alterTable('asked_packages')
        .addColumn('refused_at', 'timestamptz')
        .addColumn('retry_at', 'timestamptz')
        .execute();
    },
  },
  // What is asked at every review, command or minute, and is little among much.
  '0007-little-among-much': {
    async up(db) {
      await db.schema
        .createIndex('shapes_by_pull_request')
        .on('shapes')
        .columns(['repository_id', 'pull_request'])
        .execute();
      await db.schema
        .createIndex('pull_requests_open')
        .on('pull_requests')
        .columns(['repository_id', 'number'])
        .where(sql.ref('state'), '=', sql.lit('open'))
        .execute();
      await db.schema
        .createIndex('watched_packages_happened')
        .on('watched_packages')
        .column('key')
        .where(sql.ref('event'), 'is not', null)
        .execute();
      await db.schema
        .createIndex('asked_packages_refused')
        .on('asked_packages')
        .column('repository_id')
        .where(sql.ref('refused_at'), 'is not', null)
        .where(sql.ref('told_at'), 'is', null)
        .execute();
      await sql`
        CREATE INDEX sign_offs_by_signer ON ${sql.id(SCHEMA, 'sign_offs')}
        (repository_id, (${SIGNER_ID}), created_at)`.execute(db);
    },
  },
};

/** Brings the tables to this version's shape. The caller holds the start lock, so only one process is in here at a time. */
export async function migrate(db: Kysely<Tables>): Promise<void> {
  const provider: MigrationProvider = { getMigrations: async () => ({ ...MIGRATIONS }) };
  const migrator = new Migrator({ db, provider, migrationTableSchema: SCHEMA });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return;
  if (isOutage(error)) throw error;
  if (codeOf(error) !== null) throw error;
  throw new CountersignError(
    'store-unavailable',
    `The database's tables are not those of this version (${messageOf(error)}): a database that a newer Countersign has used needs that version.`,
    { cause: error },
  );
}
