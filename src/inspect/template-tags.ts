/**
 * Parts that a template engine on the server replaces before anybody runs the script: statements and comments
 * (`{% … %}`, `{# … #}`, `<% … %>`, `<?php … ?>`), and values (`{{ … }}`, `<%= … %>`, `<?= … ?>`), as Django, Jinja, Twig, ERB,
 * EJS, Go's html/template and PHP write them (their documentation).
 */
const TAG =
  /\{%[\s\S]{0,2000}?%\}|\{#[\s\S]{0,8000}?#\}|\{\{[\s\S]{0,2000}?\}\}|<%[\s\S]{0,2000}?%>|<\?(?:php\b|=)[\s\S]{0,8000}?\?>/g;
const GIVES_VALUE = /^(?:\{\{|<%[=-]|<\?=|<\?php\s+echo\b)/;

export function hasTemplateTags(text: string): boolean {
  return (
    text.includes('{%') || text.includes('{{') || text.includes('{#') || text.includes('<%') || text.includes('<?')
  );
}

/** The text with comments where a tag says something, and names where one gives a value; as long as it was, line by line. */
export function withoutTemplateTags(text: string): string {
  return text.replace(TAG, (tag) => (GIVES_VALUE.test(tag) ? nameFor(tag) : commentFor(tag)));
}

/** The words of the tag stay, so that evidence tells one from another. */
function nameFor(tag: string): string {
  return tag.replace(/[^\w\n]/g, '_');
}

/** In a text it is a part of the text, quotes and all. */
function commentFor(tag: string): string {
  return `/*${tag.slice(2, -2).replace(/['"`*\\]/g, '_')}*/`;
}
