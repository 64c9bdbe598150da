import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { Call, FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { oneOf } from '../support/remember.ts';
import { codeRule } from '../support/rule.ts';
import { isTagged, type Sink, taintedSinks } from '../support/tainted.ts';

const rule = codeRule({
  id: 'log-injection',
  shortDescription: 'A value from a request is written into a log as it came',
  help: 'Line breaks in the value forge entries and control characters confuse terminals, so the log can no longer be trusted when it matters. Log structured fields, or take line breaks out of the value first.',
  cwe: [117],
  level: 'warning',
  confidence: 'medium',
});

const REMEDIATION = 'Log the value as a field of its own ({ name }), or replace line breaks in it.';
const LOGGER =
  /^(?:console|process\.(?:stdout|stderr)|log|logger|winston|pino|bunyan|log4js|logging|LOG|LOGGER|Logger|(?:req|request|app|fastify|this|self|ctx|current_app|server|context)\.(?:log|logger)|\w*[lL]ogger)$/;
/** What gives a logger, whatever its name (documentation of the libraries). */
const MAKES_LOGGER =
  /^(?:logging(?:\.getLogger\(\))?|structlog\.(?:get_logger|getLogger)\(\)|loguru\.logger|winston(?:\.createLogger\(\))?|pino\(\)|bunyan\.createLogger\(\)|log4js\.getLogger\(\)|loglevel|tslog\.Logger\(\)|@nestjs\/common\.Logger(?:\(\))?|consola)$/;
const METHODS = oneOf(
  /^(?:log|info|warn|warning|error|debug|trace|fatal|critical|verbose|notice|exception|http|silly|write)$/,
);
const APPENDS = oneOf(/^fs(?:\.promises)?\.appendFile(?:Sync)?$/);

function* sinks(facts: FileFacts): Generator<Sink> {
  for (const call of facts.callsLike({ from: APPENDS, named: METHODS })) {
    const [file, line] = call.arguments;
    if (file !== undefined && line !== undefined && APPENDS(call.origin ?? '')) {
      if (/\.log(?:\b|$)|logs?\b/i.test(facts.shape(file) ?? facts.text(file))) yield entry(call, line);
      continue;
    }
    if (call.name === null || call.receiver === null || isTagged(call) || !METHODS(call.name)) continue;
    if (!LOGGER.test(facts.text(call.receiver)) && !MAKES_LOGGER.test(facts.origin(call.receiver) ?? '')) continue;
    const parts = call.arguments.filter((part) => facts.object(part) === null && part.type !== 'array');
    for (const part of parts) {
      if (isQuoted(facts, call, part) || isOfConnection(facts, part)) continue;
      const open = facts.program.dialect === 'python' ? unquoted(facts, part) : null;
      if (open !== null) {
        for (const each of open) yield entry(call, each);
        continue;
      }
      // A value alone is quoted by structured loggers; text around it makes a line.
      yield entry(call, part);
    }
  }
}

/**
 * `logging.warning('login of %r', name)`: the printf conversions of Python other than `%s` and `%c` escape line breaks or
 * give numbers; of Node's `util.format`, which the loggers follow, all but `%s` and `%c` do (its documentation).
 */
function isQuoted(facts: FileFacts, call: Call, part: Syntax): boolean {
  const [first] = call.arguments;
  const at = call.arguments.indexOf(part);
  if (first === undefined || at < 1) return false;
  const text = facts.constant(first);
  if (typeof text !== 'string') return false;
  const escaping = facts.program.dialect === 'python' ? ESCAPING : ESCAPING_IN_NODE;
  return escaping.test(conversions(text)[at - 1] ?? '');
}

/** The address of the other side is the connection's own, and no text that somebody wrote (RFC 3875, "REMOTE_ADDR"). */
const CONNECTION = /\.(?:META|environ)(?:\.get\(|\[)\s*['"](?:REMOTE_ADDR|REMOTE_PORT|SERVER_\w+)['"][^\])]*[\])]/g;

function isOfConnection(facts: FileFacts, part: Syntax): boolean {
  const whole = facts.text(part);
  if (!whole.includes('REMOTE_') && !whole.includes('SERVER_')) return false;
  const holes = part.children.filter(({ type }) => type === 'template_substitution');
  const text = part.type === 'template_string' ? holes.map((hole) => facts.text(hole)).join(' ') : whole;
  const rest = text.replace(CONNECTION, '').replace(/'[^'\n]*'|"[^"\n]*"/g, '');
  return (rest.match(/[A-Za-z_]\w*/g) ?? []).every((name) => /^(?:self|req|request|format)$/.test(name));
}

const ESCAPING = /^[radiouxXeEfFgG]$/;
const ESCAPING_IN_NODE = /^[jdifoO]$/;

function conversions(text: string): readonly string[] {
  return [...text.matchAll(/%(?:\(\w+\))?[-#0 +]*\d*(?:\.\d+)?([a-zA-Z%])/g)].flatMap(([, kind]) =>
    kind === undefined || kind === '%' ? [] : [kind],
  );
}

/** What `repr()` does not quote of a text with `{name!r}` or `%r` in it; null where nothing of it is quoted. */
function unquoted(facts: FileFacts, part: Syntax): readonly Syntax[] | null {
  if (part.type === 'template_string') {
    const open = part.children.filter((child) => child.type === 'template_substitution');
    const left = open.filter((child) => !/![ra]\s*(?::[^{}]*)?\}$/.test(facts.text(child)));
    return left.length === open.length ? null : left.flatMap((child) => child.children.slice(0, 1));
  }
  const written = part.children.find((child) => child.field === 'left' || child.field === 'function');
  if (written === undefined) return null;
  if (part.type === 'binary_expression' && /^\s*%/.test(facts.program.text.slice(written.end))) {
    const kinds = conversions(facts.text(written));
    return kinds.length > 0 && kinds.every((kind) => ESCAPING.test(kind)) ? [] : null;
  }
  if (part.type !== 'call_expression' || !/\.format$/.test(facts.text(written))) return null;
  const fields = facts.text(written).match(/\{[^{}]*\}/g) ?? [];
  return fields.length > 0 && fields.every((field) => /![ra]\s*(?::[^{}]*)?\}$/.test(field)) ? [] : null;
}

function entry(call: Call, value: Sink['value']): Sink {
  return {
    at: call.node,
    value,
    kind: 'log',
    what: 'A log line contains, as it came,',
    remediation: REMEDIATION,
    atLeast: 'remote',
    level: 'warning',
  };
}

/**
 * The address as it was sent holds neither line breaks nor other control characters (RFC 9112, section 3.2), and neither does
 * the host's name; Tornado hands both on as they came, other frameworks of Python take `%0a` for what it stands for.
 */
const AS_SENT = /the request's (?:path|uri|host)\.$/;

function cannotBreak(facts: FileFacts, message: string): boolean {
  return AS_SENT.test(message) && /^\s*(?:from|import) tornado\b/m.test(facts.program.text);
}

/** Follows what is logged back to requests. */
export const logInjection: CodeDetector = {
  rule,
  triggers:
    /\.(?:log|info|warn|warning|error|debug|trace|fatal|critical|verbose|notice|exception|http|silly|write)\s*\(|appendFile/,
  detect: (facts) => taintedSinks(facts, rule, sinks(facts)).filter(({ message }) => !cannotBreak(facts, message)),
};
