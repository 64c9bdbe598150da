import type { Binding, Definition } from './bindings.ts';
import { FILLS } from './changes.ts';
import { ADDING } from './constant-tables.ts';
import type { SinkKind } from './facts.ts';
import { createParameterFlow } from './flow-parameters.ts';
import type { FlowNeeds, Walk } from './flow-types.ts';
import { originSource } from './sources.ts';
import { bare, childOf, functionAround, partsOf, type Syntax } from './syntax.ts';
import { type Environment, short, step, strongest, type Taint, taint } from './taint.ts';
import { undeclared } from './undeclared.ts';

/** What goes through its members when it is gone through itself. */
const ARCHIVE = /^tarfile\.(?:open|TarFile(?:\.open)?)\(\)$/;

/** What a name holds: what its definitions give, what is added to it later, or what it stands for without any. */
export function createNameFlow(
  needs: FlowNeeds,
  walk: Walk,
): (node: Syntax, kind: SinkKind, env: Environment, depth: number) => Taint | null {
  const { program, scopes, origins, constants, guards } = needs;
  const { trace, traceAt, through, ofSource, memo } = walk;
  const ofParameter = createParameterFlow(needs, walk);
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);

  function ofName(node: Syntax, kind: SinkKind, env: Environment, depth: number): Taint | null {
    const binding = scopes.lookup(node);
    if (binding === null) return ofGlobal(node);
    if (binding.kind === 'import') return ofOrigin(node);
    if (binding.kind === 'function' || binding.kind === 'class') return null;
    if (binding.kind === 'caught') return null;
    const found = ofBinding(binding, node, kind, env, depth);
    return found !== null && found.container === undefined && guards.guarded(node, kind) ? null : found;
  }

  /** A fragment of a handler uses its request without the function around it. */
  function ofGlobal(node: Syntax): Taint | null {
    const container =
      program.dialect === 'python'
        ? null
        : /^req(?:uest)?$/.test(name(node))
          ? 'request'
          : name(node) === 'ctx'
            ? 'context'
            : name(node) === 'event' && isLambdaEvent(node)
              ? 'event'
              : null;
    if (container !== null) return ofSource({ kind: 'container', container }, node);
    if (isVueProperty(node)) return taint('parameter', 'a property of the component', node);
    return ofOrigin(node) ?? undeclared(node, program);
  }

  /** Vue's options: a template uses the names under `props` without any declaration (its guide, "Props"). */
  function isVueProperty(node: Syntax): boolean {
    if (!program.path.endsWith('.vue') || !/\bprops\s*:/.test(program.text)) return false;
    const called = name(node).replaceAll('$', '\\$');
    return new RegExp(
      `\\bprops\\s*:\\s*(?:\\[[^\\]]*['"]${called}['"]|\\{(?:[^{}]|\\{[^{}]*\\}){0,2000}?\\b${called}\\s*:)`,
    ).test(program.text);
  }

  /** AWS Lambda: no other event has these members. */
  function isLambdaEvent(node: Syntax): boolean {
    return (
      node.parent?.type === 'member_expression' &&
      /\.(?:queryStringParameters|pathParameters|multiValueQueryStringParameters|rawQueryString)$/.test(
        name(node.parent),
      )
    );
  }

  function ofOrigin(node: Syntax): Taint | null {
    const from = origins.origin(node);
    // A page's window has a `name`; a program of Python has none by itself.
    const source = from === null || (program.dialect === 'python' && from === '~name') ? null : originSource(from);
    return source === null ? null : ofSource(source, node);
  }

  function ofBinding(binding: Binding, use: Syntax, kind: SinkKind, env: Environment, depth: number): Taint | null {
    const given = memo.given(binding, env);
    if (given !== undefined) return given;
    if ((kind === 'url' || kind === 'redirect') && hostIsSet(binding, use)) return null;
    const definitions = scopes.reaching(binding, use);
    const values = definitions.map((definition) => ofDefinition(definition, kind, env, depth));
    if (binding.kind === 'parameter' && !replaced(binding, definitions, use))
      values.push(ofParameter(binding, kind, depth));
    if (binding.kind === 'variable') values.push(addedTo(binding, use, kind, env, depth));
    return strongest(values);
  }

  /** A parameter that is given another value before the use no longer holds what came in. */
  function replaced(binding: Binding, definitions: readonly Definition[], use: Syntax): boolean {
    const home = binding.parameter?.of;
    return definitions.some((definition) => {
      if (definition.how !== 'value' || definition.at === binding.declaration || definition.at.start > use.start)
        return false;
      let statement: Syntax = definition.at;
      while (statement.parent !== null && statement.parent.type !== 'statement_block') statement = statement.parent;
      const block = statement.parent;
      return block !== null && block.parent === home && functionAround(definition.at) === home;
    });
  }

  /** `list.push(x)`, `object.key = x` on a name that started empty. */
  function addedTo(binding: Binding, use: Syntax, kind: SinkKind, env: Environment, depth: number): Taint | null {
    const start = binding.definitions[0]?.value;
    if (
      start === undefined ||
      start === null ||
      !['array', 'object', 'new_expression', 'list_comprehension'].includes(bare(start).type)
    )
      return null;
    const found: (Taint | null)[] = [];
    for (const reference of scopes.references(binding)) {
      const member = reference.parent;
      if (reference === use || member === null) continue;
      if (member.type === 'arguments')
        found.push(...filledBy(member, reference).map((each) => trace(each, kind, env, depth)));
      if (reference.field !== 'object') continue;
      const outer = member.parent;
      if (outer?.type === 'call_expression' && childOf(outer, 'function') === member) {
        const method = childOf(member, 'property');
        const list = childOf(outer, 'arguments');
        if (method === null || list === null || !ADDING.test(name(method))) continue;
        for (const each of partsOf(list)) found.push(trace(each, kind, env, depth));
      }
      if (
        /^(?:augmented_)?assignment_expression$/.test(outer?.type ?? '') &&
        outer !== null &&
        childOf(outer, 'left') === member
      ) {
        const given = childOf(outer, 'right');
        if (given !== null && !keepsHost(member, kind)) found.push(trace(given, kind, env, depth));
      }
    }
    return strongest(found);
  }

  /** `Object.assign(options, more)` */
  function filledBy(list: Syntax, filled: Syntax): readonly Syntax[] {
    const callee = list.parent === null ? null : childOf(list.parent, 'function');
    const [first, ...others] = partsOf(list);
    return callee !== null && first === filled && FILLS.test(name(callee)) ? others : [];
  }

  /** What is written to these parts of a URL stays behind its host (URL Standard, "API"). */
  function keepsHost(member: Syntax, kind: SinkKind): boolean {
    const part = childOf(member, 'property');
    return (
      (kind === 'url' || kind === 'redirect') &&
      part !== null &&
      /^(?:pathname|search|hash|username|password)$/.test(name(part))
    );
  }

  /** `address.hostname = 'api.internal'` in a block around the use, and before it. */
  function hostIsSet(binding: Binding, use: Syntax): boolean {
    const made = binding.definitions.length === 1 ? binding.definitions[0]?.value : undefined;
    if (made?.type !== 'new_expression') return false;
    return scopes.references(binding).some((reference) => {
      const member = reference.parent;
      const assignment = member?.parent;
      const part = member?.type === 'member_expression' ? childOf(member, 'property') : null;
      if (assignment?.type !== 'assignment_expression' || member?.field !== 'left' || part === null) return false;
      const given = childOf(assignment, 'right');
      const block = assignment.parent?.parent;
      return (
        /^(?:host|hostname|href)$/.test(name(part)) &&
        given !== null &&
        typeof constants.constant(given) === 'string' &&
        block !== null &&
        block !== undefined &&
        block.start <= use.start &&
        use.end <= block.end &&
        assignment.end <= use.start
      );
    });
  }

  function ofDefinition(definition: Definition, kind: SinkKind, env: Environment, depth: number): Taint | null {
    if (definition.value === null || definition.how === 'key') {
      return definition.value === null ? null : keysOf(definition, kind, env, depth);
    }
    const { value, path, at } = definition;
    const rows = definition.how === 'element' && typeof path[0] === 'number' ? rowsOf(value) : null;
    if (rows !== null) {
      const cells = strongest(rows.map((row) => traceAt(row, path, at, kind, env, depth)));
      return cells === null ? null : step(cells, at, `is kept in "${short(name(at))}"`);
    }
    if (path[0] === 0 && /^(?:react\.|~(?:React\.)?)useState(?:\(\))?$/.test(origins.origin(value) ?? ''))
      return strongest([...ofState(at), ...initial(value)].map((each) => trace(each, kind, env, depth)));
    const found =
      definition.how === 'value'
        ? traceAt(value, path, at, kind, env, depth)
        : through(trace(value, kind, env, depth), path, at);
    // `for await (const chunk of request)`: a request gives its body in pieces.
    if (found?.container === 'request' && definition.how === 'element')
      return taint('remote', "the request's body", definition.at);
    // Members of an archive are named by whoever packed it (tarfile documentation, "TarFile Objects").
    if (
      definition.how === 'element' &&
      (kind === 'path' || kind === 'shell') &&
      ARCHIVE.test(origins.origin(value) ?? '')
    )
      return taint('remote', "an archive's entries", definition.at);
    if (found === null || found.container !== undefined) {
      return found ?? (definition.fallback === null ? null : trace(definition.fallback, kind, env, depth));
    }
    return step(found, definition.at, `is kept in "${short(name(definition.at))}"`);
  }

  /**
   * `for name, operator in self.parts`, where every entry that the list is given is written down as a row: a column holds
   * what stands in its place. Null where the file does not show all of them.
   */
  function rowsOf(list: Syntax): readonly Syntax[] | null {
    const inner = bare(list);
    const property = inner.type === 'member_expression' ? childOf(inner, 'property') : null;
    const object = inner.type === 'member_expression' ? childOf(inner, 'object') : null;
    if (property === null || object === null || (object.type !== 'this' && name(object) !== 'self')) return null;
    const given = origins.fields(inner, name(property)).filter((each) => each.field !== 'type');
    const rows = given.flatMap((each) => {
      const value = bare(each);
      // The list itself, as it begins, beside what is added to it.
      const isStart = value.parent?.type !== 'arguments';
      return isStart && value.type === 'array' ? partsOf(value).map(bare) : [value];
    });
    return rows.length > 0 && rows.every((row) => row.type === 'array') ? rows : null;
  }

  /** React: what the setter of a state is called with, or handed to: `setHtml(text)`, `.then(setHtml)`. */
  function ofState(at: Syntax): readonly Syntax[] {
    const setter = at.parent?.type === 'array_pattern' ? partsOf(at.parent)[1] : undefined;
    const binding = setter === undefined ? null : scopes.lookup(setter);
    if (binding === null) return [];
    return scopes.references(binding).flatMap((reference) => {
      const around = reference.parent;
      const list = reference.field === 'function' && around !== null ? childOf(around, 'arguments') : null;
      if (list !== null) return partsOf(list).slice(0, 1);
      const callee = around?.type === 'arguments' && around.parent !== null ? childOf(around.parent, 'function') : null;
      const then = callee === null ? null : childOf(callee, 'property');
      const promise = callee === null ? null : childOf(callee, 'object');
      return then !== null && promise !== null && name(then) === 'then' ? [promise] : [];
    });
  }

  function initial(state: Syntax): readonly Syntax[] {
    const list = childOf(state, 'arguments');
    return list === null ? [] : partsOf(list).slice(0, 1);
  }

  /** The keys of an input are input too. */
  function keysOf(definition: Definition, kind: SinkKind, env: Environment, depth: number): Taint | null {
    if (definition.value === null) return null;
    const found = trace(definition.value, kind, env, depth);
    return found === null || found.container !== undefined
      ? null
      : step(found, definition.at, 'its keys are gone through');
  }

  return ofName;
}
