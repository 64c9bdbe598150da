import type { Detection } from '../../../src/core/detection.ts';
import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { Call, FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { functionAround, within } from '../support/around.ts';
import { oneOf } from '../support/remember.ts';
import { codeRule } from '../support/rule.ts';

const rule = codeRule({
  id: 'information-exposure',
  shortDescription: 'Internals or secrets are shown to whoever asks, or written into the log',
  help: 'Stack traces, database errors, environment variables and password fields tell an attacker where to push next, and logs are read by more people than a database. Answer with a message of your own and an id, log the details, and leave secrets out of both.',
  cwe: [209, 200, 532],
  level: 'warning',
  confidence: 'high',
});

const REMEDIATION = 'Answer with a fixed message and an id, and write the details to the log.';
const RESPONSE = /^(?:res|response|reply|ctx|c|h)\b/;
const SECRET_NAME =
  /(?:^|\.|_)(?:passw(?:or)?d|passwd|pwd|secret(?:_?key)?|api_?key|private_?key|access_?token|refresh_?token|auth_?token|credit_?card|card_?number|cvv|ssn|client_?secret|jwt)(?:_?hash)?$/i;

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

const NAMES: ReadonlySet<string> = new Set(['identifier']);
const MEMBERS: ReadonlySet<string> = new Set(['member_expression', 'shorthand_property_identifier']);
const SHOWN: ReadonlySet<string> = new Set(['identifier', 'member_expression', 'shorthand_property_identifier']);

/** Error details, the environment and secrets in answers and logs, and debug modes. */
export const informationExposure: CodeDetector = {
  rule,
  triggers:
    /^(?=[\s\S]*(?:stack|err|exception|process\.env|environ|passw|secret|token|key|debug|traceback|card|ssn))(?=[\s\S]*(?:\.(?:send|json|end|write|render|jsonp|body|log|info|warn|warning|error|debug|trace)\b|Response|jsonify|debug\s*=|format_exc|environ|print\(|HTTPException|statusCode|abort\(|\n\s*except\b|(?:^|\n)@\w+\.(?:get|post|put|patch|route)\(|includeStacktrace|\.(?:text|html|response)\())|express\.static|serve-?static|koa-static|serve-index/i,
  detect: (facts) => [
    ...facts.callsLike({ from: ANSWERS, named: NAMED }).flatMap((call) => inCall(facts, call)),
    ...bodies(facts),
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

function isAnswer(facts: FileFacts, call: Call): boolean {
  if (facts.program.dialect === 'python') {
    // Tornado, and http.server's handlers.
    const own = call.receiver === null ? '' : facts.text(call.receiver);
    if (/^(?:write|finish)$/.test(call.name ?? '') && /^self(?:\.wfile)?$/.test(own)) return true;
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

interface Leak {
  readonly message: string;
  readonly level: 'warning' | 'note';
}

function leakIn(facts: FileFacts, node: Syntax): Leak | null {
  if (node.end - node.start > 4_000) return null;
  const text = withoutStrings(facts, node);
  if (
    /\b(?:e|err|error|ex|exception|reason|cause|response|boom|\w*[eE]rr(?:or)?)\??\.stack\b|traceback\.format_exc(?:eption)?\(/.test(
      text,
    )
  )
    return { message: 'The answer contains a stack trace.', level: 'warning' };
  if (/(?:^|[^.\w])process\.env(?!\s*[.[])|(?:^|[^.\w])(?<!\bin\s+)os\.environ(?!\s*[.[])/.test(text))
    return { message: 'The answer contains the whole environment, secrets included.', level: 'warning' };
  if (facts.program.dialect === 'python' && caughtText(facts, node))
    return { message: 'The answer contains the text of whatever went wrong inside.', level: 'warning' };
  if (/as (?:Error|any)\)\.stack\b/.test(text))
    return { message: 'The answer contains a stack trace.', level: 'warning' };
  if (/\b(?:e|err|error|ex)\.(?:sqlMessage|sql|query|detail|errmsg|parent)\b/.test(text))
    return { message: 'The answer contains details of a database error.', level: 'warning' };
  const setting = settingShown(facts, node);
  if (setting !== null) return { message: `The answer contains ${setting}.`, level: 'warning' };
  if (caughtWhole(facts, node))
    return { message: 'The answer contains the error object as it was caught.', level: 'warning' };
  const secret = memberNamed(facts, node);
  if (secret !== null) return { message: `The answer contains "${secret}".`, level: 'warning' };
  if (/\b(?:e|err|error|ex|exception)\.message\b|\bstr\(e\)/.test(text))
    return { message: 'The answer contains the message of whatever went wrong.', level: 'note' };
  return null;
}

/**
 * `except Exception as error: return jsonify(error=str(error)), 500`: whatever class of error it is, its text goes out as
 * an error of the server. What a handler says of an error that it knows by name is its own choice.
 */
function caughtText(facts: FileFacts, node: Syntax): boolean {
  const clause = clauseAround(node);
  if (clause === null) return false;
  const head = /^except\s+\(?([\w., ]*)\)?\s+as\s+(\w+)\s*:/.exec(facts.text(clause));
  const name = head?.[2];
  if (name === undefined || !/\b(?:Base)?Exception\b/.test(head?.[1] ?? '')) return false;
  const text = facts.text(node);
  if (!new RegExp(`\\b(?:str|repr)\\(\\s*${name}\\s*\\)|\\{${name}(?:!r)?\\}`).test(text)) return false;
  let statement = node;
  while (statement.parent !== null && statement.parent.type !== 'statement_block') statement = statement.parent;
  return /\b50[0-9]\b|INTERNAL_SERVER_ERROR|ServerError/.test(facts.text(statement));
}

function clauseAround(node: Syntax): Syntax | null {
  for (let up = node.parent; up !== null; up = up.parent) if (up.type === 'catch_clause') return up;
  return null;
}

/** Text in quotes only names things; what is put into templates counts. */
function withoutStrings(facts: FileFacts, node: Syntax): string {
  return facts.text(node).replace(/'[^'\n]*'|"[^"\n]*"/g, "''");
}

const SETTINGS: ReadonlySet<string> = new Set(['member_expression']);
const SECRET_SETTING =
  /^(?:process|import\.meta)\.env\.(?!\w*(?:PUBLIC|PUBLISHABLE|CLIENT_ID|SITE_?KEY|MAPS))\w*(?:SECRET|PASSWORD|PASSWD|PRIVATE|TOKEN|API_?KEY|ACCESS_?KEY|DATABASE_URL|DB_URL|MONGO\w*_UR[IL]|CONNECTION_STRING|DSN)\w*$/;

/** `res.json({ secret: process.env.JWT_SECRET })`: the value itself, and not what a call made of it. */
function settingShown(facts: FileFacts, node: Syntax): string | null {
  for (const each of within(node, SETTINGS)) {
    const shown = each === node || each.parent?.type === 'pair' || each.parent?.type === 'template_substitution';
    if (shown && SECRET_SETTING.test(facts.text(each))) return facts.text(each).slice(0, 60);
  }
  return null;
}

/** `res.json(err)`, `{ error: err }`, `res.send(String(err))` with what a catch or an error callback was given. */
function caughtWhole(facts: FileFacts, node: Syntax): boolean {
  for (const each of within(node, NAMES)) {
    if (!/^(?:e|err|error|ex|exception|\w+Err(?:or)?)$/.test(facts.text(each))) continue;
    const up = each.parent;
    if (each === node) return isCaught(facts, each);
    if (up?.type === 'pair' || up?.type === 'template_substitution') return isCaught(facts, each);
  }
  return false;
}

function isCaught(facts: FileFacts, name: Syntax): boolean {
  const text = facts.text(name);
  for (let up = name.parent; up !== null; up = up.parent) {
    const parameters = up.children.find((child) => child.field === 'parameters' || child.field === 'parameter');
    const first = parameters?.type === 'identifier' ? parameters : parameters?.children[0];
    if (first !== undefined && facts.text(first).replace(/:.*/s, '') === text) return true;
  }
  return false;
}

/** A member that is named as a secret and is put out as it is. */
function memberNamed(facts: FileFacts, node: Syntax): string | null {
  for (const each of within(node, MEMBERS)) {
    const up = each.parent;
    const shown =
      each === node ||
      each.type !== 'member_expression' ||
      up?.type === 'pair' ||
      up?.type === 'template_substitution' ||
      (up?.type === 'arguments' && up.parent === node.parent);
    if (!shown) continue;
    const text = facts.text(each).replace(/([a-z0-9])([A-Z])/g, '$1_$2');
    if (
      /passw|secret|private_?key|cvv|ssn|card_?number/i.test(text) &&
      SECRET_NAME.test(text) &&
      !/^process|body\b/.test(text)
    )
      return facts.text(each).slice(0, 60);
  }
  return null;
}

function isLog(facts: FileFacts, call: Call): boolean {
  if (facts.program.dialect === 'python' && call.origin === '~print') return true;
  return (
    call.receiver !== null &&
    /^(?:log|info|warn|warning|error|debug|trace)$/.test(call.name ?? '') &&
    /^(?:console|log|logger|logging|winston|pino|\w*[lL]ogger)$/.test(facts.text(call.receiver).split('.').at(-1) ?? '')
  );
}

function logged(facts: FileFacts, call: Call): readonly Detection[] {
  for (const argument of call.arguments) {
    const secret = loggedSecret(facts, argument);
    if (secret !== null)
      return [report(facts, call.node, `The log contains "${secret}".`, 'warning', 'Leave secrets out of the log.')];
  }
  return [];
}

function loggedSecret(facts: FileFacts, node: Syntax): string | null {
  if (/^(?:process\.env|os\.environ)$/.test(facts.text(node))) return facts.text(node);
  for (const each of within(node, SHOWN)) {
    const up = each.parent;
    const shown =
      each === node ||
      each.type === 'shorthand_property_identifier' ||
      up?.type === 'template_substitution' ||
      (up?.type === 'binary_expression' &&
        /^\+?$/.test(facts.text(up.children.find((child) => child.field === 'operator') ?? each))) ||
      up?.type === 'pair';
    if (!shown) continue;
    const text = facts.text(each).replace(/([a-z0-9])([A-Z])/g, '$1_$2');
    if (SECRET_NAME.test(text) || /^process\.env\.\w*(?:SECRET|PASSWORD|PRIVATE_KEY)\w*$/.test(facts.text(each)))
      return facts.text(each).slice(0, 60);
  }
  return null;
}

/** The environment: not one variable of it, nor whether it has one. */
const WHOLE = /(?<!\bin\s+)os\.environ(?!\s*[.[])/;

/** A view that another file gives its route to. */
function takesRequest(facts: FileFacts, fn: Syntax): boolean {
  const list = fn.children.find((child) => child.field === 'parameters');
  return list !== undefined && /^\(\s*(?:self\s*,\s*)?(?:req(?:uest)?|event)\b/.test(facts.text(list));
}

/** Koa answers by assignment; Python by what is returned. */
function bodies(facts: FileFacts): readonly Detection[] {
  const assigned = facts.assignments().flatMap(({ node, target, value }) => {
    if (!/^ctx\.(?:response\.)?body$/.test(facts.text(target))) return [];
    const leak = leakIn(facts, value);
    return leak === null ? [] : [report(facts, node, leak.message, leak.level, REMEDIATION)];
  });
  if (facts.program.dialect !== 'python')
    return [...assigned, ...functionBodies(facts), ...ownFolder(facts), ...traces(facts)];
  const django = facts
    .assignments()
    .flatMap(({ node, target, value }) =>
      facts.text(target) === 'DEBUG' &&
      facts.constant(value) === true &&
      /^(?:ALLOWED_HOSTS|INSTALLED_APPS|MIDDLEWARE|ROOT_URLCONF)\s*=/m.test(facts.program.text)
        ? [
            report(
              facts,
              node,
              'The debug mode shows internals to every visitor.',
              'warning',
              'Read it from the environment.',
            ),
          ]
        : [],
    );
  // Falcon answers by assignment as well.
  const assignedHere = facts.assignments().flatMap(({ node, target, value }) => {
    if (!/^resp(?:onse)?\.(?:text|body|media|data)$/.test(facts.text(target))) return [];
    const leak = leakIn(facts, value);
    return leak === null ? [] : [report(facts, node, leak.message, leak.level, REMEDIATION)];
  });
  const answering = new Set(facts.handlers().map((handler) => handler.node));
  const returned = facts.nodes('return_statement').flatMap((node) => {
    const value = node.children.find((child) => child.type !== 'return');
    if (value === undefined) return [];
    const shown = value.type === 'array' ? value.children.find((child) => child.type !== '(') : value;
    const fn = functionAround(node);
    const isRecord = shown?.type === 'object' && fn !== null && answering.has(fn);
    const isText =
      shown !== undefined &&
      /^(?:object|template_string|string)$/.test(shown.type) &&
      clauseAround(node) !== null &&
      caughtText(facts, value);
    const isWhole = fn !== null && (answering.has(fn) || takesRequest(facts, fn)) && WHOLE.test(facts.text(value));
    if (!isRecord && !isText && !isWhole && !/format_exc/.test(facts.text(value))) return [];
    const leak = leakIn(facts, value);
    return leak === null ? [] : [report(facts, node, leak.message, leak.level, REMEDIATION)];
  });
  return [...assigned, ...django, ...assignedHere, ...returned];
}

/** AWS Lambda's and Netlify's answer: `{ statusCode: 500, body: JSON.stringify({ trace: err.stack }) }`. */
function functionBodies(facts: FileFacts): readonly Detection[] {
  return facts.nodes('pair').flatMap((node) => {
    const key = node.children.find((child) => child.field === 'key');
    const value = node.children.find((child) => child.field === 'value');
    if (key === undefined || value === undefined || !/^['"]?body['"]?$/.test(facts.text(key))) return [];
    const object = node.parent;
    if (object === null || facts.property(object, 'statusCode') === null) return [];
    const leak = leakIn(facts, value);
    return leak === null ? [] : [report(facts, node, leak.message, leak.level, REMEDIATION)];
  });
}

/** Apollo Server puts stack traces into answers when it is told to, in production as well (its documentation, "Error handling"). */
function traces(facts: FileFacts): readonly Detection[] {
  if (!facts.program.text.includes('includeStacktraceInErrorResponses')) return [];
  return facts.nodes('pair').flatMap((node) => {
    const key = node.children.find((child) => child.field === 'key');
    const value = node.children.find((child) => child.field === 'value');
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

function report(
  facts: FileFacts,
  at: Syntax,
  message: string,
  level: 'warning' | 'note',
  remediation: string,
): Detection {
  return facts.finding({
    rule,
    at,
    message,
    remediation,
    level: facts.isTest ? 'note' : level,
    confidence: level === 'note' ? 'low' : 'medium',
  });
}
