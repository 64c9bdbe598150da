import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { Call, FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf, functionAround } from '../support/around.ts';
import { oneOf } from '../support/remember.ts';
import { codeRule } from '../support/rule.ts';
import { withoutComments } from '../support/security.ts';
import { option, type Sink, taintedSinks } from '../support/tainted.ts';

const rule = codeRule({
  id: 'server-side-request-forgery',
  shortDescription: 'The server asks an address that somebody else decides',
  help: 'Whoever chooses the address makes the server talk to internal services, cloud metadata or local files that they cannot reach themselves. Let the value choose from a list of hosts, or parse it with new URL and test its host against a list before the request; block private addresses after name resolution, redirects included.',
  cwe: [918],
  level: 'error',
  confidence: 'high',
});

const REMEDIATION = 'Parse the address with new URL and refuse hosts that are not on a fixed list, before asking it.';

const REQUEST = oneOf(
  /^(?:~fetch|~\$fetch|node-fetch|undici\.(?:fetch|request|stream)|cross-fetch(?:\.fetch)?|isomorphic-fetch|axios(?:\.(?:create|default|get|post|put|patch|delete|head|request|create\(\)(?:\.\w+)?))?|~axios(?:\.\w+)?|got(?:\.\w+)?|~?request(?:\.(?:get|post|put|head|delete|defaults\(\)))?|request-promise(?:-native)?(?:\.\w+)?|superagent\.\w+|needle(?:\.\w+)?|ky(?:\.\w+)?|phin|bent\(\)|wretch|ofetch\.\w+|https?\.(?:get|request)|~https?\.(?:get|request)|http2\.connect|follow-redirects\.https?\.(?:get|request)|simple-get|puppeteer\.launch\(\)\.newPage\(\)\.goto|playwright\.\w+\.launch\(\)\.newPage\(\)\.goto|requests\.(?:get|post|put|patch|delete|head|request|Session\(\)\.\w+)|httpx\.(?:get|post|put|patch|delete|request|AsyncClient\(\)\.\w+|Client\(\)\.\w+)|urllib\.request\.(?:urlopen|Request|urlretrieve)|urllib2\.urlopen|aiohttp\.ClientSession\(\)\.\w+|http\.client\.HTTPS?Connection|net\.(?:connect|createConnection)|open-graph-scraper|image-downloader\.image|download|rss-parser\(\)\.parseURL|cheerio\.fromURL|urllib\.request|@nestjs\/axios\.HttpService\(\)(?:\.axiosRef)?\.\w+|feedparser\.parse|wget\.download|niquests\.\w+|treq\.\w+|aiohttp\.request|httpx\.(?:head|options|stream)|xmlrpc\.client\.ServerProxy|zeep\.(?:Async)?Client|suds\.client\.Client|pandas\.read_html|websockets\.connect|websocket\.create_connection|selenium\.webdriver\.\w+\(\)\.get|tornado\.httpclient\.(?:Async)?HTTPClient\(\)\.fetch|urllib3\.(?:request|PoolManager\(\)\.(?:request|urlopen)))$/,
);
const GOTO = oneOf(/^(?:goto|setopt)$/);
/** What clients of all kinds call the methods that ask. */
const ASKS = oneOf(/^(?:get|post|put|patch|head|request|fetch|stream)$/);
const NAMED = oneOf(/^(?:goto|setopt|get|post|put|patch|head|request|fetch|stream)$/);

function* sinks(facts: FileFacts): Generator<Sink> {
  for (const call of facts.callsLike({ from: REQUEST, named: facts.program.text.includes('://') ? NAMED : GOTO })) {
    const from = call.origin;
    if (call.name === 'setopt') yield* transfers(facts, call);
    if (!isRequest(from, call, facts)) continue;
    const address = addressOf(facts, call);
    if (address === null) continue;
    // Only a value that reaches the host part chooses who is asked.
    if (hostIsFixed(facts, address) || isFiltered(facts, call) || isLookedUp(facts, call)) continue;
    // Callers inside the program that append to a host, or configure one, are no outsiders.
    const isOwn = [isConfigured, isBelow, isBase, isMadeFor].some((asks) => asks(facts, address));
    yield {
      ...asked(call.node, address, isOwn ? 'remote' : 'parameter'),
      ...(isBrowser(facts) || isHandedOn(facts, address) ? { level: 'note' } : {}),
    };
  }
}

function asked(at: Syntax, value: Syntax, atLeast: Sink['atLeast']): Sink {
  const what = 'A request is sent to an address that comes from';
  return { at, value, kind: 'url', what, remediation: REMEDIATION, atLeast };
}

