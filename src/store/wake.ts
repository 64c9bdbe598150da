import { sql } from 'kysely';
import type pg from 'pg';
import { z } from 'zod';
import type { Engine } from './engine.ts';

/** What workers are told when jobs were stored: that there are some, and which pull requests are to be reviewed. */
export interface Notice {
  readonly reviewed: readonly string[];
}

/**
 * Tells the workers of other processes that a job was stored (PostgreSQL NOTIFY). Only for speed: a notice that gets
 * lost costs half a second, because every worker looks by itself too.
 */
export interface Bell {
  ring(notice: Notice): void;
  listen(): void;
  close(): Promise<void>;
}

const CHANNEL = 'countersign_work';
const RECONNECT_MS = 1_000;

const Payload = z.object({ reviewed: z.array(z.string()) });

export function openBell(engine: Engine, heard: (notice: Notice) => void, onError: (error: unknown) => void): Bell {
  const connect = engine.listen;
  // One process has the data folder: its own workers are told directly.
  if (connect === null) return { ring: () => undefined, listen: () => undefined, close: async () => undefined };
  let client: pg.Client | null = null;
  let timer: NodeJS.Timeout | null = null;
  let wanted = false;
  const pending = new Set<Promise<void>>();

  async function open(open: () => pg.Client): Promise<void> {
    const next = open();
    client = next;
    next.on('error', (error) => reopen(next, error));
    next.on('end', () => reopen(next, null));
    next.on('notification', ({ payload }) => {
      const notice = Payload.safeParse(parsed(payload));
      if (notice.success) heard(notice.data);
    });
    try {
      await next.connect();
      await next.query(`LISTEN ${CHANNEL}`);
      // What was stored while nobody listened.
      heard({ reviewed: [] });
    } catch (error) {
      reopen(next, error);
    }
  }

  function reopen(lost: pg.Client, error: unknown): void {
    if (client !== lost) return;
    client = null;
    if (error !== null) onError(error);
    void lost.end().catch(onError);
    if (!wanted) return;
    timer = setTimeout(() => {
      timer = null;
      if (connect !== null) void open(connect);
    }, RECONNECT_MS);
  }

  return {
    ring(notice) {
      const told = sql`SELECT pg_notify(${CHANNEL}, ${JSON.stringify(notice)})`
        .execute(engine.db)
        .then(() => undefined, onError)
        .finally(() => pending.delete(told));
      pending.add(told);
    },
    listen() {
      if (wanted) return;
      wanted = true;
      void open(connect);
    },
    async close() {
      wanted = false;
      if (timer !== null) clearTimeout(timer);
      await Promise.all(pending);
      const last = client;
      client = null;
      await last?.end();
    },
  };
}

function parsed(payload: string | undefined): unknown {
  try {
    return JSON.parse(payload ?? 'null');
  } catch (error) {
    // Anyone with the database's password can write to the channel; what is not a notice says nothing.
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
