import type { Detection } from '../../../src/core/detection.ts';
import type { Call, FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf } from '../support/around.ts';
import { REMEDIATION, SENSITIVE, unprotected } from './rule.ts';

/** `res.setHeader('Set-Cookie', 'sid=…; Path=/')` */
export function header(facts: FileFacts, call: Call): readonly Detection[] {
  const [name, value] = call.arguments;
  if (name === undefined || value === undefined || !/^set-cookie$/i.test(String(facts.constant(name) ?? ''))) return [];
  return written(facts, call.node, value);
}

/** `{ 'Set-Cookie': 'sid=…; Path=/' }` */
export function pairs(facts: FileFacts): readonly Detection[] {
  return facts.nodes('pair').flatMap((node) => {
    const key = fieldOf(node, 'key');
    const value = fieldOf(node, 'value');
    return key !== undefined && value !== undefined && /^['"]set-cookie['"]$/i.test(facts.text(key))
      ? written(facts, node, value)
      : [];
  });
}

function written(facts: FileFacts, at: Syntax, value: Syntax): readonly Detection[] {
  const shape = facts.shape(value);
  if (shape === null || !shape.includes('=')) return [];
  const called = shape.split('=')[0] ?? '';
  const wrong = [/;\s*httponly/i.test(shape) ? null : 'HttpOnly', /;\s*secure/i.test(shape) ? null : 'Secure'].filter(
    (each) => each !== null,
  );
  if (wrong.length === 0 || !SENSITIVE.test(called)) return [];
  return [unprotected(facts, at, called, wrong, REMEDIATION, 'warning')];
}
