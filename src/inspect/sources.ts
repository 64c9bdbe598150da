import type { Binding } from './bindings.ts';
import type { Handler, Strength } from './facts.ts';
import { decoratorName } from './handlers.ts';
import { childOf, type Program, type Syntax } from './syntax.ts';

/** An object that is no input itself and has inputs as members. */
export type Container = 'request' | 'context' | 'event' | 'message' | 'socket';

/** What a name, member or call brings in. */
export type Source =
  | { readonly kind: 'input'; readonly strength: Strength; readonly what: string }
  | { readonly kind: 'container'; readonly container: Container };

const REQUEST_MEMBERS: ReadonlySet<string> = new Set([
  'body',
  'query',
  'params',
  'headers',
  'cookies',
  'signedCookies',
  'url',
  'originalUrl',
  'path',
  'files',
  'file',
  'hostname',
  'host',
  'rawBody',
  'payload',
  'search',
  'searchParams',
  'nextUrl',
  'href',
  'args',
  'form',
  'values',
  'json',
  'data',
  'GET',
  'POST',
  'META',
  'COOKIES',
  'FILES',
  'rawHeaders',
  'querystring',
  'param',
  'get',
  'header',
  'text',
  'formData',
  'arrayBuffer',
  'blob',
  'parseBody',
  'valid',
  'get_json',
  'input',
  'fields',
  'query_params',
  'path_params',
  'get_data',
  'referer',
  'referrer',
  'full_path',
  'query_string',
  'view_args',
  'stream',
  'match_info',
  'rel_url',
  'queries',
  'subdomains',
  'baseUrl',
  'userAgent',
  'user_agent',
  // Django (HttpRequest), werkzeug, aiohttp, Tornado (HTTPServerRequest), Bottle and Falcon, by their documentation.
  'get_full_path',
  'build_absolute_uri',
  'path_info',
  'get_host',
  'content_params',
  'environ',
  'remote_user',
  'authorization',
  'path_qs',
  'post',
  'read',
  'arguments',
  'body_arguments',
  'query_arguments',
  'uri',
  'forms',
  'get_param',
  'media',
  'get_media',
  'bounded_stream',
  'get_header',
]);
const CONTEXT_MEMBERS: ReadonlySet<string> = new Set([
  'query',
  'params',
  'body',
  'headers',
  'header',
  'url',
  'path',
  'originalUrl',
  'href',
  'host',
  'hostname',
  'querystring',
  'search',
  'input',
  'cookies',
  'searchParams',
]);
const EVENT_MEMBERS: ReadonlySet<string> = new Set([
  'body',
  'queryStringParameters',
  'pathParameters',
  'headers',
  'multiValueQueryStringParameters',
  'rawQueryString',
  'rawPath',
  'path',
  'Records',
  'detail',
  'cookies',
  'arguments',
]);

/** What a member of a container is. */
export function memberSource(container: Container, member: string): Source | null {
  switch (container) {
    case 'request':
      // What a framework wraps: Fastify's and Hono's `raw`.
      if (member === 'raw') return { kind: 'container', container: 'request' };
      return REQUEST_MEMBERS.has(member) ? remote(`the request's ${wordFor(member)}`) : null;
    case 'context':
      if (member === 'req' || member === 'request') return { kind: 'container', container: 'request' };
      return CONTEXT_MEMBERS.has(member) ? remote(`the request's ${wordFor(member)}`) : null;
    case 'event':
      return EVENT_MEMBERS.has(member) ? remote(`the event's ${wordFor(member)}`) : remote('the event');
    case 'message':
      return member === 'data' ? remote("another window's message") : null;
    case 'socket':
      return member === 'handshake' ? remote("the client's handshake") : null;
  }
}

