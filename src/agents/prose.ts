/**
 * A markdown text without its code (fenced, spans) and without quotations: what its author says, not what it shows.
 * HTML comments stay: agents put their markers there. Linear in the text's length.
 */
export function markdownProse(text: string): string {
  const kept: string[] = [];
  let fence: { readonly mark: string; readonly length: number } | null = null;
  for (const line of text.replaceAll('\r', '').split('\n')) {
    const opening: RegExpExecArray | null = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line);
    const run: string = opening?.[1] ?? '';
    if (fence !== null) {
      const closes: boolean =
        run.startsWith(fence.mark) && run.length >= fence.length && (opening?.[2] ?? '').trim() === '';
      if (closes) fence = null;
      continue;
    }
    if (run !== '') {
      fence = { mark: run.slice(0, 1), length: run.length };
      continue;
    }
    if (/^ {0,3}>/.test(line)) continue;
    kept.push(line.replace(/(`+)(?!`)[^\n]*?[^`]\1(?!`)/g, ' '));
  }
  return kept.join('\n');
}
