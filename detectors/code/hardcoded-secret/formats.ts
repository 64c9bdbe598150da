/** A secret recognised by its form. */
export interface Format {
  readonly what: string;
  /** The secret part of the text. */
  readonly secret: string;
}

const ADDRESS = 'a password in an address';

/** Prefixes that providers give to their secrets, from their own documentation. */
const FORMATS: readonly (readonly [RegExp, string])[] = [
  [/\b((?:AKIA|ASIA)[0-9A-Z]{16})\b/, 'an AWS access key id'],
  [/\b(gh[pousr]_[A-Za-z0-9]{36,})\b/, 'a GitHub token'],
  [/\b(github_pat_[A-Za-z0-9_]{50,})\b/, 'a GitHub token'],
  [/\b(glpat-[A-Za-z0-9_-]{20,})/, 'a GitLab token'],
  [/\b(xox[abposr]-[A-Za-z0-9-]{10,})/, 'a Slack token'],
  [/(hooks\.slack\.com\/services\/T\w+\/B\w+\/\w{20,})/, 'a Slack webhook address'],
  [/\b((?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,})/, 'a Stripe key'],
  [/\b(sk-(?:proj-|ant-[\w-]*)?[A-Za-z0-9_-]{20,})/, "a model provider's key"],
  [/\b(AIza[0-9A-Za-z_-]{35})/, 'a Google API key'],
  [/\b(SG\.[\w-]{20,}\.[\w-]{20,})/, 'a SendGrid key'],
  [/\b(npm_[A-Za-z0-9]{36})\b/, 'an npm token'],
  [/\b(pypi-[A-Za-z0-9_-]{50,})/, 'a PyPI token'],
  [/\b(dop_v1_[0-9a-f]{64})\b/, 'a DigitalOcean token'],
  [/\b(shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32})\b/, 'a Shopify token'],
  [/\b(key-[0-9a-f]{32})\b/, 'a Mailgun key'],
  [/\b(eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,})/, 'a signed token'],
  [/-----BEGIN (?:RSA |EC |DSA |OPENSSH |ENCRYPTED )?PRIVATE KEY-----\s*([A-Za-z0-9+/=\s]{20,})/, 'a private key'],
  [/^[a-z][a-z0-9+.-]*:\/\/[^\s:@/]+:([^\s:@/${}]{3,})@/i, ADDRESS],
];

/** What stands in every text of one of the forms; most texts have nothing of it. */
const MARKS =
  /A[KS]IA|gh[pousr]_|github_pat_|glpat-|xox[abposr]-|hooks\.slack|[sr]k_|sk-|AIza|SG\.|npm_|pypi-|dop_v1_|shp|key-|eyJ|-----BEGIN|:\/\/[^\s:@/]+:/;

export function mayHaveFormat(text: string): boolean {
  return MARKS.test(text);
}

/** `mysql://user:pass@host`: the word that stands for a password in every documentation. */
const WORD = /^(?:pass(?:wd|word)?|pwd|secret|token|pw)$/i;

/** Null where the text has none of the forms. */
export function knownFormat(text: string): Format | null {
  if (!mayHaveFormat(text)) return null;
  for (const [pattern, what] of FORMATS) {
    const secret = pattern.exec(text)?.[1];
    if (secret !== undefined) return what === ADDRESS && WORD.test(secret) ? null : { what, secret };
  }
  return null;
}

/** Texts that people write where a secret will stand. */
export function isPlaceholder(text: string): boolean {
  if (
    /(?:your|my|our|some|any|enter|insert|put|add|paste)[-_ ]?\w*|example|sample|dummy|placeholder|fake|mock|redacted|todo|fixme|x{4,}|\*{3,}|\.{3}|<.+>|change[-_ ]?(?:me|this|it)|replace[-_ ]?(?:me|this)|foo|bar\b|lorem|process\.env|not[-_]?set|(?:wrong|invalid|incorrect|bad)[-_ ]?(?:pass\w*|secret|token|key|credentials?)|^test(?:ing)?$|^(?:n\/?a|tbd|none)$/i.test(
      text,
    )
  )
    return !randomLooking(text);
  return /^(.)\1+$/.test(text) || /^(?:0123456789|1234567890|abcdef)+/i.test(text);
}

/** Shannon entropy, bits a character: texts of a random source of 16 characters or more lie above 3.3, words below. */
export function randomLooking(text: string): boolean {
  if (text.length < 16 || /\s/.test(text)) return false;
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  const classes = [/[a-z]/, /[A-Z]/, /\d/].filter((each) => each.test(text)).length;
  return bits > 3.3 && (classes === 3 || /^[0-9a-f]{24,}$/i.test(text));
}

/** The first three characters and the length: enough to find it, not enough to use it. */
export function masked(text: string): string {
  const plain = text.replace(/\s+/g, ' ');
  return `${plain.slice(0, Math.min(3, Math.floor(plain.length / 3)))}…, ${plain.length} characters`;
}
