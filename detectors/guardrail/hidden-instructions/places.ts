import type { AddedLine } from '../support/added.ts';
import { BLANK, ENCODING, encodingEnd, hasRun, runFrom } from '../support/runs.ts';

/** Text of the source that a reader of the rendered or scrolled page does not see. */
export interface HiddenText {
  readonly where: string;
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

const UNSEEN_STYLE =
  /<(\w+)\b[^>]{0,300}?(?:style\s*=\s*["'][^"']{0,200}?(?:display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?:\.0*)?\s*(?:[;"']|$)|font-size\s*:\s*0*[01]?(?:px|pt|em|%)?\s*(?:[;"']|$)|(?<!background-)color\s*:\s*(?:white|#fff(?:fff)?|transparent|rgba?\(\s*255\s*,\s*255\s*,\s*255|hsla?\([^)]*,\s*0\))|left\s*:\s*-\d{3,}|text-indent\s*:\s*-\d{3,})|color\s*=\s*["']?(?:white|#fff(?:fff)?)\b|\bhidden\b)[^>]{0,200}>([\s\S]{0,2000}?)(?:<\/\1|$)/gi;
/** A link's title is found by the end of its label: a label without an end would be walked again from each of its brackets. */
const ALT =
  /!\[([^\]]{20,2000})\]\(|\b(?:alt|title|aria-label)\s*=\s*"([^"]{20,2000})"|\]\((?:[^)\s\]]|\](?!\())+\s+"([^"]{20,2000})"\)/g;
const LINK_COMMENT = /^\s*\[(?:\/\/|comment|_|\^?hidden)\]:\s*(?:#|<>)\s*[("'](.{12,2000})[)"']\s*$/gim;
const ENCODED = /(?<![\w+/=-])[A-Za-z0-9+/_-]{40,8000}={0,2}(?![\w+/=])/;
const FAR_RIGHT = /\S[ \t]{100,}(\S.{0,2000})$/;

/** Comments of the markup that stand in added lines, also over several of them. */
function comments(text: string): readonly { readonly index: number; readonly content: string }[] {
  return [...text.matchAll(/<!--([\s\S]{0,8000}?)(?:-->|$(?![\s\S]))/g)].map((found) => ({
    index: found.index,
    content: found[1] ?? '',
  }));
}

/** Base64 as text, where it is text. */
export function decodedText(encoded: string): string | null {
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  if (!/\s/.test(text)) return null;
  const printable = text.replace(/[^\x20-\x7e\n\t]/g, '').length;
  return printable / text.length > 0.95 ? text : null;
}

/** Least signs of a text that is encoded. */
const LEAST_ENCODED = 40;
/** Least blanks in front of a text that is far to the right. */
const LEAST_BLANKS = 100;

interface EncodedText {
  readonly index: number;
  readonly decoded: string;
}

/** Pieces of base64 that decode to text. Only long runs of its signs are matched: few texts have any. */
function encodedTexts(text: string): readonly EncodedText[] {
  const found: EncodedText[] = [];
  for (let start = nextEncoded(text, 0); start !== -1; ) {
    const end = encodingEnd(text, start + LEAST_ENCODED);
    // With what decides beside it: a sign before, two for padding and one after.
    const from = Math.max(0, start - 1);
    const match = ENCODED.exec(text.slice(from, end + 3));
    const decoded = match === null ? null : decodedText(match[0].replace(/-/g, '+').replace(/_/g, '/'));
    if (match !== null && decoded !== null) found.push({ index: from + match.index, decoded });
    start = nextEncoded(text, end);
  }
  return found;
}

function nextEncoded(text: string, from: number): number {
  return runFrom(text, from, LEAST_ENCODED, ENCODING);
}

/** Whether a text that is no markup has a hidden place. */
export function mayHide(text: string): boolean {
  return hasRun(text, LEAST_BLANKS, BLANK) || encodedTexts(text).length > 0;
}

/** Hidden places of a block of consecutive lines that begins at `first`. */
export function hiddenTexts(block: readonly AddedLine[], markup: boolean): readonly HiddenText[] {
  const text = block.map((line) => line.text).join('\n');
  const found: HiddenText[] = [];
  const add = (where: string, content: string, index: number) => {
    const before = text.slice(0, index).split('\n');
    const line = block[before.length - 1]?.line ?? block[0]?.line ?? 1;
    found.push({ where, text: content, line, column: (before.at(-1)?.length ?? 0) + 1 });
  };
  if (markup) {
    for (const { index, content } of comments(text)) add('an HTML comment', content, index);
    for (const match of text.matchAll(UNSEEN_STYLE))
      add('text that its style hides', (match[2] ?? '').replace(/<[^>]*>/g, ' '), match.index);
    for (const match of text.matchAll(ALT))
      add('alternative text', match[1] ?? match[2] ?? match[3] ?? '', match.index);
    for (const match of text.matchAll(LINK_COMMENT))
      add('a link definition that is not shown', match[1] ?? '', match.index);
  }
  for (const { index, decoded } of encodedTexts(text)) add('base64', decoded, index);
  if (!hasRun(text, LEAST_BLANKS, BLANK)) return found;
  for (const line of block) {
    const far = FAR_RIGHT.exec(line.text);
    if (far !== null)
      found.push({
        where: 'text far to the right',
        text: far[1] ?? '',
        line: line.line,
        column: line.text.length - (far[1]?.length ?? 0) + 1,
      });
  }
  return found;
}

/** Runs of added lines that follow one another; a comment may span empty or old lines of at most that many. */
export function blocksOf(lines: readonly AddedLine[]): readonly (readonly AddedLine[])[] {
  const blocks: AddedLine[][] = [];
  for (const line of lines) {
    const open = blocks.at(-1);
    const last = open?.at(-1);
    if (open !== undefined && last !== undefined && line.line - last.line <= 3 && open.length < 400) open.push(line);
    else blocks.push([line]);
  }
  return blocks;
}
