import type { Task } from './protocol.ts';

/**
 * How much time one asker's files have had. A pull request of a thousand files that each take just less than the limit
 * would hold its own review for hours, and others' at half speed; ordinary files take milliseconds.
 */
export interface Patience {
  /** Milliseconds a task of this asker may run. */
  limitFor(asker: object, task: Task): number;
  /** Whether the asker's files ended so many processes that the reader which cannot overflow is to have the others. */
  isCareful(asker: object): boolean;
  /** Milliseconds that the asker's slow files took beyond what is ordinary. */
  cost(asker: object): number;
  took(asker: object, milliseconds: number): void;
  lost(asker: object): void;
}

/** Of the time limit: what a task takes beyond this counts. */
const QUICK = 0.1;
/** What is left of the limit once so many limits' worth were taken: still many times what most files need. */
const LEFT: readonly (readonly [taken: number, left: number])[] = [
  [40, 0.05],
  [12, 0.2],
];
const PROCESSES_BORNE = 8;

export function createPatience(timeLimitMs: number): Patience {
  const known = new WeakMap<object, { slowMs: number; lost: number }>();

  function of(asker: object): { slowMs: number; lost: number } {
    const found = known.get(asker) ?? { slowMs: 0, lost: 0 };
    known.set(asker, found);
    return found;
  }

  return {
    limitFor(asker, task) {
      const { slowMs } = of(asker);
      const step = isWholeTree(task) ? undefined : LEFT.find(([taken]) => slowMs > taken * timeLimitMs);
      return timeLimitMs * (step?.[1] ?? 1);
    },
    cost: (asker) => of(asker).slowMs,
    isCareful: (asker) => of(asker).lost >= PROCESSES_BORNE,
    took(asker, milliseconds) {
      of(asker).slowMs += Math.max(0, milliseconds - QUICK * timeLimitMs);
    },
    lost(asker) {
      of(asker).lost += 1;
    },
  };
}

/** Whoever has all files of a folder read waits for nobody but himself. */
function isWholeTree(task: Task): boolean {
  if (task.kind === 'again') return task.file.scope === 'all';
  return task.kind === 'file' && task.scope === 'all';
}
