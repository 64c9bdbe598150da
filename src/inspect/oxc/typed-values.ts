import type { Builder, Kind } from './builder.ts';
import type { Readers } from './kinds.ts';
import * as at from './layout.ts';
import { endOf, heldBy, partAt, startOf } from './memory.ts';
import type { Expressions, Parts } from './parts.ts';

/** Readers of values that a type is said of. */
export function createTypedValues(b: Builder, expression: Expressions['expression'], parts: () => Parts): Readers {
  const { kind, open, openAt, close, token, next } = b;
  const AS_EXPRESSION = kind('as_expression');
  const SATISFIES_EXPRESSION = kind('satisfies_expression');
  const NON_NULL = kind('non_null_expression');
  const ASSERTION = kind('type_assertion');
  const INSTANTIATION = kind('instantiation_expression');
  const TYPE_ARGUMENTS = kind('type_arguments');
  const AS = kind('as');
  const SATISFIES = kind('satisfies');
  const MARK = kind('!');
  const LESS = kind('<');
  const MORE = kind('>');

  return {
    TSAsExpression: (part, field) => cast(part, field, AS_EXPRESSION, AS),
    TSSatisfiesExpression: (part, field) => cast(part, field, SATISFIES_EXPRESSION, SATISFIES),
    TSNonNullExpression: nonNull,
    TSTypeAssertion: assertion,
    TSInstantiationExpression: instantiation,
  };

  function cast(part: number, field: string | null, of: Kind, word: Kind): void {
    open(of, field, part);
    expression(part + at.TS_AS_EXPRESSION_EXPRESSION, null);
    token(word, null, next(word.type, endOf(heldBy(part + at.TS_AS_EXPRESSION_EXPRESSION))));
    const type = heldBy(part + at.TS_AS_EXPRESSION_TYPE_ANNOTATION);
    if (b.text.slice(startOf(type), endOf(type)) !== 'const')
      parts().type(part + at.TS_AS_EXPRESSION_TYPE_ANNOTATION, null);
    close();
  }

  function nonNull(part: number, field: string | null): void {
    open(NON_NULL, field, part);
    expression(part + at.TS_NON_NULL_EXPRESSION_EXPRESSION, null);
    token(MARK, null, endOf(part) - 1);
    close();
  }

  function assertion(part: number, field: string | null): void {
    open(ASSERTION, field, part);
    const last = next('>', endOf(heldBy(part + at.TS_TYPE_ASSERTION_TYPE_ANNOTATION)));
    openAt(TYPE_ARGUMENTS, null, startOf(part), last + 1);
    token(LESS, null, startOf(part));
    parts().type(part + at.TS_TYPE_ASSERTION_TYPE_ANNOTATION, null);
    token(MORE, null, last);
    close();
    expression(part + at.TS_TYPE_ASSERTION_EXPRESSION, null);
    close();
  }

  function instantiation(part: number, field: string | null): void {
    open(INSTANTIATION, field, part);
    expression(part + at.TS_INSTANTIATION_EXPRESSION_EXPRESSION, null);
    parts().typeArguments(partAt(part + at.TS_INSTANTIATION_EXPRESSION_TYPE_ARGUMENTS));
    close();
  }
}
