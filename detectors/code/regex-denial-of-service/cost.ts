import { type Automaton, automatonOf, MAX_STATES, WORDS } from './automaton.ts';
import { parseExpression } from './expression.ts';

/**
 * The highest power of the text's length with which the time of a match can grow: 1 is linear, `Infinity` may be
 * exponential. Null where the expression is not read here or too large to be decided; the full check decides then.
 *
 * The expression becomes its position automaton (Glushkov), with a state in front for a match that can start anywhere.
 * Its degree of ambiguity is exponential where a loop can be gone through in two ways with one text, and otherwise the
 * longest chain of loops of which two can take turns on one text (Weber and Seidl, "On the degree of ambiguity of
 * finite automata", 1991). Backtracking goes each way once for each length of the text: one power more. Where the match
 * is complete nothing is taken back any more, so ways through such a state are not counted.
 */
export function costBound(source: string, flags: string): number | null {
  const expression = parseExpression(source, flags);
  const automaton = expression === null ? null : automatonOf(expression);
  if (automaton === null) return null;
  const loops = loopsOf(automaton);
  const work: Work = { left: MAX_WORK };
  for (const loop of loops) {
    const twice = hasTwoWays(automaton, loop, work);
    if (twice === null) return null;
    if (twice) return Number.POSITIVE_INFINITY;
  }
  const chain = longestChain(automaton, loops, work);
  return chain === null ? null : chain + 1;
}

/** Steps of all searches together: some milliseconds. */
const MAX_WORK = 400_000;

interface Work {
  left: number;
}

/** Sets of states that reach each other, and what each reaches. */
interface Loop {
  readonly states: ReadonlySet<number>;
  readonly reaches: ReadonlySet<number>;
}

function loopsOf({ next }: Automaton): readonly Loop[] {
  const reaches = next.map((_, at) => reachable(next, at));
  const found: Loop[] = [];
  const placed = new Set<number>();
  for (const [at, reached] of reaches.entries()) {
    if (placed.has(at) || !reached.has(at)) continue;
    const states = new Set([...reached].filter((each) => reaches[each]?.has(at) === true));
    for (const each of states) placed.add(each);
    found.push({ states, reaches: reached });
  }
  return found;
}

/** In one step or more. */
function reachable(next: Automaton['next'], from: number): ReadonlySet<number> {
  const found = new Set<number>();
  const open = [...(next[from] ?? [])];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (found.has(at)) continue;
    found.add(at);
    open.push(...(next[at] ?? []));
  }
  return found;
}

/** The states of a loop from which a match can still be taken back. */
function open({ complete }: Automaton, { states }: Loop): ReadonlySet<number> {
  return new Set([...states].filter((at) => !complete.has(at)));
}

/** Whether a text leads from a state of the loop back to it in two ways. Null past the limit of work. */
function hasTwoWays(automaton: Automaton, loop: Loop, work: Work): boolean | null {
  const states = open(automaton, loop);
  for (const from of states)
    for (const to of automaton.next[from] ?? [])
      if (states.has(to) && automaton.double.has(from * MAX_STATES + to)) return true;
  // Pairs of states that one text reaches from one state: where such a pair comes together again, there are two ways.
  const back = new Map<number, number[]>();
  const seen = new Set<number>();
  const waiting: number[] = [];
  for (const at of states) {
    seen.add(at * MAX_STATES + at);
    waiting.push(at * MAX_STATES + at);
  }
  for (let pair = waiting.pop(); pair !== undefined; pair = waiting.pop()) {
    const [left, right] = [Math.floor(pair / MAX_STATES), pair % MAX_STATES];
    for (const a of automaton.next[left] ?? []) {
      if (!states.has(a)) continue;
      for (const b of automaton.next[right] ?? []) {
        work.left -= 1;
        if (work.left < 0) return null;
        if (!states.has(b) || !meet(automaton, a, b, b)) continue;
        const to = a * MAX_STATES + b;
        const known = back.get(to);
        if (known === undefined) back.set(to, [pair]);
        else known.push(pair);
        if (seen.has(to)) continue;
        seen.add(to);
        waiting.push(to);
      }
    }
  }
  const home = [...states].map((at) => at * MAX_STATES + at);
  const returns = new Set<number>();
  for (let pair = home.pop(); pair !== undefined; pair = home.pop()) {
    for (const from of back.get(pair) ?? []) {
      if (returns.has(from)) continue;
      returns.add(from);
      if (Math.floor(from / MAX_STATES) !== from % MAX_STATES) return true;
      home.push(from);
    }
  }
  return false;
}

/** How many loops in a row can hand over to the next at any place of one text. Null past the limit of work. */
function longestChain(automaton: Automaton, loops: readonly Loop[], work: Work): number | null {
  const known = new Map<Loop, number | null>();

  /** From a loop on, wherever it leads. */
  function from(loop: Loop): number | null {
    const remembered = known.get(loop);
    if (remembered !== undefined) return remembered;
    let longest: number | null = 0;
    for (const other of loops) {
      const [entry] = other.states;
      if (other === loop || entry === undefined || !loop.reaches.has(entry)) continue;
      const rest = from(other);
      const over = rest === null ? null : handsOver(automaton, loop, other, work);
      if (rest === null || over === null) {
        longest = null;
        break;
      }
      longest = Math.max(longest, rest + (over ? 1 : 0));
    }
    known.set(loop, longest);
    return longest;
  }

  let longest = 0;
  for (const loop of loops) {
    const chain = from(loop);
    if (chain === null) return null;
    longest = Math.max(longest, chain);
  }
  return longest;
}

/** Whether one text leads from the first loop to itself, from it to the second, and from the second to itself. */
function handsOver(automaton: Automaton, first: Loop, second: Loop, work: Work): boolean | null {
  const ending = open(automaton, second);
  for (const p of first.states) {
    for (const q of ending) {
      const goal = (p * MAX_STATES + q) * MAX_STATES + q;
      const start = (p * MAX_STATES + p) * MAX_STATES + q;
      const seen = new Set([start]);
      const waiting = [start];
      for (let triple = waiting.pop(); triple !== undefined; triple = waiting.pop()) {
        const z = triple % MAX_STATES;
        const y = Math.floor(triple / MAX_STATES) % MAX_STATES;
        const x = Math.floor(triple / (MAX_STATES * MAX_STATES));
        for (const a of automaton.next[x] ?? []) {
          if (!first.states.has(a)) continue;
          for (const c of automaton.next[z] ?? []) {
            if (!ending.has(c) || !meet(automaton, a, c, c)) continue;
            for (const b of automaton.next[y] ?? []) {
              work.left -= 1;
              if (work.left < 0) return null;
              if (!meet(automaton, a, b, c) || (automaton.complete.has(b) && !first.states.has(b))) continue;
              const to = (a * MAX_STATES + b) * MAX_STATES + c;
              if (to === goal) return true;
              if (seen.has(to)) continue;
              seen.add(to);
              waiting.push(to);
            }
          }
        }
      }
    }
  }
  return false;
}

/** Whether one character leads into all three. */
function meet({ sets }: Automaton, a: number, b: number, c: number): boolean {
  for (let word = 0; word < WORDS; word += 1) {
    const left = sets[a * WORDS + word] ?? 0;
    const middle = sets[b * WORDS + word] ?? 0;
    const right = sets[c * WORDS + word] ?? 0;
    if ((left & middle & right) !== 0) return true;
  }
  return false;
}
