/** A grammar that can be loaded. TSX reads plain JavaScript and JSX too; `.ts` alone has `<T>value` casts. */
export type Grammar = 'typescript' | 'tsx' | 'python';

/** How a path is read: as one program, or as a document whose scripts are programs. */
export interface Language {
  readonly grammar: Grammar;
  readonly embedded: boolean;
  /** JavaScript without types. */
  readonly plain: boolean;
}

const BY_EXTENSION: Readonly<Record<string, Language>> = {
  js: { grammar: 'tsx', embedded: false, plain: true },
  mjs: { grammar: 'tsx', embedded: false, plain: true },
  cjs: { grammar: 'tsx', embedded: false, plain: true },
  jsx: { grammar: 'tsx', embedded: false, plain: true },
  tsx: { grammar: 'tsx', embedded: false, plain: false },
  ts: { grammar: 'typescript', embedded: false, plain: false },
  mts: { grammar: 'typescript', embedded: false, plain: false },
  cts: { grammar: 'typescript', embedded: false, plain: false },
  py: { grammar: 'python', embedded: false, plain: false },
  pyw: { grammar: 'python', embedded: false, plain: false },
  vue: { grammar: 'tsx', embedded: true, plain: false },
  svelte: { grammar: 'tsx', embedded: true, plain: false },
  html: { grammar: 'tsx', embedded: true, plain: false },
  htm: { grammar: 'tsx', embedded: true, plain: false },
};

/** Null where no code detector reads such a file. Decided by name alone: nothing in the file's content can opt it out. */
export function languageOf(path: string): Language | null {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  const dot = name.lastIndexOf('.');
  if (dot < 0) return null;
  return BY_EXTENSION[name.slice(dot + 1)] ?? null;
}

/** Programs that scripts name in their first line (execve(2), "Interpreter scripts"), with or without `env`. */
const INTERPRETER =
  /^#!\s*(?:\S*\/)?(?:env\s+(?:(?:-\S+|\w+=\S*)\s+)*(?:\S*\/)?)?(?:(node(?:js)?)|(deno|bun|tsx|ts-node)|(pythonw?[\d.]*|pypy\d?))(?=\s|$)/;

/** As `languageOf`; a file of another name is read as what its first line has it run by. */
export function languageOfFile(path: string, text: string): Language | null {
  const named = languageOf(path);
  if (named !== null || !text.startsWith('#!')) return named;
  const [, plain, typed, python] = INTERPRETER.exec(text.slice(0, 300)) ?? [];
  if (plain !== undefined) return { grammar: 'tsx', embedded: false, plain: true };
  if (typed !== undefined) return { grammar: 'tsx', embedded: false, plain: false };
  return python === undefined ? null : { grammar: 'python', embedded: false, plain: false };
}

const SCRIPT = /<script\b([^>]*)>([\s\S]*?)<\/script\s*>/gi;
/** An attribute of a start tag, with its value in any of the three spellings (HTML Standard, "Attributes"). */
const ATTRIBUTE = /([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/g;
/** Types whose elements are run: by browsers (HTML Standard, "The script element"), or by a compiler in the page. */
const RUN =
  /^(?:|module|(?:text|application)\/(?:x-)?(?:java|ecma)script[\d.]*|text\/(?:jscript|livescript|babel|jsx|tsx|typescript))$/i;

/** What a start tag says first of one attribute; null where it does not name it. */
function attributeOf(attributes: string, wanted: string): string | null {
  for (const [, name, double, single, bare] of attributes.matchAll(ATTRIBUTE))
    if (name?.toLowerCase() === wanted) return double ?? single ?? bare ?? '';
  return null;
}

/** Whether an element holds data for the page, which nothing runs. A type that a template fills in may be any. */
function isDataBlock(attributes: string): boolean {
  const type = attributeOf(attributes, 'type')?.trim() ?? '';
  return /^[\w.+-]+(?:\/[\w.+-]+)?$/.test(type) && !RUN.test(type);
}

export interface Scripts {
  readonly text: string;
  readonly grammar: Grammar;
  /** Where the scripts stand, as offsets. */
  readonly bodies: readonly { readonly start: number; readonly end: number }[];
}

/**
 * The document with everything but its scripts, and what its template inserts unescaped, blanked out, line breaks kept: positions in the result are positions
 * in the document. `grammar` follows the first `lang` attribute.
 */
export function scriptsOf(text: string, hasTemplate: boolean): Scripts {
  const between = hasTemplate ? templateOf : blank;
  let result = '';
  let end = 0;
  let grammar: Grammar = 'tsx';
  const bodies: { start: number; end: number }[] = [];
  for (const match of text.matchAll(SCRIPT)) {
    const attributes = match[1] ?? '';
    if (isDataBlock(attributes)) continue;
    if (/\blang\s*=\s*["']?ts\b/i.test(attributes)) grammar = 'typescript';
    const body = match[2] ?? '';
    const start = match.index + match[0].indexOf('>', '<script'.length + attributes.length) + 1;
    result += between(text.slice(end, start)) + body;
    end = start + body.length;
    bodies.push({ start, end });
  }
  return { text: result + between(text.slice(end)), grammar, bodies };
}

/** What a template's raw markup is called in the program read from it: a name as long as what stood there. */
export const RAW_MARKUP = { vue: 'v_html', svelte: '$html' } as const;
/** `v-html="post.body"` (Vue) and `{@html post.body}` (Svelte): names, members and plain calls; all of one length. */
const RAW = /\bv-html="([\w$.?()[\], ]+)"|\{@html ([\w$.?()[\], ]+)\}/g;

/** Markup outside the scripts that is put into the page as it is, as assignments; the rest blanked. */
function templateOf(text: string): string {
  let result = '';
  let end = 0;
  for (const match of text.matchAll(RAW)) {
    const [whole, vue, svelte] = match;
    const expression = (vue ?? svelte ?? '').trim();
    if (!/^[\w$]+(?:\??\.[\w$]+|\[\w+\]|\((?:[\w$.]+(?:, *[\w$.]+)*)?\))*$/.test(expression)) continue;
    const sink = vue === undefined ? `;${RAW_MARKUP.svelte}=` : `;${RAW_MARKUP.vue}=`;
    result += blank(text.slice(end, match.index));
    result += `${sink}${(vue ?? svelte ?? '').padEnd(whole.length - sink.length - 1)};`;
    end = match.index + whole.length;
  }
  return result + blank(text.slice(end));
}

function blank(text: string): string {
  return text.replace(/[^\n\r]/g, ' ');
}
