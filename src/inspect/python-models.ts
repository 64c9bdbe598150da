import type { Binding } from './bindings.ts';
import type { Constants } from './constants.ts';
import type { Handler } from './facts.ts';
import type { Leaves } from './forms.ts';
import type { Origins } from './origins.ts';
import { CLASSES } from './prototypes.ts';
import { createPythonClasses, type Declared } from './python-classes.ts';
import { leavesOfMetadata, leavesOfType } from './python-types.ts';
import type { Scopes } from './scopes.ts';
import { ancestorOf, bare, childOf, descendantsOf, type Program, partsOf, type Syntax } from './syntax.ts';

/** A field of an object whose class stands in this file. */
export interface ModelField {
  readonly leaves: Leaves;
  /** The class held the value to its type. */
  readonly checked: boolean;
  /** What it was made from; null where the object came in as a parameter. */
  readonly given: readonly Syntax[] | null;
  /** Functions of the class that look at the value, or change it, before it is kept: the value is their second parameter. */
  readonly validators: readonly Syntax[];
}

/**
 * Classes that say what an object holds: models of pydantic, schemas of marshmallow, structs of msgspec, data classes,
 * attrs, named tuples.
 */
export interface PythonModels {
  /** The field that `order.name` or `data['name']` stands for; null where the file does not say. */
  field(node: Syntax): ModelField | null;
  /** What the class around `self.name` leaves of the field that it declares; null where it declares none. */
  own(node: Syntax): Leaves | null;
}

interface Instance {
  readonly of: Syntax;
  readonly checked: boolean;
  /** The call with the fields' values; null where one value was read as a whole. */
  readonly parts: Syntax | null;
  /** The value that was read; null where the object came in as a parameter. */
  readonly whole: readonly Syntax[] | null;
}

const READS =
  /^(?:model_validate(?:_json|_strings)?|parse_obj|parse_raw|validate|validate_(?:python|json|strings)|loads?|decode|from_orm)$/;
const UNCHECKED = /^(?:model_construct|construct)$/;
/** Give the same fields under the same names. */
const SAME = /^(?:model_dump|model_copy|dict|copy|to_dict|asdict|_asdict)$/;
/** Functions that read a value into a class, and where both stand. */
const READERS: readonly (readonly [from: RegExp, into: number, value: number])[] = [
  [/^msgspec\.(?:json|yaml|toml|msgpack)\.decode$|^msgspec\.convert$/, 1, 0],
  [/^cattrs?\.structure$/, 1, 0],
  [/^dacite\.from_dict$/, 0, 1],
  [/^pydantic\.(?:parse_obj_as|parse_raw_as)$/, 0, 1],
];
const MAX_HOPS = 12;

