/** The text a string literal stands for; Python's prefixes and triple quotes included. */
export function literal(source: string): string {
  const quoted = /^([A-Za-z]*)("""|'''|"|'|`)/.exec(source);
  if (quoted === null) return source;
  const quote = quoted[2] ?? '';
  const inner = source.slice(quoted[0].length, Math.max(quoted[0].length, source.length - quote.length));
  return /r/i.test(quoted[1] ?? '') ? inner : unescaped(inner);
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', v: '\v', '0': ' ' };

export function unescaped(source: string): string {
  if (!source.includes('\\')) return source;
  return source.replace(
    /\\(u\{([0-9a-f]{1,6})\}|u([0-9a-f]{4})|x([0-9a-f]{2})|\r?\n|[\s\S])/gi,
    (_, all, long, short, byte) => {
      const code: string | undefined = long ?? short ?? byte;
      if (code !== undefined) {
        const point = Number.parseInt(code, 16);
        return point === 0 || point > 0x10ffff ? ' ' : String.fromCodePoint(point);
      }
      const escaped = String(all);
      if (/^\r?\n$/.test(escaped)) return '';
      return ESCAPES[escaped] ?? escaped;
    },
  );
}

/** A name as the language reads it: `\\u0065val` is `eval`. */
export function identifier(source: string): string {
  return source.includes('\\') ? unescaped(source) : source;
}
