/**
 * Where blobs may be kept beyond this process: content by object name never changes. Neither function may throw: a store
 * that does not answer is a miss. What it answers is checked against the name.
 */
export interface BlobCache {
  get(sha: string): Promise<Uint8Array | undefined>;
  put(sha: string, bytes: Uint8Array): Promise<void>;
}

/** Keeps the most recently used values up to a total weight, and joins requests for one key that are under way. */
export interface Memory<T> {
  get(key: string, load: () => Promise<T>): Promise<T>;
}

export function createMemory<T>(limit: number, weigh: (value: T) => number): Memory<T> {
  const kept = new Map<string, T>();
  const loading = new Map<string, Promise<T>>();
  let weight = 0;

  function keep(key: string, value: T): void {
    const own = weigh(value);
    // One value may not push out everything else.
    if (own > limit / 4) return;
    kept.set(key, value);
    weight += own;
    for (const [oldest, old] of kept) {
      if (weight <= limit) break;
      kept.delete(oldest);
      weight -= weigh(old);
    }
  }

  return {
    async get(key, load) {
      const found = kept.get(key);
      if (found !== undefined) {
        kept.delete(key);
        kept.set(key, found);
        return found;
      }
      const running = loading.get(key);
      if (running) return await running;
      const started = load();
      loading.set(key, started);
      try {
        const value = await started;
        keep(key, value);
        return value;
      } finally {
        loading.delete(key);
      }
    },
  };
}
