import type { Detection } from '../../../src/core/detection.ts';
import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { Call, FileFacts } from '../../../src/inspect/facts.ts';
import { header, pairs } from './headers.ts';
import { cookie, hapi, session } from './options.ts';
import { jars, python, sessionOf } from './python.ts';
import { rule } from './rule.ts';
import { settings } from './settings.ts';

/** Cookies that are set without, or against, their protections. */
export const insecureCookie: CodeDetector = {
  rule,
  triggers: /cookie|session|isHttpOnly|isSecure/i,
  detect: (facts) => [
    ...facts.calls().flatMap((call) => inCall(facts, call)),
    ...settings(facts),
    ...pairs(facts),
    ...jars(facts),
  ],
};

function inCall(facts: FileFacts, call: Call): readonly Detection[] {
  if (facts.program.dialect === 'python') {
    if (/^set_(?:secure_|signed_)?cookie$/.test(call.name ?? '')) return python(facts, call);
    if (call.name === 'add_middleware' || call.name === 'SessionMiddleware') return sessionOf(facts, call);
    return /^(?:set_header|add_header|append_header)$/.test(call.name ?? '') ? header(facts, call) : [];
  }
  const from = call.origin ?? '';
  if (
    /^(?:express-session|cookie-session|koa-session|@fastify\/(?:session|secure-session|cookie)|iron-session\.getIronSession|(?:@remix-run\/\w+|react-router)\.createCookieSessionStorage)$/.test(
      from,
    )
  )
    return session(facts, call, from);
  const on = call.receiver === null ? '' : facts.text(call.receiver).replace(/\(\)/g, '');
  const made = call.receiver === null ? null : facts.definition(call.receiver);
  const sets =
    (call.name === 'cookie' && /^(?:res|response|reply)\b/.test(on)) ||
    (call.name === 'setCookie' && /^(?:reply|res|c|response)?$/.test(on)) ||
    (call.name === 'set' &&
      (/cookies?\)?$/i.test(on) || (made !== null && /\bcookies\(\)\)?$/.test(facts.text(made)))));
  if (sets || from === 'cookie.serialize') return cookie(facts, call);
  if (call.name === 'state' && call.arguments.length > 1) return hapi(facts, call);
  if (/^(?:setHeader|header|set|append)$/.test(call.name ?? '') && call.arguments.length === 2)
    return header(facts, call);
  return [];
}
