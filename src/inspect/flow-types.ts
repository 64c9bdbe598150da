import type { Binding } from './bindings.ts';
import type { Changes } from './changes.ts';
import type { Constants } from './constants.ts';
import type { Handler, SinkKind } from './facts.ts';
import type { FlowMemo } from './flow-memo.ts';
import type { Guards } from './guards.ts';
import type { Holders } from './holders.ts';
import type { Imports } from './imports.ts';
import type { LocalChecks } from './local-checks.ts';
import type { Origins } from './origins.ts';
import type { PythonModels } from './python-models.ts';
import type { Returns } from './returns.ts';
import type { Schemas } from './schemas.ts';
import type { Scopes } from './scopes.ts';
import type { Source } from './sources.ts';
import type { Program, Syntax } from './syntax.ts';
import type { Environment, Taint } from './taint.ts';

export interface FlowNeeds {
  readonly program: Program;
  readonly scopes: Scopes;
  readonly origins: Origins;
  readonly constants: Constants;
  readonly guards: Guards;
  readonly checks: LocalChecks;
  readonly imports: Imports;
  readonly models: PythonModels;
  readonly schemas: Schemas;
  readonly changes: Changes;
  readonly holders: Holders;
  readonly returns: Returns;
  readonly handlers: () => readonly Handler[];
  functionOf(node: Syntax): Syntax | null;
}

/** The parts of the walk that its other parts call again. */
export interface Walk {
  trace(node: Syntax, kind: SinkKind, env: Environment, depth: number): Taint | null;
  /** An entry of a list or table; undefined where the file does not show the entries one by one. */
  part(
    node: Syntax,
    path: readonly (string | number)[],
    kind: SinkKind,
    env: Environment,
    depth: number,
  ): Taint | null | undefined;
  /** An entry of what the function that is called gives. */
  partOfReturns(
    call: Syntax,
    path: readonly (string | number)[],
    kind: SinkKind,
    env: Environment,
    depth: number,
  ): Taint | null | undefined;
  /** The value of an expression, or what a destructuring pattern takes of it. */
  traceAt(
    node: Syntax,
    path: readonly (string | number)[],
    at: Syntax,
    kind: SinkKind,
    env: Environment,
    depth: number,
  ): Taint | null;
  /** Members of a container on the way of a destructuring pattern. */
  through(found: Taint | null, path: readonly (string | number)[], at: Syntax): Taint | null;
  ofSource(source: Source, node: Syntax): Taint;
  readonly memo: FlowMemo;
  /** What a function can return. */
  returns(fn: Syntax): readonly Syntax[];
  /** The names that a function's parameters introduce. */
  parameters(fn: Syntax): readonly Binding[];
}
