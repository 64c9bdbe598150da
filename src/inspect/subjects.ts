import type { Binding } from './bindings.ts';
import type { SinkKind } from './facts.ts';
import type { Scopes } from './scopes.ts';
import { isOther, partTaken } from './subject-parts.ts';
import { bare, childOf, descendantsOf, type Program, type Syntax } from './syntax.ts';

/** The use whose value a test may decide. */
export interface Subject {
  readonly text: string;
  readonly binding: Binding | null;
  readonly kind: SinkKind;
  /** False where only a member of the subject is used: a test of another member says nothing about it. */
  readonly whole: boolean;
  /** What is taken of the name by a constant key: `region` of `body["region"]`, `body.get("region")`, `body.region`. */
  readonly key: string | null;
  /** A schema accepted the value and leaves it any text: that it did is no answer. */
  readonly accepted: boolean;
}

/** Whether an expression speaks of a subject. */
export interface Subjects {
  /** The expression is the subject, a part of it, or made from it. */
  mentions(node: Syntax, subject: Subject): boolean;
  /** The subject stands somewhere in the expression. */
  mentionsInside(node: Syntax, subject: Subject): boolean;
  /** The result of a check of the subject is looked at: `parsed.success`. */
  derived(test: Syntax, subject: Subject): boolean;
}

