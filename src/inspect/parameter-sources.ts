import type { Binding } from './bindings.ts';
import { decoratorName } from './decorators.ts';
import type { Handler } from './facts.ts';
import { inClass } from './python-roles.ts';
import { remote, type Source } from './sources.ts';
import { childOf, type Program, type Syntax } from './syntax.ts';

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
  // Handlers of Cloudflare Pages, SvelteKit, Remix, Astro and Elysia get one object that holds the request.
  if (program.dialect === 'javascript' && index === 0 && /^(?:req|request)$/.test(String(parameter.path[0] ?? '')))
    return { kind: 'container', container: 'context' };
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

/** What only a module that answers requests speaks of; settings and translations are Django's everywhere. */
const ANSWERS =
  /\bdjango\.(?:http|shortcuts|views|urls|contrib\.(?:admin|auth\.decorators))\b|from django import (?:[\w, ]*\b)?(?:http|shortcuts|views)\b|rest_framework|HttpResponse|JsonResponse|APIView|render\(request|\brequest\.(?:GET|POST|META|FILES|COOKIES)\b|\.objects\./;
/** What classes are derived from whose methods a framework calls with parts of the path. */
const OF_VIEWS = /View|Resource|Handler|Endpoint|Admin|Api|API|Controller|\bobject\b/;
/** What only adds to another class, and says nothing of what that is. */
const MIXIN = /[\w.]*Mixin\s*,?/g;

/**
 * Django: a view's further parameters come from the path. Only names that are nothing else are taken for one, and of
 * functions only those that an address can name: not what begins with an underscore, nor a method of another kind of class.
 */
function isViewArgument(fn: Syntax, plain: string, program: Program): boolean {
  if (
    !/^(?:pk|id|slug|name|username|\w+_id|file_?name|path|file|key|token|code|query|page|url|table|sort|order|tag|category)$/.test(
      plain,
    )
  )
    return false;
  const first = patternNameOf(fn, 0, program);
  const own = first === 'self' || first === 'cls' ? patternNameOf(fn, 1, program) : first;
  if (own !== 'request' || !ANSWERS.test(program.text)) return false;
  const at = childOf(fn, 'name');
  if (at !== null && program.text.startsWith('_', at.start)) return false;
  const bases = inClass(fn, program);
  return bases === null || !/\w/.test(bases.replace(MIXIN, '')) || OF_VIEWS.test(bases);
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
    (fn.parent?.type === 'pair' || fn.type === 'method_definition' || /graphql|resolver|\bgql\b/i.test(program.text)) &&
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
