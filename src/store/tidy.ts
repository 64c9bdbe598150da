import { setImmediate as turn } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import { QUEUE_SCHEMA } from './claims.ts';
import { SCHEMA } from './migrations.ts';
import type { Tables } from './tables.ts';

/**
 * Hands the room of deleted and replaced rows back to their tables, and counts anew what is in them, so that statements
 * are planned for what is there. A PostgreSQL server does both by itself (documentation, section 24.1.6, "The Autovacuum
 * Daemon"); the embedded one is a single process without that daemon, and would only ever grow. A table at a time, and
 * whoever waits at the door has a turn between them: the embedded database works in this very process.
 */
export async function tidy(db: Kysely<Tables>): Promise<void> {
  const { rows } = await sql<{ schema: string; name: string }>`
    SELECT relnamespace::regnamespace::text AS schema, relname AS name FROM pg_class
    WHERE relkind = 'r' AND relnamespace::regnamespace::text IN (${SCHEMA}, ${QUEUE_SCHEMA}) ORDER BY 1, 2`.execute(db);
  for (const { schema, name } of rows) {
    await sql`VACUUM (ANALYZE) ${sql.id(schema, name)}`.execute(db);
    await turn();
  }
}
