import type { Detection } from '../../../src/core/detection.ts';
import type { Call, FileFacts } from '../../../src/inspect/facts.ts';
import { fieldOf, functionAround } from '../support/around.ts';
import { rule, SENSITIVE, unprotected } from './rule.ts';

/** `jar["sid"] = value` of `http.cookies`, and of answers that keep such a jar: each protection is set by an item of its own. */
export function jars(facts: FileFacts): readonly Detection[] {
  if (facts.program.dialect !== 'python') return [];
  return facts.assignments().flatMap(({ node, target }) => {
    const jar = target.type === 'subscript_expression' ? fieldOf(target, 'object') : undefined;
    const index = target.type === 'subscript_expression' ? fieldOf(target, 'index') : undefined;
    if (jar === undefined || index === undefined) return [];
    const isJar = /SimpleCookie\(\)$/.test(facts.origin(jar) ?? '') || /^resp(?:onse)?\.cookies$/.test(facts.text(jar));
    const called = String(facts.constant(index) ?? '');
    if (!isJar || !SENSITIVE.test(called)) return [];
    const around = functionAround(node);
    const after = facts.program.text.slice(node.end, around === null ? undefined : around.end);
    const wrong = ['httponly', 'secure'].filter(
      (name) => !new RegExp(`\\[["']${name}["']\\]\\s*=\\s*(?!False)`, 'i').test(after),
    );
    if (wrong.length === 0) return [];
    return [
      unprotected(facts, node, called, wrong, 'Set ["httponly"] and ["secure"] of the cookie to True.', 'warning'),
    ];
  });
}

/** Starlette's sessions (its documentation, "SessionMiddleware"). */
export function sessionOf(facts: FileFacts, call: Call): readonly Detection[] {
  const only = call.keywords.get('https_only');
  if (only === undefined || facts.constant(only) !== false) return [];
  return [
    facts.finding({
      rule,
      at: call.node,
      message: 'The session cookie is set without secure.',
      remediation: 'Set https_only=True.',
      level: facts.isTest ? 'note' : 'warning',
    }),
  ];
}

/** Falcon protects its cookies unless it is told otherwise (its documentation, "Setting Cookies"). */
function isProtecting(facts: FileFacts, call: Call): boolean {
  return call.keywords.has('http_only') || /\bfalcon\b|def on_(?:get|post|put|patch|delete)\(/.test(facts.program.text);
}

/** `response.set_cookie(name, value, secure=…)` of Python's frameworks. */
export function python(facts: FileFacts, call: Call): readonly Detection[] {
  if (call.node.children.some((list) => list.children.some((part) => part.type === 'dictionary_splat'))) return [];
  const protects = isProtecting(facts, call);
  const name = call.arguments[0] ?? call.keywords.get('key');
  const called = name === undefined ? '' : String(facts.constant(name) ?? facts.text(name));
  const wrong = ['httponly', 'secure'].filter((option) => {
    const value = call.keywords.get(option) ?? (option === 'httponly' ? call.keywords.get('http_only') : undefined);
    return value === undefined && protects
      ? false
      : value === undefined
        ? SENSITIVE.test(called)
        : facts.constant(value) === false;
  });
  if (wrong.length === 0) return [];
  return [
    unprotected(
      facts,
      call.node,
      called,
      wrong,
      'Set httponly=True, secure=True, samesite="Lax".',
      SENSITIVE.test(called) ? 'warning' : 'note',
    ),
  ];
}
