import type { Detection } from '../../../src/core/detection.ts';
import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { Call, FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { codeRule } from '../support/rule.ts';

const rule = codeRule({
  id: 'mass-assignment',
  shortDescription: 'A whole request body becomes a record',
  help: 'The sender can add fields the form never had, such as role, ownerId or verified, and they are stored with the rest. Name the fields that may be set, or parse the body with a schema that drops the others.',
  cwe: [915],
  level: 'warning',
  confidence: 'medium',
});

const REMEDIATION = 'Name the fields that may be set: create({ title: body.title, text: body.text }).';
const METHODS =
  /^(?:create|insert|insertOne|insertMany|update|updateOne|updateMany|upsert|save|build|findByIdAndUpdate|findOneAndUpdate|findAndUpdate|replaceOne|bulkCreate|insert_one|update_one|patch|merge|set|assign|values|fill|forceFill)$/;
const MODEL =
  /^[A-Z]\w*$|[mM]odel$|[rR]epo(?:sitory)?$|collection|prisma|\bdb\b|knex|sequelize|manager|^users?$|^posts?$/;
const WHOLE =
  /(?:\.|^)(?:body|payload)$|\.json\(\)$|get_json\(\)$|request\.(?:json|form|data|POST|body)$|parseBody\(\)$/;

/** Whole request bodies that are handed to a model. */
export const massAssignment: CodeDetector = {
  rule,
  triggers: /body|payload|\.json|get_json|request\.(?:form|data|POST)/,
  detect: (facts) => facts.calls.flatMap((call) => inCall(facts, call)),
};

function inCall(facts: FileFacts, call: Call): readonly Detection[] {
  if (!takesRecord(facts, call)) return [];
  for (const argument of call.arguments) {
    const whole = wholeBody(facts, argument);
    if (whole === null) continue;
    const flow = facts.flow(whole, 'data');
    if (flow === null || flow.strength !== 'remote') continue;
    return [
      facts.finding({
        rule,
        at: call.node,
        message: `A record takes every field that the sender puts into ${flow.source}.`,
        remediation: REMEDIATION,
        flow,
      }),
    ];
  }
  return [];
}

function takesRecord(facts: FileFacts, call: Call): boolean {
  if (call.isNew)
    return (
      /^[A-Z]/.test(facts.text(call.callee)) &&
      !/^(?:URL|URLSearchParams|Map|Set|Date|Error|\w*Error|FormData|Blob|Response|Request|Headers|Promise|Buffer|RegExp|\w*Dto|\w*DTO|TextDecoder|Uint8Array|\w*Schema|\w*Command)$/.test(
        facts.text(call.callee),
      )
    );
  if (call.origin === '~Object.assign') return call.arguments[0] !== undefined && call.arguments[0].type !== 'object';
  if (call.name === null || call.receiver === null || !METHODS.test(call.name)) return false;
  return (
    MODEL.test(facts.text(call.receiver).split('(')[0]?.split('.').at(-1) ?? '') ||
    /^prisma\./.test(facts.text(call.receiver)) ||
    MODEL.test(facts.text(call.receiver).split('.')[0] ?? '')
  );
}

/** The body itself, spread, as `data`, `$set` or as it is: not a field of it. */
function wholeBody(facts: FileFacts, argument: Syntax): Syntax | null {
  if (argument.type === 'object') {
    for (const part of argument.children) {
      if (part.type === 'spread_element' || part.type === 'dictionary_splat') {
        const inner = part.children[0];
        if (inner !== undefined && isWhole(facts, inner)) return inner;
      }
      const key = part.children.find((child) => child.field === 'key');
      const value = part.children.find((child) => child.field === 'value');
      if (
        part.type === 'pair' &&
        key !== undefined &&
        value !== undefined &&
        /^['"]?(?:data|\$set|set|create|update|defaults)['"]?$/.test(facts.text(key))
      ) {
        const inner = value.type === 'object' ? wholeBody(facts, value) : isWhole(facts, value) ? value : null;
        if (inner !== null) return inner;
      }
    }
    return null;
  }
  return isWhole(facts, argument) ? argument : null;
}

function isWhole(facts: FileFacts, node: Syntax): boolean {
  const value = facts.definition(node) ?? node;
  const text = facts
    .text(value)
    .replace(/^await\s+/, '')
    .replace(/\s+as\s+\w+$/, '');
  return WHOLE.test(text);
}