/** PycURL: `curl.setopt(pycurl.URL, address)` */
function* transfers(facts: FileFacts, call: Call): Generator<Sink> {
  const [key, address] = call.arguments;
  if (facts.program.dialect !== 'python' || key === undefined || address === undefined) return;
  if (!/(?:^|\.)(?:URL|PROXY)$/.test(facts.text(key)) || hostIsFixed(facts, address)) return;
  yield asked(call.node, address, 'remote');
}

/** Agents that refuse to connect to addresses inside (their documentation). */
const FILTERS = /^(?:ssrf-req-filter|request-filtering-agent|ssrf-agent(?:-guard)?)\b/;

function isFiltered(facts: FileFacts, call: Call): boolean {
  return ['agent', 'httpAgent', 'httpsAgent', 'dispatcher'].some((name) => {
    const agent = option(facts, call, name);
    const callee =
      agent?.children.find((child) => child.field === 'function' || child.field === 'constructor') ?? agent;
    return callee !== null && callee !== undefined && FILTERS.test(facts.origin(callee) ?? '');
  });
}

/** The name is looked up first, and an address inside ends the function before anything is asked. */
const LOOKS_UP = /\b(?:lookup|resolve4?|getaddrinfo)\s*\(/;
const INSIDE =
  /\bif\s*\([^{};]*(?:\.range\(\)|is_?(?:private|internal|loopback|reserved)\w*|private_?ip|blockList\.check)[^{};]*\)\s*\{?[^{}]*?\b(?:return|throw)\b/i;

/** Python's `ipaddress`, where the test stands alone: one more condition could be what lets the address through. */
const INSIDE_PYTHON =
  /^[ \t]*if[ \t]+(?:not[ \t]+[^\n:#]*\.is_global|(?:(?!\b(?:not|and)\b)[^\n:#])*\.is_(?:private|internal)\b(?:(?!\b(?:and|else)\b)[^\n:#])*):\s*(?:raise|return|(?:\w+\.)?abort\()/m;

/** Characters before a request in which its check is looked for. */
const MAX_BEFORE = 3_000;

function isLookedUp(facts: FileFacts, call: Call): boolean {
  const around = functionAround(call.node);
  if (around === null) return false;
  const before = withoutComments(
    facts.program.text.slice(Math.max(around.start, call.node.start - MAX_BEFORE), call.node.start),
  );
  return LOOKS_UP.test(before) && (facts.program.dialect === 'python' ? INSIDE_PYTHON : INSIDE).test(before);
}

function isRequest(from: string | null, call: Call, facts: FileFacts): boolean {
  if (from !== null && REQUEST(from)) return true;
  if (call.name !== null && ASKS(call.name)) return asksHost(facts, call);
  return call.name === 'goto' && call.receiver !== null && /page$/i.test(facts.text(call.receiver));
}

const BUILT: ReadonlySet<string> = new Set(['template_string', 'binary_expression', 'identifier']);

/** `app.client.get(`https://${host}/status`)`: whatever the client is, a host that is put together is asked. */
function asksHost(facts: FileFacts, call: Call): boolean {
  const [first] = call.arguments;
  if (first === undefined || call.receiver === null || !BUILT.has(first.type)) return false;
  return /^https?:\/\/[^/\u0000]*\u0000/.test(facts.shape(first) ?? '');
}

function addressOf(facts: FileFacts, call: Call): Syntax | null {
  const keyword = call.keywords.get('url');
  if (keyword !== undefined) return keyword;
  const [first, second] = call.arguments;
  if (first === undefined) return null;
  const object = facts.object(first);
  if (object !== null) {
    return (
      facts.property(object, 'url') ??
      facts.property(object, 'uri') ??
      facts.property(object, 'baseURL') ??
      facts.property(object, 'prefixUrl') ??
      facts.property(object, 'hostname') ??
      facts.property(object, 'host')
    );
  }
  if (call.origin === 'needle' && second !== undefined) return second;
  if (
    /^(?:requests|httpx)\.(?:request|Session\(\)\.request)$|^urllib3\./.test(call.origin ?? '') &&
    second !== undefined
  )
    return second;
  return first;
}

/** `https://api.example/items/${id}`: the host stands, and a slash ends it. */
function hostIsFixed(facts: FileFacts, address: Syntax): boolean {
  const shape = facts.shape(address);
  if (shape === null) return false;
  return (
    /^[a-z][a-z+.-]*:\/\/[^/\u0000]+[/?#]/i.test(shape) ||
    /^\/(?!\/)[^\u0000]*/.test(shape) ||
    /^[^\u0000:]+\//.test(shape)
  );
}

function isConfigured(facts: FileFacts, address: Syntax): boolean {
  // `${this.baseUrl}/devices`: who makes a client says which server it is for.
  if (
    /^\u0000\/\w/.test(facts.shape(address) ?? '') &&
    /^(?:f["'])?[`"'{$]*(?:this\.|self\.)?_?#?\w*(?:base|api|server|service|endpoint|origin)\w*\b/i.test(
      facts.text(facts.definition(address) ?? address),
    )
  )
    return true;
  return /^[a-z][a-z+.-]*:\/\/[^/\u0000]*[^/\u0000@:.]\u0000/i.test(facts.shape(address) ?? '');
}

/** Python: `issuer + '/.well-known/jwks.json'`: what a fixed path is put behind says which service it is for, and was set up. */
function isBase(facts: FileFacts, address: Syntax): boolean {
  return facts.program.dialect === 'python' && /^\u0000\/[^\u0000]+$/.test(facts.shape(address) ?? '');
}

/** A client's own settings: whoever makes an object with `new Client({ host })` says whom it is to ask. */
function isMadeFor(facts: FileFacts, address: Syntax): boolean {
  if (facts.program.dialect === 'python') return false;
  const flow = facts.flow(address, 'url');
  const source = flow?.strength === 'parameter' ? flow.steps[0]?.node : undefined;
  const fn = source === undefined ? null : functionAround(source);
  if (fn === null || !/\b(?:this|self)\./.test(facts.text(facts.definition(address) ?? address))) return false;
  const name = fieldOf(fn, 'name');
  return name !== undefined && /^(?:constructor|[A-Z]\w*)$/.test(facts.text(name));
}

/** `new URL(path, this.base)`: what a client's caller names stands below the client's own address, as far as both know. */
function isBelow(facts: FileFacts, address: Syntax): boolean {
  const made = asAddress(facts, facts.definition(address) ?? address);
  if (made.type !== 'new_expression' || !/^new\s+URL\b/.test(facts.text(made))) return false;
  const base = made.children.find((child) => child.field === 'arguments')?.children[1];
  return base !== undefined && facts.flow(base, 'url')?.strength !== 'remote';
}

/** `new URL(…).href` and `new URL(…).toString()` are the address once more. */
function asAddress(facts: FileFacts, value: Syntax): Syntax {
  if (!/\.(?:href|toString\(\))$/.test(facts.text(value))) return value;
  const member = value.type === 'call_expression' ? value.children.find((child) => child.field === 'function') : value;
  return member?.children.find((child) => child.field === 'object') ?? value;
}

/**
 * Python: every function of a module can be called from outside, so that says little. One that is given a whole address
 * asks what its caller names: that is its job, and where a request decides the address the caller is told of.
 */
function isHandedOn(facts: FileFacts, address: Syntax): boolean {
  if (facts.program.dialect !== 'python' || !/^\w+(?:\.\w+)*$/.test(facts.text(address))) return false;
  if (facts.flow(address, 'url')?.strength !== 'parameter') return false;
  const list = functionAround(address)?.children.find((child) => child.field === 'parameters');
  // `feed.url`: a record that is handed over brings its address along.
  const name = facts.text(address).split('.')[0] ?? '';
  return list?.children.some((part) => new RegExp(`^${name}\\b`).test(facts.text(part))) === true;
}

/** In a browser the person's own machine asks: a lesser harm, and `fetch` of any address is ordinary. */
function isBrowser(facts: FileFacts): boolean {
  return (
    facts.program.dialect === 'javascript' &&
    (/\bwindow\.|from ['"]react['"]|useEffect/.test(facts.program.text) ||
      (facts.program.text.includes('document.') && !OWN_DOCUMENT.test(facts.program.text))) &&
    facts.handlers().length === 0
  );
}

/** What is parsed, or written to a database, is often called a document as well. */
const OWN_DOCUMENT = /\b(?:const|let|var)\s+(?:\{[^{}=]*\b)?document\b|[(,]\s*document\s*[,:)]/;

/** Who makes a client says which server it is for. */
const CONFIGURES =
  /the parameter "_?(?:\w*base(?:_?ur[li]|_?path)?|\w*(?:server|endpoint|origin|service|upstream|api)(?:_?ur[li]|_?host)?|env)" of an exported/i;

/** Follows the addresses of outgoing requests back to where they come from. */
export const serverSideRequestForgery: CodeDetector = {
  rule,
  triggers:
    /fetch|axios|\bgot\b|request|superagent|needle|\bky\b|https?\b|goto|urlopen|httpx|aiohttp|urllib|download|net\.|parseURL|fromURL|feedparser|HttpService|treq|setopt|xmlrpc|zeep|suds|websocket|selenium|read_html/,
  detect: (facts) =>
    taintedSinks(facts, rule, sinks(facts)).filter(
      (each) =>
        (each.level !== 'note' || (!isBrowser(facts) && /the parameter "/.test(each.message))) &&
        !/the environment|the command line/.test(each.message) &&
        !CONFIGURES.test(each.message),
    ),
};
