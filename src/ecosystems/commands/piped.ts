const FETCH = '(?:curl|wget|fetch|aria2c)';
const SHELL = '(?:sudo\\s+(?:-\\S+\\s+)*)?(?:env\\s+\\S+=\\S*\\s+)?(?:/(?:usr/)?bin/)?(?:env\\s+)?(?:ba|z|da|k|fi)?sh';
const PIPED = [
  new RegExp(`\\b${FETCH}\\b[^|;&\\n]{0,2000}(?:\\|[^|;&\\n]{0,500})?\\|\\s*${SHELL}\\b`),
  new RegExp(`\\b${FETCH}\\b[^|;&\\n]{0,2000}\\|\\s*(?:sudo\\s+)?(?:python3?|node|perl|ruby|bun|deno)\\b`),
  new RegExp(`\\b(?:ba|z|da|k)?sh\\s+(?:-\\w+\\s+)*["']?(?:<\\(|\\$\\(|\`)\\s*${FETCH}\\b`),
  new RegExp(`\\b(?:eval|source|\\.)\\s+["']?(?:<\\(|\\$\\(|\`)\\s*${FETCH}\\b`),
  /\b(?:iwr|irm|Invoke-WebRequest|Invoke-RestMethod)\b[^|\n]{0,2000}\|\s*(?:iex|Invoke-Expression)\b/i,
  /\b(?:iex|Invoke-Expression)\b[^|\n]{0,200}\b(?:iwr|irm|Invoke-WebRequest|Invoke-RestMethod|DownloadString)\b/i,
];

/** The address of a script that a line fetches and runs in one step; `''` where the line does so and names no address. */
export function pipedScript(line: string): string | undefined {
  if (!PIPED.some((pattern) => pattern.test(line))) return undefined;
  return /https?:\/\/[^\s"'`|)]+/i.exec(line)?.[0] ?? '';
}
