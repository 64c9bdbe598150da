import type { Detection } from '../../../src/core/detection.ts';
import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf } from '../support/around.ts';
import { lastPart } from '../support/names.ts';
import { KEEP, report } from './rule.ts';

const HELMET =
  /^(?:contentSecurityPolicy|frameguard|hsts|noSniff|xssFilter|referrerPolicy|crossOriginEmbedderPolicy|crossOriginOpenerPolicy|crossOriginResourcePolicy|dnsPrefetchControl|xFrameOptions|xContentTypeOptions|strictTransportSecurity)$/;

const OFF_IF_FALSE =
  /^(?:csrf|csrfProtection|csrf_protection|xsrf|enableCsrf|csrfPrevention|escapeHtml|autoescape|autoEscape|sanitize|secureContext|contextIsolation|sandbox|webSecurity|checkOrigin|verifySignature|signatureVerification|requireAuth|authRequired|rateLimit|rateLimiting|WTF_CSRF_ENABLED|WTF_CSRF_CHECK_DEFAULT|noEscapeDisabled|force_https)$/;

const OFF_IF_TRUE =
  /^(?:nodeIntegration|allowRunningInsecureContent|noEscape|allowProtoPropertiesByDefault|allowProtoMethodsByDefault|disableCsrf|skipAuth|bypassAuth|disableAuth|disableSecurity|skipVerification|allowInsecure|dangerouslyAllowBrowser|dangerouslyAllowSVG|allowUnsafe\w*|insecure)$/;

/** Any of them. */
const SWITCH = new RegExp([HELMET, OFF_IF_FALSE, OFF_IF_TRUE].map(({ source }) => source).join('|'));

/** Names of variables that are such a switch wherever they stand. */
const NAMES = /^(?:WTF_CSRF_ENABLED|DISABLE_AUTH|SKIP_AUTH|BYPASS_AUTH)$/i;

/** Options, settings and properties that switch a protection off by a constant. */
export function options(facts: FileFacts): readonly Detection[] {
  const found: Detection[] = [];
  for (const type of ['pair', 'keyword_argument']) {
    const nodes = facts.nodes(type);
    // By index, here and below: before code is optimised, each step of an iterator makes an object.
    for (let at = 0; at < nodes.length; at += 1) {
      const node = nodes[at];
      const value = node === undefined ? undefined : fieldOf(node, 'value');
      if (node === undefined || value === undefined || !mayBeSwitch(value)) continue;
      const key = fieldOf(node, 'key') ?? fieldOf(node, 'name');
      if (key === undefined) continue;
      const name = facts.text(key).replace(/['"]/g, '');
      if (!SWITCH.test(name)) continue;
      const protects = HELMET.test(name) ? inCallOf(facts, node, /helmet/) : OFF_IF_FALSE.test(name);
      if ((protects && facts.constant(value) === false) || (OFF_IF_TRUE.test(name) && facts.constant(value) === true))
        found.push(off(facts, node, name));
    }
  }
  const python = facts.program.dialect === 'python';
  const assignments = facts.assignments();
  for (let at = 0; at < assignments.length; at += 1) {
    const assignment = assignments[at];
    if (assignment === undefined || (!python && !mayBeSwitch(assignment.value))) continue;
    const { node, target, value } = assignment;
    const name = lastPart(facts.text(target));
    if (target.type === 'identifier' && !DJANGO.test(name) && !NAMES.test(name)) continue;
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
  return report(facts, at, `The protection "${name}" is switched off.`, KEEP, weak ? 'note' : 'warning');
}

function inCallOf(facts: FileFacts, node: Syntax, pattern: RegExp): boolean {
  for (let up = node.parent; up !== null; up = up.parent) {
    const callee = fieldOf(up, 'function');
    if (callee !== undefined && pattern.test(facts.text(callee))) return true;
  }
  return false;
}
