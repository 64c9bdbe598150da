import { moduleName } from './imported-names.ts';
import { FUNCTIONS, type Program, type Syntax } from './syntax.ts';

/** The decorators right above a function: those of its neighbours are not its own. */
export function decoratorsOf(fn: Syntax): readonly Syntax[] {
  const siblings = fn.parent?.children ?? [];
  const found: Syntax[] = [];
  for (let at = siblings.indexOf(fn) - 1; at >= 0; at -= 1) {
    const part = siblings[at];
    if (part?.type === 'comment') continue;
    if (part?.type !== 'decorator') break;
    found.push(part);
  }
  return found;
}

/** What stands above the class stands before each of its methods. */
export function classDecorators(fn: Syntax): readonly Syntax[] {
  const holder = fn.parent?.type === 'class_body' ? fn.parent.parent : null;
  if (holder === null || holder === undefined) return [];
  const outside = holder.parent?.type === 'export_statement' ? holder.parent.children : decoratorsOf(holder);
  return [...holder.children, ...outside].filter((part) => part.type === 'decorator');
}

/** The function right below a decorator, or null where it is above something else. */
export function decoratedFunction(decorator: Syntax): Syntax | null {
  const siblings = decorator.parent?.children ?? [];
  const index = siblings.indexOf(decorator);
  return siblings.slice(index + 1).find((part) => FUNCTIONS.has(part.type)) ?? null;
}

/** What a decorator is called, without its `@` and what it is given: `Body` of `@Body('id')`. */
export function decoratorName(decorator: Syntax, program: Program): string {
  return moduleName(program.text.slice(decorator.start, decorator.end)).replace(/^@/, '').replace(/\(.*$/s, '');
}
