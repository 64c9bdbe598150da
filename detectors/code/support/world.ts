import type { Elsewhere } from '../../../src/inspect/detector.ts';
import type { FileFacts, Handler, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf, isFunction, nameOf } from './around.ts';

/** A part of a file, which need not be the one that is looked at. */
export interface Part {
  readonly facts: FileFacts;
  readonly node: Syntax;
}

/** A file, and the changed files around it where they are known. */
export interface World {
  readonly facts: FileFacts;
  readonly elsewhere: Elsewhere | null;
}

/** Longer values are tables of data. */
const MAX_VALUE = 4_000;
const DECLARED = ['variable_declarator', 'class_declaration', 'function_declaration', 'pair', 'assignment_expression'];

/** What a name stands for: in its own file, or in the changed file that it is taken from. */
export function behind({ elsewhere }: World, facts: FileFacts, name: Syntax): readonly Part[] {
  const at = name.field === 'property' && name.parent?.type === 'member_expression' ? name.parent : name;
  const fn = facts.functionOf(at);
  if (fn !== null) return [{ facts, node: fn }];
  const value = at === name ? facts.definition(name) : null;
  if (value !== null) return value.end - value.start > MAX_VALUE ? [] : [{ facts, node: value }];
  const origin = elsewhere === null ? null : facts.origin(at);
  return origin === null || elsewhere === null ? [] : foreign(elsewhere, facts, origin);
}

function foreign(elsewhere: Elsewhere, from: FileFacts, origin: string): readonly Part[] {
  return elsewhere.meant(from, origin).flatMap(({ facts, name, certain }): readonly Part[] => {
    const node = certain ? declarationOf(facts, name) : null;
    return node === null ? [] : [{ facts, node }];
  });
}

/** What a file has under a name that others know. */
export function declarationOf(facts: FileFacts, name: string): Syntax | null {
  const fn = facts.exported(name);
  if (fn !== null) return fn;
  const last = name.split('.').at(-1) ?? name;
  for (const type of DECLARED) {
    for (const node of facts.nodes(type)) {
      const key = fieldOf(node, 'name') ?? fieldOf(node, 'key') ?? fieldOf(node, 'left');
      if (key !== undefined && facts.text(key) === last) return givenTo(node);
    }
  }
  return null;
}

function givenTo(node: Syntax): Syntax {
  return fieldOf(node, 'value') ?? fieldOf(node, 'right') ?? node;
}

/** What takes a router in: Express, Koa, Hono, Fastify, FastAPI, Flask. */
const MOUNTS = /^(?:use|register|route|mount|include_router|register_blueprint|add_router|merge)$/;
const ENDS = /^(?:use|addHook|before_request)$/;

/**
 * What other changed files put in front of a function of this one, once for each place where they use it: the wrapper
 * around it, the other parts of its route, what stands before its router.
 */
export function usesElsewhere(world: World, node: Syntax, handler: Handler | undefined): readonly (readonly Part[])[] {
  const { elsewhere, facts } = world;
  if (elsewhere === null) return [];
  const names = new Set([routerOf(facts, handler), outerName(facts, node)].filter((name) => name !== null));
  return elsewhere.users().flatMap((user) =>
    user.calls().flatMap((call) => {
      const given = call.arguments.find((part) => {
        const origin = user.origin(part);
        return (
          origin !== null &&
          elsewhere
            .meant(user, origin)
            .some(
              ({ facts: there, name, certain }) => certain && there.path === facts.path && isNamed(facts, name, names),
            )
        );
      });
      if (given === undefined) return [];
      const parts = [call.callee, ...call.arguments, ...call.keywords.values()].filter((part) => part !== given);
      const before = call.name !== null && MOUNTS.test(call.name) ? usedBefore(user, call.node, call.receiver) : [];
      const routed = user.handlers().find(({ registration }) => registration === call.node)?.middleware ?? [];
      return [[...parts, ...before, ...routed].map((part): Part => ({ facts: user, node: part }))];
    }),
  );
}

function isNamed(facts: FileFacts, name: string, names: ReadonlySet<string>): boolean {
  if (names.has(name.split('.').at(-1) ?? name)) return true;
  if (name !== 'default') return false;
  const [, called] = DEFAULT.exec(facts.program.text) ?? [];
  return called !== undefined && names.has(called);
}

const DEFAULT = /(?:\bexport\s+default\s+(?:async\s+)?(?:function\s*\*?\s*)?|\bmodule\.exports\s*=\s*)([\w$]+)/;

function outerName(facts: FileFacts, node: Syntax): string | null {
  const name = nameOf(node);
  return name === null ? null : (facts.text(name).split('.').at(-1) ?? null);
}

/** `router` of `router.get(…)` and of `@router.get(…)` */
export function routerOf(facts: FileFacts, handler: Handler | undefined): string | null {
  return handler === undefined ? null : (/^@?([\w$]+)\./.exec(facts.text(handler.registration))?.[1] ?? null);
}

/** What the same application uses before a place, for all paths, and what it was made with. */
function usedBefore(facts: FileFacts, at: Syntax, receiver: Syntax | null): readonly Syntax[] {
  if (receiver === null) return [];
  const on = facts.text(receiver);
  const used = facts.calls().flatMap((call) => {
    if (call.name === null || !ENDS.test(call.name) || call.receiver === null || call.node.start >= at.start) return [];
    const [first] = call.arguments;
    const path = first === undefined ? undefined : facts.constant(first);
    return facts.text(call.receiver) === on && typeof path !== 'string' ? call.arguments : [];
  });
  const made = facts.definition(receiver);
  return made === null || isFunction(made) ? used : [...used, made];
}
