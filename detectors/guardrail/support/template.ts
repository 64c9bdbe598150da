/** File names that say "this is a template, not the thing itself". */
const TEMPLATE_NAME = /\.(?:j2|jinja2?|erb|tpl|tmpl|gotmpl|mustache|hbs|ejs|liquid)$/i;
const CHART_FOLDER = /(?:^|\/)templates\//;
/** An opening that is not GitHub's `${{`. */
const HANDLEBARS = /(?<!\$)\{\{/;
const BLOCK_TAG = /\{%-?\s|<%[-=#]?\s/;

export type Dialect = 'helm' | 'jinja' | 'erb';

/** Which template dialect a text is written in, or null: Helm's Go templates, Jinja (and relatives), ERB. */
export function templateDialect(path: string, text: string): Dialect | null {
  const named = TEMPLATE_NAME.test(path);
  if (/<%[-=#]?[\s\w]/.test(text) && (named || /%>/.test(text))) return 'erb';
  if (CHART_FOLDER.test(path) && HANDLEBARS.test(text)) return 'helm';
  if (BLOCK_TAG.test(text) || named) return HANDLEBARS.test(text) || BLOCK_TAG.test(text) ? 'jinja' : null;
  if (/(?<!\$)\{\{-?\s*(?:\.|if |range |with |include |define |template |end\b)/.test(text)) return 'helm';
  return null;
}

function blank(piece: string): string {
  return piece.replace(/[^\n]/g, ' ');
}

/** What an insertion says without being rendered: a literal, or the literal that it falls back to. */
function literalOf(piece: string): string | null {
  const inner = piece.replace(/^(?:\{\{-?|<%=)\s*|\s*(?:-?\}\}|%>)$/g, '');
  return (
    /^(true|false|\d{1,9})$/.exec(inner)?.[1] ??
    /^(?:[\w.]+\s*\|\s*)?default\s*\(?\s*(true|false|\d{1,9})\b/.exec(inner)?.[1] ??
    null
  );
}

/**
 * The text with its template parts put out of the way, at the same length, so that positions stay true: directives become
 * white space, a line that is only an insertion becomes a comment, an insertion in a value becomes a word.
 */
export function neutralizeTemplate(text: string): string {
  return text
    .replace(/\{#[\s\S]{0,8000}?#\}|\{%[\s\S]{0,2000}?%\}|<%(?!=)[\s\S]{0,2000}?%>/g, blank)
    .replace(
      /^([ \t]*)(\{\{(?:(?!\}\})[\s\S]){0,2000}\}\})[ \t]*$/gm,
      (_whole: string, indent: string, body: string) =>
        `${indent}#${body.slice(1).replace(/[^\n]/g, '_').replace(/\n./g, '\n#')}`,
    )
    .replace(
      /(?<!\$)\{\{(?:(?!\}\})[\s\S]){0,2000}\}\}|<%=[\s\S]{0,2000}?%>/g,
      (piece) => literalOf(piece)?.padEnd(piece.length) ?? `T${piece.slice(1).replace(/[\s\S]/g, '_')}`,
    );
}
