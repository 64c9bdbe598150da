import { decoratorsOf } from './decorators.ts';
import type { Scopes } from './scopes.ts';
import { childOf, FUNCTIONS, type Program, partsOf, perNode, type Syntax } from './syntax.ts';

/** `checking` classes look at what they are made from, `reading` ones when something is read into them, `keeping` ones never. */
export type Habit = 'checking' | 'reading' | 'keeping';

/** A field as its class declares it. */
export interface Declared {
  readonly type: Syntax | null;
  readonly value: Syntax | null;
}

/** Classes of a Python file as descriptions of what their objects hold. */
export interface PythonClasses {
  /** The class of this file that a name stands for. */
  classOf(node: Syntax): Syntax | null;
  /** The fields of a class in their order, those of its bases in this file first. */
  fieldsOf(cls: Syntax): ReadonlyMap<string, Declared>;
  /** Null where the class makes its objects itself, or is of a kind that is not known here. */
  habitOf(cls: Syntax): Habit | null;
  /** Functions of the class that look at a field's value before it is kept. */
  validatorsOf(cls: Syntax, key: string): readonly Syntax[];
}

export function createPythonClasses(program: Program, scopes: Scopes): PythonClasses {
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);
  const fieldsOf = perNode(declaredIn);

  function classOf(node: Syntax): Syntax | null {
    const binding = node.type === 'identifier' ? scopes.lookup(node) : null;
    const value = binding?.kind === 'class' ? binding.definitions[0]?.value : null;
    return value?.type === 'class_declaration' ? value : null;
  }

  function basesOf(cls: Syntax): readonly Syntax[] {
    const list = childOf(cls, 'superclasses');
    return list === null ? [] : partsOf(list);
  }

  /** Null where the class makes its objects itself, or is of a kind that is not known here. */
  function habitOf(cls: Syntax): Habit | null {
    if (methodsOf(cls).some((fn) => name(childOf(fn, 'name') ?? fn) === '__init__')) return null;
    const decorators = decoratorsOf(cls).map((each) => name(each));
    const record = decorators.find((each) => /^@(?:\w+\.)*(?:dataclass|attrs?|s|define|frozen|mutable)\b/.test(each));
    if (record !== undefined)
      return /^@pydantic\b/.test(record) || importsFrom('pydantic.dataclasses') ? 'checking' : 'keeping';
    for (const base of basesOf(cls)) {
      const own = classOf(base);
      const inherited = own === null || own.start >= cls.start ? null : habitOf(own);
      if (inherited !== null) return inherited;
      const word = name(base).replace(/^.*\./s, '');
      if (word === 'SQLModel') return /\btable\s*=\s*True/.test(basesOf(cls).map(name).join()) ? 'keeping' : 'checking';
      if (/^(?:BaseModel|RootModel|GenericModel)$/.test(word)) return 'checking';
      if (word === 'Schema') return importsFrom('ninja') ? 'checking' : 'reading';
      if (word === 'Struct') return 'reading';
      if (/^(?:NamedTuple|TypedDict)$/.test(word)) return 'keeping';
    }
    return null;
  }

  function importsFrom(module: string): boolean {
    return new RegExp(`^\\s*from ${module.replace('.', '\\.')}\\b`, 'm').test(program.text);
  }

  function methodsOf(cls: Syntax): readonly Syntax[] {
    return (childOf(cls, 'body')?.children ?? []).flatMap((part) =>
      (part.type === 'decorated_definition' ? part.children : [part]).filter((each) => FUNCTIONS.has(each.type)),
    );
  }

  function validatorsOf(cls: Syntax, key: string): readonly Syntax[] {
    return methodsOf(cls).filter((fn) =>
      decoratorsOf(fn).some(
        (each) =>
          /^@(?:\w+\.)*(?:field_)?validator\(/.test(name(each)) &&
          new RegExp(`["'](?:${key.replace(/\W/g, '')}|\\*)["']`).test(name(each)),
      ),
    );
  }

  /** The fields of a class in their order, those of its bases in this file first. */
  function declaredIn(cls: Syntax): ReadonlyMap<string, Declared> {
    const found = new Map<string, Declared>();
    for (const base of basesOf(cls)) {
      const own = classOf(base);
      if (own !== null && own.start < cls.start) for (const [key, value] of fieldsOf(own)) found.set(key, value);
    }
    for (const statement of childOf(cls, 'body')?.children ?? []) {
      const [assignment] = statement.type === 'expression_statement' ? statement.children : [];
      const left = assignment?.type === 'assignment_expression' ? childOf(assignment, 'left') : null;
      if (assignment === undefined || left?.type !== 'identifier') continue;
      const type = childOf(assignment, 'type');
      const value = childOf(assignment, 'right');
      if (
        type !== null ||
        (value?.type === 'call_expression' && /^(?:\w+\.)?(?:fields|ma)\.\w+\(|^attr\.ib\(/.test(name(value)))
      )
        found.set(name(left), { type, value });
    }
    return found;
  }

  return { classOf, fieldsOf, habitOf, validatorsOf };
}
