import type { Binding } from './bindings.ts';
import type { Handler } from './facts.ts';
import { parametersOf } from './parameters.ts';
import { unaliased } from './python-aliases.ts';
import { childOf, type Program, type Syntax } from './syntax.ts';

/** Functions of the file that FastAPI calls for a handler's parameters (its documentation, "Dependencies"). */
export interface Dependencies {
  /** A dependency takes its own parameters from the request, as the handler does; null for all other functions. */
  handlerOf(fn: Syntax): Handler | null;
  /** The function whose result a parameter is, where it gives one; null where it is another file's, or a class. */
  asked(binding: Binding): Syntax | null;
}

const NAMED = /\b(?:Depends|Security)\(\s*(\w+)\s*[,)]/g;

export function createDependencies(program: Program): Dependencies {
  let byName: ReadonlyMap<string, Syntax> | null = null;
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);

  function functions(): ReadonlyMap<string, Syntax> {
    if (byName !== null) return byName;
    const found = new Map<string, Syntax>();
    byName = found;
    if (program.dialect !== 'python' || !program.text.includes('Depends(')) return found;
    const wanted = new Set([...program.text.matchAll(NAMED)].map(([, called]) => called));
    for (const fn of program.byType.get('function_declaration') ?? []) {
      const at = childOf(fn, 'name');
      if (at !== null && wanted.has(name(at))) found.set(name(at), fn);
    }
    return found;
  }

  function handlerOf(fn: Syntax): Handler | null {
    const at = childOf(fn, 'name');
    if (at === null || functions().get(name(at)) !== fn) return null;
    return { node: fn, framework: 'flask', method: 'any', route: null, middleware: [], registration: fn };
  }

  function asked({ parameter }: Binding): Syntax | null {
    const own = parameter === undefined ? undefined : parametersOf(parameter.of)[parameter.index];
    if (own === undefined || functions().size === 0) return null;
    const [called] = [...unaliased(name(own), program).matchAll(NAMED)].map(([, word]) => word ?? '');
    const fn = called === undefined ? null : (functions().get(called) ?? null);
    return fn !== null && childOf(fn, 'body') !== null && fn !== parameter?.of ? fn : null;
  }

  return { handlerOf, asked };
}
