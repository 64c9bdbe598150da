import { styleText } from 'node:util';

/** What the demo prints: what happened and when, and what a reader sees. */
export interface Timeline {
  /** Somebody does something. */
  act(who: string, what: string): void;
  /** What follows from it, as GitHub now shows it. */
  shows(text: string): void;
  /** Something quoted from the check or a comment, indented. */
  quote(lines: readonly string[]): void;
  /** Ends the demo as failed unless the story goes as told. */
  told(condition: boolean, what: string): void;
}

/** A step that did not go as told. */
export class NotAsTold extends Error {}

export function createTimeline(print: (text: string) => void, now: () => number): Timeline {
  const started = now();
  const clock = () => styleText('dim', `${((now() - started) / 1000).toFixed(1).padStart(5)} s`);
  return {
    act: (who, what) => print(`\n${clock()}  ${styleText('bold', who)} ${what}\n`),
    shows: (text) => print(`${clock()}  → ${text}\n`),
    quote: (lines) => {
      for (const line of lines) print(`         ${styleText('dim', '│')} ${line}\n`);
    },
    told(condition, what) {
      if (!condition) throw new NotAsTold(what);
      print(`${clock()}  ${styleText('green', '✓')} ${what}\n`);
    },
  };
}
