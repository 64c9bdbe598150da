/** What becomes of a member's value: read as JSON and told, entered so that its own members are told, or passed over. */
export type Treatment = 'tell' | 'enter' | 'pass';

export interface MemberReader {
  /** How to treat a member of the outermost object. An entered value must be an object; its members are all told. */
  readonly treat: (key: string) => Treatment;
  /** A value, read: of the outermost object (`within` null), or of an entered one. False: enough, nothing more is read. */
  readonly told: (key: string, value: unknown, within: string | null) => boolean;
  /** Bytes of one value or key that is kept until it is whole. */
  readonly largest: number;
}

/** `whole`: one object, read to its end. `enough`: `told` said so. */
export type Split = 'whole' | 'no JSON' | 'too large' | 'enough';

export interface MemberSplitter {
  /** False: what comes is of no use any more. */
  write(piece: Buffer): boolean;
  end(): Split;
}

/** Nesting that no real document has; deeper ones are refused. */
const DEEPEST = 200;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;

/** Where the splitter stands: between members, or within one of their values. */
type Place =
  | 'start'
  | 'key or end'
  | 'key'
  | 'in key'
  | 'colon'
  | 'value'
  | 'in text'
  | 'in brackets'
  | 'in scalar'
  | 'comma or end'
  | 'done'
  | 'ended';

/**
 * Splits one large JSON object (RFC 8259) into its members while it arrives, so that no more of it is held than one value
 * at a time. Values that are told are read by `JSON.parse`; those that are passed over are only followed to their end.
 */
export function splitMembers(reader: MemberReader): MemberSplitter {
  let place: Place = 'start';
  let failure: Exclude<Split, 'whole'> = 'no JSON';
  /** Whether the last byte within a text was a backslash that counts. */
  let escaped = false;
  /** Whether a text is open within brackets. */
  let quoted = false;
  /** Closing brackets that are awaited within the value at hand. */
  const closers: number[] = [];
  let key = '';
  let within: string | null = null;
  let treatment: Treatment = 'pass';
  /** What is kept of the value or key at hand from earlier pieces, and where it begins in this one; -1: nothing is kept. */
  let kept: Buffer[] = [];
  let keptBytes = 0;
  let from = -1;

  function write(piece: Buffer): boolean {
    if (from >= 0) from = 0;
    for (let at = 0; at < piece.length && !hasEnded(); at += 1) at = step(piece, at);
    if (from >= 0 && !hasEnded()) keep(piece.subarray(from));
    return !hasEnded();
  }

  function hasEnded(): boolean {
    return place === 'ended';
  }

  function fail(why: typeof failure): void {
    place = 'ended';
    failure = why;
  }

  /** Takes the byte at `at`; answers the last position that it took. */
  function step(piece: Buffer, at: number): number {
    switch (place) {
      case 'in text':
      case 'in key':
        return throughText(piece, at);
      case 'in brackets':
        return throughBrackets(piece, at);
      case 'in scalar':
        return throughScalar(piece, at);
      default:
        return between(piece, at);
    }
  }

  function between(piece: Buffer, at: number): number {
    const byte = piece[at] ?? 0;
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) return at;
    if (place === 'start' && byte === OPEN_OBJECT) place = 'key or end';
    else if ((place === 'key' || place === 'key or end') && byte === QUOTE) {
      place = 'in key';
      from = at;
    } else if ((place === 'key or end' || place === 'comma or end') && byte === CLOSE_OBJECT) leave();
    else if (place === 'comma or end' && byte === COMMA) place = 'key';
    else if (place === 'colon' && byte === COLON) place = 'value';
    else if (place === 'value') begin(byte, at);
    else fail('no JSON');
    return at;
  }

  function begin(byte: number, at: number): void {
    treatment = within === null ? reader.treat(key) : 'tell';
    if (treatment === 'enter') {
      within = key;
      place = 'key or end';
      if (byte !== OPEN_OBJECT) fail('no JSON');
      return;
    }
    if (treatment === 'tell') from = at;
    if (byte === QUOTE) place = 'in text';
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      place = 'in brackets';
      closers.push(byte === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_ARRAY);
    } else if (byte === COMMA || byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) fail('no JSON');
    else place = 'in scalar';
  }

  function leave(): void {
    place = within === null ? 'done' : 'comma or end';
    within = null;
  }

  /** To the closing quote, or to the end of the piece. */
  function throughText(piece: Buffer, start: number): number {
    for (let at = start; at < piece.length; at += 1) {
      const byte = piece[at];
      if (escaped) escaped = false;
      else if (byte === BACKSLASH) escaped = true;
      else if (byte === QUOTE) {
        finish(piece, at + 1);
        return at;
      }
    }
    return piece.length;
  }

  /** Most bytes of a document are seen here: the state is kept in locals while it runs, which halves its time. */
  function throughBrackets(piece: Buffer, start: number): number {
    const { length } = piece;
    let inQuotes = quoted;
    let isEscaped = escaped;
    let at = start;
    for (; at < length; at += 1) {
      const byte = piece[at] ?? 0;
      if (inQuotes) {
        if (isEscaped) isEscaped = false;
        else if (byte === BACKSLASH) isEscaped = true;
        else if (byte === QUOTE) inQuotes = false;
      } else if (byte === QUOTE) inQuotes = true;
      else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
        closers.push(byte === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_ARRAY);
        if (closers.length > DEEPEST) return give('too large', at);
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
        if (closers.pop() !== byte) return give('no JSON', at);
        if (closers.length === 0) break;
      }
    }
    quoted = inQuotes;
    escaped = isEscaped;
    if (at < length) finish(piece, at + 1);
    return at;
  }

  /** A scalar ends before what follows it. */
  function throughScalar(piece: Buffer, start: number): number {
    for (let at = start; at < piece.length; at += 1) {
      const byte = piece[at] ?? 0;
      if (byte !== COMMA && byte !== CLOSE_OBJECT && byte > 0x20) continue;
      finish(piece, at);
      return at - 1;
    }
    return piece.length;
  }

  function give(why: typeof failure, at: number): number {
    fail(why);
    return at;
  }

  function keep(bytes: Buffer): void {
    keptBytes += bytes.length;
    if (keptBytes > reader.largest) fail('too large');
    else kept.push(bytes);
  }

  /** The key or value at hand ends before `end`. */
  function finish(piece: Buffer, end: number): void {
    const isKey = place === 'in key';
    if (from < 0) {
      place = 'comma or end';
      return;
    }
    keep(piece.subarray(from, end));
    const [first] = kept;
    const text = (kept.length === 1 && first !== undefined ? first : Buffer.concat(kept)).toString('utf8');
    kept = [];
    keptBytes = 0;
    from = -1;
    if (hasEnded()) return;
    const value = parse(text);
    if (value === undefined) fail('no JSON');
    else if (isKey) {
      key = String(value);
      place = 'colon';
    } else if (reader.told(key, value, within)) place = 'comma or end';
    else fail('enough');
  }

  return { write, end: () => (place === 'done' ? 'whole' : failure) };
}

/** Undefined where the text is no JSON: that itself stands for nothing. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The caller says "not JSON"; the parser's own words add nothing.
    return undefined;
  }
}
