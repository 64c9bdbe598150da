import type { Constants } from './constants.ts';
import type { Origins } from './origins.ts';
import { bare, childOf, partsOf, type Syntax } from './syntax.ts';

/**
 * Whether an expression is a path that was worked out from the top of the disk: `path.normalize('/' + name)`,
 * `path.join('/', name)`, `path.resolve('/', name)`. Nothing of `..` is left in it (Node.js documentation, "Path"), so that
 * behind a folder it stays below the folder. By itself it may be any path.
 */
export function isRooted(node: Syntax, origins: Origins, constants: Constants): boolean {
  const call = bare(origins.resolved(node));
  const callee = call.type === 'call_expression' ? childOf(call, 'function') : null;
  const list = callee === null ? null : childOf(call, 'arguments');
  const first = list === null ? undefined : partsOf(list)[0];
  if (callee === null || first === undefined) return false;
  if (!/^path(?:\.posix)?\.(?:normalize|join|resolve)$/.test(origins.origin(callee) ?? '')) return false;
  const shape = constants.shape(first);
  return shape?.startsWith('/') === true && !shape.startsWith('//');
}
