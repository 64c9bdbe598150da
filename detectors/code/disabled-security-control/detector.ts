import type { Detection } from '../../../src/core/detection.ts';
import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { Call, FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf } from '../support/around.ts';
import { lastPart } from '../support/names.ts';
import { oneOf } from '../support/remember.ts';
import { codeRule } from '../support/rule.ts';
import { headers } from './headers.ts';

const rule = codeRule({
  id: 'disabled-security-control',
  shortDescription: 'A security check or protection is switched off',
  help: 'A comment that silences a security lint, an option that turns a protection off, or --no-verify makes an alarm go away and leaves its cause. Fix the cause; where the alarm is wrong, a person says so in the policy, with a reason and an end date.',
  cwe: [693, 1188],
  level: 'warning',
  confidence: 'high',
});

/** Words in a comment that silence a security check (documentation of the tools named). */
const SILENCERS: readonly (readonly [RegExp, string])[] = [
  [
    /eslint-disable(?:-next-line|-line)?\b[^\n]*\b(?:security|no-unsanitized|no-secrets|sonarjs|no-eval|no-implied-eval|no-new-func|no-script-url|react\/no-danger|xss|scanjs|detect-[a-z-]+)/i,
    'a security lint is silenced',
  ],
  [/biome-ignore\s+lint\/(?:security|suspicious\/noGlobalEval)/, 'a security lint is silenced'],
  [/\bnosem(?:grep)?\b/, 'a security scan is silenced'],
  [/#\s*nosec\b/, 'a security lint is silenced'],
  [/\bNOSONAR\b/, 'a security scan is silenced'],
  [/(?:codeql|lgtm)\s*\[/, 'a security scan is silenced'],
  [/#\s*noqa:[^\n]*\bS\d{3}\b/, 'a security lint is silenced'],
  [
    /snyk:ignore|trufflehog:ignore|gitleaks:allow|pragma:\s*allowlist\s+secret|checkov:skip|tfsec:ignore|trivy:ignore|kics-scan\s+ignore|deepcode\s+ignore/i,
    'a security scan is silenced',
  ],
  [/istanbul ignore[^\n]*(?:auth|security|permission)/i, 'a security path is left out of the tests'],
];

const HELMET =
  /^(?:contentSecurityPolicy|frameguard|hsts|noSniff|xssFilter|referrerPolicy|crossOriginEmbedderPolicy|crossOriginOpenerPolicy|crossOriginResourcePolicy|dnsPrefetchControl|xFrameOptions|xContentTypeOptions|strictTransportSecurity)$/;
const OFF_IF_FALSE =
  /^(?:csrf|csrfProtection|csrf_protection|xsrf|enableCsrf|csrfPrevention|escapeHtml|autoescape|autoEscape|sanitize|secureContext|contextIsolation|sandbox|webSecurity|checkOrigin|verifySignature|signatureVerification|requireAuth|authRequired|rateLimit|rateLimiting|WTF_CSRF_ENABLED|WTF_CSRF_CHECK_DEFAULT|noEscapeDisabled|force_https)$/;
const OFF_IF_TRUE =
  /^(?:nodeIntegration|allowRunningInsecureContent|noEscape|allowProtoPropertiesByDefault|allowProtoMethodsByDefault|disableCsrf|skipAuth|bypassAuth|disableAuth|disableSecurity|skipVerification|allowInsecure|dangerouslyAllowBrowser|dangerouslyAllowSVG|allowUnsafe\w*|insecure)$/;

/** Comments, options, calls and commands that take a protection away. */
export const disabledSecurityControl: CodeDetector = {
  rule,
  triggers:
    /eslint-disable|biome-ignore|nosem|nosec|NOSONAR|codeql|lgtm|noqa|:ignore|allowlist|:skip|ignore|helmet|csrf|scape|sanitize|secur|sandbox|isolation|nodeIntegration|no-verify|gpgsign|dangerously|insecure|[Aa]uth|verif|rateLimit|autoescape|strictContextual|AUTH_PASSWORD|X_FRAME|xframe|Talisman|disable_warnings|ALLOWED_HOSTS|allowProto|allowUnsafe|Content-Security-Policy|scriptSrc|hsts|Strict-Transport|X-Frame-Options|X-Content-Type/i,
  detect: (facts) => [
    ...comments(facts),
    ...options(facts),
    ...calls(facts),
    ...headers(facts, rule),
    ...exempted(facts),
    ...commands(facts),
    ...escapers(facts),
  ],
};

/** Any of them, in either case: most files have none. */
const SILENCER = new RegExp(SILENCERS.map(([{ source }]) => source).join('|'), 'i');

function comments(facts: FileFacts): readonly Detection[] {
  if (!SILENCER.test(facts.program.text)) return [];
  return facts.nodes('comment').flatMap((node) => {
    const text = facts.text(node);
    if (!SILENCER.test(text)) return [];
    const found = SILENCERS.find(([pattern]) => pattern.test(text));
    return found === undefined
      ? []
      : [
          report(
            facts,
            node,
            `By this comment ${found[1]}.`,
            'Fix what the check found, or let a person except it in the policy.',
            'warning',
          ),
        ];
  });
}

function options(facts: FileFacts): readonly Detection[] {
  const found: Detection[] = [];
  for (const type of ['pair', 'keyword_argument']) {
    for (const node of facts.nodes(type)) {
      const key = fieldOf(node, 'key') ?? fieldOf(node, 'name');
      const value = fieldOf(node, 'value');
      if (key === undefined || value === undefined || !mayBeSwitch(value)) continue;
      const name = facts.text(key).replace(/['"]/g, '');
      const protects = HELMET.test(name) ? inCallOf(facts, node, /helmet/) : OFF_IF_FALSE.test(name);
      if ((protects && facts.constant(value) === false) || (OFF_IF_TRUE.test(name) && facts.constant(value) === true))
        found.push(off(facts, node, name));
    }
  }
  for (const { node, target, value } of facts.assignments()) {
    const name = lastPart(facts.text(target));
    if (
      target.type === 'identifier' &&
      !DJANGO.test(name) &&
      !/^(?:WTF_CSRF_ENABLED|DISABLE_AUTH|SKIP_AUTH|BYPASS_AUTH)$/i.test(name)
    )
      continue;
    if (isDjangoSwitch(facts, target, value)) found.push(off(facts, node, name));
    if (
      (OFF_IF_FALSE.test(name) && facts.constant(value) === false) ||
      ((OFF_IF_TRUE.test(name) || /^(?:DISABLE|SKIP|BYPASS)_AUTH$/i.test(name)) && facts.constant(value) === true)
    )
      found.push(off(facts, node, name));
  }
  return found;
}

/** Django's settings reference, "Security" and its deployment checklist. */
const DJANGO =
  /^(?:AUTH_PASSWORD_VALIDATORS|SECURE_SSL_REDIRECT|SECURE_CONTENT_TYPE_NOSNIFF|SECURE_BROWSER_XSS_FILTER|X_FRAME_OPTIONS|ALLOWED_HOSTS|SECURE_HSTS_SECONDS)$/;

function isDjangoSwitch(facts: FileFacts, target: Syntax, value: Syntax): boolean {
  const name = facts.text(target);
  if (
    facts.program.dialect !== 'python' ||
    !DJANGO.test(name) ||
    /(?:^|[/_.])(?:dev\w*|local\w*|tests?)\b/i.test(facts.path)
  )
    return false;
  const known = facts.constant(value);
  switch (name) {
    case 'AUTH_PASSWORD_VALIDATORS':
      return /^\[\s*\]$/.test(facts.text(value));
    case 'ALLOWED_HOSTS':
      return /^[[(]\s*["']\*["']\s*,?\s*[\])]$/.test(facts.text(value));
    case 'X_FRAME_OPTIONS':
      return typeof known === 'string' && !/^(?:deny|sameorigin)$/i.test(known);
    default:
      return known === false || known === 0;
  }
}

/** `true`, `!1` and names: anything else is no constant that is true or false. */
function mayBeSwitch({ type }: Syntax): boolean {
  return !NO_SWITCHES.has(type);
}

const NO_SWITCHES: ReadonlySet<string> = new Set([
  'string',
  'template_string',
  'number',
  'null',
  'object',
  'array',
  'regex',
  'arrow_function',
  'function_expression',
  'class',
  'new_expression',
  'binary_expression',
]);

function off(facts: FileFacts, at: Syntax, name: string): Detection {
  const weak =
    /^(?:sandbox|sanitize|rateLimit|rateLimiting|crossOriginEmbedderPolicy|dnsPrefetchControl|insecure|dangerouslyAllowBrowser|xssFilter|sandbox)$/.test(
      name,
    );
  return report(
    facts,
    at,
    `The protection "${name}" is switched off.`,
    'Leave the protection on and adapt what it stops.',
    weak ? 'note' : 'warning',
  );
}

/** `mustache.escape = (text) => text`: every template writes markup as it comes (mustache.js, "escape"). */
function escapers(facts: FileFacts): readonly Detection[] {
  return facts.assignments().flatMap(({ node, target, value }) => {
    if (
      target.type !== 'member_expression' ||
      !/^mustache\.escape$|^handlebars\.(?:Utils\.)?escapeExpression$/.test(facts.origin(target) ?? '')
    )
      return [];
    const fn = facts.functionOf(value);
    const [name] = fn === null ? [] : parametersOf(fn);
    const body = fn === null ? undefined : fieldOf(fn, 'body');
    if (name === undefined || body === undefined) return [];
    const given = facts.text(body).replace(/^\{\s*return\s+|;?\s*\}$/g, '');
    return given ===
      facts
        .text(name)
        .replace(/[:=].*/s, '')
        .trim()
      ? [
          report(
            facts,
            node,
            'The escaping of markup is switched off.',
            'Leave the protection on and adapt what it stops.',
            'warning',
          ),
        ]
      : [];
  });
}

function parametersOf(fn: Syntax): readonly Syntax[] {
  const single = fieldOf(fn, 'parameter');
  return single === undefined ? (fieldOf(fn, 'parameters')?.children ?? []) : [single];
}

function inCallOf(facts: FileFacts, node: Syntax, pattern: RegExp): boolean {
  for (let up = node.parent; up !== null; up = up.parent) {
    const callee = up.children.find((child) => child.field === 'function');
    if (callee !== undefined && pattern.test(facts.text(callee))) return true;
  }
  return false;
}

function calls(facts: FileFacts): readonly Detection[] {
  return facts.callsLike({ from: TEMPLATES, named: SWITCHES }).flatMap((call) => {
    const off = switchedOff(facts, call);
    return off === null
      ? []
      : [report(facts, call.node, off, 'Leave the protection on and adapt what it stops.', 'warning')];
  });
}

/** Django's decorators that take a header away from one view (its documentation, "Clickjacking Protection"). */
function exempted(facts: FileFacts): readonly Detection[] {
  if (!facts.program.text.includes('xframe_options_exempt')) return [];
  return facts
    .nodes('decorator')
    .flatMap((node) =>
      /\bxframe_options_exempt\b/.test(facts.text(node))
        ? [
            report(
              facts,
              node,
              'Any site may show this page in a frame.',
              'Leave the protection on, or name who may with frame-ancestors.',
              'warning',
            ),
          ]
        : [],
    );
}

const TEMPLATES = oneOf(/^jinja2\.Environment$|(?:^|[.~])Talisman$|(?:^|\.)disable_warnings$/);
const SWITCHES = oneOf(/^enabled$/);

function switchedOff(facts: FileFacts, call: Call): string | null {
  const [first] = call.arguments;
  if (
    /^\$sceProvider\.enabled$/.test(facts.text(call.callee)) &&
    first !== undefined &&
    facts.constant(first) === false
  )
    return 'The escaping of markup is switched off.';
  // Flask-Talisman: `None` leaves the header out (its documentation, "Options").
  const policy = /(?:^|[.~])Talisman$/.test(call.origin ?? '')
    ? call.keywords.get('content_security_policy')
    : undefined;
  if (policy !== undefined && /^(?:None|False)$/.test(facts.text(policy)))
    return 'The protection "content_security_policy" is switched off.';
  if (
    /(?:^|\.)disable_warnings$/.test(call.origin ?? '') &&
    /InsecureRequestWarning|^(?:requests\.packages\.)?urllib3\.disable_warnings\(\s*\)$/.test(facts.text(call.node))
  )
    return 'Nobody is warned any more of connections whose certificate is not checked.';
  if (/^jinja2\.Environment$/.test(call.origin ?? '') && call.keywords.get('autoescape') === undefined)
    return 'The escaping of markup is off: Jinja needs autoescape=True.';
  return null;
}

const COMMANDS =
  /\bgit\b[^\n]*--no-verify|commit\.gpgsign[= ]false|npm[^'"`\n]*--no-audit[^'"`\n]*--force|--insecure\b|curl\b[^'"`\n]*\s-k\b|--no-check-certificate|--disable-web-security|http\.sslVerify[= ]false|strict-ssl[= ]false|StrictHostKeyChecking[= ]no|--trusted-host|--allow-unauthenticated|setenforce 0/;

/** One of them stands in every such command. */
const COMMAND_WORDS =
  /--(?:no-verify|no-audit|insecure|no-check-cert|disable-web|trusted-host|allow-unauth)|gpgsign|sslVerify|strict-ssl|StrictHostKey|setenforce|\bcurl\b/;

/** `git commit --no-verify` and the like, in texts that are handed to a shell. */
function commands(facts: FileFacts): readonly Detection[] {
  const found: Detection[] = [];
  const { text: whole } = facts.program;
  if (!whole.includes('--no-verify') && !(COMMAND_WORDS.test(whole) && COMMANDS.test(whole))) return found;
  for (const type of ['string', 'template_string']) {
    for (const node of facts.nodes(type)) {
      if (node.end - node.start > 2_000) continue;
      const text = facts.text(node);
      const skips = COMMANDS.exec(text);
      if (skips !== null || (text.replace(/['"`]/g, '') === '--no-verify' && !isOwnOption(facts, node)))
        found.push(
          report(
            facts,
            node,
            `The command leaves a check out (${(skips?.[0] ?? text).slice(-40)}).`,
            'Let the check run.',
            'warning',
          ),
        );
    }
  }
  return found;
}

/** `parser.add_argument('--no-verify')`, `process.argv.includes('--no-verify')`: an option of this very program. */
function isOwnOption(facts: FileFacts, node: Syntax): boolean {
  const call = node.parent?.type === 'arguments' ? node.parent.parent : null;
  const callee = call === null ? null : fieldOf(call, 'function');
  return (
    callee?.type === 'member_expression' &&
    /\b(?:add_argument|option|addOption|flag|includes|indexOf|has)$/.test(facts.text(callee))
  );
}

function report(
  facts: FileFacts,
  at: Syntax,
  message: string,
  remediation: string,
  level: 'warning' | 'note',
): Detection {
  return facts.finding({ rule, at, message, remediation, level: facts.isTest ? 'note' : level });
}
