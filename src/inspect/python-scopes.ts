import type { Definition } from './bindings.ts';
import { capturesOf } from './match-patterns.ts';
import { namesIn } from './patterns.ts';
import type { Program, Syntax } from './syntax.ts';

/** A name that a statement of Python gives a value, which is then known in the whole function. */
export interface PythonName {
  readonly at: Syntax;
  /** What gives it. */
  readonly by: Syntax;
  readonly definition: Definition | null;
}

/** The names that `with … as`, `except … as` and the clauses of `match` give values. */
export function pythonNames(byType: Program['byType'], name: (node: Syntax) => string): readonly PythonName[] {
  const found: PythonName[] = [];
  for (const by of byType.get('as_pattern') ?? []) {
    const target = by.children.find((child) => child.type === 'as_pattern_target');
    const value = by.children[0];
    if (target === undefined || value === undefined) continue;
    for (const part of namesIn(target, name))
      found.push({ at: part.at, by, definition: { ...part, value, how: 'value' } });
  }
  for (const by of byType.get('case_clause') ?? []) {
    for (const { of, ...part } of capturesOf(by, name))
      found.push({ at: part.at, by, definition: of === null ? null : { ...part, value: of, how: 'value' } });
  }
  return found;
}

/** The names that a function says are not its own, by `global` or `nonlocal`, and these functions. */
export function declaredElsewhere(
  byType: Program['byType'],
  name: (node: Syntax) => string,
  scopeFor: (node: Syntax, functionWide: boolean) => Syntax,
): ReadonlyMap<string, ReadonlySet<Syntax>> {
  const found = new Map<string, Set<Syntax>>();
  for (const type of ['global_statement', 'nonlocal_statement']) {
    for (const node of byType.get(type) ?? []) {
      for (const part of node.children) {
        if (part.type === 'identifier')
          found.set(name(part), (found.get(name(part)) ?? new Set()).add(scopeFor(node, true)));
      }
    }
  }
  return found;
}
