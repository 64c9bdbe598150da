import type { Detection } from '../../../src/core/detection.ts';
import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { FileFacts, Handler, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf, isFunction, within } from '../support/around.ts';
import { codeRule } from '../support/rule.ts';
import { bodyText, changesState } from '../support/security.ts';

const rule = codeRule({
  id: 'unvalidated-input',
  shortDescription: 'A handler stores or computes with request fields that nothing checks',
  help: 'A field can be missing, of another type, negative or a megabyte long, and what the handler does with it then was never thought about. Parse the body with a schema at the top of the handler and use only what the schema gives back.',
  cwe: [20, 1287],
  level: 'warning',
  confidence: 'low',
});

const REMEDIATION = 'Parse the body with a schema at the top of the handler and use what it gives back.';
const CHECKS =
  /schema|(?<!re)valid|(?<!JSON\.)parse\(|zod|joi|yup|ajv|typeof|Number\(|parseInt|isNaN|isInteger|instanceof|assert|sanitize|\.test\(|\.match\(|\.includes\(|check|if\s*\(\s*!(?!\s*(?:\w*session|\w*user|auth\w*|token|isA\w*|(?:req|request|ctx|c|session|res\.locals)\.\w*(?:user|session)\w*)\b)|\?\?|Array\.isArray|\.length|[<>]=?\s*\d|String\(/i;
const STORES =
  /\.(?:create|insert\w*|save|update\w*|findByIdAndUpdate|findOneAndUpdate|upsert|push|set|query|execute|bulkCreate|values|withdraw|deposit|transfer|charge|refund|credit|debit)$/;
/** What writes a record, whatever its method of request was: a function in the cloud is told it at run time. */
const RECORDS = /\.(?:put|putItem|create|insert(?:One|Many)?|save|upsert|bulkCreate)$/;
const CALCULATIONS: ReadonlySet<string> = new Set(['binary_expression']);
const FIELD: ReadonlySet<string> = new Set(['member_expression']);

/** Handlers that hand body fields to a store, without any check between. */
export const unvalidatedInput: CodeDetector = {
  rule,
  triggers: /[bB]ody|json|request\.form|formData|\.media\b/,
  detect: (facts) => [...facts.handlers(), ...unregistered(facts)].flatMap((handler) => judge(facts, handler)),
};

/** What a function reads of its request only where the request brings something to store. */
const READS = /\breq(?:uest)?\.(?:body|data|json\b|POST|media|json_body|get_json\()/;

/** Python: views that other files give their routes to (Django, aiohttp), and methods that are called by their names (Falcon). */
function unregistered(facts: FileFacts): readonly Handler[] {
  if (facts.program.dialect !== 'python') return [];
  const known = new Set(facts.handlers().map(({ node }) => node));
  return facts.nodes('function_declaration').flatMap((node): readonly Handler[] => {
    const list = fieldOf(node, 'parameters');
    const name = fieldOf(node, 'name');
    if (known.has(node) || list === undefined || name === undefined) return [];
    const falcon = /^on_(post|put|patch)$/.exec(facts.text(name))?.[1];
    const taken = /^\(\s*(?:self\s*,\s*)?req(?:uest)?\b/.test(facts.text(list));
    const method = falcon ?? /^(post|put|patch)$/.exec(facts.text(name))?.[1] ?? 'post';
    if (!taken || !READS.test(facts.text(node))) return [];
    return [{ node, framework: 'view', method, route: facts.text(name), middleware: [], registration: name }];
  });
}

function judge(facts: FileFacts, handler: Handler): readonly Detection[] {
  const isEvent = handler.framework === 'lambda' && handler.method === 'any';
  if (!isFunction(handler.node) || !(changesState(handler) || isEvent)) return [];
  const body = fieldOf(handler.node, 'body');
  if (
    body === undefined ||
    CHECKS.test(bodyText(facts, body)) ||
    handler.middleware.some((part) => CHECKS.test(facts.text(part)))
  )
    return [];
  if (isChained(facts, handler)) return [];
  if (takesDto(facts, handler.node)) return [];
  const used = firstUse(facts, body, isEvent ? RECORDS : null);
  if (used === null) return [];
  return [
    facts.finding({
      rule,
      at: used.at,
      message: `${handler.method.toUpperCase()} ${(handler.route ?? '').slice(0, 60)} stores fields of the body that nothing checks.`,
      remediation: REMEDIATION,
      level: facts.isTest ? 'note' : 'warning',
      flow: used.flow,
    }),
  ];
}

/** Rules of express-validator, and behind them a function that is named after what it does with what broke them. */
function isChained(facts: FileFacts, handler: Handler): boolean {
  const [first] = handler.middleware;
  if (first === undefined || !facts.program.text.includes('express-validator')) return false;
  const written = handler.middleware.map((part) => facts.text(facts.definition(part) ?? part));
  return (
    written.some((part) => /^(?:\[|\.\.\.)?\s*(?:body|check|checkSchema)\s*\(/.test(part)) &&
    handler.middleware.some((part) => /^[\w.]*(?:error|result|reject|input)[\w.]*$/i.test(facts.text(part)))
  );
}

/** Types of the language itself, which no decorator describes. */
const ANY_SHAPE = /^(?:Object|Record|Partial|Function|Array|String|JSON|T)$/;

/** NestJS: the framework checks a body whose type is a class by the class's decorators; an interface checks nothing. */
function takesDto(facts: FileFacts, handler: Syntax): boolean {
  const list = fieldOf(handler, 'parameters');
  const type =
    list && /@Body\([^)]*\)\s*(?:readonly\s+)?(?:\w+|\{[^{}]*\})\s*:\s*([A-Z]\w*)\s*[,)]/.exec(facts.text(list))?.[1];
  if (type === undefined || ANY_SHAPE.test(type)) return false;
  return ![...facts.nodes('interface_declaration'), ...facts.nodes('type_alias_declaration')].some(
    (node) => /\b(?:interface|type)\s+(\w+)/.exec(facts.program.text.slice(node.start, node.start + 200))?.[1] === type,
  );
}

/** In Python a record is made by calling its class. */
function isStore(facts: FileFacts, callee: Syntax): boolean {
  const text = facts.text(callee);
  if (facts.program.dialect !== 'python') return STORES.test(text);
  return (
    /\.(?:create|insert_one|insert|execute|update_one)$|(?:^|\.)(?:withdraw|deposit|transfer|charge|refund)$/.test(
      text,
    ) ||
    (/^[A-Z][a-z]\w*$/.test(text) && !NO_RECORD.test(text))
  );
}

/** Classes whose objects are not stored: answers, errors, what checks or renders. */
const NO_RECORD =
  /(?:Response|Redirect|Error|Exception|Form|Schema|Serializer|Validator|Template|Context|Markup|Path|Thread|Process|Popen|Message|Found|Client|Session|Request|Query|Filter|Task|Id|Decimal|Fraction|Counter|Service|Manager|Engine|Parser|Reader|Writer|File|Image|Mail|IO|Buffer)$|^(?:Http|HTTP|Bad|Not)/;

function firstUse(
  facts: FileFacts,
  body: Syntax,
  stores: RegExp | null,
): { readonly at: Syntax; readonly flow: ReturnType<FileFacts['flow']> } | null {
  for (const call of facts.calls()) {
    if (
      call.node.start < body.start ||
      call.node.end > body.end ||
      !(stores?.test(facts.text(call.callee)) ?? isStore(facts, call.callee))
    )
      continue;
    for (const argument of [...call.arguments, ...call.keywords.values()]) {
      const flow = facts.flow(argument, 'data');
      if (flow?.strength === 'remote' && /body|server action/.test(flow.source)) return { at: call.node, flow };
    }
  }
  if (stores !== null) return null;
  for (const node of within(body, FIELD)) {
    if (!/^(?:req|request|ctx\.request)\.body\.\w+$/.test(facts.text(node))) continue;
    if (
      node.parent?.type === 'binary_expression' &&
      /^[-*/+]$/.test(facts.text(fieldOf(node.parent, 'operator') ?? node))
    ) {
      return { at: node, flow: facts.flow(node, 'data') };
    }
  }
  for (const node of within(body, CALCULATIONS)) {
    const operator = fieldOf(node, 'operator');
    if (operator === undefined || !/^[-*/]$/.test(facts.text(operator))) continue;
    for (const side of node.children.filter((child) => child.type === 'identifier')) {
      const flow = facts.flow(side, 'data');
      if (flow?.strength === 'remote' && /body/.test(flow.source)) return { at: node, flow };
    }
  }
  return null;
}
