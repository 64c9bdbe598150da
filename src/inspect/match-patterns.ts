import type { PatternName } from './patterns.ts';
import { childOf, partsOf, type Syntax } from './syntax.ts';

/** A name that a `case` of Python's `match` gives a value, and which of the subjects the value is taken from. */
export interface Capture extends PatternName {
  /** Null where the pattern lets no more than numbers and texts of the program's own through. */
  readonly of: Syntax | null;
}

type Path = readonly (string | number)[];

/** Patterns of these classes hold their value to what they are (language reference, 8.6.4.10). */
const PLAIN_CLASSES = /^(?:int|float|bool)$/;
const WHOLE_CLASSES = /^(?:int|float|bool|str|bytes|bytearray|dict|list|tuple|set|frozenset)$/;
const LITERALS: ReadonlySet<string> = new Set([
  'string',
  'concatenated_string',
  'number',
  'true',
  'false',
  'null',
  '-',
]);

/** The names that one clause captures (Python's language reference, 8.6, "The match statement"). */
export function capturesOf(clause: Syntax, name: (node: Syntax) => string): readonly Capture[] {
  const match = clause.parent?.parent ?? null;
  if (match?.type !== 'match_statement') return [];
  const subjects = match.children.filter((child) => child.field === 'subject');
  const patterns = patternsOf(clause);
  const found: Capture[] = [];
  const visit = (node: Syntax, path: Path, of: Syntax | null): void => {
    switch (node.type) {
      case 'case_pattern':
      case 'union_pattern':
        for (const part of node.children) visit(part, path, of);
        return;
      case 'dotted_name': {
        const [only, ...others] = node.children;
        if (only !== undefined && others.length === 0) found.push({ at: only, path, fallback: null, of });
        return;
      }
      case 'splat_pattern':
        for (const part of node.children)
          if (part.type === 'identifier') found.push({ at: part, path: [...path, '*'], fallback: null, of });
        return;
      case 'as_pattern': {
        const parts = partsOf(node);
        const at = parts.at(-1);
        const inner = parts[0];
        if (inner === undefined || at?.type !== 'identifier') return;
        visit(inner, path, of);
        found.push({ at, path, fallback: null, of: isClosed(inner, name) ? null : of });
        return;
      }
      case 'array_pattern': {
        const parts = partsOf(node);
        // `("a" | "b")` are brackets and no list.
        const grouped = parts.length === 1 && /^\([^,]*\)$/.test(name(node));
        parts.forEach((part, index) => {
          const isRest = part.children[0]?.type === 'splat_pattern';
          visit(part, grouped || isRest ? path : [...path, index], of);
        });
        return;
      }
      case 'dict_pattern': {
        let key = '*';
        for (const part of node.children) {
          if (part.field === 'key') key = name(part).replace(/^['"]|['"]$/g, '');
          else visit(part, part.field === 'value' ? [...path, key] : path, of);
        }
        return;
      }
      case 'class_pattern': {
        const [head, ...parts] = partsOf(node);
        const called = head === undefined ? '' : name(head);
        for (const part of parts) {
          const given = part.children[0];
          if (given?.type === 'keyword_pattern') visitKeyword(given, path, of);
          else if (WHOLE_CLASSES.test(called)) visit(part, path, PLAIN_CLASSES.test(called) ? null : of);
          else visit(part, [...path, '*'], of);
        }
        return;
      }
      default:
        return;
    }
  };
  const visitKeyword = (node: Syntax, path: Path, of: Syntax | null): void => {
    const [key, ...values] = partsOf(node);
    for (const value of values) visit(value, key === undefined ? path : [...path, name(key)], of);
  };
  patterns.forEach((pattern, index) => {
    const [subject, another] = subjects;
    // `case first, second:` takes one subject apart, or goes through several.
    if (patterns.length === 1) visit(pattern, [], another === undefined ? (subject ?? null) : null);
    else if (another === undefined) visit(pattern, [index], subject ?? null);
    else visit(pattern, [], subjects[index] ?? null);
  });
  return found;
}

/** A clause is entered with values that the program itself names, or with numbers. */
export function closes(clause: Syntax, name: (node: Syntax) => string): boolean {
  const patterns = patternsOf(clause);
  return patterns.length > 0 && patterns.every((pattern) => isClosed(pattern, name));
}

function patternsOf(clause: Syntax): readonly Syntax[] {
  return clause.children.filter((child) => child.type === 'case_pattern');
}

function isClosed(pattern: Syntax, name: (node: Syntax) => string): boolean {
  switch (pattern.type) {
    case 'case_pattern':
    case 'union_pattern':
    case 'array_pattern':
      return pattern.children.length > 0 && pattern.children.every((part) => part.type === '|' || isClosed(part, name));
    case 'as_pattern':
      return pattern.children[0] !== undefined && isClosed(pattern.children[0], name);
    case 'class_pattern': {
      const head = partsOf(pattern)[0];
      return head !== undefined && PLAIN_CLASSES.test(name(head));
    }
    // `Color.RED`: a value of the program's own.
    case 'dotted_name':
      return pattern.children.length > 1;
    default:
      return LITERALS.has(pattern.type);
  }
}

/** What comes after `if` in a clause. */
export function guardOf(clause: Syntax): Syntax | null {
  const guard = childOf(clause, 'guard');
  return guard === null ? null : (partsOf(guard).find((part) => part.type !== 'if') ?? null);
}
