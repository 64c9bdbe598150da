import type { Detection } from '../../../src/core/detection.ts';
import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { Call, FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf, functionAround } from '../support/around.ts';
import { codeRule } from '../support/rule.ts';

const rule = codeRule({
  id: 'insecure-cookie',
  shortDescription: 'A cookie that signs people in lacks its protections',
  help: 'Without httpOnly any script of the page can read the cookie, without secure it travels in clear text, and with SameSite=None other sites send it along. Set httpOnly, secure and sameSite for every cookie that carries a session or a token.',
  cwe: [614, 1004, 1275],
  level: 'warning',
  confidence: 'high',
});

const REMEDIATION = "Set { httpOnly: true, secure: true, sameSite: 'lax' }.";
const SENSITIVE = /sess|sid$|^sid|token|jwt|auth|login|user|remember|access|refresh|credential|identity|csrf/i;

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
    /^(?:express-session|cookie-session|koa-session|@fastify\/(?:session|secure-session|cookie)|iron-session\.getIronSession)$/.test(
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

/** hapi: `server.state(name, options)`; both protections are on unless they are switched off (its documentation). */
function hapi(facts: FileFacts, call: Call): readonly Detection[] {
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

/** Flask's and Django's names for the protections of their cookies. */
const SETTING = /^(?:SESSION|REMEMBER|CSRF|LANGUAGE)_COOKIE_(?:SECURE|HTTPONLY)$/;

/** Settings that switch a protection off, and cookies that a page writes itself, which every script of it can read. */
function settings(facts: FileFacts): readonly Detection[] {
  const found: Detection[] = [];
  const off = (at: Syntax, name: string): void => {
    found.push(
      facts.finding({
        rule,
        at,
        message: `The protection ${name} is switched off.`,
        remediation: 'Leave it on; where it stands in the way, in development only.',
        level: facts.isTest || /^(?:LANGUAGE|CSRF_COOKIE_HTTP)/.test(name) ? 'note' : 'warning',
      }),
    );
  };
  for (const { node, target, value } of facts.assignments()) {
    const text = facts.text(target);
    const name = /(\w+)['"]?\]?$/.exec(text)?.[1] ?? '';
    if (SETTING.test(name) && facts.constant(value) === false) off(node, name);
    if (text !== 'document.cookie') continue;
    const called = facts.shape(value)?.split('=')[0] ?? '';
    if (
      !SENSITIVE.test(called) ||
      /csrf|xsrf/i.test(called) ||
      /expires=Thu, 01 Jan 1970|max-age=0/i.test(facts.text(value))
    )
      continue;
    found.push(
      facts.finding({
        rule,
        at: node,
        message: `The cookie "${called.slice(0, 40)}" is set by a page, so every script of the page can read it.`,
        remediation: 'Let the server set it, with httpOnly, secure and sameSite.',
        level: 'warning',
        confidence: 'medium',
      }),
    );
  }
  for (const node of facts.nodes('keyword_argument')) {
    const name = node.children.find((child) => child.field === 'name');
    const value = node.children.find((child) => child.field === 'value');
    if (name !== undefined && value !== undefined && SETTING.test(facts.text(name)) && facts.constant(value) === false)
      off(node, facts.text(name));
  }
  return found;
}

function cookie(facts: FileFacts, call: Call): readonly Detection[] {
  const offset = call.name === 'setCookie' && call.receiver === null ? 1 : 0;
  const [name, value] = call.arguments.slice(offset);
  const options = call.arguments[offset + 2];
  if (name === undefined) return [];
  const whole = facts.object(name);
  const called =
    whole === null ? String(facts.constant(name) ?? facts.text(name)) : textOf(facts, facts.property(whole, 'name'));
  const sensitive = SENSITIVE.test(called) || (value !== undefined && /token|session|jwt/i.test(facts.text(value)));
  const object = whole ?? (options === undefined ? null : facts.object(options));
  if (object === null && options !== undefined) return [];
  return judged(facts, call.node, object, called, sensitive);
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
  return [
    facts.finding({
      rule,
      at,
      message: `The cookie "${called.slice(0, 40)}" is set without ${wrong.join(' and ')}.`,
      remediation: REMEDIATION,
      level,
    }),
  ];
}

function session(facts: FileFacts, call: Call, from: string): readonly Detection[] {
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

/** `res.setHeader('Set-Cookie', 'sid=…; Path=/')` */
function header(facts: FileFacts, call: Call): readonly Detection[] {
  const [name, value] = call.arguments;
  if (name === undefined || value === undefined || !/^set-cookie$/i.test(String(facts.constant(name) ?? ''))) return [];
  return written(facts, call.node, value);
}

/** `{ 'Set-Cookie': 'sid=…; Path=/' }` */
function pairs(facts: FileFacts): readonly Detection[] {
  return facts.nodes('pair').flatMap((node) => {
    const key = node.children.find((child) => child.field === 'key');
    const value = node.children.find((child) => child.field === 'value');
    return key !== undefined && value !== undefined && /^['"]set-cookie['"]$/i.test(facts.text(key))
      ? written(facts, node, value)
      : [];
  });
}

function written(facts: FileFacts, at: Syntax, value: Syntax): readonly Detection[] {
  const shape = facts.shape(value);
  if (shape === null || !shape.includes('=')) return [];
  const called = shape.split('=')[0] ?? '';
  const wrong = [/;\s*httponly/i.test(shape) ? null : 'HttpOnly', /;\s*secure/i.test(shape) ? null : 'Secure'].filter(
    (each) => each !== null,
  );
  if (wrong.length === 0 || !SENSITIVE.test(called)) return [];
  return [
    facts.finding({
      rule,
      at,
      message: `The cookie "${called.slice(0, 40)}" is set without ${wrong.join(' and ')}.`,
      remediation: REMEDIATION,
      level: 'warning',
    }),
  ];
}

/** `jar["sid"] = value` of `http.cookies`, and of answers that keep such a jar: each protection is set by an item of its own. */
function jars(facts: FileFacts): readonly Detection[] {
  if (facts.program.dialect !== 'python') return [];
  return facts.assignments().flatMap(({ node, target }) => {
    const jar = target.type === 'subscript_expression' ? fieldOf(target, 'object') : undefined;
    const index = target.type === 'subscript_expression' ? fieldOf(target, 'index') : undefined;
    if (jar === undefined || index === undefined) return [];
    const isJar = /SimpleCookie\(\)$/.test(facts.origin(jar) ?? '') || /^resp(?:onse)?\.cookies$/.test(facts.text(jar));
    const called = String(facts.constant(index) ?? '');
    if (!isJar || !SENSITIVE.test(called)) return [];
    const around = functionAround(node);
    const after = facts.program.text.slice(node.end, around === null ? undefined : around.end);
    const wrong = ['httponly', 'secure'].filter(
      (name) => !new RegExp(`\\[["']${name}["']\\]\\s*=\\s*(?!False)`, 'i').test(after),
    );
    if (wrong.length === 0) return [];
    return [
      facts.finding({
        rule,
        at: node,
        message: `The cookie "${called.slice(0, 40)}" is set without ${wrong.join(' and ')}.`,
        remediation: 'Set ["httponly"] and ["secure"] of the cookie to True.',
        level: 'warning',
      }),
    ];
  });
}

/** Starlette's sessions (its documentation, "SessionMiddleware"). */
function sessionOf(facts: FileFacts, call: Call): readonly Detection[] {
  const only = call.keywords.get('https_only');
  if (only === undefined || facts.constant(only) !== false) return [];
  return [
    facts.finding({
      rule,
      at: call.node,
      message: 'The session cookie is set without secure.',
      remediation: 'Set https_only=True.',
      level: facts.isTest ? 'note' : 'warning',
    }),
  ];
}

/** Falcon protects its cookies unless it is told otherwise (its documentation, "Setting Cookies"). */
function isProtecting(facts: FileFacts, call: Call): boolean {
  return call.keywords.has('http_only') || /\bfalcon\b|def on_(?:get|post|put|patch|delete)\(/.test(facts.program.text);
}

function python(facts: FileFacts, call: Call): readonly Detection[] {
  if (call.node.children.some((list) => list.children.some((part) => part.type === 'dictionary_splat'))) return [];
  const protects = isProtecting(facts, call);
  const name = call.arguments[0] ?? call.keywords.get('key');
  const called = name === undefined ? '' : String(facts.constant(name) ?? facts.text(name));
  const wrong = ['httponly', 'secure'].filter((option) => {
    const value = call.keywords.get(option) ?? (option === 'httponly' ? call.keywords.get('http_only') : undefined);
    return value === undefined && protects
      ? false
      : value === undefined
        ? SENSITIVE.test(called)
        : facts.constant(value) === false;
  });
  if (wrong.length === 0) return [];
  return [
    facts.finding({
      rule,
      at: call.node,
      message: `The cookie "${called.slice(0, 40)}" is set without ${wrong.join(' and ')}.`,
      remediation: 'Set httponly=True, secure=True, samesite="Lax".',
      level: SENSITIVE.test(called) ? 'warning' : 'note',
    }),
  ];
}

function textOf(facts: FileFacts, node: Syntax | null): string {
  return node === null ? '' : String(facts.constant(node) ?? facts.text(node));
}
