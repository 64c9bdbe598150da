import { lazily } from '../core/lazily.ts';
import { ancestorOf, childOf, FUNCTIONS, type Program, partsOf, type Syntax } from './syntax.ts';

export const CLASSES: ReadonlySet<string> = new Set(['class_declaration', 'class', 'abstract_class_declaration']);

/** Classes as they were written before there was `class`: a constructor function, and methods on its prototype. */
export interface Prototypes {
  /** The class around a node, or the constructor function whose `this` it sees. */
  ownerOf(node: Syntax): Syntax | null;
  /** The method that `this.name` calls, where the owner is a constructor function. */
  method(owner: Syntax, name: string): Syntax | null;
}

/** By constructor function: its methods, and whose `this` a function sees. */
interface Written {
  readonly methods: Map<Syntax, Map<string, Syntax>>;
  readonly owners: Map<Syntax, Syntax>;
}

const PROTOTYPE = /^([\w$]+)\.prototype(?:\.([\w$]+))?$/;

export function createPrototypes(program: Program): Prototypes {
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);
  const written = lazily(collect);

  function collect(): Written {
    const methods = new Map<Syntax, Map<string, Syntax>>();
    const owners = new Map<Syntax, Syntax>();
    const found = { methods, owners };
    if (program.dialect !== 'javascript' || !program.text.includes('.prototype')) return found;
    const makers = constructors();
    const short = shortNames();
    for (const node of program.byType.get('assignment_expression') ?? []) {
      const left = childOf(node, 'left');
      const right = childOf(node, 'right');
      if (left === null || right === null || left.type !== 'member_expression') continue;
      const written = name(left);
      const prefix = written.slice(0, written.indexOf('.'));
      const whole = short.has(prefix) ? `${short.get(prefix)}${written.slice(prefix.length)}` : written;
      const [, called = '', member] = PROTOTYPE.exec(whole) ?? [];
      const maker = makers.get(called);
      if (maker === undefined) continue;
      if (member !== undefined) add(found, maker, member, right);
      else if (right.type === 'object') addAll(found, maker, right);
    }
    for (const [called, table] of mixedIn()) {
      const maker = makers.get(called);
      if (maker !== undefined) addAll(found, maker, table);
    }
    return found;
  }

  /** `var proto = Client.prototype;` */
  function shortNames(): ReadonlyMap<string, string> {
    const found = new Map<string, string>();
    for (const node of program.byType.get('variable_declarator') ?? []) {
      const at = childOf(node, 'name');
      const value = childOf(node, 'value');
      if (at?.type === 'identifier' && value?.type === 'member_expression' && /^[\w$]+\.prototype$/.test(name(value)))
        found.set(name(at), name(value));
    }
    return found;
  }

  /** `$.extend(Client.prototype, { send: function () { … } })`, and the like of other libraries. */
  function mixedIn(): readonly (readonly [string, Syntax])[] {
    return (program.byType.get('call_expression') ?? []).flatMap((call) => {
      const list = childOf(call, 'arguments');
      const [first, ...others] = list === null ? [] : partsOf(list);
      const [, called, member] = first?.type === 'member_expression' ? (PROTOTYPE.exec(name(first)) ?? []) : [];
      if (called === undefined || member !== undefined) return [];
      return others.flatMap((each) => (each.type === 'object' ? [[called, each] as const] : []));
    });
  }

  /** `Client.prototype = { send: function () { … }, close() { … } }` */
  function addAll(found: Written, maker: Syntax, table: Syntax): void {
    for (const part of table.children) {
      const key = childOf(part, 'key') ?? childOf(part, 'name');
      if (key === null) continue;
      add(found, maker, name(key), part.type === 'pair' ? (childOf(part, 'value') ?? part) : part);
    }
  }

  function add({ methods, owners }: Written, maker: Syntax, member: string, fn: Syntax): void {
    if (!FUNCTIONS.has(fn.type)) return;
    const own = methods.get(maker) ?? new Map<string, Syntax>();
    methods.set(maker, own);
    own.set(member, fn);
    owners.set(fn, maker);
    owners.set(maker, maker);
  }

  function constructors(): ReadonlyMap<string, Syntax> {
    const found = new Map<string, Syntax>();
    for (const type of ['function_declaration', 'function_expression']) {
      for (const fn of program.byType.get(type) ?? []) {
        const at =
          childOf(fn, 'name') ?? (fn.parent?.type === 'variable_declarator' ? childOf(fn.parent, 'name') : null);
        if (at !== null && /^[A-Z]/.test(name(at))) found.set(name(at), fn);
      }
    }
    return found;
  }

  function ownerOf(node: Syntax): Syntax | null {
    const { owners } = written();
    if (owners.size === 0) return ancestorOf(node, CLASSES);
    for (let up = node.parent; up !== null; up = up.parent) {
      if (CLASSES.has(up.type)) return up;
      const owner = owners.get(up);
      if (owner !== undefined) return owner;
    }
    return null;
  }

  function method(owner: Syntax, called: string): Syntax | null {
    return written().methods.get(owner)?.get(called) ?? null;
  }

  return { ownerOf, method };
}
