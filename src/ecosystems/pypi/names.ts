/** PEP 503, "Normalized Names". */
export function normalizePypiName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-');
}
