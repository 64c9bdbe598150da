/** One requirement without an operator, or with `=`, names one version (RubyGems, "Patterns: Declaring dependencies"). */
export function exactVersion(ranges: readonly string[]): { readonly version?: string } {
  const [only, ...more] = ranges;
  if (only === undefined || more.length > 0) return {};
  const version = /^(?:=\s*)?(\d[\w.]*(?:-[\w.]+)?)$/.exec(only.trim())?.[1];
  return version === undefined ? {} : { version };
}
