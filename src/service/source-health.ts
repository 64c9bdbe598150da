/** How each source answered lately: GitHub, registries, advisories. Instants are milliseconds since the epoch. */
export interface SourceHealth {
  heard(source: string, answered: boolean): void;
  /** Sources whose last word was a failure, and since when they have not answered. */
  down(): readonly { readonly source: string; readonly since: number }[];
  /** Sources whose last word was an answer. One that was not asked since the start is neither. */
  up(): readonly string[];
}

export function createSourceHealth(now: () => number): SourceHealth {
  const failingSince = new Map<string, number>();
  const answering = new Set<string>();
  return {
    heard(source, answered) {
      if (answered) answering.add(source);
      else answering.delete(source);
      if (answered) failingSince.delete(source);
      else if (!failingSince.has(source)) failingSince.set(source, now());
    },
    down: () => [...failingSince].map(([source, since]) => ({ source, since })),
    up: () => [...answering],
  };
}
