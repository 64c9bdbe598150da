/**
 * The parser's own recursion has no limit that it could tell: what is nested deeply, or could be, is left to the other
 * reader, which counts. Brackets are counted as they come, in texts as well; so are the signs and words that nest
 * without brackets, and between two semicolons at most.
 */
export function nestsTooDeeply(text: string): boolean {
  // What is nested so deeply is at least as long.
  if (text.length < MAX_BRACKETS) return false;
  const read = WIDE.test(text) ? text.replace(EACH_WIDE, ' ') : text;
  let depth = 0;
  for (let from = 0; from < read.length; from += PIECE) {
    depth = depthBehind(piece.write(read.slice(from, from + PIECE), 'latin1'), depth);
    if (depth > MAX_BRACKETS) return true;
  }
  return hasLongRow(text) || ladders(text);
}

/**
 * How deep what stands in `piece` ends, or the first depth that is too much. Asked of each character of each file: one
 * sum, without a question what the character is, and a function of its own, so that it stays compiled.
 */
function depthBehind(length: number, before: number): number {
  let depth = before;
  for (let at = 0; at < length && depth <= MAX_BRACKETS; at += 1) depth += DEEPER[piece[at] ?? 0] ?? 0;
  return depth;
}

const WIDE = /[^\0-\xff]/;
const EACH_WIDE = /[^\0-\xff]/g;
/** Characters that are made bytes at once: asking the text for each takes three times as long. */
const PIECE = 65_536;
const piece = Buffer.alloc(PIECE);
const DEEPER = new Int8Array(256);
for (const sign of '([{') DEEPER[sign.charCodeAt(0)] = 1;
for (const sign of ')]}') DEEPER[sign.charCodeAt(0)] = -1;

/** Whether many signs that nest without brackets stand between two ends of a line or a statement. */
function hasLongRow(text: string): boolean {
  let from = 0;
  // Few texts have a stretch without such an end that is long enough to be counted through.
  while (text.length - from > MAX_ROW) {
    const stretch = text.slice(from, from + MAX_ROW + 1);
    const line = stretch.lastIndexOf('\n');
    const end = line < 0 ? stretch.lastIndexOf(';') : line;
    if (end >= 0) {
      from += end + 1;
      continue;
    }
    const rowEnd = endOfRow(text, from);
    if (rowEnd < 0) return true;
    from = rowEnd;
  }
  return false;
}

/** Where the row that starts at a place ends; less than 0 where it is too long. */
function endOfRow(text: string, from: number): number {
  let row = 0;
  let at = from;
  for (; at < text.length; at += 1) {
    const kind = KINDS[text.charCodeAt(at)];
    if (kind === IN_A_ROW) row += 1;
    else if (kind === ENDS_A_ROW) break;
  }
  return row > MAX_ROW ? -1 : at;
}

const IN_A_ROW = 1;
const ENDS_A_ROW = 2;
const KINDS = new Uint8Array(128);
for (const sign of '!+-.?~') KINDS[sign.charCodeAt(0)] = IN_A_ROW;
for (const sign of '\n;') KINDS[sign.charCodeAt(0)] = ENDS_A_ROW;

/** `else if` and `=>` nest without an end. */
function ladders(text: string): boolean {
  if (text.length > MAX_ROW * RUNG.length && timesIn(text, RUNG) > MAX_ROW) return true;
  if (timesIn(text, '=>') <= MAX_BRACKETS) return false;
  let count = 0;
  for (let at = text.indexOf('=>'); at >= 0; at = text.indexOf('=>', at + 2)) {
    count = /^\s*[\w$]+\s*=>/.test(text.slice(at + 2, at + 80)) ? count + 1 : 0;
    if (count > MAX_BRACKETS) return true;
  }
  return false;
}

const RUNG = 'else if';

function timesIn(text: string, sought: string): number {
  let count = 0;
  for (let at = text.indexOf(sought); at >= 0; at = text.indexOf(sought, at + sought.length)) count += 1;
  return count;
}

const MAX_BRACKETS = 400;
const MAX_ROW = 2_000;
