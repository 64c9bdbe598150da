/** Tasks that wait, by who asked for them. */
export interface Turns<T> {
  add(asker: object, task: T, place: 'first' | 'last'): void;
  /** Takes one back that had its turn and came to nothing: it is the next of all. */
  giveBack(task: T): void;
  /**
   * The next in turn: one of each asker after the other, so that nobody's files wait for all of another's, and whose
   * files take long after those whose do not. Each fourth turn goes by without that: nobody waits for ever.
   */
  next(): T | undefined;
  /** Whether anything waits. */
  wait(): boolean;
  /** All that wait, which then wait no more. */
  empty(): readonly T[];
}

const PLAIN_TURN = 4;

/** @param cost what an asker's files have taken so far, beyond what is ordinary */
export function createTurns<T>(cost: (asker: object) => number): Turns<T> {
  // In the order of their turns: whoever had one goes to the end.
  const waiting = new Map<object, T[]>();
  const returned: T[] = [];
  let turn = 0;

  function add(asker: object, task: T, place: 'first' | 'last'): void {
    const own = waiting.get(asker);
    if (own === undefined) waiting.set(asker, [task]);
    else if (place === 'first') own.unshift(task);
    else own.push(task);
  }

  function next(): T | undefined {
    if (returned.length > 0) return returned.shift();
    turn += 1;
    const asker = cheapest(turn % PLAIN_TURN === 0);
    const own = asker === null ? undefined : waiting.get(asker);
    if (asker === null || own === undefined) return undefined;
    waiting.delete(asker);
    const task = own.shift();
    if (own.length > 0) waiting.set(asker, own);
    return task;
  }

  function cheapest(isPlain: boolean): object | null {
    let found: object | null = null;
    let least = Number.POSITIVE_INFINITY;
    for (const asker of waiting.keys()) {
      const own = isPlain ? 0 : cost(asker);
      if (own >= least) continue;
      found = asker;
      least = own;
    }
    return found;
  }

  function empty(): readonly T[] {
    const all = [...returned.splice(0), ...[...waiting.values()].flat()];
    waiting.clear();
    return all;
  }

  return {
    add,
    giveBack: (task) => returned.push(task),
    next,
    wait: () => returned.length + waiting.size > 0,
    empty,
  };
}
