/** The record's own value of a key: a file may name its keys `constructor` or `__proto__`, which every object inherits. */
export function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
