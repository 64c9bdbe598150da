/** A body that is on its way in. */
export interface Incoming {
  /** So much more of it has come. */
  grew(bytes: number): void;
  /** It is whole, or gone. */
  ended(): void;
}

/** What has come of bodies that nobody could check yet: a signature covers the last byte. */
export interface Intake {
  /** `cut` ends the request. */
  open(cut: () => void): Incoming;
}

/**
 * Bounds what all unchecked bodies hold together. Where it is too much the longest is cut off, until it is not: what
 * GitHub sends is short and quickly there, and nobody who holds a lot open makes room scarce for it.
 */
export function createIntake(limitBytes: number): Intake {
  interface Held {
    bytes: number;
    readonly cut: () => void;
  }
  const held = new Set<Held>();
  let total = 0;

  function release(one: Held): void {
    if (held.delete(one)) total -= one.bytes;
  }

  function makeRoom(): void {
    while (total > limitBytes) {
      const [longest] = [...held].sort((a, b) => b.bytes - a.bytes);
      if (longest === undefined) return;
      release(longest);
      longest.cut();
    }
  }

  return {
    open(cut) {
      const one: Held = { bytes: 0, cut };
      held.add(one);
      return {
        grew(bytes) {
          if (!held.has(one)) return;
          one.bytes += bytes;
          total += bytes;
          makeRoom();
        },
        ended: () => release(one),
      };
    },
  };
}
