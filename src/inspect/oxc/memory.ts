import { createRequire } from 'node:module';
import { DATA_POINTER, VERSION } from './layout.ts';

/** A file as the parser calls its grammar. */
export type Dialect = 'jsx' | 'ts' | 'tsx';

/**
 * What the parser wrote, as 32-bit words and as bytes: the same memory for one program after the other. Exported as
 * they are, since several of them are read for each node.
 */
export let words: Int32Array = new Int32Array(0);
export let bytes: Uint8Array = new Uint8Array(0);

/**
 * Has the parser of the Oxc project read a program, and gives what is made of its result; null where the parser is not
 * the one whose memory is known here, or cannot share it on this system.
 * @param read is given the place of the result in the memory, which is the next program's once it returns
 */
export function withTree<T>(path: string, text: string, dialect: Dialect, read: (result: number) => T): T | null {
  parser ??= loadedParser();
  if (parser === 'none') return null;
  const memory = memoryOf(parser, path, text, dialect);
  if (memory === null) return null;
  try {
    words = memory.int32;
    bytes = memory;
    return read(word(DATA_POINTER << 2));
  } finally {
    parser.returnBufferToCache(memory);
  }
}

type Memory = Uint8Array & { readonly int32: Int32Array };

interface Parser {
  parseSyncRawImpl(path: string, text: string, options: object, convert: (memory: Memory) => Memory): Memory;
  returnBufferToCache(memory: Memory): void;
}

const load = createRequire(import.meta.url);
let parser: Parser | 'none' | null = null;

function loadedParser(): Parser | 'none' {
  // What stands where in the memory is known of this version; another is not read, and the other reader has all files.
  if (propertyOf(load('oxc-parser/package.json'), 'version') !== VERSION) return 'none';
  const supported = propertyOf(load('oxc-parser/src-js/raw-transfer/supported.js'), 'rawTransferSupported');
  if (typeof supported !== 'function' || supported() !== true) return 'none';
  const found: unknown = load('oxc-parser/src-js/raw-transfer/common.js');
  return isParser(found) ? found : 'none';
}

/**
 * The memory is a large range of addresses, of which only what is used becomes memory; where the system gives none, the
 * other reader has all files as well.
 */
function memoryOf(known: Parser, path: string, text: string, dialect: Dialect): Memory | null {
  try {
    // The tree with types for JavaScript as well: one form is read instead of two.
    const options = { lang: dialect, astType: 'ts', sourceType: 'unambiguous' };
    return known.parseSyncRawImpl(path, text, options, (memory) => memory);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    parser = 'none';
    return null;
  }
}

function propertyOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function isParser(value: unknown): value is Parser {
  return ['parseSyncRawImpl', 'returnBufferToCache'].every((name) => typeof propertyOf(value, name) === 'function');
}

/** The word at a place; places are counted in bytes. */
export function word(place: number): number {
  return words[place >> 2] ?? 0;
}

/** Whether a mark is set. */
export function isSet(place: number): boolean {
  return bytes[place] === 1;
}

/** Where a part begins in the text, in UTF-16 units. Every part's first two words are its beginning and its end. */
export function startOf(part: number): number {
  return words[part >> 2] ?? 0;
}

export function endOf(part: number): number {
  return words[(part >> 2) + 1] ?? 0;
}

/** The part a choice holds. A choice is a byte that tells which kind of part it is, and its place eight bytes on. */
export function heldBy(choice: number): number {
  return words[(choice + 8) >> 2] ?? 0;
}

/** The kind a choice has made; `NOTHING` where it may be left out. */
export function kindAt(choice: number): number {
  return bytes[choice] ?? NOTHING;
}

/** What a choice holds where there is none. */
export const NOTHING = 255;

/** The part that a reference leads to, or 0 where there is none: no part stands at the memory's first byte. */
export function partAt(reference: number): number {
  return words[reference >> 2] ?? 0;
}

/** Where the first entry of a list stands, and how many there are. */
export function firstOf(list: number): number {
  return words[list >> 2] ?? 0;
}

export function countOf(list: number): number {
  return words[(list >> 2) + 2] ?? 0;
}