function wordFor(member: string): string {
  switch (member) {
    case 'params':
    case 'pathParameters':
    case 'param':
      return 'path parameters';
    case 'get':
    case 'header':
    case 'rawHeaders':
      return 'headers';
    case 'args':
    case 'GET':
    case 'searchParams':
    case 'queryStringParameters':
    case 'nextUrl':
      return 'query';
    case 'form':
    case 'POST':
    case 'json':
    case 'get_json':
    case 'data':
    case 'values':
    case 'payload':
    case 'formData':
    case 'text':
      return 'body';
    default:
      return member;
  }
}

function remote(what: string): Source {
  return { kind: 'input', strength: 'remote', what };
}

function local(what: string): Source {
  return { kind: 'input', strength: 'local', what };
}

const BY_ORIGIN: readonly (readonly [RegExp, Source])[] = [
  [
    /^~process\.argv$|^sys\.argv$|^yargs(?:\/yargs)?(?:\(\))?\.argv$|^minimist\(\)$|^util\.parseArgs\(\)|^commander\.program\.(?:args|opts)/,
    local('the command line'),
  ],
  [
    /^argparse\.ArgumentParser\(\)\.parse_(?:known_)?args\(\)$|^yargs(?:\/yargs)?.*\.(?:argv|parse\(\)|parseSync\(\))$/,
    local('the command line'),
  ],
  [
    /^~(?:process|Bun)\.env$|^import-meta\.env$|^os\.environ$|^os\.getenv\(\)$|^~Deno\.env\.get\(\)$/,
    local('the environment'),
  ],
  [/^~input\(\)$|^~prompt\(\)$|^~raw_input\(\)$|^sys\.stdin/, local('what a person types')],
  [
    /^(?:~document\.|~)location(?:\.(?:href|search|hash|pathname))?$|^~document\.(?:URL|documentURI|referrer|baseURI|cookie)$|^~name$/,
    remote("the page's address"),
  ],
  [/^~(?:localStorage|sessionStorage)\.getItem\(\)$/, local("the browser's storage")],
  [
    /^~(?:defineProps|withDefaults|\$props)\(\)|^vue\.defineProps\(\)/,
    { kind: 'input', strength: 'parameter', what: 'a property of the component' },
  ],
  // h3 and Nuxt, whose helpers need no import.
  [
    /^(?:h3\.|#imports\.|~)(?:getQuery|getRouterParams?|getRequestURL|getRequestHeaders?|getHeaders?|getCookie)\(\)/,
    remote("the request's query"),
  ],
  [
    /^(?:h3\.|#imports\.|~)(?:readBody|readRawBody|readFormData|readMultipartFormData)\(\)/,
    remote("the request's body"),
  ],
  // unzipper: names inside an archive are chosen by whoever packed it.
  [/^unzipper\.Open\.\w+\(\)\.files$/, remote("an archive's entries")],
  [/^(?:flask|bottle|quart)\.request$/, { kind: 'container', container: 'request' }],
  [/^next\/headers\.(?:headers|cookies)\(\)/, remote("the request's headers")],
  [
    /^next\/navigation\.(?:useSearchParams|useParams)\(\)|^react-router(?:-dom)?\.(?:useParams|useSearchParams|useLocation)\(\)|^~(?:useParams|useSearchParams)\(\)|^next\/router\.useRouter\(\)\.(?:query|asPath)/,
    remote("the page's address"),
  ],
  [/^vue-router\.useRoute\(\)$/, remote("the page's address")],
];

/** What an expression with this origin is; null for everything ordinary. */
export function originSource(origin: string): Source | null {
  for (const [pattern, source] of BY_ORIGIN) if (pattern.test(origin)) return source;
  return null;
}

/** Calls of these give what a file, or another machine, holds. */
export function callSource(origin: string): Source | null {
  if (/^(?:fs(?:\.promises)?\.(?:readFile|readFileSync)|~open\(\)\.read)$/.test(origin))
    return { kind: 'input', strength: 'unknown', what: 'a file' };
  return null;
}

/** Files of Next.js whose component gets parts of the address as `params` (its documentation, "File conventions"). */
const PAGE = /(?:^|\/)app\/(?:.*\/)?(?:page|layout|template|default)\.[jt]sx?$/;

/** What a parameter brings in, from the function's role and the parameter's name. */
export function parameterSource(binding: Binding, handler: Handler | null, program: Program): Source | null {
  const { parameter } = binding;
  if (parameter === undefined) return null;
  const { index, decorators } = parameter;
  if (
    decorators.some((each) =>
      /^(?:Body|Query|Param|Headers|UploadedFile|UploadedFiles|Args|RawBody|MessageBody|Payload)$/.test(
        decoratorName(each, program),
      ),
    )
  ) {
    return remote(decoratedSource(decorators.map((each) => decoratorName(each, program))));
  }
  if (decorators.some((each) => /^(?:Req|Request)$/.test(decoratorName(each, program))))
    return { kind: 'container', container: 'request' };
  // A page of Next.js gets the query of its address as a property.
  if (program.dialect === 'javascript' && index === 0 && parameter.path[0] === 'searchParams')
    return remote("the page's address");
  if (program.dialect === 'javascript' && index === 0 && parameter.path[0] === 'params' && PAGE.test(program.path))
    return remote("the page's address");
  const plain = patternNameOf(parameter.of, index, program) ?? binding.name;
  if (handler !== null) {
    const role = handlerRole(handler, index, plain);
    if (role !== null) return role;
  }
  if (/^_?req(?:uest)?$|^incomingMessage$/.test(plain) || isRequestType(parameter.type, program))
    return { kind: 'container', container: 'request' };
  if (/^(?:ctx|context)$/.test(plain) && program.dialect === 'javascript')
    return { kind: 'container', container: 'context' };
  if (
    plain === 'event' &&
    /\bevent(?:\.|\[["'])(?:queryStringParameters|pathParameters|rawQueryString)/.test(program.text)
  )
    return { kind: 'container', container: 'event' };
  if (program.dialect === 'python' && isViewArgument(parameter.of, plain, program))
    return remote("the request's path parameters");
  if (isToolArgument(parameter.of, index, plain, program)) return remote("a tool call's arguments");
  if (isResolverArgument(parameter.of, index, plain, program)) return remote("the query's arguments");
  return null;
}

/** A parameter that its type calls a request, whatever its name. */
function isRequestType(type: Syntax | null, program: Program): boolean {
  return (
    type !== null &&
    /^:?\s*(?:\w+\.)*(?:Request|HttpRequest|WSGIRequest|ASGIRequest|NextRequest|NextApiRequest|FastifyRequest|IncomingMessage)(?:<|$)/.test(
      program.text.slice(type.start, type.end),
    )
  );
}

/** What a language model asks a tool for is written by whoever wrote what it read (MCP, "Tools"; the AI SDK's `tool`). */
function isToolArgument(fn: Syntax, index: number, plain: string, program: Program): boolean {
  const text = (node: Syntax): string => program.text.slice(node.start, node.end);
  if (program.dialect === 'python') {
    const siblings = fn.parent?.children ?? [];
    const above = siblings.slice(0, siblings.indexOf(fn)).reverse();
    const own = above.slice(0, above.findIndex((part) => part.type !== 'decorator' && part.type !== 'comment') >>> 0);
    return (
      own.some((part) => /^@(?:\w+\.)?(?:tool|function_tool)\b/.test(text(part))) &&
      !/^(?:self|ctx|context)$/.test(plain)
    );
  }
  if (index !== 0) return false;
  const holder = fn.parent?.type === 'pair' ? fn.parent.parent : fn.type === 'method_definition' ? fn.parent : fn;
  const call = holder?.parent?.type === 'arguments' ? holder.parent.parent : null;
  const callee = call === null || call === undefined ? null : childOf(call, 'function');
  const called = callee === null ? '' : text(childOf(callee, 'property') ?? callee);
  if (holder === fn) return /^(?:tool|registerTool)$/.test(called) && holder.parent?.children.length !== 1;
  const key =
    fn.type === 'method_definition' ? childOf(fn, 'name') : fn.parent === null ? null : childOf(fn.parent, 'key');
  return key !== null && text(key) === 'execute' && /^(?:tool|createTool|defineTool|addTool)$/.test(called);
}

/** NestJS and the like: path parameters are text always, a body may be anything. */
function decoratedSource(names: readonly string[]): string {
  if (names.includes('Body') || names.includes('RawBody')) return "the request's body";
  if (names.includes('Query')) return "the request's query";
  if (names.includes('Param')) return "the request's path parameters";
  return names.includes('Headers') ? "the request's headers" : "the request's message";
}

function handlerRole(handler: Handler, index: number, plain: string): Source | null {
  switch (handler.framework) {
    case 'koa':
    case 'hono':
      return index === 0 ? { kind: 'container', container: 'context' } : null;
    case 'lambda':
      return index === 0 ? { kind: 'container', container: 'event' } : null;
    case 'action':
      return remote("a server action's arguments");
    case 'flask':
      return /^(?:self|cls|db|session|request|req|current_user|background_tasks)$/.test(plain)
        ? null
        : remote("the request's parameters");
    case 'load':
      return index === 0 ? { kind: 'container', container: 'context' } : null;
    case 'next':
      // SvelteKit and Astro hand over one object that holds the request.
      if (index === 0 && plain.startsWith('{')) return { kind: 'container', container: 'context' };
      if (index === 0) return { kind: 'container', container: 'request' };
      return index === 1 ? { kind: 'container', container: 'context' } : null;
    case 'nest':
      return null;
    default:
      if (index > 1) return null;
      if (/^(?:c|ctx|context)$/.test(plain)) return index === 0 ? { kind: 'container', container: 'context' } : null;
      if (/^(?:res|response|reply|next|err|error|_|h)$/.test(plain)) return null;
      return index === 0 || /^req/.test(plain) ? { kind: 'container', container: 'request' } : null;
  }
}

/** Django: a view's further parameters come from the path. Only names that are nothing else are taken for one. */
function isViewArgument(fn: Syntax, plain: string, program: Program): boolean {
  if (
    !/^(?:pk|id|slug|name|username|\w+_id|file_?name|path|file|key|token|code|query|page|url|table|sort|order|tag|category)$/.test(
      plain,
    )
  )
    return false;
  const first = patternNameOf(fn, 0, program);
  const own = first === 'self' || first === 'cls' ? patternNameOf(fn, 1, program) : first;
  return (
    own === 'request' && /django|rest_framework|HttpResponse|JsonResponse|APIView|render\(request/.test(program.text)
  );
}

/** GraphQL: `(parent, args, context)` in a function of a table of resolvers. */
function isResolverArgument(fn: Syntax, index: number, plain: string, program: Program): boolean {
  // Graphene: `def resolve_user(self, info, name)`.
  if (program.dialect === 'python') {
    const at = childOf(fn, 'name');
    const called = at === null ? '' : program.text.slice(at.start, at.end);
    return index > 1 && /^resolve_/.test(called) && patternNameOf(fn, 1, program) === 'info';
  }
  if (index !== 1) return false;
  const first = patternNameOf(fn, 0, program);
  return (
    first !== null &&
    /^(?:_|parent|root|_parent|_root|obj|__)$/.test(first) &&
    (/^(?:args|_args|input)$/.test(plain) || /^\{/.test(plain))
  );
}

function patternNameOf(fn: Syntax, index: number, program: Program): string | null {
  const single = childOf(fn, 'parameter');
  if (single !== null) return index === 0 ? program.text.slice(single.start, single.end) : null;
  const list = childOf(fn, 'parameters');
  const part = list?.children.filter((child) => child.type !== 'comment')[index];
  if (part === undefined) return null;
  const typed = part.type === 'typed_parameter' ? part.children[0] : undefined;
  const pattern = childOf(part, 'pattern') ?? childOf(part, 'name') ?? typed ?? part;
  return program.text.slice(pattern.start, pattern.end);
}
