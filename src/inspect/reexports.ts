/** A name that a file takes from another and hands on. `*` for all names, with `as` for all of them under one. */
export interface Reexport {
  /** The name here; null where the names stay what they are. */
  readonly as: string | null;
  /** The name there; `*` for all. */
  readonly name: string;
  /** The module as written. */
  readonly from: string;
}

/** Names that are handed on at most by one file: more come only from code made to. */
const MAX_REEXPORTS = 1_000;

const FROM =
  /^[ \t]*(export|import)[ \t]+(?:type[ \t]+)?(?:(\*)(?:[ \t]*as[ \t]+([\w$]+))?|(?:[\w$]+[ \t]*,[ \t]*)?\{([^{}]*)\})\s*from\s*['"]([^'"\n]+)['"]/gm;
const EXPORTED = /^[ \t]*export[ \t]*\{([^{}]*)\}(?!\s*from\b)/gm;
const REQUIRED =
  /^[ \t]*(?:module\.)?exports(?:\.([\w$]+))?[ \t]*=[ \t]*require\([ \t]*['"]([^'"\n]+)['"][ \t]*\)(?:\.([\w$]+))?/gm;
/**
 * What every match of these has, and every file that hands something on: found several times as fast as the start of each
 * line is looked at.
 */
const HANDS_ON_HINT = /export(?:[ \t]+(?:type[ \t]+)?(?:[\w$]+[ \t]*,[ \t]*)?)?[*{]/;
const FROM_HINT = /from\s*['"]/;
const REQUIRED_HINT = /exports(?:\.[\w$]+)?[ \t]*=[ \t]*require\(/;
const PYTHON = /^from[ \t]+(\.+[\w.]*)[ \t]+import[ \t]+(\([^()]*\)|[^\n#(]+)/gm;

/** What a file hands on, read from its text: a file that does nothing else holds no word of any rule and is not parsed. */
export function reexportsOf(path: string, text: string): readonly Reexport[] {
  const found = /\.pyw?$/.test(path) ? pythonReexports(text) : scriptReexports(text);
  return found.slice(0, MAX_REEXPORTS);
}

function scriptReexports(text: string): readonly Reexport[] {
  if (!text.includes('export')) return [];
  const found = HANDS_ON_HINT.test(text) && FROM_HINT.test(text) ? fromReexports(text) : [];
  if (!REQUIRED_HINT.test(text)) return found;
  for (const [, as = null, from = '', name] of text.matchAll(REQUIRED))
    found.push(as === null ? { as, name: name ?? '*', from } : { as, name: name ?? '*', from });
  return found;
}

function fromReexports(text: string): Reexport[] {
  const found: Reexport[] = [];
  const imported = new Map<string, Reexport>();
  for (const [, word, all, as = null, names = '', from = ''] of text.matchAll(FROM)) {
    const each = all === undefined ? named(names, from) : [{ as, name: '*', from }];
    if (word === 'export') found.push(...each);
    else for (const one of each) if (one.as !== null) imported.set(one.as, one);
  }
  if (imported.size === 0) return found;
  for (const [, names = ''] of text.matchAll(EXPORTED)) {
    for (const { as, name } of named(names, '')) {
      const known = imported.get(name);
      if (known !== undefined) found.push({ ...known, as });
    }
  }
  return found;
}

/** `a, b as c` */
function named(list: string, from: string): readonly Reexport[] {
  return list.split(',').flatMap((part) => {
    const words = part
      .trim()
      .replace(/^type\s+/, '')
      .split(/\s+as\s+/);
    const [name = '', as = name] = words;
    return /^[\w$]+$/.test(name) && /^[\w$]+$/.test(as) ? [{ as, name, from }] : [];
  });
}

function pythonReexports(text: string): readonly Reexport[] {
  const found: Reexport[] = [];
  for (const [, from = '', names = ''] of text.matchAll(PYTHON)) {
    const list = names.replace(/[()]/g, ' ').replace(/#[^\n]*/g, '');
    if (list.trim() === '*') found.push({ as: null, name: '*', from });
    else found.push(...named(list, from));
  }
  return found;
}
