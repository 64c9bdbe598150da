import type { Detection } from '../../../src/core/detection.ts';
import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { Call, FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf, isInside } from '../support/around.ts';
import { codeRule } from '../support/rule.ts';

const rule = codeRule({
  id: 'permissive-cors',
  shortDescription: 'Pages of any site may read the answers of this server',
  help: "An origin that is reflected or allowed as a whole lets every site that a visitor opens call this server and read what comes back, with the visitor's cookies where credentials are allowed. Name the origins that may, and compare the whole origin.",
  cwe: [942, 346],
  level: 'warning',
  confidence: 'high',
});

const REMEDIATION = "List the origins that may read the answers: cors({ origin: ['https://app.example'] }).";

/** Origins that are reflected, or allowed as a whole, by library or by header. */
export const permissiveCors: CodeDetector = {
  rule,
  triggers: /cors|Access-Control-Allow-Origin|allow_origin/i,
  detect: (facts) => [...facts.calls().flatMap((call) => inCall(facts, call)), ...headers(facts), ...settings(facts)],
};

function inCall(facts: FileFacts, call: Call): readonly Detection[] {
  const from = call.origin ?? '';
  if (
    /^(?:cors|@koa\/cors|koa2?-cors|hono\/cors\.cors|@fastify\/cors|@elysiajs\/cors(?:\.cors)?|kcors|~cors)$/.test(from)
  )
    return library(facts, call.arguments[0], call.node);
  if (
    call.name === 'register' &&
    /@fastify\/cors|fastify-cors|[cC]ors/.test(facts.text(call.arguments[0] ?? call.node))
  )
    return library(facts, call.arguments[1], call.node);
  if (/^(?:~|@nestjs\/core\.)NestFactory\.create$/.test(from)) {
    const options = call.arguments[1] === undefined ? null : facts.object(call.arguments[1]);
    const cors = options === null ? null : facts.property(options, 'cors');
    if (cors === null) return [];
    return facts.constant(cors) === true
      ? [report(facts, cors, 'Pages of any site may read the answers: no origin is named.', 'warning')]
      : library(facts, cors, cors);
  }
  if (call.name === 'enableCors' || (SOCKETS.test(from) && call.arguments.length > 0)) {
    const options = call.arguments.at(-1);
    const object = options === undefined ? null : facts.object(options);
    const inner = object === null ? null : facts.property(object, 'cors');
    if (SOCKETS.test(from)) return inner === null ? [] : library(facts, inner, inner);
    return library(facts, call.arguments[0], call.node);
  }
  if (facts.program.dialect === 'python') return python(facts, call, from);
  if (/^(?:setHeader|header|set|append)$/.test(call.name ?? '')) return header(facts, call);
  return [];
}

const SOCKETS = /^(?:socket\.io(?:\.Server)?|~Server)$/;

function library(facts: FileFacts, options: Syntax | undefined, at: Syntax): readonly Detection[] {
  if (options === undefined)
    return isForAll(facts, at)
      ? []
      : [report(facts, at, 'Pages of any site may read the answers: no origin is named.', 'warning')];
  const object = facts.object(options);
  if (object === null) return chosen(facts, options, at);
  const origin = facts.property(object, 'origin');
  const credentials = facts.property(object, 'credentials');
  const withCredentials = credentials !== null && facts.constant(credentials) === true;
  if (origin === null)
    return object.children.some((part) => part.type === 'spread_element')
      ? []
      : [report(facts, at, 'Pages of any site may read the answers: no origin is named.', 'warning')];
  const known = facts.constant(origin);
  if (known === '*') return [report(facts, at, 'Pages of any site may read the answers (origin *).', 'warning')];
  if (known === true || acceptsAll(facts, origin))
    return [
      report(
        facts,
        at,
        `The asking page's origin is allowed whatever it is${withCredentials ? ', with credentials' : ''}.`,
        withCredentials ? 'error' : 'warning',
      ),
    ];
  if (known === 'null')
    return [report(facts, at, 'The origin "null" is allowed, which any page can take on.', 'warning')];
  const part = partlyCompared(facts, origin);
  if (part !== null)
    return [report(facts, part, 'A part of the origin is compared, so other hosts fit as well.', 'warning')];
  const list = facts.definition(origin) ?? origin;
  if (list.type === 'array' && list.children.some((part) => facts.constant(part) === '*'))
    return [report(facts, at, 'Pages of any site may read the answers (origin *).', 'warning')];
  if (list.type === 'regex' && !/\$\/\w*$/.test(facts.text(list)))
    return [report(facts, at, 'The pattern for origins has no end, so longer host names fit as well.', 'warning')];
  return [];
}

