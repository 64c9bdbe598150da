/** What a command may touch of its process. Everything else a command does goes through ports that it builds itself. */
export interface CommandIo {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Standard input, decoded as UTF-8, in pieces of any length. */
  readonly stdin: AsyncIterable<string>;
  /** Whether standard error is a terminal: progress is shown only then. */
  readonly interactive: boolean;
}

/** A command: arguments in, exit code out (product.md, "Ways in", names the codes). */
export interface Command {
  /** One line for `countersign help`. */
  readonly summary: string;
  readonly load: () => Promise<{ run(argv: readonly string[], io: CommandIo): Promise<number> }>;
}
