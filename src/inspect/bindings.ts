import type { Syntax } from './syntax.ts';

/** One way a name gets its value. */
export interface Definition {
  /** The name as it stands at this definition. */
  readonly at: Syntax;
  /** The expression; null where the value comes from outside (a parameter without default). */
  readonly value: Syntax | null;
  /** What of the value: property names and positions of a destructuring pattern. */
  readonly path: readonly (string | number)[];
  readonly how: 'value' | 'element' | 'key' | 'augmented';
  /** Default of a destructured name. */
  readonly fallback: Syntax | null;
}

/** A declared name: what it is, and every way it gets a value. */
export interface Binding {
  readonly name: string;
  readonly kind: 'import' | 'parameter' | 'variable' | 'function' | 'class' | 'caught';
  readonly declaration: Syntax;
  readonly definitions: Definition[];
  readonly imported?: { readonly module: string; readonly name: string };
  readonly parameter?: {
    readonly of: Syntax;
    readonly index: number;
    readonly path: readonly (string | number)[];
    readonly type: Syntax | null;
    readonly decorators: readonly Syntax[];
  };
}
