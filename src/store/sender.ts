import type { PgBoss } from 'pg-boss';
import { QUEUE } from './claims.ts';

/** One job on its way into the database. */
export interface Letter {
  /** A UUID. */
  readonly id: string;
  readonly key: string;
  readonly data: { readonly id: string; readonly kind: string; readonly job: string };
  readonly afterMs: number;
}

/** Rows of one statement at most. */
const MOST = 100;

/**
 * Stores jobs, those that come while a statement runs together in the next: a burst of deliveries costs few statements,
 * and a single one waits for nobody. Resolves only once the job is stored: true, or false where its id was used before.
 */
export function createSender(
  boss: PgBoss,
  stored: (letters: readonly Letter[]) => void,
): (letter: Letter) => Promise<boolean> {
  interface Waiting {
    readonly letter: Letter;
    readonly done: (isNew: boolean) => void;
    readonly failed: (error: unknown) => void;
  }
  let waiting: Waiting[] = [];
  let sending = false;

  async function drain(): Promise<void> {
    sending = true;
    while (waiting.length > 0) {
      const batch = next();
      try {
        const fresh = await insert(batch.map(({ letter }) => letter));
        const news: Letter[] = [];
        for (const { letter, done } of batch) {
          // The same id twice in one batch is one job: the first of them brought it.
          const isNew = fresh.delete(letter.id);
          if (isNew) news.push(letter);
          done(isNew);
        }
        if (news.length > 0) stored(news);
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
    sending = false;
  }

  /** Jobs of one pull request go into different statements: within one they would have the same age, and so no order. */
  function next(): readonly Waiting[] {
    const ids = new Map<string, string>();
    const batch = waiting.slice(0, MOST).filter(({ letter }) => {
      const id = ids.get(letter.key) ?? letter.id;
      ids.set(letter.key, id);
      return id === letter.id;
    });
    waiting = waiting.filter((item) => !batch.includes(item));
    return batch;
  }

  async function insert(letters: readonly Letter[]): Promise<Set<string>> {
    const ids = await boss.insert(
      QUEUE,
      [...new Map(letters.map((letter) => [letter.id, letter])).values()].map(({ id, key, data, afterMs }) => ({
        id,
        data,
        group: { id: key },
        ...(afterMs > 0 ? { startAfter: afterMs / 1_000 } : {}),
      })),
      { returnId: true },
    );
    return new Set(ids ?? []);
  }

  return (letter) =>
    new Promise((done, failed) => {
      waiting.push({ letter, done, failed });
      if (!sending) void drain();
    });
}
