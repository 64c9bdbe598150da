import { childOf, type Program } from './syntax.ts';

/**
 * The module whose names a Python file takes all of (`from os import *`), the last where there are several; empty where
 * there is none. Modules of the project itself do not count: what they hold is not known by name.
 */
export function wildcardOf(program: Program): string {
  if (program.dialect !== 'python') return '';
  let found = '';
  for (const node of program.byType.get('import_from_statement') ?? []) {
    const module = childOf(node, 'module_name');
    if (module === null || !node.children.some((child) => child.type === 'wildcard_import')) continue;
    const named = program.text.slice(module.start, module.end);
    if (!named.startsWith('.')) found = named;
  }
  return found;
}

/** Names that Python knows without an import (Python documentation, "Built-in Functions" and "Built-in Exceptions"). */
export function isBuiltin(name: string): boolean {
  return BUILTINS.has(name) || /^__\w+__$|^[A-Z]\w*(?:Error|Exception|Warning|Exit|Interrupt|Iteration)$/.test(name);
}

const BUILTINS: ReadonlySet<string> = new Set(
  (
    'abs aiter all anext any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex delattr ' +
    'dict dir divmod enumerate eval exec filter float format frozenset getattr globals hasattr hash help hex id input ' +
    'int isinstance issubclass iter len list locals map max memoryview min next object oct open ord pow print property ' +
    'range repr reversed round set setattr slice sorted staticmethod str sum super tuple type vars zip Exception ' +
    'self cls True False None'
  ).split(' '),
);
