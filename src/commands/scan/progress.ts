import type { CommandIo } from '../io.ts';

/** What a scan tells on standard error; the result alone goes to standard output. */
export interface Progress {
  /** What is done now: one line on the terminal, which the next one overwrites. */
  step(what: string): void;
  /** Takes the line away. */
  clear(): void;
  /** The last word: how many of the changed files were read, and how long it took. */
  done(files: FileCount): void;
}

export interface FileCount {
  readonly changed: number;
  readonly read: number;
  readonly notRead: number;
}

/**
 * Steps are shown on a terminal only; the last word there too, and wherever the user asks for it.
 * @param verbose whether the user asked
 */
export function progressOn(io: Pick<CommandIo, 'stderr' | 'interactive' | 'now'>, verbose: boolean): Progress {
  const started = io.now();
  const clear = (): void => {
    if (io.interactive) io.stderr('\r\u001b[K');
  };
  return {
    step: (what) => {
      if (io.interactive) io.stderr(`\r\u001b[K${what} …`);
    },
    clear,
    done: (files) => {
      clear();
      if (io.interactive || verbose) io.stderr(`${told(files)}, in ${secondsOf(io.now() - started)} s\n`);
    },
  };
}

function told({ changed, read, notRead }: FileCount): string {
  const others = changed - read - notRead;
  return [
    `${counted(read)} of ${counted(changed)} changed ${changed === 1 ? 'file' : 'files'} read`,
    notRead === 0 ? 'none left unread' : `${counted(notRead)} not read (the result says which and why)`,
    ...(others > 0 ? [`${counted(others)} of a kind that no rule reads`] : []),
  ].join(', ');
}

function counted(files: number): string {
  return files.toLocaleString('en-US');
}

/** Milliseconds as seconds: two digits that count, or all before the point. */
function secondsOf(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  return seconds >= 10 ? seconds.toFixed(0) : seconds.toFixed(seconds >= 1 ? 1 : 2);
}
