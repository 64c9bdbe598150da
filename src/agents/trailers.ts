/** One trailer of a commit message, as git-interpret-trailers(1) describes them; continuation lines are joined. */
export interface Trailer {
  /** In lower case. */
  readonly key: string;
  readonly value: string;
}

const TRAILER = /^([A-Za-z0-9][A-Za-z0-9-]{0,63})[ \t]*:[ \t]*(\S.*)$/;
/** Lines that stand among trailers without being one: cherry-pick notes, issue references, an agent's own marker. */
const COMPANION =
  /^(?:\(cherry picked from commit [0-9a-f]{7,64}\)|(?:close|closes|closed|fix|fixes|fixed|resolve|resolves|resolved) #\d+\.?|-{3,}|#.*|[*_ \t]*(?:🤖|•|⚡)?[ \t]*(?:generated|made) (?:with|by) .*)$/iu;
/** What follows a block of trailers inside the message of a squash: the next commit's bullet, a rule, git's own heading. */
const SQUASH_BREAK = /^(?:[*-] \S|-{3,}$|# This is )/;
const MAX_LINES = 20_000;

/**
 * The trailers of a commit message: those at its end, and, in the message of a squash, those at the end of each
 * squashed message. The subject and lines of prose in between are none, whatever they look like.
 */
export function trailersOf(message: string): readonly Trailer[] {
  const lines = message.replaceAll('\r', '').split('\n').slice(0, MAX_LINES);
  const belongs = belonging(lines);
  const blocks: Trailer[][] = [];
  let end = lines.length;
  while (end > 1) {
    let start = end;
    // The subject is never a trailer.
    while (start > 1 && belongs[start - 1] === true) start -= 1;
    blocks.push(readBlock(lines.slice(start, end)));
    end = nextBreak(lines, start);
  }
  return blocks.reverse().flat();
}

/** Which lines can stand in a block of trailers: trailers and what continues them, companions, blank lines. */
function belonging(lines: readonly string[]): readonly boolean[] {
  let continues = false;
  return lines.map((line) => {
    const indented = /^[ \t]+\S/.test(line);
    const trailer = TRAILER.test(line);
    const belongs = line.trim() === '' || trailer || COMPANION.test(line) || (indented && continues);
    continues = trailer || (indented && continues);
    return belongs;
  });
}

function readBlock(lines: readonly string[]): Trailer[] {
  const trailers: Trailer[] = [];
  for (const line of lines) {
    const match = TRAILER.exec(line);
    const last = trailers.at(-1);
    if (match !== null) trailers.push({ key: (match[1] ?? '').toLowerCase(), value: (match[2] ?? '').trim() });
    else if (last !== undefined && /^[ \t]+\S/.test(line)) {
      trailers[trailers.length - 1] = { key: last.key, value: `${last.value} ${line.trim()}` };
    }
  }
  return trailers;
}

/** The line before which an earlier block may end: a squash break at or above `start`. 0 where there is none. */
function nextBreak(lines: readonly string[], start: number): number {
  for (let index = start - 1; index > 1; index -= 1) {
    if (SQUASH_BREAK.test(lines[index] ?? '')) return index;
  }
  return 0;
}

/** A person as trailers and commits write them: `Name <address>`, or either alone. */
export interface WrittenPerson {
  readonly name: string;
  /** In lower case; null where there is none. */
  readonly email: string | null;
}

export function personOf(value: string): WrittenPerson {
  const angled = /^([^<]{0,200})<\s*([^<>\s]{1,320})\s*>/.exec(value);
  if (angled !== null) return { name: (angled[1] ?? '').trim(), email: (angled[2] ?? '').toLowerCase() };
  const bare = /(?:^|\s)([^\s<>@]{1,120}@[^\s<>@]{1,200})(?=\s|$)/.exec(value.slice(0, 600));
  if (bare === null) return { name: value.trim().slice(0, 200), email: null };
  return {
    name: value
      .replace(bare[1] ?? '', '')
      .trim()
      .slice(0, 200),
    email: (bare[1] ?? '').toLowerCase(),
  };
}

const NOREPLY = /^(?:(\d{1,20})\+)?([a-z0-9-]{1,39}(?:\[bot\])?)@users\.noreply\.github\.com$/i;

/** Account id and login in a GitHub noreply address; the id is null in the old form without it. */
export function noreplyAccount(email: string): { readonly id: number | null; readonly login: string } | null {
  const match = NOREPLY.exec(email.trim());
  if (match === null) return null;
  return { id: match[1] === undefined ? null : Number(match[1]), login: match[2] ?? '' };
}
