import { describe, expect, it } from 'vitest';
import type { SinkKind, Strength } from '../../src/inspect/facts.ts';
import { createFileFacts } from '../../src/inspect/file-facts.ts';
import { parseProgram } from '../../src/inspect/grammars.ts';

/** A program with one call of `sink`, how strongly its first argument is under another's control, and for what use. */
export type FlowCase = readonly [text: string, strength: Strength | 'none', kind?: SinkKind];

/** Who decides over what reaches `sink`: a remote sender, somebody at this machine, a caller, nobody knows, nobody. */
export const R = 'remote';
export const L = 'local';
export const P = 'parameter';
export const U = 'unknown';
export const N = 'none';

/** Makes the tests of a group of programs, each read as the file of that path. */
export function flowChecks(path: string) {
  return (group: string, cases: Readonly<Record<string, FlowCase>>): void => {
    describe(group, () => {
      for (const [what, [text, strength, kind = 'shell']] of Object.entries(cases)) {
        it(`${what} is ${strength}`, () => {
          const program = parseProgram(path, text);
          if (program === null) throw new Error('not a program');
          const facts = createFileFacts(program);
          const argument = facts.calls().find((each) => facts.text(each.callee) === 'sink')?.arguments[0];
          if (argument === undefined) throw new Error('nothing is handed to sink()');
          expect(facts.flow(argument, kind)?.strength ?? 'none').toBe(strength);
        });
      }
    });
  };
}

/** Expressions that a remote sender decides over, in a program made around each. */
export function remote(expressions: readonly string[], made: (expression: string) => string): Record<string, FlowCase> {
  return Object.fromEntries(expressions.map((each): [string, FlowCase] => [each, [made(each), R]]));
}
