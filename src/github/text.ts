/** Cuts by characters (code points), with a dot for the rest. */
export function cutCharacters(text: string, limit: number): string {
  const characters = [...text];
  return characters.length <= limit ? text : `${characters.slice(0, limit - 1).join('')}…`;
}

/** Cuts by UTF-8 bytes at a character's border, and says how much is left out. */
export function cutBytes(text: string, limit: number): string {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.byteLength <= limit) return text;
  const room = limit - 100;
  let end = room;
  // 10xxxxxx continues a character (RFC 3629).
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  const kept = bytes.subarray(0, end).toString('utf8');
  return `${kept}\n\n… cut here: ${bytes.byteLength - end} of ${bytes.byteLength} bytes do not fit GitHub's limit.`;
}
