import type { Binding } from './bindings.ts';
import type { Returned, SinkKind } from './facts.ts';
import type { FlowNeeds, Walk } from './flow-types.ts';
import { parameterSource } from './parameter-sources.ts';
import type { Syntax } from './syntax.ts';
import { strongest, type Taint } from './taint.ts';

/** Follows a function's results for callers in other files: each parameter is tried by itself. */
export function createReturnFlow(needs: FlowNeeds, walk: Walk): (fn: Syntax, kind: SinkKind) => Returned {
  function tried(fn: Syntax, kind: SinkKind, given: (binding: Binding) => Taint | null | undefined): Taint | null {
    const values = new Map<Binding, Taint | null>();
    for (const binding of walk.parameters(fn)) {
      const value = given(binding);
      if (value !== undefined) values.set(binding, value);
    }
    return walk.memo.inside(fn, new Set(values.keys()), () =>
      strongest(walk.returns(fn).map((each) => walk.trace(each, kind, values, 0))),
    );
  }

  return (fn, kind) => {
    const bindings = walk.parameters(fn);
    const indexes = [
      ...new Set(bindings.flatMap((each) => (each.parameter === undefined ? [] : [each.parameter.index]))),
    ];
    // A parameter whose name or type says that it is a request keeps what it is.
    const own = tried(fn, kind, (binding) =>
      parameterSource(binding, null, needs.program) === null ? null : undefined,
    );
    const passes = indexes.filter((index) => {
      const marker: Taint = { strength: 'remote', source: '', steps: [], parameter: { exportedAs: '', index } };
      const found = tried(fn, kind, (binding) => (binding.parameter?.index === index ? marker : null));
      return found?.parameter?.exportedAs === '' && found.parameter.index === index;
    });
    const opens = indexes.filter((index) => {
      const found = tried(fn, kind, (binding) =>
        binding.parameter?.index === index && binding.parameter.path.length === 0
          ? { strength: 'unknown', source: 'the request', steps: [], container: 'request' }
          : null,
      );
      return found?.strength === 'remote' && found.container === undefined;
    });
    return { flow: own === null || own.container !== undefined ? null : own, passes, opens };
  };
}
