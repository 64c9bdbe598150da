import type { Detection } from '../../../src/core/detection.ts';
import type { Call, FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { classAround, fieldOf } from '../support/around.ts';
import { REMEDIATION, rule, SENSITIVE, unprotected } from './rule.ts';

/** hapi: `server.state(name, options)`; both protections are on unless they are switched off (its documentation). */
export function hapi(facts: FileFacts, call: Call): readonly Detection[] {
  const options = call.arguments.at(-1);
  const object = options === undefined ? null : facts.object(options);
  if (object === null) return [];
  const off = ['isHttpOnly', 'isSecure'].filter((name) => {
    const value = facts.property(object, name);
    return value !== null && facts.constant(value) === false;
  });
  return off.length === 0
    ? []
    : [
        facts.finding({
          rule,
          at: call.node,
          message: `The protections ${off.join(' and ')} of the cookie are switched off.`,
          remediation: 'Leave isHttpOnly and isSecure on.',
          level: facts.isTest ? 'note' : 'warning',
        }),
      ];
}

/** `res.cookie(name, value, options)` and its like: protections that are switched off, and those that a sensitive cookie lacks. */
export function cookie(facts: FileFacts, call: Call): readonly Detection[] {
  const offset = call.name === 'setCookie' && call.receiver === null ? 1 : 0;
  const [name, value] = call.arguments.slice(offset);
  const options = call.arguments[offset + 2];
  if (name === undefined) return [];
  const whole = facts.object(name);
  const called =
    whole === null ? String(facts.constant(name) ?? facts.text(name)) : textOf(facts, facts.property(whole, 'name'));
  const sensitive =
    SENSITIVE.test(called) ||
    isKeeper(facts, call, name) ||
    (value !== undefined && /token|session|jwt/i.test(facts.text(value)));
  const object = whole ?? (options === undefined ? null : facts.object(options));
  if (object === null && options !== undefined) return [];
  return judged(facts, call.node, object, called, sensitive);
}

/** A name that is a setting says nothing; the class of sessions that sends the cookie does. */
function isKeeper(facts: FileFacts, call: Call, name: Syntax): boolean {
  const around = facts.constant(name) === undefined ? classAround(call.node) : null;
  const keeper = around === null ? undefined : fieldOf(around, 'name');
  return keeper !== undefined && /session|authenticat|log_?in|sign_?in/i.test(facts.text(keeper));
}

function judged(
  facts: FileFacts,
  at: Syntax,
  object: Syntax | null,
  called: string,
  sensitive: boolean,
): readonly Detection[] {
  if (object?.children.some((part) => part.type === 'spread_element') === true) return [];
  const missing: string[] = [];
  const off: string[] = [];
  for (const name of ['httpOnly', 'secure']) {
    const value = object === null ? null : facts.property(object, name);
    if (value === null) missing.push(name);
    else if (facts.constant(value) === false) off.push(name);
  }
  const site = object === null ? null : facts.property(object, 'sameSite');
  const secureOff = off.includes('secure') || missing.includes('secure');
  if (site !== null && /^['"]?none['"]?$/i.test(String(facts.constant(site) ?? '')) && secureOff) off.push('sameSite');
  // A token for forged requests has to be read by the page.
  const readable = /csrf|xsrf/i.test(called);
  const wrong = [...off, ...(sensitive ? missing : [])].filter((name) => !(readable && name === 'httpOnly'));
  if (wrong.length === 0) return [];
  const level = sensitive ? 'warning' : 'note';
  return [unprotected(facts, at, called, wrong, REMEDIATION, level)];
}

/** Middleware that keeps sessions in a cookie: Express, Koa, Fastify, iron-session. */
export function session(facts: FileFacts, call: Call, from: string): readonly Detection[] {
  // iron-session takes the request and the answer, or the jar of cookies, before its options.
  const given = from.startsWith('iron-session') ? call.arguments.at(-1) : call.arguments[0];
  const options = given === undefined ? null : facts.object(given);
  if (options === null) return [];
  const own = facts.property(options, 'cookie') ?? facts.property(options, 'cookieOptions');
  const settings =
    own === null ? (from === 'cookie-session' || from === 'koa-session' ? options : null) : facts.object(own);
  if (own !== null && settings === null) return [];
  const found: string[] = [];
  for (const name of ['httpOnly', 'secure']) {
    const value = settings === null ? null : facts.property(settings, name);
    if (value !== null && facts.constant(value) === false) found.push(name);
    // express-session sets httpOnly by itself and secure not.
    if (value === null && name === 'secure') found.push(name);
  }
  if (found.length === 0) return [];
  return [
    facts.finding({
      rule,
      at: own ?? call.node,
      message: `The session cookie is set without ${found.join(' and ')}.`,
      remediation: REMEDIATION,
      level: 'warning',
      confidence: 'medium',
    }),
  ];
}

function textOf(facts: FileFacts, node: Syntax | null): string {
  return node === null ? '' : String(facts.constant(node) ?? facts.text(node));
}
