import type { Detection } from '../../../src/core/detection.ts';
import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { Call, FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf, functionAround } from '../support/around.ts';
import { codeRule } from '../support/rule.ts';
import { option } from '../support/tainted.ts';

const rule = codeRule({
  id: 'cleartext-transport',
  shortDescription: 'Data is sent without encryption',
  help: 'Everybody on the way can read and change what goes over http, ws, ftp or an unencrypted database or mail connection, passwords and tokens first. Use the encrypted form of the protocol.',
  cwe: [319],
  level: 'warning',
  confidence: 'medium',
});

const REMEDIATION = 'Use https, wss or the encrypted form of the protocol.';
const CLIENT =
  /^(?:~fetch|node-fetch|axios(?:\.\w+)*|~axios(?:\.\w+)*|got(?:\.\w+)?|request(?:\.\w+)?|superagent\.\w+|needle(?:\.\w+)?|ky(?:\.\w+)?|undici\.\w+|~WebSocket|ws(?:\.WebSocket)?|socket\.io-client(?:\.io)?|http\.(?:get|request)|requests\.\w+|httpx\.\w+|urllib\.request\.\w+|~EventSource|mqtt\.connect|~\$\.(?:get|post|ajax|getJSON)|ftplib\.FTP|telnetlib\.Telnet|basic-ftp\.\w+|~XMLHttpRequest\(\)\.open|~navigator\.sendBeacon|ldapjs\.createClient|ldapts\.Client|aiohttp\.\w+.*)$/;
