import type { Binding } from './bindings.ts';
import { joined, moduleOf } from './module-origins.ts';
import { LOADER, type OriginValues } from './origin-values.ts';
import { childOf, type Program, type Syntax } from './syntax.ts';

/** Where values come from by what is declared of them: the function they are a parameter of, their class, their type. */
export interface DeclaredOrigins {
  ofParameter(binding: Binding, hops: number): string | null;
  /** `new Tools().run`, `Tools.run`, where the class gives a field or a getter a function from elsewhere. */
  ofClass(object: Syntax, property: string, hops: number): string | null;
  /** A value annotated with an imported type behaves like what the module's constructor gives. */
  typed(annotation: Syntax, hops: number): string | null;
}

export function createDeclaredOrigins(
  program: Program,
  values: OriginValues,
  follow: (node: Syntax, hops: number) => string | null,
): DeclaredOrigins {
  const { fields } = values;

  function ofParameter(binding: Binding, hops: number): string | null {
    const { parameter } = binding;
    if (parameter === undefined) return null;
    const loaded = parameter.index === 0 ? values.promisedTo(parameter.of) : null;
    if (loaded !== null) {
      let from = follow(loaded, hops);
      for (const part of parameter.path) from = from === null ? null : joined(from, String(part));
      if (from !== null) return from;
    }
    for (const each of program.dialect === 'javascript' ? values.handed(binding) : []) {
      const from = typeof each === 'string' ? (each === LOADER ? each : moduleOf(each)) : follow(each, hops);
      if (from !== null) return from;
    }
    // SvelteKit and others hand `fetch` to a function, which "behaves identically to the native one".
    if (parameter.path.length === 1 && parameter.path[0] === 'fetch' && program.dialect === 'javascript')
      return '~fetch';
    if (parameter.path.length > 0) return null;
    const declared = parameter.type === null ? null : typed(parameter.type, hops);
    return declared ?? unlessGiven(binding.declaration, hops);
  }

  /** `(command, run = exec) => run(command)` */
  function unlessGiven(parameter: Syntax, hops: number): string | null {
    const whole = parameter.parent;
    const value = whole === null ? null : (childOf(whole, 'right') ?? childOf(whole, 'value'));
    return value === null || value === parameter ? null : follow(value, hops);
  }

  function ofClass(object: Syntax, property: string, hops: number): string | null {
    const made = values.classOf(object);
    const body = made === null ? null : childOf(made, 'body');
    if (body === null) return null;
    for (const value of fields(body, property)) {
      const from = value.field === 'type' ? null : follow(value, hops);
      if (from !== null) return from;
    }
    return null;
  }

  function typed(annotation: Syntax, hops: number): string | null {
    const named =
      annotation.type === 'type_annotation' || annotation.type === 'type' ? annotation.children[0] : annotation;
    if (named === undefined) return null;
    const generic = named.type === 'generic_type' ? childOf(named, 'name') : named;
    if (
      generic === null ||
      !['type_identifier', 'nested_type_identifier', 'identifier', 'member_expression'].includes(generic.type)
    )
      return null;
    const from = follow(generic, hops);
    return from === null || from.startsWith('~') ? null : `${from}()`;
  }

  return { ofParameter, ofClass, typed };
}
