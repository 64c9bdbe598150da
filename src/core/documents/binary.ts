import { createHash } from 'node:crypto';
import type { BinaryFacts } from '../detector.ts';

/** First bytes by which a format is known (each format's own specification), with the offset at which they stand. */
const SIGNATURES: readonly (readonly [string, number, readonly number[]])[] = [
  ['elf', 0, [0x7f, 0x45, 0x4c, 0x46]],
  ['pe', 0, [0x4d, 0x5a]],
  ['mach-o', 0, [0xcf, 0xfa, 0xed, 0xfe]],
  ['mach-o', 0, [0xce, 0xfa, 0xed, 0xfe]],
  ['java-class', 0, [0xca, 0xfe, 0xba, 0xbe]],
  ['wasm', 0, [0x00, 0x61, 0x73, 0x6d]],
  ['png', 0, [0x89, 0x50, 0x4e, 0x47]],
  ['jpeg', 0, [0xff, 0xd8, 0xff]],
  ['gif', 0, [0x47, 0x49, 0x46, 0x38]],
  ['webp', 8, [0x57, 0x45, 0x42, 0x50]],
  ['ico', 0, [0x00, 0x00, 0x01, 0x00]],
  ['bmp', 0, [0x42, 0x4d]],
  ['pdf', 0, [0x25, 0x50, 0x44, 0x46]],
  ['woff', 0, [0x77, 0x4f, 0x46]],
  ['truetype', 0, [0x00, 0x01, 0x00, 0x00]],
  ['opentype', 0, [0x4f, 0x54, 0x54, 0x4f]],
  ['zip', 0, [0x50, 0x4b, 0x03, 0x04]],
  ['gzip', 0, [0x1f, 0x8b]],
  ['xz', 0, [0xfd, 0x37, 0x7a, 0x58]],
  ['bzip2', 0, [0x42, 0x5a, 0x68]],
  ['zstd', 0, [0x28, 0xb5, 0x2f, 0xfd]],
  ['7z', 0, [0x37, 0x7a, 0xbc, 0xaf]],
  ['sqlite', 0, [0x53, 0x51, 0x4c, 0x69]],
  ['ogg', 0, [0x4f, 0x67, 0x67, 0x53]],
  ['mp3', 0, [0x49, 0x44, 0x33]],
  ['mp4', 4, [0x66, 0x74, 0x79, 0x70]],
  ['ar', 0, [0x21, 0x3c, 0x61, 0x72]],
];

/** Most text of one binary that is kept, in characters, and the shortest run that counts as text. */
const TEXT_LIMIT = 1_000_000;
const RUN_LEAST = 8;

function formatOf(bytes: Uint8Array): string {
  const known = SIGNATURES.find(([, offset, signature]) =>
    signature.every((byte, index) => bytes[offset + index] === byte),
  );
  return known?.[0] ?? 'unknown';
}

/** Runs of printable ASCII, as the `strings` tool finds them: PNG text chunks, JPEG comments, a program's literals. */
function textRuns(bytes: Uint8Array): readonly string[] {
  const runs: string[] = [];
  let kept = 0;
  let start = -1;
  for (let at = 0; at <= bytes.length && kept < TEXT_LIMIT; at += 1) {
    const byte = bytes[at] ?? 0;
    const printable = (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d || byte === 0x09;
    if (printable && start === -1) start = at;
    if (printable || start === -1) continue;
    if (at - start >= RUN_LEAST) {
      const run = Buffer.from(bytes.buffer, bytes.byteOffset + start, Math.min(at - start, TEXT_LIMIT - kept)).toString(
        'latin1',
      );
      runs.push(run);
      kept += run.length;
    }
    start = -1;
  }
  return runs;
}

/** What a rule is told of a binary blob: nothing is decoded, time and memory grow with its size only. */
export function describeBinary(bytes: Uint8Array): BinaryFacts {
  return {
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    format: formatOf(bytes),
    text: textRuns(bytes),
  };
}
