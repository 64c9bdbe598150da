/** One simple command as words, with the line it starts on. */
export interface ShellCommand {
  readonly words: readonly string[];
  /** From 1. */
  readonly line: number;
  /** The whole logical line, for what spans several commands. */
  readonly text: string;
}

/** Longer lines are data, not commands. UTF-16 code units. */
const LONGEST = 20_000;
const MOST_WORDS = 400;

/** Logical lines (a backslash at the end continues), each with its first line's number. */
export function logicalLines(text: string): { readonly text: string; readonly line: number }[] {
  const found: { text: string; line: number }[] = [];
  let open: { text: string; line: number } | null = null;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    const continues = /(^|[^\\])\\$/.test(line) || line === '\\';
    const part = continues ? line.slice(0, -1) : line;
    if (open === null) open = { text: part, line: index + 1 };
    else if (open.text.length + part.length < LONGEST) open.text += ` ${part}`;
    if (continues) continue;
    found.push(open);
    open = null;
  }
  if (open !== null) found.push(open);
  return found.map((line) => ({ ...line, text: line.text.slice(0, LONGEST) }));
}

/**
 * The simple commands of a line, apart by `;`, `&&`, `|`, brackets, backticks and `$(`. Quotes hold words together;
 * a quoted word with spaces is read as commands of its own too (`sh -c "…"`, `["npm", "i"]`).
 */
export function commandsOf(text: string, line: number): ShellCommand[] {
  const commands: ShellCommand[] = [];
  let words: string[] = [];
  let word = '';
  let quoted = false;
  const endWord = (): void => {
    if ((word !== '' || quoted) && words.length < MOST_WORDS) words.push(word);
    if (quoted && /\s/.test(word)) commands.push(...commandsOf(word, line));
    word = '';
    quoted = false;
  };
  const endCommand = (): void => {
    endWord();
    if (words.length > 0) commands.push({ words, line, text });
    words = [];
  };
  for (let index = 0; index < text.length; index += 1) {
    const sign = text.charAt(index);
    if (sign === '"' || sign === "'") {
      const close = closing(text, index, sign);
      // An apostrophe in prose opens nothing.
      if (close === -1) continue;
      word += text.slice(index + 1, close).replaceAll('\\"', '"');
      quoted = true;
      index = close;
      continue;
    }
    if (sign === '#' && word === '' && (index === 0 || /\s/.test(text.charAt(index - 1)))) break;
    if (
      /\s|,|\[|\]/.test(sign) &&
      !(sign === '[' && word !== '') &&
      !(sign === ']' && word.includes('[')) &&
      !(sign === ',' && word.includes('['))
    ) {
      endWord();
      continue;
    }
    if (/[;&|(){}`<>]/.test(sign)) {
      // `pip install a>=1` is a redirection to a shell and a range to whoever wrote it.
      if ((sign === '<' || sign === '>') && word !== '' && /[=\d]/.test(text.charAt(index + 1))) {
        word += sign;
        continue;
      }
      if (word.endsWith('$')) word = word.slice(0, -1);
      endCommand();
      continue;
    }
    word += sign;
  }
  endCommand();
  return commands;
}

function closing(text: string, from: number, sign: string): number {
  for (let index = from + 1; index < text.length; index += 1) {
    if (text.charAt(index) === '\\' && sign === '"') index += 1;
    else if (text.charAt(index) === sign) return index;
  }
  return -1;
}
