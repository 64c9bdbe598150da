import type { Detection } from '../../../src/core/detection.ts';
import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { Call, FileFacts, Flow, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf } from '../support/around.ts';
import { oneOf } from '../support/remember.ts';
import { codeRule } from '../support/rule.ts';
import { isTagged, type Sink, taintedSinks, weight } from '../support/tainted.ts';

const rule = codeRule({
  id: 'nosql-injection',
  shortDescription: 'A database filter takes a value from a request that may be an operator',
  help: 'A parsed body or query can hold an object such as `{"$ne": null}` where text was expected; as part of a filter it matches everything. Turn the value into text with String(), check its type, or validate the body against a schema; never put request text into `$where`.',
  cwe: [943],
  level: 'error',
  confidence: 'high',
});

const REMEDIATION =
  'Make the value a plain text before it is part of the filter: String(value), or a schema that says it is one.';
const METHODS = oneOf(
  /^(?:find|findOne|findOneAndUpdate|findOneAndDelete|findOneAndReplace|findOneAndRemove|updateOne|updateMany|deleteOne|deleteMany|count|countDocuments|exists|aggregate|where|remove|update|replaceOne|distinct|find_one|find_one_and_\w+|update_one|update_many|delete_one|delete_many|count_documents|elemMatch|objects)$/,
);
const COLLECTION =
  /(?:^|[._])(?:collection|users?|db|model|coll|col)$|\bmongo\w*\b|^[A-Z]\w*$|collection\(|Model$|Collection$|\b(?:db|database)\b|\.model\(/;

/** Follows filters of document databases back to request values that can still be objects. */
export const nosqlInjection: CodeDetector = {
  rule,
  triggers:
    /\.(?:find|update|delete|count|exists|aggregate|where|remove|replace|distinct)|\$where|__raw__|match|merge|unwind/i,
  detect: (facts) => [
    ...facts.callsLike({ named: METHODS }).flatMap((call) => inCall(facts, call)),
    ...taintedSinks(facts, rule, statements(facts)),
  ],
};

function inCall(facts: FileFacts, call: Call): readonly Detection[] {
  const raw = call.keywords.get('__raw__');
  // MongoEngine: only `__raw__` is the filter as it is.
  if (call.name === 'objects' && raw === undefined) return [];
  const filter = call.arguments[0] ?? raw ?? call.keywords.get('filter') ?? call.keywords.get('pipeline');
  if (call.receiver === null || filter === undefined) return [];
  if (!isCollection(facts, call.receiver) || facts.functionOf(filter) !== null) return [];
  if (isRelational(facts) || isCleanedBefore(facts, call.node)) return [];
  const object = facts.object(filter);
  // Prisma and Sequelize wrap the filter, and compare values.
  if (call.arguments.some((each) => isWrapped(facts, each))) return [];
  // `const filter = {}; filter.name = …` is filled later.
  const filled = object !== null && filter.type === 'identifier' && object.children.length === 0;
  const values = object === null || filled ? [filter] : valuesOf(facts, object);
  for (const value of values) {
    if (!mayBeObject(facts, value)) continue;
    const flow = facts.flow(value, 'nosql');
    if (
      flow === null ||
      flow.strength !== 'remote' ||
      (facts.shape(value) === null && !isMadeObject(facts, value) && isText(facts, flow)) ||
      (!/body|query|cookies|payload|request$|arguments|message|data/.test(flow.source) && !isMadeObject(facts, value))
    )
      continue;
    const { level, confidence } = weight(flow.strength);
    return [
      facts.finding({
        rule,
        at: call.node,
        message: `A database filter takes a value that may be an operator from ${flow.source}.`,
        remediation: REMEDIATION,
        level,
        confidence,
        flow,
      }),
    ];
  }
  return [];
}

/** By its name, or by what that stands for. */
function isCollection(facts: FileFacts, receiver: Syntax): boolean {
  if (COLLECTION.test(facts.text(receiver).replace(/\s+/g, ''))) return true;
  const made = facts.definition(receiver);
  return made !== null && COLLECTION.test(facts.text(made).replace(/\s+/g, ''));
}

/** express-mongo-sanitize takes keys that start with `$` out of body, query and parameters of every later route. */
const CLEANERS = oneOf(/^(?:express-mongo-sanitize|~(?:express)?mongoSanitize)$/i);

function isCleanedBefore(facts: FileFacts, use: Syntax): boolean {
  return facts.callsLike({ from: CLEANERS }).some(({ node }) => {
    const used = node.parent?.type === 'arguments' ? node.parent.parent : null;
    return (
      node.start < use.start &&
      used !== null &&
      node.parent?.children[0] === node &&
      /\.use$/.test(facts.text(fieldOf(used, 'function') ?? node))
    );
  });
}

/** Python's frameworks give the fields of a query, a form and the headers as text, whatever was sent. */
function isText(facts: FileFacts, flow: Flow): boolean {
  if (facts.program.dialect !== 'python') return false;
  const [first] = flow.steps;
  return (
    first !== undefined &&
    /\.(?:args|form|forms|values|GET|POST|COOKIES|META|headers|cookies|query\w*|match_info|path_params|matchdict)$/.test(
      facts.text(first.node),
    )
  );
}

/** Text that is parsed can become an object whatever brought it: an address, a header, a cookie. */
function isMadeObject(facts: FileFacts, value: Syntax): boolean {
  return /\bJSON\.parse\(|\bqs\.parse\(|json\.loads\(/.test(facts.text(facts.definition(value) ?? value));
}

/** Statements of graph databases (openCypher 9, "Clauses") put together from values. */
const CYPHER = /^\s*(?:(?:optional\s+)?match|merge|create|unwind)\b[\s\S]*[([]/i;
const RUNS = oneOf(/^(?:run|query|executeQuery|execute_query|executeRead|executeWrite)$/);

function* statements(facts: FileFacts): Generator<Sink> {
  for (const call of facts.callsLike({ named: RUNS })) {
    const [statement] = call.arguments;
    if (statement === undefined || call.receiver === null || isTagged(call)) continue;
    const shape = facts.shape(statement);
    if (shape === null || !CYPHER.test(shape) || /^\s*create\s+(?:table|index|view|database|user)/i.test(shape))
      continue;
    yield {
      at: call.node,
      value: statement,
      kind: 'sql',
      what: 'A graph query is built from',
      remediation: 'Write a parameter ($name) in the query and pass the value beside it.',
      atLeast: 'unknown',
    };
  }
}

function isWrapped(facts: FileFacts, argument: Syntax): boolean {
  const object = facts.object(argument);
  return object !== null && (facts.property(object, 'where') ?? facts.property(object, 'data')) !== null;
}

/** Drivers of tables compare values and know no operators in them. */
function isRelational(facts: FileFacts): boolean {
  const { text } = facts.program;
  return (
    /['"](?:typeorm|sequelize|@prisma\/client|knex|pg|mysql2?|better-sqlite3|drizzle-orm|objection)['"]/.test(text) &&
    !/mongo/i.test(text)
  );
}

function valuesOf(facts: FileFacts, object: Syntax): readonly Syntax[] {
  return object.children.flatMap((part): readonly Syntax[] => {
    if (part.type === 'shorthand_property_identifier' || part.type === 'spread_element') return [part];
    const value = part.type === 'pair' ? fieldOf(part, 'value') : undefined;
    if (value === undefined) return [];
    const key = fieldOf(part, 'key');
    if (key !== undefined && /^['"]?\$(?:eq|regex|search)/.test(facts.text(key))) return [];
    const inner = facts.object(value);
    return inner === null ? [value] : valuesOf(facts, inner);
  });
}

/** A text built around the value is a text, but for `$where`, which is a program. */
function mayBeObject(facts: FileFacts, value: Syntax): boolean {
  const shape = facts.shape(value);
  if (shape === null) return true;
  const key = value.parent?.children.find((child) => child.field === 'key');
  return key !== undefined && /\$where/.test(facts.text(key)) && shape.includes('\u0000');
}
