/** `key: value`, `key=value` or a bare call in a program, read from its tokens; comments are never read. */
export interface CodePair {
  readonly key: string;
  /** Literal texts of the value: one, or the items of a list; names of constants as they are written (`Acl.PUBLIC_READ`). */
  readonly values: readonly string[];
  readonly start: number;
  readonly end: number;
  /** The bracket it stands in, for telling what belongs together, and what was called with it. */
  readonly group: number;
  /** The bracket around that one. */
  readonly outer: number;
  readonly callee: string;
}

interface Token {
  readonly kind: 'name' | 'string' | 'number' | 'sign';
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const TOKEN =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|#(?![\w]*!?\[)[^\n]*|"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`|[A-Za-z_$][\w$]*(?:(?:\?\.|\.|::)[A-Za-z_$][\w$]*)*|\d[\w.]*|=>|:=|[=!<>]=|[^\s\w]/g;

/** Most tokens of a file that are read; longer programs are bundles. */
const LIMIT = 400_000;

function tokens(text: string): readonly Token[] {
  const found: Token[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match !== null && found.length < LIMIT; match = TOKEN.exec(text)) {
    const [source] = match;
    const kind = kindOf(source);
    if (kind === 'comment') continue;
    const inner = kind === 'string' ? withoutQuotes(source) : source;
    found.push({ kind, text: inner, start: match.index, end: match.index + source.length });
  }
  return found;
}

/** By its first character: every token of a program is asked. */
function kindOf(source: string): Token['kind'] | 'comment' {
  const first = source.charCodeAt(0);
  if ((first >= 97 && first <= 122) || (first >= 65 && first <= 90)) return 'name';
  if (first >= 48 && first <= 57) return 'number';
  switch (source[0]) {
    case '_':
    case '$':
      return 'name';
    case '"':
    case "'":
    case '`':
      return 'string';
    case '#':
    case '/':
      return source.length > 1 ? 'comment' : 'sign';
    default:
      return 'sign';
  }
}

/** A quote that nothing closes stands for itself. */
function withoutQuotes(source: string): string {
  if (source.length === 1) return source;
  const quotes = source.startsWith('"""') || source.startsWith("'''") ? 3 : 1;
  return source.slice(quotes, -quotes);
}

/** The pairs of a program in any language with `key: value`, `key = value` and `name(…)`. */
export function codePairs(text: string): readonly CodePair[] {
  const list = tokens(text);
  const pairs: CodePair[] = [];
  const stack: { readonly group: number; readonly callee: string }[] = [{ group: 0, callee: '' }];
  let groups = 0;
  for (let index = 0; index < list.length; index += 1) {
    const token = list[index];
    const next = list[index + 1];
    const inner = stack.at(-1) ?? { group: 0, callee: '' };
    const outer = stack.at(-2)?.group ?? 0;
    if (token === undefined) break;
    if (token.kind === 'sign' && '([{'.includes(token.text)) {
      const previous = list[index - 1];
      const callee = token.text === '(' && previous?.kind === 'name' ? previous.text : inner.callee;
      groups += 1;
      stack.push({ group: groups, callee });
    } else if (token.kind === 'sign' && ')]}'.includes(token.text)) {
      if (stack.length > 1) stack.pop();
    } else if (
      next !== undefined &&
      (token.kind === 'name' || token.kind === 'string') &&
      (next.text === ':' || next.text === '=' || next.text === ':=') &&
      next.kind === 'sign'
    ) {
      const values = valuesAt(list, index + 2);
      if (values !== null)
        pairs.push({
          key: token.text.split(/\.|::/).at(-1) ?? '',
          values: values.texts,
          start: token.start,
          end: values.end,
          group: inner.group,
          outer,
          callee: inner.callee,
        });
    } else if (token.kind === 'name' && next?.text === '(' && text[next.end] !== '?') {
      // `name(?:` is a regular expression's group, not a call.
      const values = argumentsAt(list, index + 2);
      pairs.push({
        key: `${token.text}()`,
        values: values.texts,
        start: token.start,
        end: values.end,
        group: inner.group,
        outer,
        callee: inner.callee,
      });
    }
  }
  return pairs;
}

function literal(token: Token | undefined): string | null {
  return token === undefined || token.kind === 'sign' ? null : token.text;
}

/** A literal, or the literals of a list. */
function valuesAt(
  list: readonly Token[],
  at: number,
): { readonly texts: readonly string[]; readonly end: number } | null {
  const first = list[at];
  if (first === undefined) return null;
  const single = literal(first);
  if (single !== null) return { texts: [single], end: first.end };
  if (first.text === '-' || first.text === '&' || first.text === '*') return valuesAt(list, at + 1);
  if (first.text !== '[') return null;
  const texts: string[] = [];
  for (let index = at + 1; index < Math.min(list.length, at + 200); index += 1) {
    const token = list[index];
    if (token === undefined || token.text === ']') return { texts, end: token?.end ?? first.end };
    const item = literal(token);
    if (item !== null) texts.push(item);
  }
  return { texts, end: first.end };
}

/** The literals and names directly among a call's arguments, nested calls included by name and argument. */
function argumentsAt(list: readonly Token[], at: number): { readonly texts: readonly string[]; readonly end: number } {
  const texts: string[] = [];
  let depth = 1;
  for (let index = at; index < Math.min(list.length, at + 40); index += 1) {
    const token = list[index];
    if (token === undefined) break;
    if (token.kind === 'sign' && '([{'.includes(token.text)) depth += 1;
    if (token.kind === 'sign' && ')]}'.includes(token.text)) depth -= 1;
    if (depth === 0) return { texts, end: token.end };
    const item = literal(token);
    if (item !== null) texts.push(item);
  }
  return { texts, end: list[Math.min(list.length - 1, at)]?.end ?? 0 };
}
