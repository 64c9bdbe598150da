import type { SinkKind } from './facts.ts';

/** Calls whose result is a number, a truth value, a digest or a fresh id, whatever goes in. */
const INERT: ReadonlySet<string> = new Set([
  '~Number',
  '~parseInt',
  '~parseFloat',
  '~Boolean',
  '~BigInt',
  '~Number.parseInt',
  '~Number.parseFloat',
  '~isNaN',
  '~Number.isInteger',
  '~Array.isArray',
  '~Date.now',
  '~Date()',
  '~Number()',
  '~Boolean()',
  '~int',
  '~float',
  '~bool',
  '~len',
  '~hash',
  '~ord',
  '~abs',
  '~round',
  '~isinstance',
  '~Symbol',
  'uuid.v4',
  'crypto.randomUUID',
  '~crypto.randomUUID',
  'crypto.randomBytes',
  'uuid.UUID',
  'decimal.Decimal',
  'fractions.Fraction',
  'ipaddress.ip_address',
  'ipaddress.ip_network',
  'ipaddress.IPv4Address',
  'ipaddress.IPv6Address',
  'datetime.datetime.strptime',
  'datetime.datetime.fromisoformat',
  'datetime.date.fromisoformat',
  'bcrypt.hash',
  'bcrypt.hashSync',
  'bcryptjs.hash',
  'bcryptjs.hashSync',
  'argon2.hash',
  'bcrypt.compare',
  'os.path.exists',
  'fs.existsSync',
  'nanoid.nanoid',
  'mongoose.Types.ObjectId',
  'mongoose.Types.ObjectId()',
  '~ObjectId',
  'bson.ObjectId',
  'bson.objectid.ObjectId',
  'mongodb.ObjectId',
  'mongodb.ObjectId()',
]);

const INERT_METHODS: ReadonlySet<string> = new Set([
  'toFixed',
  'getTime',
  'indexOf',
  'lastIndexOf',
  'includes',
  'startsWith',
  'endsWith',
  'charCodeAt',
  'codePointAt',
  'localeCompare',
  'test',
  'hasOwnProperty',
  'some',
  'every',
  'findIndex',
  'digest',
  'hexdigest',
  'isdigit',
  'toISOString',
  'search',
  'startswith',
  'endswith',
  'has',
  'toLocaleDateString',
  'valueOf',
  'compare',
  'getInteger',
  'getNumber',
  'getBoolean',
  'verify',
]);

/** Origins that make a value harmless for some uses only. */
const BY_ORIGIN: Readonly<Record<string, readonly SinkKind[]>> = {
  '~encodeURIComponent': ['url', 'redirect', 'html', 'path', 'log', 'header', 'sql', 'template'],
  '~encodeURI': ['log', 'header'],
  '~escape': ['html', 'log', 'header'],
  '~JSON.stringify': ['log', 'nosql', 'regex', 'header', 'format'],
  'json.dumps': ['log', 'nosql'],
  '~repr': ['log'],
  'path.basename': ['path'],
  'os.path.basename': ['path'],
  'werkzeug.utils.secure_filename': ['path', 'shell', 'log'],
  'sanitize-filename': ['path'],
  // The keys are those that the program names.
  'lodash.pick': ['key'],
  '~_.pick': ['key'],
  'underscore.pick': ['key'],
  'lodash.escape': ['html'],
  'lodash.escapeRegExp': ['regex'],
  'escape-string-regexp': ['regex'],
  're.escape': ['regex'],
  'escape-html': ['html'],
  'he.encode': ['html'],
  'he.escape': ['html'],
  'html.escape': ['html'],
  'markupsafe.escape': ['html'],
  'bleach.clean': ['html'],
  'urllib.parse.quote': ['url', 'redirect', 'html', 'path', 'log'],
  'urllib.parse.quote_plus': ['url', 'redirect', 'html', 'path', 'log'],
  'shell-quote.quote': ['shell'],
  'shlex.quote': ['shell'],
  'pipes.quote': ['shell'],
  'shell-escape': ['shell'],
  'any-shell-escape': ['shell'],
  'mysql.escape': ['sql'],
  'mysql.escapeId': ['sql'],
  'mysql2.escape': ['sql'],
  'sqlstring.escape': ['sql'],
  'sqlstring.escapeId': ['sql'],
  'pg.escapeIdentifier': ['sql'],
  'pg.escapeLiteral': ['sql'],
  'pg-format': ['sql'],
  'mongo-sanitize': ['nosql'],
  '~String': ['nosql', 'data'],
  '~str': ['nosql', 'data'],
};

