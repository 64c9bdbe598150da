const PROSE =
  /\.(?:md|mdx|markdown|rst|adoc|asciidoc|txt|text|html?|xhtml|xml|svg|po|pot|xliff?|resx|arb|strings|srt|vtt|tex|csv|tsv|properties|ftl)$/i;
const LOCALE = /(?:^|\/)(?:locales?|i18n|l10n|lang(?:uages?)?|translations?|messages|values-[a-z]{2})(?:\/|[._-])/i;
const MARKUP =
  /\.(?:md|mdx|markdown|rst|adoc|asciidoc|html?|xhtml|svg|txt)$|(?:^|\/)(?:README|AGENTS|CLAUDE|CONTRIBUTING|CHANGELOG)$/i;

/** Whether a file holds text for people, in whatever language and script, rather than a program. */
export function isProse(path: string): boolean {
  return PROSE.test(path) || LOCALE.test(path);
}

/** Whether a file is rendered from markup, in which parts of the source are not shown. */
export function isMarkup(path: string): boolean {
  return MARKUP.test(path);
}

/** No file: rules about what is there have nothing to say of what went. */
export function nowhere(_path: string): boolean {
  return false;
}

/** Any file: rules about text look everywhere. */
export function anywhere(_path: string): boolean {
  return true;
}
