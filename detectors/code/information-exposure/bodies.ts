import type { Detection } from '../../../src/core/detection.ts';
import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf, functionAround } from '../support/around.ts';
import { caughtText, clauseAround, leakIn } from './leaks.ts';
import { REMEDIATION, report } from './rule.ts';

/** The environment: not one variable of it, nor whether it has one. */
const WHOLE = /(?<!\bin\s+)os\.environ(?!\s*[.[])/;

/** A view that another file gives its route to. */
function takesRequest(facts: FileFacts, fn: Syntax): boolean {
  const list = fieldOf(fn, 'parameters');
  return list !== undefined && /^\(\s*(?:self\s*,\s*)?(?:req(?:uest)?|event)\b/.test(facts.text(list));
}

/** `return error_dialog(parent, title, traceback.format_exc())`: what a call is handed that is no answer stays inside. */
function isHandedOn(facts: FileFacts, value: Syntax): boolean {
  const callee = value.type === 'call_expression' ? fieldOf(value, 'function') : undefined;
  return (
    callee !== undefined &&
    !/(?:^|\.)(?:format_exc\w*|dict|str|join|format|dumps|\w*(?:[rR]esponse|[jJ]sonify|[rR]ender|[eE]rror|[rR]esult|[aA]nswer|[rR]eply))$/.test(
      facts.text(callee),
    )
  );
}

function leaking(facts: FileFacts, at: Syntax, value: Syntax): readonly Detection[] {
  const leak = leakIn(facts, value);
  return leak === null ? [] : [report(facts, at, leak.message, leak.level, REMEDIATION)];
}

/** Koa answers by assignment; Python by what is returned. */
export function bodies(facts: FileFacts): readonly Detection[] {
  const assigned = facts.assignments().flatMap(({ node, target, value }) => {
    if (target.type !== 'member_expression' || !/^ctx\.(?:response\.)?body$/.test(facts.text(target))) return [];
    return leaking(facts, node, value);
  });
  if (facts.program.dialect !== 'python') return [...assigned, ...functionBodies(facts)];
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
    return leaking(facts, node, value);
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
    const isTrace = /format_exc/.test(facts.text(value)) && !isHandedOn(facts, value);
    if (!isRecord && !isText && !isWhole && !isTrace) return [];
    return leaking(facts, node, value);
  });
  return [...assigned, ...django, ...assignedHere, ...returned];
}

/** AWS Lambda's and Netlify's answer: `{ statusCode: 500, body: JSON.stringify({ trace: err.stack }) }`. */
function functionBodies(facts: FileFacts): readonly Detection[] {
  return facts.nodes('pair').flatMap((node) => {
    const key = fieldOf(node, 'key');
    if (key === undefined || key.end - key.start > 6 || !/^['"]?body['"]?$/.test(facts.text(key))) return [];
    const value = fieldOf(node, 'value');
    if (value === undefined) return [];
    const object = node.parent;
    if (object === null || facts.property(object, 'statusCode') === null) return [];
    return leaking(facts, node, value);
  });
}
