import { type Builder, NotRead } from './builder.ts';
import * as at from './layout.ts';
import { bytes, countOf, endOf, firstOf, heldBy, isSet, kindAt, NOTHING, partAt, startOf } from './memory.ts';
import type { Classes, Method, Parts } from './parts.ts';

export function createClasses(b: Builder, parts: () => Parts): Classes {
  const { kind, open, openAt, close, leaf, token, next, skip } = b;
  const DECLARATION = kind('class_declaration');
  const ABSTRACT_DECLARATION = kind('abstract_class_declaration');
  const CLASS = kind('class');
  const TYPE_NAME = kind('type_identifier');
  const HERITAGE = kind('class_heritage');
  const EXTENDS_CLAUSE = kind('extends_clause');
  const IMPLEMENTS_CLAUSE = kind('implements_clause');
  const BODY = kind('class_body');
  const STATIC_BLOCK = kind('class_static_block');
  const BLOCK = kind('statement_block');
  const INDEX = kind('index_signature');
  const FIELD = kind('public_field_definition');
  const METHOD = kind('method_definition');
  const METHOD_SIGNATURE = kind('method_signature');
  const ABSTRACT_METHOD = kind('abstract_method_signature');
  const ACCESSIBILITY = kind('accessibility_modifier');
  const OVERRIDE = kind('override_modifier');
  const ABSTRACT = kind('abstract');
  const EXTENDS = kind('extends');
  const IMPLEMENTS = kind('implements');
  const STATIC = kind('static');
  const QUESTION = kind('?');
  const MARK = kind('!');
  return { classLike, method, modifiers };

  function classLike(part: number, field: string | null): void {
    if (isSet(part + at.CLASS_DECLARE)) throw new NotRead('a declared class');
    const abstract = isSet(part + at.CLASS_ABSTRACT);
    const named = partAt(part + at.CLASS_ID + at.NAME_TEXT) !== 0;
    const declared = at.CLASS_TYPE_WORDS[bytes[part + at.CLASS_TYPE] ?? NOTHING] === 'ClassDeclaration' && named;
    open(abstract ? ABSTRACT_DECLARATION : declared ? DECLARATION : CLASS, field, part);
    const marks = part + at.CLASS_DECORATORS;
    const start = startOf(part);
    // Those before `export` are the statement's.
    parts().decorators(marks, start, Number.POSITIVE_INFINITY);
    let from = skip(Math.max(start, endOfMarks(marks, start)));
    if (abstract) {
      token(ABSTRACT, null, next('abstract', from));
      from = skip(from) + 8;
    }
    from = next('class', from) + 5;
    if (named) {
      leaf(TYPE_NAME, 'name', part + at.CLASS_ID);
      from = endOf(part + at.CLASS_ID);
    }
    const typeParameters = partAt(part + at.CLASS_TYPE_PARAMETERS);
    parts().typeParameters(typeParameters);
    heritage(part, skip(typeParameters === 0 ? from : endOf(typeParameters)));
    const body = partAt(part + at.CLASS_BODY);
    open(BODY, 'body', body);
    const first = firstOf(body + at.CLASS_BODY_BODY);
    const end = first + countOf(body + at.CLASS_BODY_BODY) * at.CHOICE_SIZE;
    for (let each = first; each < end; each += at.CHOICE_SIZE) member(kindAt(each), heldBy(each));
    close();
    close();
  }

  function heritage(part: number, from: number): void {
    const extended = kindAt(part + at.CLASS_SUPER_CLASS) !== NOTHING;
    const types = extended ? partAt(part + at.CLASS_SUPER_TYPE_ARGUMENTS) : 0;
    const interfaces = firstOf(part + at.CLASS_IMPLEMENTS);
    const count = countOf(part + at.CLASS_IMPLEMENTS);
    if (!extended && count === 0) return;
    const afterClass = types === 0 ? endOf(heldBy(part + at.CLASS_SUPER_CLASS)) : endOf(types);
    const end = count === 0 ? afterClass : endOf(interfaces + (count - 1) * at.TS_CLASS_IMPLEMENTS_SIZE);
    openAt(HERITAGE, null, from, end);
    let word = from;
    if (extended) {
      openAt(EXTENDS_CLAUSE, null, from, afterClass);
      token(EXTENDS, null, next('extends', from));
      parts().expression(part + at.CLASS_SUPER_CLASS, 'value');
      parts().typeArguments(types);
      close();
      word = skip(afterClass);
    }
    if (count > 0) {
      openAt(IMPLEMENTS_CLAUSE, null, word, end);
      token(IMPLEMENTS, null, next('implements', word));
      for (let each = 0; each < count; each += 1)
        leaf(TYPE_NAME, null, interfaces + each * at.TS_CLASS_IMPLEMENTS_SIZE);
      close();
    }
    close();
  }

  function member(of: number, part: number): void {
    switch (of) {
      case at.CLASS_ELEMENT_KINDS.MethodDefinition:
        definedMethod(part);
        return;
      case at.CLASS_ELEMENT_KINDS.PropertyDefinition:
        definedField(
          part,
          isSet(part + at.PROPERTY_DEFINITION_OPTIONAL),
          isSet(part + at.PROPERTY_DEFINITION_DEFINITE),
        );
        return;
      case at.CLASS_ELEMENT_KINDS.AccessorProperty:
        definedField(part, false, isSet(part + at.ACCESSOR_PROPERTY_DEFINITE));
        return;
      case at.CLASS_ELEMENT_KINDS.StaticBlock:
        open(STATIC_BLOCK, null, part);
        token(STATIC, null, startOf(part));
        openAt(BLOCK, 'body', next('{', startOf(part) + 6), endOf(part));
        parts().statements(part + at.STATIC_BLOCK_BODY, null);
        close();
        close();
        return;
      case at.CLASS_ELEMENT_KINDS.TSIndexSignature:
        leaf(INDEX, null, part);
        return;
      default:
        throw new NotRead('a member of a class that is not known here');
    }
  }

  function definedMethod(part: number): void {
    const marks = part + at.MEMBER_DECORATORS;
    parts().decorators(marks, 0, Number.POSITIVE_INFINITY);
    method(
      {
        abstract:
          at.METHOD_DEFINITION_TYPE_WORDS[bytes[part + at.METHOD_DEFINITION_TYPE] ?? NOTHING] !== 'MethodDefinition',
        from: skip(Math.max(startOf(part), endOfMarks(marks, 0))),
        end: endOf(part),
        key: part + at.MEMBER_KEY,
        computed: isSet(part + at.METHOD_DEFINITION_COMPUTED),
        optional: isSet(part + at.METHOD_DEFINITION_OPTIONAL),
        value: partAt(part + at.METHOD_DEFINITION_VALUE),
      },
      null,
    );
  }

  function definedField(part: number, optional: boolean, definite: boolean): void {
    const start = startOf(part);
    const last = endOf(part) - 1;
    // A semicolon is the class body's.
    const end = b.text.charCodeAt(last) === SEMICOLON ? b.text.slice(start, last).trimEnd().length + start : last + 1;
    openAt(FIELD, null, start, end);
    const marks = part + at.MEMBER_DECORATORS;
    const key = part + at.MEMBER_KEY;
    const computed = isSet(part + at.FIELD_COMPUTED);
    parts().decorators(marks, 0, Number.POSITIVE_INFINITY);
    modifiers(skip(Math.max(start, endOfMarks(marks, 0))), nameStart(key, computed));
    parts().key(key, computed, 'name');
    if (optional || definite) {
      const after = endOf(heldBy(key));
      token(optional ? QUESTION : MARK, null, skip(computed ? next(']', after) + 1 : after));
    }
    parts().annotation(partAt(part + at.FIELD_TYPE_ANNOTATION), 'type');
    if (kindAt(part + at.FIELD_VALUE) !== NOTHING) parts().expression(part + at.FIELD_VALUE, 'value');
    close();
  }

  function nameStart(key: number, computed: boolean): number {
    const start = startOf(heldBy(key));
    return computed ? b.text.lastIndexOf('[', start - 1) : start;
  }

  function method({ abstract, from, end, key, computed, optional, value }: Method, field: string | null): void {
    const bare = partAt(value + at.FUNCTION_BODY) === 0;
    const to = bare && b.text.charCodeAt(end - 1) === SEMICOLON ? end - 1 : end;
    openAt(abstract ? ABSTRACT_METHOD : bare ? METHOD_SIGNATURE : METHOD, field, from, to);
    modifiers(from, nameStart(key, computed));
    parts().key(key, computed, 'name');
    let after = endOf(heldBy(key));
    if (computed) after = next(']', after) + 1;
    if (optional) {
      after = next('?', after) + 1;
      token(QUESTION, null, after - 1);
    }
    parts().signature(value, after);
    close();
  }

  function modifiers(from: number, to: number): void {
    for (let start = skip(from); start < to; start = skip(start)) {
      WORD.lastIndex = start;
      const word = WORD.exec(b.text)?.[0];
      if (word === undefined) throw new NotRead('a modifier');
      const wrapper = ACCESSIBLE.has(word) ? ACCESSIBILITY : word === 'override' ? OVERRIDE : null;
      if (wrapper !== null) openAt(wrapper, null, start, start + word.length);
      token(kind(word), null, start);
      if (wrapper !== null) close();
      start += word.length;
    }
  }

  /** Where the last decorator ends that starts at an offset or later; 0 where none does. */
  function endOfMarks(list: number, from: number): number {
    const count = countOf(list);
    const last = firstOf(list) + (count - 1) * at.DECORATOR_SIZE;
    return count > 0 && startOf(last) >= from ? endOf(last) : 0;
  }
}

const SEMICOLON = 59;
const WORD = /[a-z]+|\*/y;
const ACCESSIBLE: ReadonlySet<string> = new Set(['public', 'private', 'protected']);