const MAX_ENDING = 200;
/** The extension of a file name, in the words of both languages. */
export const ENDING =
  /\.suffix$|splitext\([^()]*(?:\(\))?\)\[(?:1|-1)\]$|\bextname\([^()]*(?:\(\))?\)(?:\.slice\(1\))?$|\.r?(?:split|partition)\(\s*["']\.["']\s*(?:,\s*1\s*)?\)(?:\[(?:1|2|-1)\]|\.pop\(\)|\.at\(-1\))[?!]?$/;
/** Members that tell kinds of a thing apart, and say nothing of what else is in it. */
const SORTS = /\.(?:pathname|method|type|kind|name|action|event|op|operation|command|cmd|status|code|version|topic)$/;

/** Part of each of them. */
const ENDS = /\.suffix|splitext|extname|split\(|partition\(/;

export function createSubjects(program: Program, scopes: Scopes): Subjects {
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);
  const mentionsCache = new Map<Syntax, ReadonlySet<Binding>>();

  function mentionsInside(node: Syntax, subject: Subject): boolean {
    for (const inner of descendantsOf(node)) if (inner.type === 'identifier' && sameName(inner, subject)) return true;
    return false;
  }

  /** The expression is the subject, a part of it, or made from it. */
  function mentions(node: Syntax, subject: Subject): boolean {
    const inner = bare(node);
    if (name(inner) === subject.text) return true;
    if (subject.binding === null || isEnding(inner)) return false;
    // How an address is asked says nothing of whom.
    if (subject.kind === 'url' && inner.type === 'member_expression' && /\.(?:scheme|protocol)$/.test(name(inner)))
      return false;
    if (
      inner.type === 'call_expression' ||
      inner.type === 'unary_expression' ||
      inner.type === 'new_expression' ||
      inner.type === 'binary_expression' ||
      inner.type === 'template_string' ||
      inner.type === 'array'
    )
      return mentionsInside(inner, subject);
    const root = rootOf(inner);
    if (root === null) return mentionsInside(inner, subject);
    if (sameName(root, subject))
      return inner === root || !name(inner).includes('(') ? sameMember(inner, subject) : false;
    const binding = scopes.lookup(root);
    if (binding === null) return false;
    if (isMadeFrom(binding, inner, subject)) return true;
    return usedBy(subject.binding).has(binding) && (inner === root || !fromOther(inner, binding, subject.binding));
  }

  /** `args = json.loads(call.function.arguments)`: a test of `call.function.name` says nothing about it. */
  function fromOther(tested: Syntax, of: Binding, made: Binding): boolean {
    const path = name(tested).replaceAll('?.', '.');
    if (tested.type !== 'member_expression' || !/^[\w$.]+$/.test(path)) return false;
    const used = made.definitions.flatMap(({ value }) => (value === null ? [] : membersOf(value, of)));
    return (
      used.length > 0 &&
      used.every((each) => each !== '' && !`${each}.`.startsWith(`${path}.`) && !`${path}.`.startsWith(`${each}.`))
    );
  }

  /** What is taken of a name in an expression, as written; empty where it is used whole. */
  function membersOf(value: Syntax, of: Binding): readonly string[] {
    const found: string[] = [];
    for (const node of descendantsOf(value)) {
      if (node.type !== 'identifier' || scopes.lookup(node) !== of) continue;
      let outer = node;
      while (outer.parent?.type === 'member_expression' && outer.field === 'object') outer = outer.parent;
      const callee = outer.field === 'function' ? childOf(outer, 'object') : outer;
      const path = callee === null || callee.type !== 'member_expression' ? '' : name(callee).replaceAll('?.', '.');
      found.push(path);
    }
    return found;
  }

  /** Made from the value that is used, and not from another part of it alone. */
  function isMadeFrom(binding: Binding, tested: Syntax, { binding: used, key: part }: Subject): boolean {
    if (used === null || !usedBy(binding).has(used)) return false;
    if (part === null) return true;
    const property = childOf(tested, 'property');
    return binding.definitions.some(({ value, path }) => {
      if (value === null) return false;
      for (const node of descendantsOf(value)) {
        if (node.type !== 'identifier' || scopes.lookup(node) !== used) continue;
        const [first] = path;
        const taken = node === bare(value) && typeof first === 'string' ? first : partTaken(node, program);
        if (taken === null ? property === null || !isOther(name(property), part) : !isOther(taken, part)) return true;
      }
      return false;
    });
  }

  /** A test of `req.body.kind` says nothing about `req.body.command`. */
  function sameMember(inner: Syntax, subject: Subject): boolean {
    const tested = name(inner).replaceAll('?.', '.');
    const used = subject.text.replaceAll('?.', '.');
    if (tested === used || used.startsWith(`${tested}.`) || used.startsWith(`${tested}[`)) return true;
    if (subject.whole && tested.startsWith(`${used}.`)) return !SORTS.test(tested);
    // The host decides where a request goes, whichever form of the address is used then.
    const host = /^(.+)\.(?:host|hostname|origin)$/.exec(tested)?.[1];
    return (subject.kind === 'url' || subject.kind === 'redirect') && host !== undefined && used.startsWith(host);
  }

  /** What a file name ends with says nothing of what stands before it. */
  function isEnding(node: Syntax): boolean {
    const text = node.end - node.start > MAX_ENDING ? '' : name(node);
    return ENDS.test(text) && ENDING.test(text.replace(/\s*(?:\.(?:toLowerCase|lower|strip|trim)\(\))+$/, ''));
  }

  function sameName(node: Syntax, subject: Subject): boolean {
    return (
      subject.binding !== null &&
      scopes.lookup(node) === subject.binding &&
      !isOther(partTaken(node, program), subject.key)
    );
  }

  function derived(test: Syntax, subject: Subject): boolean {
    const root = rootOf(test);
    const binding = root === null ? null : scopes.lookup(root);
    return (
      root !== null &&
      binding !== null &&
      subject.binding !== null &&
      (binding === subject.binding || isMadeFrom(binding, root, subject))
    );
  }

  /** The names a binding's values are made from, one hop deep. */
  function usedBy(binding: Binding): ReadonlySet<Binding> {
    const cached = mentionsCache.get(binding.declaration);
    if (cached !== undefined) return cached;
    const found = new Set<Binding>();
    mentionsCache.set(binding.declaration, found);
    if (binding.kind !== 'variable') return found;
    for (const definition of binding.definitions) {
      if (definition.value === null || definition.value.end - definition.value.start > 400) continue;
      if (isEnding(definition.value)) continue;
      for (const node of descendantsOf(definition.value)) {
        if (node.type !== 'identifier') continue;
        const used = scopes.lookup(node);
        if (
          used !== null &&
          used.kind !== 'import' &&
          used.kind !== 'function' &&
          used !== binding &&
          !isRequestLike(used.name)
        )
          found.add(used);
      }
    }
    return found;
  }

  return { mentions, mentionsInside, derived };
}

/** Everything in a handler is made from its request: that is no sign of one value being checked by a test of another. */
function isRequestLike(word: string): boolean {
  return /^(?:req|request|ctx|context|event|c|res|response|self|this)$/.test(word);
}

/** The name an access path starts with: `a` of `a.b[c]`. */
export function rootOf(node: Syntax): Syntax | null {
  let inner = bare(node);
  for (;;) {
    if (inner.type === 'identifier' || inner.type === 'shorthand_property_identifier') return inner;
    if (inner.type !== 'member_expression' && inner.type !== 'subscript_expression') return null;
    const object = childOf(inner, 'object');
    if (object === null) return null;
    inner = bare(object);
  }
}
