import { expected, hasMatch } from '../core/prefilter.ts';
import type { Scopes } from './scopes.ts';
import type { Program, Syntax } from './syntax.ts';

const KEPT = expected(/=\s*this\b/);

/** Whether an expression is the object whose method it stands in: `this`, `self` of `var self = this`, Python's `self`. */
export function createItself(program: Program, scopes: Scopes): (node: Syntax) => boolean {
  const isPython = program.dialect === 'python';
  const isKept = !isPython && hasMatch(KEPT, program.text);
  return (node) => {
    if (node.type === 'this') return true;
    if (node.type !== 'identifier') return false;
    if (isPython) return program.text.slice(node.start, node.end) === 'self';
    const binding = isKept ? scopes.lookup(node) : null;
    if (binding?.kind !== 'variable' || binding.definitions.length !== 1) return false;
    const [only] = binding.definitions;
    return only?.value?.type === 'this' && only.path.length === 0;
  };
}
