import { z } from 'zod';
import type { RepositoryRef } from '../core/host.ts';
import type { JsonValue } from '../core/json.ts';
import type { Ports } from '../ports.ts';

/** As long as a repository's issue is remembered: ten years, in milliseconds. */
const REMEMBERED_MS = 10 * 365 * 24 * 60 * 60 * 1000;
/** What an issue lists; older ones stand in the ledger. */
const LISTED = 50;

export interface IssueTopic {
  /** Names the subject: `bypass`. One issue is open for it in a repository, however much there is to tell. */
  readonly topic: string;
  readonly title: string;
  /** The whole text, of the newest entries first; a marker is added. */
  readonly render: (entries: readonly JsonValue[]) => string;
}

/**
 * Adds entries, the newest first, to the one issue that tells of a subject: the text of the open one is changed, and a
 * new one is opened only where somebody closed the last. The same entry told twice stands there once.
 */
export async function tellInOneIssue(
  repository: RepositoryRef,
  { topic, title, render }: IssueTopic,
  news: readonly Entry[],
  ports: Pick<Ports, 'host' | 'store' | 'now'>,
): Promise<void> {
  const note = `issue:${topic}:${repository.id}`;
  const marker = `<!-- countersign:issue:${topic} -->`;
  const before = readNote(await ports.store.cached(note));
  const known = new Set(before.entries.map((each) => each.key));
  const fresh = news.filter((each) => !known.has(each.key));
  const told = fresh.length === 0;
  const entries = told ? before.entries : [...fresh, ...before.entries].slice(0, LISTED);
  const body = (list: readonly Entry[]) => `${render(list.map((each) => each.value))}\n${marker}`;

  const number = before.number ?? (await ports.host.ownIssue(repository, marker));
  if (number !== null && (await ports.host.updateIssue(repository, number, body(entries)))) {
    return remember({ number, entries });
  }
  // Closed by somebody who has read it: only what is new is told again, and a repetition is not.
  if (told && number !== null) return;
  const said = (told ? news : fresh).slice(0, LISTED);
  return remember({ number: await ports.host.openIssue(repository, title, body(said)), entries: said });

  async function remember(next: Note): Promise<void> {
    await ports.store.cache(
      note,
      { number: next.number, entries: next.entries.map(({ key, value }) => ({ key, value })) },
      new Date(ports.now() + REMEMBERED_MS).toISOString(),
    );
  }
}

export interface Entry {
  readonly key: string;
  readonly value: JsonValue;
}
interface Note {
  readonly number: number | null;
  readonly entries: readonly Entry[];
}

const Note: z.ZodType<Note> = z.object({
  number: z.number().nullable(),
  entries: z.array(z.object({ key: z.string(), value: z.json() })),
});

function readNote(value: JsonValue | null): Note {
  return Note.safeParse(value).data ?? { number: null, entries: [] };
}
