/** Tasks that wait, by who asked for them. */
export interface Turns<T> {
  add(asker: object, task: T, place: 'first' | 'last'): void;
  /** Takes one back that had its turn and came to nothing: it is the next of all. */
  giveBack(task: T): void;
  /** The next in turn: one of each asker after the other, so that nobody's files wait for all of another's. */
  next(): T | undefined;
  /** Whether anything waits. */
  wait(): boolean;
  /** All that wait, which then wait no more. */
  empty(): readonly T[];
}

export function createTurns<T>(): Turns<T> {
  // In the order of their turns: whoever had one goes to the end.
  const waiting = new Map<object, T[]>();
  const returned: T[] = [];

  function add(asker: object, task: T, place: 'first' | 'last'): void {
    const own = waiting.get(asker);
    if (own === undefined) waiting.set(asker, [task]);
    else if (place === 'first') own.unshift(task);
    else own.push(task);
  }

  function next(): T | undefined {
    if (returned.length > 0) return returned.shift();
    for (const [asker, own] of waiting) {
      waiting.delete(asker);
      const task = own.shift();
      if (own.length > 0) waiting.set(asker, own);
      if (task !== undefined) return task;
    }
    return undefined;
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
