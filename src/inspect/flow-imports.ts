import type { Call, SinkKind } from './facts.ts';
import type { FlowNeeds, Walk } from './flow-types.ts';
import type { ImportedReturn } from './imports.ts';
import { type Environment, short, step, strongest, type Taint, taint } from './taint.ts';

interface Imported {
  readonly taint: Taint | null;
  /** Where it is not, the call is read as one of this file's own as well. */
  readonly certain: boolean;
}

/** A function of another changed file: what it gives is known, or asked for. Its name alone clears nothing then. */
export function createImportFlow(
  { program, imports }: FlowNeeds,
  trace: Walk['trace'],
): (call: Call, from: string, kind: SinkKind, env: Environment, depth: number) => Imported | null {
  function ofImport(call: Call, from: string, kind: SinkKind, env: Environment, depth: number): Imported | null {
    if (call.isNew || !imports.reaches(from, program.dialect)) return null;
    const known = imports.find(from, kind);
    if (known.length === 0) {
      imports.miss(from, kind);
      return null;
    }
    const taint = strongest(known.map((each) => givenBy(each, call, kind, env, depth)));
    return { taint, certain: known.every((each) => each.certain) };
  }

  function givenBy(known: ImportedReturn, call: Call, kind: SinkKind, env: Environment, depth: number): Taint | null {
    const called = short(call.name ?? 'the function');
    const through = [known.evidence];
    const given: Taint | null =
      known.flow === null
        ? null
        : {
            strength: known.flow.strength,
            source: known.flow.source,
            steps: [{ node: call.node, message: `is given back by "${called}"` }],
            before: known.flow.locations,
            through,
          };
    const passed = [...new Set([...known.passes, ...known.opens])].map((index) => {
      const argument = call.arguments[index];
      const value = argument === undefined ? null : trace(argument, kind, env, depth);
      if (value === null) return null;
      if (value.container === undefined) {
        if (!known.passes.includes(index)) return null;
        return {
          ...step(value, call.node, `passes through "${called}"`),
          through: [...(value.through ?? []), ...through],
        };
      }
      if (!known.opens.includes(index) || argument === undefined) return null;
      const whole = taint('remote', 'the request', argument);
      return { ...step(whole, call.node, `"${called}" takes a part of it`), through };
    });
    return strongest([given, ...passed]);
  }

  return ofImport;
}
