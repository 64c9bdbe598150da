import fc from 'fast-check';
import MarkdownIt from 'markdown-it';

/** Reads markdown as GitHub does: HTML allowed, bare addresses linked, tables and strike-through on. */
const reader = new MarkdownIt({ html: true, linkify: true, typographer: false });
reader.linkify.set({ fuzzyLink: true, fuzzyEmail: true });

export interface Seen {
  /** Links, images, HTML and block structure that the text brought about. */
  readonly active: readonly string[];
  /** What a reader sees outside code. */
  readonly text: string;
  readonly code: string;
}

export function read(markdown: string): Seen {
  const active: string[] = [];
  let text = '';
  let code = '';
  const tokens = reader.parse(markdown, {});
  let inCode = false;
  const walk = (list: typeof tokens) => {
    for (const token of list) {
      if (token.type === 'html_inline' && /^<\/?code>$/.test(token.content)) inCode = token.content === '<code>';
      else if (inCode && token.content !== '') code += token.content;
      else if (token.type === 'text') text += token.content;
      else if (token.type === 'code_inline') code += token.content;
      else if (token.type === 'softbreak') text += '\n';
      else if (token.type === 'text_special') text += token.content;
      else if (!['inline', 'paragraph_open', 'paragraph_close'].includes(token.type)) active.push(token.type);
      if (token.children !== null) walk(token.children);
    }
  };
  walk(tokens);
  return { active, text, code };
}

/** GitHub's own links in rendered text: mentions, issues, commits. */
export const REFERENCE =
  /(?<![\p{L}\p{N}_`])@[\p{L}\p{N}]|(?<![\p{L}\p{N}&])#\d|\bGH-\d|\b[0-9a-f]{7,40}\b(?<=[a-f]\w*)(?<=\d\w*)/iu;

/** Characters that a reader cannot see or that re-order what is seen; the guard's own separator is U+200B. */
export const HIDDEN =
  /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u00AD\u061C\u200C-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\u{E0000}-\u{E0FFF}]/u;

const pieces = [
  '@octocat',
  '@scope/name',
  '#12',
  'GH-3',
  'octo/demo#4',
  '1234567890abcdef1234567890abcdef12345678',
  '[x](javascript:alert(1))',
  '![x](https://evil.example/x.png)',
  '<img src=x onerror=alert(1)>',
  '<!-- hidden -->',
  '</details>',
  '`',
  '``',
  '```js',
  '~~~',
  '**',
  '__',
  '~~x~~',
  '| a | b |',
  '---',
  '===',
  '# Title',
  '> quote',
  '1. one',
  '- item',
  '+ item',
  '* item',
  'https://evil.example',
  'www.evil.example',
  'mail@evil.example',
  'evil.example',
  'mailto:x@evil.example',
  '<https://evil.example>',
  '[x]: https://evil.example',
  '\u202E',
  '\u200B',
  '\u200D',
  '\u2066',
  '\u{E0041}\u{E0042}',
  '\u0000',
  '\u0007',
  '\r\n',
  '\n\n',
  '\n    code',
  '\t',
  '\u2028',
  '\uFE0F',
  '\uD800',
  '$x$',
  '$$x$$',
  ':tada:',
  '&lt;',
  '&#64;octocat',
  '&commat;octocat',
  '\\',
  '\\@octocat',
  '[^1]',
  '<a href="https://evil.example">',
  '{{x}}',
  '\u3164',
  'é́́́́',
  '|',
  'plain words',
  ' ',
];
/** Names and messages as an attacker would write them. */
export const hostileText = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...pieces) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));
