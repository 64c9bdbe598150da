import { type Builder, type Kind, NotRead } from './builder.ts';
import * as at from './layout.ts';
import { bytes, countOf, endOf, firstOf, heldBy, isSet, kindAt, NOTHING, partAt, startOf } from './memory.ts';
import type { Functions, Parts } from './parts.ts';

export function createFunctions(b: Builder, parts: () => Parts): Functions {
  const { kind, open, openAt, close, leaf, leafAt, token, next, skip } = b;
  const DECLARATION = kind('function_declaration');
  const EXPRESSION = kind('function_expression');
  const GENERATOR = kind('generator_function');
  const GENERATOR_DECLARATION = kind('generator_function_declaration');
  const SIGNATURE = kind('function_signature');
  const ARROW = kind('arrow_function');
  const IDENTIFIER = kind('identifier');
  const THIS = kind('this');
  const PARAMETERS = kind('formal_parameters');
  const REQUIRED = kind('required_parameter');
  const OPTIONAL = kind('optional_parameter');
  const ANNOTATION = kind('type_annotation');
  const PREDICATE = kind('type_predicate_annotation');
  const ASSERTS = kind('asserts_annotation');
  const DECORATOR = kind('decorator');
  const ASYNC = kind('async');
  const STAR = kind('*');
  const QUESTION = kind('?');
  return { functionLike, arrow, signature, decorators };

  function kindOf(part: number): Kind {
    const generator = isSet(part + at.FUNCTION_GENERATOR);
    const of = at.FUNCTION_TYPE_WORDS[bytes[part + at.FUNCTION_TYPE] ?? NOTHING];
    if (of === 'TSDeclareFunction') return SIGNATURE;
    if (of !== 'FunctionDeclaration' && of !== 'FunctionExpression') throw new NotRead('a function without a body');
    // Without a name it is an expression to the grammar.
    if (of === 'FunctionExpression' || nameOf(part) === 0) return generator ? GENERATOR : EXPRESSION;
    return generator ? GENERATOR_DECLARATION : DECLARATION;
  }

  function nameOf(part: number): number {
    return partAt(part + at.FUNCTION_ID + at.NAME_TEXT) === 0 ? 0 : part + at.FUNCTION_ID;
  }

  function functionLike(part: number, field: string | null): void {
    if (isSet(part + at.FUNCTION_DECLARE)) throw new NotRead('a declared function');
    open(kindOf(part), field, part);
    let after = startOf(part);
    if (isSet(part + at.FUNCTION_ASYNC)) {
      token(ASYNC, null, after);
      after += 5;
    }
    after = next('function', after) + 8;
    if (isSet(part + at.FUNCTION_GENERATOR)) {
      const star = next('*', after);
      token(STAR, null, star);
      after = star + 1;
    }
    const name = nameOf(part);
    if (name !== 0) {
      leaf(IDENTIFIER, 'name', name);
      after = endOf(name);
    }
    signature(part, after);
    close();
  }

  function signature(part: number, after: number): void {
    const types = partAt(part + at.FUNCTION_TYPE_PARAMETERS);
    parts().typeParameters(types);
    const list = partAt(part + at.FUNCTION_PARAMS);
    parameters(list, partAt(part + at.FUNCTION_THIS_PARAM), types === 0 ? after : endOf(types));
    returned(partAt(part + at.FUNCTION_RETURN_TYPE));
    const body = partAt(part + at.FUNCTION_BODY);
    if (body !== 0) parts().body(body, 'body');
  }

  function arrow(part: number, field: string | null): void {
    open(ARROW, field, part);
    let from = startOf(part);
    if (isSet(part + at.ARROW_FUNCTION_EXPRESSION_ASYNC)) {
      token(ASYNC, null, from);
      from = skip(from + 5);
    }
    const list = partAt(part + at.ARROW_FUNCTION_EXPRESSION_PARAMS);
    const code = b.text.charCodeAt(from);
    // A name without parentheses is no list.
    if (code !== OPENING && code !== LESS)
      leaf(IDENTIFIER, 'parameter', heldBy(firstOf(list + at.FORMAL_PARAMETERS_ITEMS) + at.FORMAL_PARAMETER_PATTERN));
    else {
      const types = partAt(part + at.ARROW_FUNCTION_EXPRESSION_TYPE_PARAMETERS);
      parts().typeParameters(types);
      parameters(list, 0, types === 0 ? from : endOf(types));
      returned(partAt(part + at.ARROW_FUNCTION_EXPRESSION_RETURN_TYPE));
    }
    const body = part + at.ARROW_FUNCTION_EXPRESSION_BODY;
    if (kindAt(body) === at.ARROW_FUNCTION_BODY_KINDS.FunctionBody) parts().body(heldBy(body), 'body');
    else parts().expression(body, 'body');
    close();
  }

  /** @param after an offset with nothing between it and the parentheses: the list's own offsets are of another encoding */
  function parameters(list: number, thisParameter: number, after: number): void {
    const first = firstOf(list + at.FORMAL_PARAMETERS_ITEMS);
    const count = countOf(list + at.FORMAL_PARAMETERS_ITEMS);
    const rest = partAt(list + at.FORMAL_PARAMETERS_REST);
    const start = next('(', after);
    let end = start + 1;
    if (rest !== 0) end = endOfRest(rest);
    else if (count > 0) end = endOf(first + (count - 1) * at.FORMAL_PARAMETER_SIZE);
    else if (thisParameter !== 0) end = endOf(thisParameter);
    end = skip(end);
    if (b.text.charCodeAt(end) === COMMA) end = skip(end + 1);
    openAt(PARAMETERS, 'parameters', start, next(')', end) + 1);
    if (thisParameter !== 0) {
      open(REQUIRED, null, thisParameter);
      leafAt(THIS, 'pattern', startOf(thisParameter), startOf(thisParameter) + 4);
      parts().annotation(partAt(thisParameter + at.TS_THIS_PARAMETER_TYPE_ANNOTATION), 'type');
      close();
    }
    for (let each = 0; each < count; each += 1) parameter(first + each * at.FORMAL_PARAMETER_SIZE);
    if (rest !== 0) restParameter(rest);
    close();
  }

  function parameter(part: number): void {
    const start = startOf(part);
    const pattern = part + at.FORMAL_PARAMETER_PATTERN;
    const value = partAt(part + at.FORMAL_PARAMETER_INITIALIZER);
    const optional = value === 0 && isSet(part + at.FORMAL_PARAMETER_OPTIONAL);
    const marks = part + at.FORMAL_PARAMETER_DECORATORS;
    const marked = countOf(marks) > 0;
    openAt(
      optional ? OPTIONAL : REQUIRED,
      null,
      marked ? Math.min(start, startOf(firstOf(marks))) : start,
      endOf(part),
    );
    if (marked) decorators(marks, 0, Number.POSITIVE_INFINITY);
    if (isProperty(part)) parts().modifiers(marked ? skip(endOfList(marks)) : start, startOf(heldBy(pattern)));
    parts().pattern(pattern, 'pattern');
    const annotation = partAt(part + at.FORMAL_PARAMETER_TYPE_ANNOTATION);
    if (optional)
      token(QUESTION, null, annotation === 0 ? endOf(part) - 1 : b.text.lastIndexOf('?', startOf(annotation)));
    parts().annotation(annotation, 'type');
    if (value !== 0) parts().expression(value, 'value');
    close();
  }

  /** `private readonly a` in a constructor. */
  function isProperty(part: number): boolean {
    return (
      bytes[part + at.FORMAL_PARAMETER_ACCESSIBILITY] !== NOTHING ||
      isSet(part + at.FORMAL_PARAMETER_READONLY) ||
      isSet(part + at.FORMAL_PARAMETER_OVERRIDE)
    );
  }

  function restParameter(part: number): void {
    const marks = part + at.FORMAL_PARAMETER_REST_DECORATORS;
    const rest = part + at.FORMAL_PARAMETER_REST_REST;
    const annotation = partAt(part + at.FORMAL_PARAMETER_REST_TYPE_ANNOTATION);
    const start = startOf(countOf(marks) > 0 ? firstOf(marks) : rest);
    openAt(REQUIRED, null, start, endOfRest(part));
    decorators(marks, 0, Number.POSITIVE_INFINITY);
    parts().rest(rest, 'pattern');
    parts().annotation(annotation, 'type');
    close();
  }

  function endOfRest(part: number): number {
    const annotation = partAt(part + at.FORMAL_PARAMETER_REST_TYPE_ANNOTATION);
    return endOf(annotation === 0 ? part + at.FORMAL_PARAMETER_REST_REST : annotation);
  }

  function returned(part: number): void {
    if (part === 0) return;
    const type = part + at.TS_TYPE_ANNOTATION_TYPE_ANNOTATION;
    const predicate = kindAt(type) === at.TS_TYPE_KINDS.TSTypePredicate;
    const asserts = predicate && isSet(heldBy(type) + at.TS_TYPE_PREDICATE_ASSERTS);
    open(asserts ? ASSERTS : predicate ? PREDICATE : ANNOTATION, 'return_type', part);
    parts().type(type, null);
    close();
  }

  function decorators(list: number, from: number, to: number): void {
    const first = firstOf(list);
    const count = countOf(list);
    for (let each = 0; each < count; each += 1) {
      const part = first + each * at.DECORATOR_SIZE;
      if (startOf(part) < from || startOf(part) >= to) continue;
      open(DECORATOR, 'decorator', part);
      parts().expression(part + at.DECORATOR_EXPRESSION, null);
      close();
    }
  }

  function endOfList(list: number): number {
    return endOf(firstOf(list) + (countOf(list) - 1) * at.DECORATOR_SIZE);
  }
}

const OPENING = 40;
const COMMA = 44;
const LESS = 60;
