/**
 * Whether an origin can be another file of the repository: relative, under the usual aliases, or a Python module.
 * @param aliases beginnings of further names that can
 */
export function isOfThisRepository(
  origin: string,
  dialect: 'javascript' | 'python',
  aliases: readonly string[],
): boolean {
  if (dialect === 'python') return /^\.*[A-Za-z_]\w*(?:\.\w+)+$|^\.+\w+$/.test(origin);
  return /^(?:\.{1,2}|[@~])\//.test(origin) || aliases.some((alias) => beginsWith(origin, alias));
}

/** `@acme/util` begins `@acme/util.host` and `@acme/util/net.host`, not `@acme/utilities.host`; `@app/` begins all that it does. */
function beginsWith(origin: string, alias: string): boolean {
  if (!origin.startsWith(alias)) return false;
  return origin.length === alias.length || /\W$/.test(alias) || /[./]/.test(origin.charAt(alias.length));
}
