import type { Expression } from './expression.ts';

/** States of one automaton; an expression with more is left to the full check. */
export const MAX_STATES = 400;
/** 32-bit words that hold the characters of a set. */
export const WORDS = 5;

/** The position automaton of an expression (Glushkov), with a state in front for a match that can start anywhere. */
export interface Automaton {
  /** Characters that lead into a state, `WORDS` words for each. */
  readonly sets: Uint32Array;
  /** States that can come next, each once. */
  readonly next: readonly (readonly number[])[];
  /** Steps that are reached in two ways, as `from * MAX_STATES + to`. */
  readonly double: ReadonlySet<number>;
  /** States in which the whole expression has matched, whatever follows. */
  readonly complete: ReadonlySet<number>;
}

interface Part {
  readonly nullable: boolean;
  /** States by which it can begin, and where. */
  readonly first: readonly End[];
  /** States by which it can end, and where. */
  readonly last: readonly End[];
  /** Where it can match nothing. */
  readonly place: Place;
}

/** `somewhere`: an anchor or an assertion decides. */
type Place = 'everywhere' | 'somewhere' | 'start' | 'end';

interface End {
  readonly at: number;
  readonly place: Place;
}

const NOTHING: Part = { nullable: true, first: [], last: [], place: 'everywhere' };

/** Null where the expression holds what an automaton cannot say, or has too many states. */
export function automatonOf(whole: Expression): Automaton | null {
  const characters: bigint[] = [];
  const next: Set<number>[] = [];
  const double = new Set<number>();
  let fine = true;

  function state(set: bigint): number {
    characters.push(set);
    next.push(new Set());
    if (characters.length > MAX_STATES) fine = false;
    return characters.length - 1;
  }

  function connect(from: readonly End[], to: readonly End[]): void {
    if (!fine) return;
    for (const left of from) {
      // After the end of the text nothing comes.
      if (left.place === 'end') continue;
      for (const { at } of to) {
        const known = next[left.at];
        if (known?.has(at) === true) double.add(left.at * MAX_STATES + at);
        else known?.add(at);
      }
    }
  }

  /** @param once whether the part is gone through once only, and not in rounds */
  function build(node: Expression, once: boolean): Part {
    if (!fine) return NOTHING;
    switch (node.kind) {
      case 'anchor':
        return { ...NOTHING, place: node.at === 'anywhere' ? 'somewhere' : node.at };
      case 'reference':
        fine = false;
        return NOTHING;
      case 'assertion':
        // One of limited length costs the same at every place, and takes ways away only.
        if (repeats(node.body)) fine = false;
        return { ...NOTHING, place: 'somewhere' };
      case 'set': {
        const end: End = { at: state(node.characters), place: 'everywhere' };
        return { ...NOTHING, nullable: false, first: [end], last: [end] };
      }
      case 'sequence':
        return node.parts.reduce((left, each) => joined(left, build(each, once)), NOTHING);
      case 'choice':
        return either(
          node.parts.map((each) => build(each, once)),
          once,
        );
      case 'repetition':
        return repeated(node.body, node.least, node.most);
    }
  }

  function joined(left: Part, right: Part): Part {
    connect(left.last, right.first);
    return {
      nullable: left.nullable && right.nullable,
      first: left.nullable ? [...left.first, ...placed(right.first, left.place)] : left.first,
      last: right.nullable ? [...placed(left.last, right.place), ...right.last] : right.last,
      place: both(left.place, right.place),
    };
  }

  function either(parts: readonly Part[], once: boolean): Part {
    const empty = parts.filter((part) => part.nullable);
    // Two ways to match nothing are two ways: how often they come is not counted here, and does not matter once.
    if (empty.length > 1 && !once) fine = false;
    const [place = 'everywhere', ...others] = new Set(empty.map((part) => part.place));
    return {
      nullable: empty.length > 0,
      first: parts.flatMap((part) => part.first),
      last: parts.flatMap((part) => part.last),
      place: others.length === 0 ? place : [place, ...others].includes('everywhere') ? 'everywhere' : 'somewhere',
    };
  }

  /**
   * A round that is the same every time stands as often as it is counted. Others become a loop, which has all their ways
   * and more: twenty rounds of up to twenty are no loop, and take longer than anybody waits.
   */
  function repeated(body: Expression, least: number, most: number): Part {
    const counted = isRigid(body);
    const rounds = !counted ? 1 : most === Number.POSITIVE_INFINITY ? Math.max(1, least) : most;
    const loops = counted ? most === Number.POSITIVE_INFINITY : most > 1;
    let first: readonly End[] = [];
    let last: readonly End[] = [];
    let before: readonly End[] = [];
    for (let round = 1; round <= rounds && fine; round += 1) {
      const part = build(body, false);
      // An empty round can be tried at every place.
      if (part.nullable) fine = false;
      if (round === 1) first = part.first;
      connect(before, part.first);
      if (round === rounds && loops) connect(part.last, part.first);
      if (round >= least || !counted)
        last = [...last, ...placed(part.last, round < least ? 'somewhere' : 'everywhere')];
      before = part.last;
    }
    return { ...NOTHING, nullable: least === 0 || rounds === 0, first, last };
  }

  const anywhere = state(EVERY);
  const { first, last } = build(whole, true);
  const front: End = { at: anywhere, place: 'everywhere' };
  connect([front], [front, ...first.filter((each) => each.place !== 'start')]);
  if (!fine) return null;
  const sets = new Uint32Array(characters.length * WORDS);
  characters.forEach((set, at) => {
    for (let word = 0; word < WORDS; word += 1)
      sets[at * WORDS + word] = Number((set >> BigInt(32 * word)) & 0xffff_ffffn);
  });
  const complete = new Set(last.flatMap(({ at, place }) => (place === 'everywhere' ? [at] : [])));
  return { sets, next: next.map((each) => [...each]), double, complete };
}

const EVERY = (1n << 129n) - 1n;

function placed(ends: readonly End[], place: Place): readonly End[] {
  return place === 'everywhere' ? ends : ends.map((end) => ({ at: end.at, place: both(end.place, place) }));
}

/** Where two can hold at once; more places than there are in the end, never fewer. */
function both(a: Place, b: Place): Place {
  if (a === 'everywhere' || a === b) return b;
  return b === 'everywhere' || b === 'somewhere' ? a : a === 'somewhere' ? b : 'somewhere';
}

/** One text length and one way through, whatever the characters. */
function isRigid(node: Expression): boolean {
  switch (node.kind) {
    case 'sequence':
      return node.parts.every(isRigid);
    case 'repetition':
      return node.least === node.most && isRigid(node.body);
    default:
      return node.kind === 'set' || node.kind === 'anchor';
  }
}

function repeats(node: Expression): boolean {
  switch (node.kind) {
    case 'sequence':
    case 'choice':
      return node.parts.some(repeats);
    case 'repetition':
      return node.most > 1 || repeats(node.body);
    case 'assertion':
      return repeats(node.body);
    case 'reference':
      return true;
    default:
      return false;
  }
}