const CLEAR = /^(?:http|ws|ftp|mqtt|telnet|ldap):\/\/([^/:?#\u0000\s]+|\u0000)/i;
/** Names that never leave the machine or the cluster, and names reserved for examples (RFC 2606, RFC 6761). */
const INSIDE =
  /^(?:localhost|127\.|0\.0\.0\.0|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|\[?::1|[^.]+$|.*\.(?:local|localhost|internal|test|example|invalid|svc|lan|cluster\.local)$|(?:www\.)?example\.(?:com|org|net)$|169\.254\.)/i;

/** What connects and logs in to an FTP server; without `secure` the password goes as it is (basic-ftp and node-ftp, "access", "connect"). */
const FTP =
  /^(?:(?:basic-ftp|ftp|jsftp|promise-ftp)(?:\.\w+)?|~\w*(?:ftp|FTP)\w*(?:\.\w+)?)(?:\(\))?(?:\.(?:access|connect))?$/;

/** Addresses with an unencrypted protocol in calls that send to them, and settings that name one. */
export const cleartextTransport: CodeDetector = {
  rule,
  triggers:
    /http:\/\/|ws:\/\/|ftp:\/\/|ldap:\/\/|ftp|FTP|ftplib|telnet|mqtt:\/\/|requireTLS|ignoreTLS|http\.|smtplib|imaplib|poplib|mqtt/,
  detect: (facts) => [...sent(facts), ...settings(facts)],
};

function sent(facts: FileFacts): readonly Detection[] {
  const found: Detection[] = [];
  for (const call of facts.calls())
    if (call.origin !== null || isLiteralAddress(call.arguments[0])) found.push(...inCall(facts, call));
  return found;
}

function inCall(facts: FileFacts, call: Call): readonly Detection[] {
  const from = call.origin ?? '';
  if (/^(?:ftplib\.FTP|telnetlib\.Telnet)$/.test(from))
    return [report(facts, call.node, 'FTP and telnet send passwords in clear text.')];
  if (/^(?:imaplib\.IMAP4|poplib\.POP3)$/.test(from) && !/starttls|\.stls\(/.test(facts.program.text))
    return [report(facts, call.node, 'The password of the mailbox is sent without encryption.')];
  // paho-mqtt: without `tls_set` everything goes in the clear, the password too (its documentation, "Client").
  if (
    from === 'paho.mqtt.client.Client().connect' &&
    /username_pw_set/.test(facts.program.text) &&
    !/tls_set/.test(facts.program.text)
  ) {
    const host = call.arguments[0] === undefined ? undefined : facts.constant(call.arguments[0]);
    if (typeof host === 'string' && !INSIDE.test(host))
      return [report(facts, call.node, 'The password of the broker is sent without encryption.')];
  }
  if (from === 'smtplib.SMTP' && /\.login\(/.test(facts.program.text) && !/starttls/.test(facts.program.text))
    return [report(facts, call.node, 'The password of the mail server is sent without encryption.')];
  if (facts.program.dialect === 'javascript' && FTP.test(from) && logsInOpenly(facts, call))
    return [report(facts, call.node, 'The password of the FTP server is sent without encryption.')];
  const isClient = CLIENT.test(from);
  const host = isClient || isLiteralAddress(call.arguments[0]) ? hostOf(facts, call, from) : null;
  if (host === null || !(isClient || CREDENTIALS.test(beginningOfText(facts, call.node)))) return [];
  return [report(facts, call.node, `Data is sent to ${host.slice(0, 60)} without encryption.`)];
}

/** The host that one of the first two arguments names with an unencrypted protocol. */
function hostOf(facts: FileFacts, call: Call, from: string): string | null {
  for (const argument of call.arguments.slice(0, 2)) {
    const object = facts.object(argument);
    const host =
      object === null
        ? (clearHost(facts, argument) ?? handedHost(facts, argument))
        : hostOfOptions(facts, object, from);
    if (host !== null) return host;
  }
  return null;
}

/** `function get(address) { http.get(address, …) }` and `get('http://…')`: the address stands where the helper is called. */
function handedHost(facts: FileFacts, argument: Syntax): string | null {
  const fn = argument.type === 'identifier' ? functionAround(argument) : null;
  const list = fn === null ? undefined : fieldOf(fn, 'parameters');
  const index = (list?.children ?? []).findIndex((each) => facts.text(each) === facts.text(argument));
  if (fn === null || index < 0 || !/\b(?:http|ws|ftp):\/\//.test(facts.program.text)) return null;
  for (const call of facts.calls()) {
    const given = call.arguments[index];
    const host = given === undefined || facts.functionOf(call.callee) !== fn ? null : clearHost(facts, given);
    if (host !== null) return host;
  }
  return null;
}

function hostOfOptions(facts: FileFacts, options: Syntax, from: string): string | null {
  const address =
    facts.property(options, 'url') ?? facts.property(options, 'baseURL') ?? facts.property(options, 'uri');
  if (address !== null) return clearHost(facts, address);
  // Other clients take `https` where the options say nothing of the protocol.
  return /^http\.(?:get|request)$/.test(from) ? namedHost(facts, options) : null;
}

/** What is looked at of a call: options stand in front. */
function beginningOfText(facts: FileFacts, { start, end }: Syntax): string {
  return facts.program.text.slice(start, Math.min(end, start + 600));
}

/** What is sent along is a credential, whatever the client is called: `new GraphQLClient('http://…', { headers: { authorization } })`. */
const CREDENTIALS = /\b(?:authorization|bearer|api_?key|password|access_?token|auth)\b['"]?\s*[:,}]|\btoken\b\s*[:,}]/i;

function isLiteralAddress(given: Syntax | undefined): boolean {
  return given?.type === 'string' || given?.type === 'template_string';
}

/** A password among the options, and no `secure` that asks for TLS. */
function logsInOpenly(facts: FileFacts, call: Call): boolean {
  if (option(facts, call, 'password') === null && option(facts, call, 'pass') === null) return false;
  const secure = option(facts, call, 'secure');
  const host = option(facts, call, 'host');
  const named = host === null ? undefined : facts.constant(host);
  return (secure === null || facts.constant(secure) === false) && !(typeof named === 'string' && INSIDE.test(named));
}

const SETTING_NODES = [
  'pair',
  'variable_declarator',
  'public_field_definition',
  'keyword_argument',
  'assignment_expression',
] as const;

const ADDRESS_NAME =
  /(?:base_?url|api_?(?:url|base|host|endpoint)|endpoint|server_?url|webhook_?url|callback_?url|auth_?url|service_?url|(?:^|_)(?:api|backend|gateway))$/i;

function settings(facts: FileFacts): readonly Detection[] {
  const found: Detection[] = [];
  for (const type of SETTING_NODES) {
    for (const node of facts.nodes(type)) {
      const key = fieldOf(node, 'key') ?? fieldOf(node, 'name') ?? fieldOf(node, 'left');
      const value = fieldOf(node, 'value') ?? fieldOf(node, 'right');
      if (key === undefined || value === undefined) continue;
      const name = facts.text(key).replace(/['"]/g, '');
      if (name === 'ignoreTLS' && facts.constant(value) === true)
        found.push(report(facts, node, 'Mail is sent without encryption.'));
      // What another name stands for is told where that name is given its value.
      if (!ADDRESS_NAME.test(name) || facts.definition(value) !== null) continue;
      const host = clearHost(facts, value);
      if (host !== null)
        found.push(report(facts, node, `"${name.slice(0, 40)}" names ${host.slice(0, 60)} without encryption.`));
    }
  }
  return found;
}

/** `http.request({ hostname: 'api.acme.io' })` */
function namedHost(facts: FileFacts, options: Syntax): string | null {
  const named = facts.property(options, 'hostname') ?? facts.property(options, 'host');
  const host = named === null ? undefined : facts.constant(named);
  return typeof host !== 'string' || INSIDE.test(host) ? null : host;
}

/** `base + '/charge'` of `const base = process.env.API || 'http://…'`: what it begins with where nothing else is set. */
function beginningOf(facts: FileFacts, address: Syntax, hops: number): string | null {
  const value = facts.definition(address) ?? address;
  if (hops > 4 || value.type !== 'binary_expression') return null;
  const operator = fieldOf(value, 'operator');
  const side = operator !== undefined && facts.text(operator) === '+' ? 'left' : 'right';
  const next = fieldOf(value, side);
  return next === undefined ? null : (facts.shape(next) ?? beginningOf(facts, next, hops + 1));
}

function clearHost(facts: FileFacts, address: Syntax): string | null {
  const known = facts.shape(address);
  const shape = known === null || known.startsWith('\u0000') ? beginningOf(facts, address, 0) : known;
  const host = shape === null ? undefined : CLEAR.exec(shape)?.[1];
  if (host === undefined || host.startsWith('\u0000') || INSIDE.test(host.replaceAll('\u0000', ''))) return null;
  return host.replaceAll('\u0000', '…');
}

function report(facts: FileFacts, at: Syntax, message: string): Detection {
  return facts.finding({ rule, at, message, remediation: REMEDIATION, level: facts.isTest ? 'note' : 'warning' });
}
