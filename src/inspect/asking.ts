import type { FileFacts, SinkKind } from './facts.ts';

/**
 * Which rules follow values into which uses, in the file or its base. What an imported function gives back is told for
 * one use, and flows of one use never ask for another: no other rule's answer hangs on it.
 */
export interface Asking {
  /** Says whose questions come next. */
  turn(rule: string): void;
  flowOf(facts: FileFacts): FileFacts['flow'];
  rules(kind: SinkKind): readonly string[];
}

export function createAsking(): Asking {
  const byUse = new Map<SinkKind, Set<string>>();
  let asks = '';
  return {
    turn(rule) {
      asks = rule;
    },
    flowOf: (facts) => (node, kind) => {
      const known = byUse.get(kind);
      if (known === undefined) byUse.set(kind, new Set([asks]));
      else known.add(asks);
      return facts.flow(node, kind);
    },
    rules: (kind) => [...(byUse.get(kind) ?? [])],
  };
}
