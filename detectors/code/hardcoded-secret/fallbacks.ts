import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf } from '../support/around.ts';

/** `process.env.SECRET || 'secret'`, `os.environ.get('SECRET', 'secret')` */
export function fallbackOf(facts: FileFacts, value: Syntax): Syntax | null {
  if (value.type === 'binary_expression') {
    const left = fieldOf(value, 'left');
    const right = fieldOf(value, 'right');
    if (left === undefined || right === undefined) return null;
    return isEnvironment(facts, left) ? right : null;
  }
  if (facts.program.dialect === 'python' && /^(?:os\.environ\.get|os\.getenv)\(/.test(facts.text(value))) {
    const given = fieldOf(value, 'arguments')?.children[1];
    return given?.type === 'string' ? given : null;
  }
  return null;
}

/** `options.secret || '…'`: what is in force where the caller says nothing. */
export function otherwise(facts: FileFacts, value: Syntax): Syntax | null {
  if (value.type !== 'binary_expression') return null;
  const left = fieldOf(value, 'left');
  const right = fieldOf(value, 'right');
  const operator = fieldOf(value, 'operator');
  if (left === undefined || right?.type !== 'string' || operator === undefined) return null;
  const chooses = /^(?:\|\||\?\?|or)$/.test(facts.text(operator));
  return chooses && /^(?:identifier|member_expression|parenthesized_expression)$/.test(left.type) ? right : null;
}

function isEnvironment(facts: FileFacts, node: Syntax): boolean {
  return /process\.env|import\.meta\.env|environ|getenv|config\b|Deno\.env|Bun\.env/.test(facts.text(node));
}
