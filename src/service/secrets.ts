import { cleanText, REMOVED } from '../store/redact.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Shorter ones would blot out ordinary words, and protect nothing. */
const SHORTEST = 6;

/** Variables that are a secret as a whole. libpq reads the last one where `DATABASE_URL` names no password. */
const WHOLE = [
  'WEBHOOK_SECRET',
  'COUNTERSIGN_METRICS_TOKEN',
  'COUNTERSIGN_ACTIONS_TOKEN',
  'GITHUB_TOKEN',
  'PGPASSWORD',
];

/** Variables that are addresses, or hold some: each may carry a login, or a token in its query. */
const ADDRESSES =
  /^(?:DATABASE_URL|GITHUB_(?:API|WEB)_URL|COUNTERSIGN_(?:REGISTRY_\w+|ROUTES|OSV|DENY_LIST|DEPS_DEV|NPM_DOWNLOADS|PYPI_DOWNLOADS|ALERT_URL)|OTEL_EXPORTER_OTLP_(?:TRACES_)?ENDPOINT|https?_proxy)$/i;

/** OpenTelemetry specification, "OTLP Exporter Configuration": `key=value` with commas between, percent-encoded. */
const HEADERS = ['OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_EXPORTER_OTLP_TRACES_HEADERS'];

/** A part of an alert's address that is long enough to be its token, as chat services have them. */
const LONG_SEGMENT = 16;

/** Every value in the operator's variables that must not leave this process. */
export function secretsOfEnvironment(env: Environment): readonly string[] {
  const addresses = Object.entries(env).flatMap(([name, value]) =>
    ADDRESSES.test(name) && value !== undefined ? value.split(/[\s,]+/) : [],
  );
  const headers = HEADERS.flatMap((name) => (env[name] ?? '').split(',')).map((each) =>
    decoded(each.slice(each.indexOf('=') + 1).trim()),
  );
  return longEnough([
    ...WHOLE.map((name) => env[name] ?? ''),
    ...linesOfKey((env['PRIVATE_KEY'] ?? '').replaceAll('\\n', '\n')),
    ...addresses.flatMap(inAddress),
    ...segmentsOf(env['COUNTERSIGN_ALERT_URL'] ?? ''),
    ...headers,
    ...headers.map((value) => value.replace(/^\S+\s+/, '')),
  ]);
}

/** The App's own, wherever they were read. */
export function secretsOfApp(credentials: {
  /** PEM. */
  readonly privateKey: string;
  readonly webhookSecret: string;
}): readonly string[] {
  return longEnough([credentials.webhookSecret, ...linesOfKey(credentials.privateKey)]);
}

/** What an npm configuration holds for its registries (npm documentation, "npmrc", "Auth related configuration"). */
export function secretsOfNpm(options: Readonly<Record<string, string | number | boolean>>): readonly string[] {
  return longEnough(
    Object.entries(options).flatMap(([key, value]) => {
      if (typeof value !== 'string') return [];
      const [, kind] = /^\/\/.*:(_authToken|_auth|_password)$/.exec(key) ?? [];
      if (kind === undefined) return inAddress(value);
      if (kind === '_authToken') return [value];
      const plain = Buffer.from(value, 'base64').toString('utf8');
      return [value, plain, ...(kind === '_auth' ? [plain.slice(plain.indexOf(':') + 1)] : [])];
    }),
  );
}

/** Text without these secrets in any of their spellings, and without what looks like one. */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const spellings = secrets.flatMap((secret) => [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64'),
  ]);
  const literal = [...new Set(spellings)].sort((a, b) => b.length - a.length);
  return (text) => cleanText(literal.reduce((cleaned, secret) => cleaned.replaceAll(secret, REMOVED), text));
}

/** The same for a line of JSON, which stays one. What the removal broke is replaced as a whole. */
export function scrubber(secrets: readonly string[]): (line: string) => string {
  const redact = redactor(secrets);
  return (line) => {
    const cleaned = redact(line);
    if (cleaned === line || isJson(cleaned)) return cleaned;
    return `${JSON.stringify({ level: 50, time: new Date().toISOString(), msg: REMOVED })}\n`;
  };
}

/** Login and query of an address; of a route (`npm:@acme=https://…`) those of the address in it. */
function inAddress(text: string): readonly string[] {
  const [address = `http://${text}`] = /[a-z][a-z0-9+.-]*:\/\/.*$/i.exec(text) ?? [];
  const url = URL.parse(address);
  if (url === null) return inBrokenAddress(text);
  const { username, password, searchParams } = url;
  const login = `${decoded(username)}:${decoded(password)}`;
  return [decoded(password), ...(password === '' ? [] : [login]), ...searchParams.values()];
}

/** What cannot be read as an address is shown to whoever mends it: without what stands before its `@`. */
function inBrokenAddress(text: string): readonly string[] {
  const [, login = ''] = /^(?:[a-z]+:\/\/)?([^\s@]+)@/i.exec(text) ?? [];
  return [login, login.slice(login.indexOf(':') + 1)];
}

function segmentsOf(address: string): readonly string[] {
  return (URL.parse(address)?.pathname ?? '').split('/').filter((segment) => segment.length >= LONG_SEGMENT);
}

/** Each line of the PEM text: a part of a key is one too. */
function linesOfKey(pem: string): readonly string[] {
  return pem.split(/\s+/).filter((line) => /^[A-Za-z0-9+/=]{20,}$/.test(line));
}

function longEnough(found: readonly string[]): readonly string[] {
  return [...new Set(found)].filter((secret) => secret.length >= SHORTEST);
}

/** As it stands where it is not percent-encoded well. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