/** Whether the result of a call is harmless for a use, whatever its arguments. Names speak where origins are unknown. */
export function sanitizes(origin: string | null, name: string | null, kind: SinkKind): boolean {
  if (origin !== null && INERT.has(origin)) return true;
  if (origin?.startsWith('~Math.')) return true;
  const listed = origin === null ? undefined : BY_ORIGIN[origin];
  if (listed !== undefined) return listed.includes(kind);
  if (name === null) return false;
  if (INERT_METHODS.has(name)) return true;
  if ((kind === 'nosql' || kind === 'data') && name === 'toString') return true;
  // A model of pydantic has the fields that it declares and no others.
  if ((kind === 'data' || kind === 'key') && /^model_(?:dump|copy)$/.test(name)) return true;
  return namedAs(name, kind);
}

/** A helper that says what it does: `escapeHtml` helps in a page and not in a shell. */
function namedAs(name: string, kind: SinkKind): boolean {
  if (/^(?:un|de)escape|^decode|^unsafe|^safe_?load|un(?:sanitized|escaped)|^unquote/i.test(name)) return false;
  if (/^(?:parse|safeParse|parseAsync|validate|validateAsync|validateSync|cast)$/.test(name)) return false;
  const says =
    /sanit|escap|purif|clean|encode|quot|whitelist|allow|safe[A-Z_]|^safe$|strip|slugify|redact|mask|valid|normali[sz]eHost|assert|ensure/i;
  if (!says.test(name)) return false;
  const about: readonly (readonly [RegExp, readonly SinkKind[]])[] = [
    [/html|xml|markup|xss|purif|dom/i, ['html', 'template']],
    [/reg(?:ex|exp)/i, ['regex']],
    [/sql|identifier/i, ['sql']],
    [/shell|arg|cmd|command/i, ['shell', 'code']],
    [/path|file(?:name)?/i, ['path', 'shell']],
    [/ur[li]|redirect|host/i, ['url', 'redirect', 'html']],
    [/log|crlf|newline/i, ['log']],
    [/redact|mask/i, ['log', 'data', 'html']],
    [/base64|hex/i, []],
  ];
  for (const [pattern, kinds] of about) if (pattern.test(name)) return kinds.includes(kind);
  if (/^escape$|^encode$/i.test(name))
    return kind === 'html' || kind === 'sql' || kind === 'regex' || kind === 'url' || kind === 'redirect';
  return true;
}

/** `value.replace(pattern, …)`: whether a regular expression takes away what makes a value dangerous. */
export function replacementSanitizes(pattern: string, flags: string, kind: SinkKind): boolean {
  const everywhere = flags.includes('g') || kind === 'format';
  if (!everywhere) return false;
  if (/^\[\^[^\]]+\]\+?$/.test(pattern)) return kind !== 'path' || !/\.\/|\/\./.test(pattern);
  switch (kind) {
    case 'html':
      // Without one tag by its name, the others stand as they were, and what is left of two halves may be the tag again.
      if (/<(?:\\?[/s]|[?*+(:])*[a-z]/i.test(pattern)) return false;
      return pattern.includes('<') || pattern.includes('&') || pattern === '\\W';
    case 'log':
    case 'header':
      return /\\r|\\n|\\s|\\x00|\\u0000|\\W|\[\^/.test(pattern);
    case 'regex':
      return pattern.includes('\\*') || pattern.includes('*+?') || pattern.includes('.*+') || pattern.includes('^$');
    case 'sql':
      return false;
    case 'shell':
      return /["'`$;|&\\]/.test(pattern) && pattern.includes('[') && pattern.length > 6;
    case 'format':
      return pattern.includes('%');
    case 'path':
      return pattern.includes('\\/') && pattern.includes('[');
    default:
      return pattern === '\\W' || pattern === '\\D';
  }
}
