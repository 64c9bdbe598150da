/**
 * `[1.2.3]` is exact; a bare `1.2.3` is a lower bound of which restore takes the lowest, so it names that version
 * (NuGet, "Package versioning", "Dependency resolution: lowest applicable version").
 */
export function exactVersion(range: string): { readonly version?: string } {
  const version = /^\[?(\d+(?:\.\d+){0,3}(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?)\]?$/.exec(range.trim())?.[1];
  const isOpen = range.trim().startsWith('[') !== range.trim().endsWith(']');
  return version === undefined || isOpen ? {} : { version };
}
