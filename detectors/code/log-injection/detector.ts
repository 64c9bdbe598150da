import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { Call, FileFacts } from '../../../src/inspect/facts.ts';
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
      // A value alone is quoted by structured loggers; text around it makes a line.
      yield entry(call, part);
    }
  }
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

/** Follows what is logged back to requests. */
export const logInjection: CodeDetector = {
  rule,
  triggers:
    /\.(?:log|info|warn|warning|error|debug|trace|fatal|critical|verbose|notice|exception|http|silly|write)\s*\(|appendFile/,
  detect: (facts) => taintedSinks(facts, rule, sinks(facts)),
};
