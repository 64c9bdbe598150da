import type { Detection } from '../../../src/core/detection.ts';
import { expected, hasMatch } from '../../../src/core/prefilter.ts';
import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { Call, FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf } from '../support/around.ts';
import { oneOf } from '../support/remember.ts';
import { commands } from './commands.ts';
import { comments } from './comments.ts';
import { headers } from './headers.ts';
import { options } from './options.ts';
import { KEEP, report, rule } from './rule.ts';

/** Comments, options, calls and commands that take a protection away. */
export const disabledSecurityControl: CodeDetector = {
  rule,
  triggers:
    /eslint-disable|biome-ignore|nosem|nosec|NOSONAR|codeql|lgtm|noqa|:ignore|allowlist|:skip|ignore|helmet|csrf|scape|sanitize|secur|sandbox|isolation|nodeIntegration|no-verify|gpgsign|dangerously|insecure|[Aa]uth|verif|rateLimit|autoescape|strictContextual|AUTH_PASSWORD|X_FRAME|xframe|Talisman|disable_warnings|ALLOWED_HOSTS|allowProto|allowUnsafe|Content-Security-Policy|scriptSrc|hsts|Strict-Transport|X-Frame-Options|X-Content-Type/i,
  detect: (facts) => [
    ...comments(facts),
    ...options(facts),
    ...calls(facts),
    ...headers(facts),
    ...exempted(facts),
    ...commands(facts),
    ...escapers(facts),
  ],
};

/** `mustache.escape = (text) => text`: every template writes markup as it comes (mustache.js, "escape"). */
function escapers(facts: FileFacts): readonly Detection[] {
  const found: Detection[] = [];
  for (const { node, target, value } of facts.assignments()) {
    const property = target.type === 'member_expression' ? fieldOf(target, 'property') : undefined;
    // The name first: where it comes from is asked of few.
    if (
      property === undefined ||
      !/^escape(?:Expression)?$|\\/.test(facts.text(property)) ||
      !/^mustache\.escape$|^handlebars\.(?:Utils\.)?escapeExpression$/.test(facts.origin(target) ?? '')
    )
      continue;
    const fn = facts.functionOf(value);
    const [name] = fn === null ? [] : parametersOf(fn);
    const body = fn === null ? undefined : fieldOf(fn, 'body');
    if (name === undefined || body === undefined) continue;
    const given = facts.text(body).replace(/^\{\s*return\s+|;?\s*\}$/g, '');
    const own = facts
      .text(name)
      .replace(/[:=].*/s, '')
      .trim();
    if (given === own) found.push(report(facts, node, 'The escaping of markup is switched off.', KEEP, 'warning'));
  }
  return found;
}

function parametersOf(fn: Syntax): readonly Syntax[] {
  const single = fieldOf(fn, 'parameter');
  return single === undefined ? (fieldOf(fn, 'parameters')?.children ?? []) : [single];
}

function calls(facts: FileFacts): readonly Detection[] {
  return facts.callsLike({ from: TEMPLATES, named: SWITCHES }).flatMap((call) => {
    const off = switchedOff(facts, call);
    return off === null ? [] : [report(facts, call.node, off, KEEP, 'warning')];
  });
}

const EXEMPTS = expected(/xframe_options_exempt/);

/** Django's decorators that take a header away from one view (its documentation, "Clickjacking Protection"). */
function exempted(facts: FileFacts): readonly Detection[] {
  if (!hasMatch(EXEMPTS, facts.program.text)) return [];
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

/** `Environment(**options)`: what else is set stands elsewhere. */
function isOpen(call: Call): boolean {
  return fieldOf(call.node, 'arguments')?.children.some(({ type }) => type === 'dictionary_splat') === true;
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
  if (/^jinja2\.Environment$/.test(call.origin ?? '') && call.keywords.get('autoescape') === undefined && !isOpen(call))
    return 'The escaping of markup is off: Jinja needs autoescape=True.';
  return null;
}