/** `cors((req, callback) => callback(null, { origin: true, credentials: true }))`: options made for each request. */
function chosen(facts: FileFacts, options: Syntax, at: Syntax): readonly Detection[] {
  const fn = facts.functionOf(options);
  if (fn === null || /\bif\b|includes\(|\.has\(|indexOf|\.test\(|===/.test(facts.text(fn))) return [];
  return facts.nodes('pair').flatMap((node) => {
    const key = fieldOf(node, 'key');
    const value = fieldOf(node, 'value');
    if (key === undefined || value === undefined || !isInside(node, fn)) return [];
    if (!/^['"]?origin['"]?$/.test(facts.text(key))) return [];
    return facts.constant(value) === true
      ? [report(facts, at, "The asking page's origin is allowed whatever it is.", 'warning')]
      : allowed(facts, value, at);
  });
}

const PUBLIC = /^\/(?:public|static|assets|fonts|\.well-known)(?:\/|$)/;

/** The route of the handler around says that what it answers is for everybody. */
function isPublicRoute(facts: FileFacts, node: Syntax): boolean {
  return facts
    .handlers()
    .some((handler) => handler.route !== null && PUBLIC.test(handler.route) && isInside(node, handler.node));
}

/** `app.use('/public', cors())`: what stands under a path that says so is for everybody, and no credentials are allowed. */
function isForAll(facts: FileFacts, at: Syntax): boolean {
  const [path] = at.parent?.type === 'arguments' ? at.parent.children : [];
  const known = path === undefined || path === at ? undefined : facts.constant(path);
  return typeof known === 'string' && PUBLIC.test(known);
}

/** A function that looks for a name anywhere in the origin, or has a pattern without an end. */
function partlyCompared(facts: FileFacts, origin: Syntax): Syntax | null {
  const fn = facts.functionOf(origin);
  if (fn === null) return null;
  for (const call of facts.calls()) {
    if (call.node.start < fn.start || call.node.end > fn.end || call.receiver === null) continue;
    const [first] = call.arguments;
    if (call.name === 'test') {
      const pattern = facts.definition(call.receiver) ?? call.receiver;
      if (pattern.type === 'regex' && !/\$\/\w*$/.test(facts.text(pattern))) return call.node;
    }
    const host = first === undefined ? undefined : facts.constant(first);
    if (typeof host !== 'string' || !/[oO]rigin$/.test(facts.text(call.receiver))) continue;
    // `endsWith('shop.example')` fits `evilshop.example`; with a dot or the protocol in front it does not.
    if (call.name === 'endsWith' && !/^\.|^\w+:\/\//.test(host)) return call.node;
    if (/^(?:includes|indexOf)$/.test(call.name ?? '')) return call.node;
  }
  return null;
}

/** `(origin, callback) => callback(null, true)` */
function acceptsAll(facts: FileFacts, origin: Syntax): boolean {
  const fn = facts.functionOf(origin);
  if (fn === null) return false;
  const body = facts.text(fn).replace(/\s+/g, ' ');
  return /\(\s*null\s*,\s*(?:true|origin)\s*\)/.test(body) && !/\bif\b|\?|&&|includes|test\(/.test(body)
    ? true
    : /=>\s*(?:origin|true)\s*$/.test(body);
}

function header(facts: FileFacts, call: Call): readonly Detection[] {
  const [name, value] = call.arguments;
  if (name === undefined || value === undefined || !ORIGIN_HEADER.test(String(facts.constant(name) ?? ''))) return [];
  return allowed(facts, value, call.node);
}

const ORIGIN_HEADER = /^access-control-allow-origin$/i;

/** `{ 'Access-Control-Allow-Origin': '*' }` and `headers['Access-Control-Allow-Origin'] = origin` */
function headers(facts: FileFacts): readonly Detection[] {
  const pairs = facts.nodes('pair').flatMap((node) => {
    const key = fieldOf(node, 'key');
    const value = fieldOf(node, 'value');
    if (key === undefined || value === undefined || key.type !== 'string') return [];
    return ORIGIN_HEADER.test(String(facts.constant(key) ?? '')) ? allowed(facts, value, node) : [];
  });
  // hapi: `server({ routes: { cors: { origin: ['*'] } } })`, or of one route.
  const routes = facts.nodes('pair').flatMap((node) => {
    const key = fieldOf(node, 'key');
    const value = fieldOf(node, 'value');
    if (key === undefined || value?.type !== 'object' || facts.text(key) !== 'cors') return [];
    const outer = node.parent?.parent;
    const inOptions = outer?.type === 'pair' && /^(?:routes|options|config):/.test(facts.text(outer));
    return (inOptions || isServers(facts, outer)) && facts.property(value, 'origin') !== null
      ? library(facts, value, node)
      : [];
  });
  const assigned = facts.assignments().flatMap(({ node, target, value }) => {
    const key = target.type === 'subscript_expression' ? fieldOf(target, 'index') : undefined;
    return key !== undefined && ORIGIN_HEADER.test(String(facts.constant(key) ?? ''))
      ? allowed(facts, value, node)
      : [];
  });
  return [...pairs, ...routes, ...assigned];
}

/** `createYoga({ schema, cors })` of GraphQL Yoga, and Apollo's server up to its third version (their documentation, "CORS"). */
function isServers(facts: FileFacts, list: Syntax | null | undefined): boolean {
  const call = list?.type === 'arguments' ? list.parent : null;
  const callee =
    call === null || call === undefined ? undefined : (fieldOf(call, 'function') ?? fieldOf(call, 'constructor'));
  return (
    callee !== undefined &&
    /^(?:graphql-yoga\.\w+|apollo-server(?:-\w+)?\.ApolloServer)$/.test(facts.origin(callee) ?? '')
  );
}

/** django-cors-headers' names for "any origin". */
function settings(facts: FileFacts): readonly Detection[] {
  return facts
    .assignments()
    .flatMap(({ node, target, value }) =>
      /^CORS_(?:ALLOW_ALL_ORIGINS|ORIGIN_ALLOW_ALL)$/.test(facts.text(target)) && facts.constant(value) === true
        ? [report(facts, node, 'Pages of any site may read the answers.', 'warning')]
        : [],
    );
}

function allowed(facts: FileFacts, value: Syntax, at: Syntax): readonly Detection[] {
  const known = facts.constant(value);
  if (known === '*')
    return isPublicRoute(facts, at)
      ? []
      : [report(facts, at, 'Pages of any site may read the answers (origin *).', 'warning')];
  if (known === 'null')
    return [report(facts, at, 'The origin "null" is allowed, which any page can take on.', 'warning')];
  const flow = facts.flow(value, 'header');
  if (flow === null || flow.strength !== 'remote') return [];
  const credentials = /allow-credentials['"]\]?\s*[,:=]\s*['"]?true/i.test(facts.program.text);
  return [
    facts.finding({
      rule,
      at,
      message: `The asking page's origin is allowed whatever it is${credentials ? ', with credentials' : ''}.`,
      remediation: REMEDIATION,
      level: credentials ? 'error' : 'warning',
      flow,
    }),
  ];
}

function python(facts: FileFacts, call: Call, from: string): readonly Detection[] {
  if (call.name === 'add_middleware' || /^(?:litestar\.config\.cors\.|~)CORSConfig$|\.CORSMiddleware$/.test(from)) {
    const origins = call.keywords.get('allow_origins');
    const pattern = call.keywords.get('allow_origin_regex');
    if (pattern !== undefined && /^\^?\(?\.[*+]\)?\$?$/.test(String(facts.constant(pattern) ?? '')))
      return [report(facts, call.node, 'The pattern for origins fits every origin.', 'warning')];
    if (origins === undefined || !/['"]\*['"]/.test(facts.text(facts.definition(origins) ?? origins))) return [];
    const credentials = call.keywords.get('allow_credentials');
    const withCredentials = credentials !== undefined && facts.constant(credentials) === true;
    return [
      report(
        facts,
        call.node,
        'Pages of any site may read the answers (origin *).',
        withCredentials ? 'error' : 'warning',
      ),
    ];
  }
  if (/^(?:set_?|add_|send_|append_)header$/.test(call.name ?? '')) return header(facts, call);
  // aiohttp-cors: the options for every origin, with credentials (its documentation, "Usage").
  if (/(?:^|\.)ResourceOptions$/.test(facts.text(call.callee))) {
    const key = call.node.parent?.type === 'pair' ? fieldOf(call.node.parent, 'key') : undefined;
    const credentials = call.keywords.get('allow_credentials');
    return key !== undefined && facts.constant(key) === '*'
      ? [
          report(
            facts,
            call.node,
            'Pages of any site may read the answers (origin *).',
            credentials !== undefined && facts.constant(credentials) === true ? 'error' : 'warning',
          ),
        ]
      : [];
  }
  if (from !== 'flask_cors.CORS') return [];
  const origins = call.keywords.get('origins');
  const resources = call.keywords.get('resources');
  const open =
    origins === undefined
      ? resources === undefined || /['"]\*['"]/.test(facts.text(resources))
      : /['"]\*['"]/.test(facts.text(origins));
  return open ? [report(facts, call.node, 'Pages of any site may read the answers.', 'warning')] : [];
}

function report(facts: FileFacts, at: Syntax, message: string, level: 'error' | 'warning'): Detection {
  return facts.finding({ rule, at, message, remediation: REMEDIATION, level });
}