export function createPythonModels(
  { program, scopes, constants, origins }: { program: Program; scopes: Scopes; constants: Constants; origins: Origins },
  handlers: () => readonly Handler[],
): PythonModels {
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);
  const hasClasses = program.dialect === 'python' && (program.byType.get('class_declaration') ?? []).length > 0;
  const { classOf, fieldsOf, habitOf, validatorsOf } = createPythonClasses(program, scopes);

  function field(node: Syntax): ModelField | null {
    return hasClasses ? fieldAt(node, 0) : null;
  }

  function own(node: Syntax): Leaves | null {
    const around = hasClasses ? ancestorOf(node, CLASSES) : null;
    const key = keyOf(node);
    const declared = around === null || key === null ? undefined : fieldsOf(around).get(key);
    if (around === null || declared === undefined) return null;
    return habitOf(around) === 'keeping' ? 'unknown' : leavesOf(declared);
  }

  function fieldAt(node: Syntax, hops: number): ModelField | null {
    const key = keyOf(node);
    const object = childOf(node, 'object');
    const instance = key === null || object === null ? null : instanceOf(object, hops + 1);
    if (instance === null || key === null) return null;
    const declared = fieldsOf(instance.of).get(key);
    if (declared === undefined) return null;
    const given = instance.parts === null ? instance.whole : partGiven(instance, key, instance.parts);
    return {
      leaves: leavesOf(declared),
      checked: instance.checked,
      given,
      validators: instance.checked ? validatorsOf(instance.of, key) : [],
    };
  }

  function keyOf(node: Syntax): string | null {
    if (node.type === 'member_expression') {
      const property = childOf(node, 'property');
      return property === null ? null : name(property);
    }
    const index = node.type === 'subscript_expression' ? childOf(node, 'index') : null;
    const key = index === null ? undefined : constants.constant(index);
    return typeof key === 'string' ? key : null;
  }

  function leavesOf({ type, value }: Declared): Leaves {
    const said = value?.type === 'call_expression' ? value : null;
    if (type === null) return said === null ? 'unknown' : leavesOfType(said, program, constants);
    const own = leavesOfType(type, program, constants);
    if (said === null || (own !== 'text' && own !== 'address')) return own;
    const narrower = leavesOfMetadata(said, program, constants);
    return narrower === 'text' ? own : narrower;
  }

  /** What a call gives to one field, by its name, its place, or in what is spread out. */
  function partGiven({ of }: Instance, key: string, call: Syntax): readonly Syntax[] {
    const list = childOf(call, 'arguments');
    const parts = list === null ? [] : partsOf(list);
    const named = parts.find((part) => part.type === 'keyword_argument' && name(childOf(part, 'name') ?? part) === key);
    const value = named === undefined ? null : childOf(named, 'value');
    if (value !== null) return [value];
    const place = [...fieldsOf(of).keys()].indexOf(key);
    const placed = parts.filter((part) => part.type !== 'keyword_argument')[place];
    if (placed !== undefined && !/splat|spread/.test(placed.type)) return [placed];
    const spread = parts.filter((part) => /splat|spread/.test(part.type));
    if (spread.length > 0) return spread.flatMap((part) => partsOf(part).filter((inner) => !/^\*+$/.test(inner.type)));
    const otherwise = fieldsOf(of).get(key)?.value ?? null;
    return otherwise === null || otherwise.type === 'call_expression' ? [] : [otherwise];
  }

  function instanceOf(node: Syntax, hops: number): Instance | null {
    const inner = bare(node);
    if (hops > MAX_HOPS) return null;
    switch (inner.type) {
      case 'identifier':
        return ofName(inner, hops);
      case 'member_expression':
      case 'subscript_expression':
        return nested(inner, hops);
      case 'call_expression':
        return made(inner, hops);
      default:
        return null;
    }
  }

  function ofName(node: Syntax, hops: number): Instance | null {
    const binding = scopes.lookup(node);
    if (binding === null) return null;
    if (binding.kind === 'parameter') return ofParameter(binding);
    const [only, ...others] = binding.definitions;
    if (binding.kind !== 'variable' || only === undefined || others.length > 0) return null;
    if (only.value === null || only.path.length > 0) return null;
    if (only.how === 'element') return nested(bare(only.value), hops + 1);
    return only.how === 'value' ? instanceOf(only.value, hops + 1) : null;
  }

  /** FastAPI, Litestar and Ninja hold a parameter to the class that it is annotated with; a model of pydantic always was. */
  function ofParameter({ parameter, definitions }: Binding): Instance | null {
    const of = parameter?.type === null || parameter === undefined ? null : classIn(parameter.type);
    if (parameter === undefined || of === null || definitions.some(({ how }) => how !== 'value')) return null;
    const checks = habitOf(of) === 'checking' || handlers().some((handler) => handler.node === parameter.of);
    return checks ? { of, checked: true, parts: null, whole: null } : null;
  }

  /** `order.customer`, an element of `order.items` */
  function nested(node: Syntax, hops: number): Instance | null {
    const key = keyOf(node);
    const object = childOf(node, 'object');
    const outer = key === null || object === null ? null : instanceOf(object, hops + 1);
    const type = outer === null || key === null ? null : (fieldsOf(outer.of).get(key)?.type ?? null);
    const found = fieldAt(node, hops + 1);
    const of = type === null ? null : classIn(type);
    if (outer === null || of === null || found === null) return null;
    const [only, ...others] = outer.parts === null ? [] : (found.given ?? []);
    if (only !== undefined && others.length === 0) return instanceOf(only, hops + 1);
    return { of, checked: outer.checked, parts: null, whole: found.given };
  }

  function made(call: Syntax, hops: number): Instance | null {
    const callee = childOf(call, 'function');
    const list = childOf(call, 'arguments');
    if (callee === null || list === null) return null;
    const given = partsOf(list);
    const [first] = given;
    const own = classOf(callee);
    if (own !== null) return ofConstruction(own, call);
    const from = origins.origin(callee);
    const reader = READERS.find(([pattern]) => from !== null && pattern.test(from));
    if (reader !== undefined) {
      const [, at, value] = reader;
      const of = given.map((part) => classIn(part)).find((each) => each !== null) ?? given[at];
      const read = given[value];
      return of === undefined || read === undefined || of.type !== 'class_declaration' ? null : readInto(of, read);
    }
    const object = childOf(callee, 'object');
    const method = childOf(callee, 'property');
    if (
      first !== undefined &&
      /^(?:dataclasses\.asdict|attrs?\.asdict|msgspec\.structs\.asdict|~vars)$/.test(from ?? '')
    )
      return instanceOf(first, hops + 1);
    if (object === null || method === null) return null;
    if (SAME.test(name(method))) return instanceOf(object, hops + 1);
    const of = classOf(object) ?? classHeld(object);
    if (of === null || first === undefined) return of !== null && UNCHECKED.test(name(method)) ? kept(of, call) : null;
    if (UNCHECKED.test(name(method))) return kept(of, call);
    return READS.test(name(method)) ? readInto(of, first) : null;
  }

  function readInto(of: Syntax, value: Syntax): Instance {
    return { of, checked: true, parts: null, whole: [value] };
  }

  function kept(of: Syntax, call: Syntax): Instance {
    return { of, checked: false, parts: call, whole: null };
  }

  function ofConstruction(of: Syntax, call: Syntax): Instance | null {
    const habit = habitOf(of);
    return habit === null ? null : { of, checked: habit === 'checking', parts: call, whole: null };
  }

  /** `UserSchema()`, `schema` of `schema = UserSchema()`, `TypeAdapter(User)`, `Decoder(User)` */
  function classHeld(node: Syntax): Syntax | null {
    const value = constants.resolved(node);
    const callee = value.type === 'call_expression' ? childOf(value, 'function') : null;
    const list = callee === null ? null : childOf(value, 'arguments');
    if (callee === null || list === null) return null;
    if (/(?:^|\.)(?:TypeAdapter|Decoder)$/.test(name(callee)))
      return (
        partsOf(list)
          .map(classIn)
          .find((each) => each !== null) ?? null
      );
    const own = classOf(callee);
    return own !== null && [...fieldsOf(own).values()].some(({ type }) => type === null) ? own : null;
  }

  /** The class of this file that an annotation speaks of: `User`, `Optional[User]`, `list[User]`. */
  function classIn(node: Syntax): Syntax | null {
    for (const part of descendantsOf(node)) {
      const found = classOf(part);
      if (found !== null && fieldsOf(found).size > 0) return found;
    }
    return null;
  }

  return { field, own };
}
