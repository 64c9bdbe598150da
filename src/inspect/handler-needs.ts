import type { Call } from './facts.ts';
import type { Program, Syntax } from './syntax.ts';

/** What the search for handlers asks of a file. */
export interface HandlerNeeds {
  readonly program: Program;
  readonly calls: readonly Call[];
  origin(node: Syntax): string | null;
  shape(node: Syntax): string | null;
  functionOf(node: Syntax): Syntax | null;
  resolved(node: Syntax): Syntax;
}
