import type { SinkKind } from './facts.ts';
import { createHolderFlow } from './flow-holders.ts';
import { createModelFlow } from './flow-models.ts';
import type { FlowNeeds, Walk } from './flow-types.ts';
import { isHarmless } from './forms.ts';
import { createItself } from './itself.ts';
import { isPlainGroup, matchOf } from './match-groups.ts';
import { isIssued } from './messages.ts';
import { keptOn, memberValue, ON_REQUEST } from './outside-values.ts';
import { memberSource } from './request-members.ts';
import { MODEL_ANSWER, originSource } from './sources.ts';
import { childOf, FUNCTIONS, type Syntax } from './syntax.ts';
import { type Environment, short, strongest, type Taint, taint } from './taint.ts';
import { TOOL_CALL, toolCallSource } from './tool-calls.ts';

/** What a member of something holds: a part of a request, a field of the class, an entry of a table. */
export function createMemberFlow(
  needs: FlowNeeds,
  walk: Walk,
): (node: Syntax, kind: SinkKind, env: Environment, depth: number) => Taint | null {
  const { program, origins, constants, guards } = needs;
  const { trace, ofSource } = walk;
  const ofHolder = createHolderFlow(needs, walk);
  const isItself = createItself(program, needs.scopes);
  const ofModel = createModelFlow(needs, walk);
  let keptValues: ReadonlyMap<string, readonly Syntax[]> | null = null;
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);

  function ofMember(node: Syntax, kind: SinkKind, env: Environment, depth: number): Taint | null {
    const from = origins.origin(node);
    const source = from === null ? null : originSource(from);
    if (source !== null) return guards.guarded(node, kind) ? null : ofSource(source, node);
    const object = childOf(node, 'object');
    if (object === null) return null;
    const property = childOf(node, 'property');
    const member = property === null ? null : name(property);
    if (member === 'length' || member === 'size') return null;
    const asked = toolCallSource(node, member, program);
    if (asked !== null) return guards.guarded(node, kind) ? null : ofSource(asked, node);
    const settled = constants.resolved(node);
    if (settled !== node && settled.type !== node.type) return trace(settled, kind, env, depth);
    if (isItself(object)) {
      if (member === null) return null;
      const kept = origins.fields(node, member).filter((each) => each.field !== 'type' && isSeen(each, env));
      if (kept.length === 0 && program.dialect === 'python' && member === 'request')
        return ofSource({ kind: 'container', container: 'request' }, node);
      if (kept.length === 0 && env !== null) {
        const declared = needs.models.own(node);
        if (declared !== null) return isHarmless(declared, kind) ? null : ofItself(object, node, env);
      }
      return kept.length === 0
        ? fromOutside(node, member, kind)
        : strongest(kept.map((each) => trace(each, kind, env, depth)));
    }
    if (node.type === 'subscript_expression' && constants.isConstantTable(object)) return null;
    const key = member ?? constantKey(node);
    const match = Number(key) > 0 ? matchOf(constants.resolved(object), program, constants) : null;
    if (match !== null && match.source !== null && isPlainGroup(match.source, Number(key), kind)) return null;
    const entry = key === null ? undefined : walk.part(object, [key], kind, env, depth);
    if (entry !== undefined) return entry === null || !guards.guarded(node, kind) ? entry : null;
    const table = constants.object(object);
    if (table !== null && member !== null && !constants.isChanged(object, member)) {
      const inner = constants.property(table, member);
      if (inner !== null && !FUNCTIONS.has(inner.type)) return trace(inner, kind, env, depth);
    }
    const field = ofModel(node, kind, env, depth);
    if (field !== undefined) return field;
    const held = member === null ? undefined : ofHolder.field(object, member, kind, env, depth);
    if (held !== undefined) return guards.guarded(node, kind) ? null : held;
    const kept = member === null ? undefined : keptPart(object, member, node, kind, env, depth);
    if (kept !== undefined) return kept;
    const whole = trace(object, kind, env, depth);
    if (whole === null) return fromOutside(node, member, kind) ?? keptOnRequest(node, kind, env, depth);
    if (kind === 'path' && (isStoredUpload(object, member) || isLastPart(object, member))) return null;
    if (whole.strength === 'unknown' && whole.container === undefined) {
      const brought = fromOutside(node, member, kind) ?? keptOnRequest(node, kind, env, depth);
      if (brought !== null) return brought;
    }
    if (isIssued(whole.source, member)) return null;
    // Anthropic's blocks and LangChain's calls (their documentation, "tool use", "tool_calls").
    if (whole.source === MODEL_ANSWER && /^(?:input|tool_calls)$/.test(member ?? ''))
      return guards.guarded(node, kind) ? null : ofSource(TOOL_CALL, node);
    if (whole.container === undefined) return guards.guarded(node, kind) ? null : whole;
    const inner = key === null ? null : memberSource(whole.container, key);
    if (inner === null) return keptOnRequest(node, kind, env, depth);
    return inner.kind === 'input' && guards.guarded(node, kind) ? null : ofSource(inner, node);
  }

  /** A field of a model, in a method that is called on one: as much another's as the model. */
  function ofItself(self: Syntax, node: Syntax, env: Environment): Taint {
    const binding = needs.scopes.lookup(self);
    const given = binding === null ? undefined : walk.memo.given(binding, env);
    return given === undefined || given === null || given.container !== undefined
      ? taint('unknown', `the field "${short(name(node))}"`, node)
      : given;
  }

  /** `constructor(private readonly base)`: whoever makes the object decides, so only where that is seen. */
  function isSeen(value: Syntax, env: Environment): boolean {
    const binding = value.field === 'pattern' ? needs.scopes.lookup(value) : null;
    return binding === null || env?.has(binding) === true;
  }

  /** `req.filter = req.query` and `res.locals.filter = …` of a middleware, read by a handler. */
  function keptOnRequest(node: Syntax, kind: SinkKind, env: Environment, depth: number): Taint | null {
    const written = name(node);
    if (!ON_REQUEST.test(written)) return null;
    keptValues ??= keptOn(program);
    return ofKept(keptValues.get(written) ?? [], node, kind, env, depth);
  }

  /** `req.session.pending = { next: req.query.next }`, and `pending.next` of what is taken from there. */
  function keptPart(
    object: Syntax,
    member: string,
    node: Syntax,
    kind: SinkKind,
    env: Environment,
    depth: number,
  ): Taint | null | undefined {
    keptValues ??= keptOn(program);
    if (keptValues.size === 0) return undefined;
    const values = keptValues.get(name(constants.resolved(object))) ?? [];
    const parts = values.flatMap((value) => {
      const part = value.type === 'object' ? constants.property(value, member) : null;
      return part === null ? [] : [part];
    });
    return parts.length < values.length || parts.length === 0 ? undefined : ofKept(parts, node, kind, env, depth);
  }

  /** The request's own path, kept to come back to it, is one of this site. */
  function ofKept(
    values: readonly Syntax[],
    node: Syntax,
    kind: SinkKind,
    env: Environment,
    depth: number,
  ): Taint | null {
    const others =
      kind === 'redirect'
        ? values.filter((each) => !/\breq(?:uest)?\.(?:originalUrl|url|path)$/.test(name(each)))
        : values;
    const found = strongest(others.map((each) => trace(each, kind, env, depth)));
    return found?.container !== undefined || found?.strength === 'unknown' || guards.guarded(node, kind) ? null : found;
  }

  /** Multer names the files it stores; only `originalname` is the sender's. */
  function isStoredUpload(object: Syntax, member: string | null): boolean {
    return (
      program.dialect === 'javascript' &&
      /^(?:path|destination|filename)$/.test(member ?? '') &&
      /\.files?(?:\[\w+\])?$/.test(name(object))
    );
  }

  /** pathlib: what `basename` gives elsewhere. */
  function isLastPart(object: Syntax, member: string | null): boolean {
    if (program.dialect !== 'python' || !/^(?:name|stem|suffix)$/.test(member ?? '')) return false;
    return /^pathlib\.(?:Pure)?(?:Posix|Windows)?Path\(\)$/.test(origins.origin(object) ?? '');
  }

  function constantKey(node: Syntax): string | null {
    const index = childOf(node, 'index');
    const value = index === null ? undefined : constants.constant(index);
    return value === undefined || value === null ? null : String(value);
  }

  function fromOutside(node: Syntax, member: string | null, kind: SinkKind): Taint | null {
    const source = memberValue(node, member, kind, program, origins);
    return source === null || guards.guarded(node, kind) ? null : ofSource(source, node);
  }

  return ofMember;
}
