import { chatMember } from './messages.ts';
import { type Container, remote, type Source } from './sources.ts';

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
  // aiohttp's multipart reader, Pyramid's parsed body and path.
  'multipart',
  'json_body',
  'matchdict',
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
    case 'chat':
      return chatMember(member);
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
    case 'media':
    case 'get_media':
    case 'json_body':
    case 'forms':
    case 'body_arguments':
    case 'text':
      return 'body';
    default:
      return member;
  }
}
