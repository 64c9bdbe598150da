/** A pattern twice: V8 searches for the first match sooner with an expression that does not keep where it was. */
export interface Sought {
  /** Whether it is there at all, which most texts are asked for in vain. */
  readonly once: RegExp;
  readonly everywhere: RegExp;
}

/** @param once without the flags `g` and `y` */
export function sought(once: RegExp): Sought {
  return { once, everywhere: new RegExp(once, `${once.flags}g`) };
}
