/**
 * A fact about the outside world, and how well it is known. The four states are never folded into one another:
 * only `absent` says that the source answered "this does not exist".
 */
export type Fact<T> =
  | { readonly state: 'known'; readonly value: T; readonly source: string; readonly observedAt: string }
  | { readonly state: 'absent'; readonly source: string; readonly observedAt: string }
  | {
      readonly state: 'unavailable';
      readonly source: string;
      /** One clause a person can read: "answered 503", "no answer in 10 s". */
      readonly reason: string;
      /** True where a later try may give the fact; false where this source never gives it. */
      readonly transient: boolean;
    }
  | { readonly state: 'notApplicable' };

/** The value of a known fact, else undefined. For evidence lines only: a rule must look at the state. */
export function knownValue<T>(fact: Fact<T>): T | undefined {
  return fact.state === 'known' ? fact.value : undefined;
}

/** `observedAt` is an ISO 8601 instant in UTC. */
export function known<T>(value: T, source: string, observedAt: string): Fact<T> {
  return { state: 'known', value, source, observedAt };
}

export function absent<T>(source: string, observedAt: string): Fact<T> {
  return { state: 'absent', source, observedAt };
}

export function unavailable<T>(source: string, reason: string, transient: boolean): Fact<T> {
  return { state: 'unavailable', source, reason, transient };
}

export function notApplicable<T>(): Fact<T> {
  return { state: 'notApplicable' };
}

/** Applies `change` to a known value and passes every other state through. */
export function mapFact<T, U>(fact: Fact<T>, change: (value: T) => U): Fact<U> {
  return fact.state === 'known' ? { ...fact, value: change(fact.value) } : fact;
}
