import type { Detection } from '../../../src/core/detection.ts';
import { expected, hasMatch } from '../../../src/core/prefilter.ts';
import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { Call, FileFacts } from '../../../src/inspect/facts.ts';
import { fieldOf } from '../support/around.ts';
import { oneOf } from '../support/remember.ts';
import { bodies } from './bodies.ts';
import { leakIn } from './leaks.ts';
import { isLog, logged } from './logs.ts';
import { REMEDIATION, report, rule } from './rule.ts';

const RESPONSE = /^(?:res|response|reply|ctx|c|h)\b/;

/** What makes an answer in Python's frameworks, also where a fragment does not say whose it is. */
const PYTHON_ANSWERS =
  /^(?:flask\.(?:jsonify|make_response|Response|abort|render_template)|django\.http\.(?:HttpResponse\w*|JsonResponse)|django\.shortcuts\.render|fastapi\.(?:HTTPException|Response|responses\.\w+)|starlette\.(?:responses\.\w+|exceptions\.HTTPException)|aiohttp\.web\.(?:Response|json_response|HTTP\w+)|sanic\.response\.\w+|rest_framework\.response\.Response|falcon\.HTTP\w+|bottle\.(?:HTTPResponse|abort)|~(?:Response|JSONResponse|abort|json_response|render))$/;

const ANSWERS = oneOf(
  new RegExp(
    `${PYTHON_ANSWERS.source}|^(?:~Response\\.json|next\\/server\\.NextResponse\\.json|~Response|~print|fastapi\\.FastAPI|starlette\\.applications\\.Starlette)$`,
  ),
);

const NAMED = oneOf(
  /^(?:run|send|json|text|html|response|end|write|finish|render|jsonp|log|info|warn|warning|error|debug|trace)$/,
);

/** Error details, the environment and secrets in answers and logs, and debug modes. */
export const informationExposure: CodeDetector = {
  rule,
  triggers:
    /^(?=[\s\S]*(?:stack|err|exception|process\.env|environ|passw|secret|token|key|debug|traceback|card|ssn))(?=[\s\S]*(?:\.(?:send|json|end|write|render|jsonp|body|log|info|warn|warning|error|debug|trace)\b|Response|jsonify|debug\s*=|format_exc|environ|print\(|HTTPException|statusCode|abort\(|\n\s*except\b|(?:^|\n)@\w+\.(?:get|post|put|patch|route)\(|includeStacktrace|\.(?:text|html|response)\())|express\.static|serve-?static|koa-static|serve-index/i,
  detect: (facts) => [
    ...facts.callsLike({ from: ANSWERS, named: NAMED }).flatMap((call) => inCall(facts, call)),
    ...bodies(facts),
    ...(facts.program.dialect === 'python' ? [] : [...ownFolder(facts), ...traces(facts)]),
  ],
};

function inCall(facts: FileFacts, call: Call): readonly Detection[] {
  const debug = call.keywords.get('debug');
  const serves =
    call.name === 'run' || /^(?:fastapi\.FastAPI|starlette\.applications\.Starlette)$/.test(call.origin ?? '');
  if (serves && debug !== undefined && facts.constant(debug) === true)
    return [
      report(
        facts,
        call.node,
        'The debug mode shows internals and lets visitors run code.',
        'warning',
        'Take debug=True out.',
      ),
    ];
  if (isAnswer(facts, call)) {
    for (const argument of [...call.arguments, ...call.keywords.values()]) {
      const leak = leakIn(facts, argument);
      if (leak !== null) return [report(facts, call.node, leak.message, leak.level, REMEDIATION)];
    }
  }
  return isLog(facts, call) ? logged(facts, call) : [];
}

/** Classes of theirs, and http.server's methods, which a fragment shows without a class. */
const ANSWERING = expected(/Handler\b|\bdo_(?:GET|POST|PUT|PATCH|DELETE)\b|tornado/);

function isAnswer(facts: FileFacts, call: Call): boolean {
  if (facts.program.dialect === 'python') {
    // Tornado, and http.server's handlers.
    const own = call.receiver === null ? '' : facts.text(call.receiver);
    if (/^(?:write|finish)$/.test(call.name ?? '') && /^self(?:\.wfile)?$/.test(own))
      return hasMatch(ANSWERING, facts.program.text);
    return PYTHON_ANSWERS.test(call.origin ?? '');
  }
  if (
    !(
      /^(?:send|json|end|write|render|jsonp)$/.test(call.name ?? '') ||
      (/^(?:text|html)$/.test(call.name ?? '') && /^c(?:tx)?$/.test(receiverOf(facts, call))) ||
      (call.name === 'response' && receiverOf(facts, call) === 'h')
    ) &&
    !/^(?:~Response\.json|next\/server\.NextResponse\.json|~Response)$/.test(call.origin ?? '')
  )
    return false;
  return call.receiver === null
    ? call.isNew
    : RESPONSE.test(facts.text(call.receiver)) || /Response$/.test(facts.text(call.receiver));
}

function receiverOf(facts: FileFacts, call: Call): string {
  return call.receiver === null ? '' : facts.text(call.receiver);
}

const TRACES = expected(/includeStacktraceInErrorResponses/);

/** Apollo Server puts stack traces into answers when it is told to, in production as well (its documentation, "Error handling"). */
function traces(facts: FileFacts): readonly Detection[] {
  if (!hasMatch(TRACES, facts.program.text)) return [];
  return facts.nodes('pair').flatMap((node) => {
    const key = fieldOf(node, 'key');
    const value = fieldOf(node, 'value');
    if (key === undefined || value === undefined || facts.constant(value) !== true) return [];
    return facts.text(key) === 'includeStacktraceInErrorResponses'
      ? [report(facts, node, 'Answers contain stack traces.', 'warning', REMEDIATION)]
      : [];
  });
}

const SERVES = oneOf(
  /^(?:(?:express|restify\.plugins)\.(?:static|serveStatic)|serve-static|koa-static|serve-index|~serveStatic)$/,
);

/** `express.static(__dirname)`: the folder of the program itself, with its sources and settings (CWE-538). */
function ownFolder(facts: FileFacts): readonly Detection[] {
  return facts.callsLike({ from: SERVES }).flatMap((call) => {
    const [folder] = call.arguments;
    if (folder === undefined) return [];
    const whole =
      /^(?:__dirname|process\.cwd\(\)|import\.meta\.dirname|path\.(?:join|resolve)\(\s*__dirname\s*(?:,\s*['"]\.?\/?['"]\s*)?\))$/.test(
        facts.text(facts.definition(folder) ?? folder),
      ) || /^\.{0,2}\/?$/.test(String(facts.constant(folder) ?? 'x'));
    return whole
      ? [
          report(
            facts,
            call.node,
            "The program's own folder is served, its sources and settings with it.",
            'warning',
            'Serve a folder that holds nothing but what is public.',
          ),
        ]
      : [];
  });
}
