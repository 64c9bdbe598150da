import { type Builder, NotRead } from './builder.ts';
import type { Readers } from './kinds.ts';
import * as at from './layout.ts';
import { countOf, endOf, firstOf, heldBy, kindAt, NOTHING, partAt, startOf } from './memory.ts';
import type { Parts } from './parts.ts';

/** Readers of elements. */
export function createJsx(b: Builder, parts: () => Parts): Readers {
  const { kind, open, openAt, close, leaf, leafAt, token } = b;
  const ELEMENT = kind('jsx_element');
  const SELF_CLOSING = kind('jsx_self_closing_element');
  const OPENING = kind('jsx_opening_element');
  const CLOSING = kind('jsx_closing_element');
  const ATTRIBUTE = kind('jsx_attribute');
  const EXPRESSION = kind('jsx_expression');
  const NAMESPACE_NAME = kind('jsx_namespace_name');
  const TEXT = kind('jsx_text');
  const REFERENCE = kind('html_character_reference');
  const SPREAD = kind('spread_element');
  const MEMBER = kind('member_expression');
  const IDENTIFIER = kind('identifier');
  const PROPERTY = kind('property_identifier');
  const STRING = kind('string');
  const LESS = kind('<');
  const MORE = kind('>');

  return { JSXElement: element, JSXFragment: fragment };

  function element(part: number, field: string | null): void {
    const begin = partAt(part + at.JSX_ELEMENT_OPENING_ELEMENT);
    const end = partAt(part + at.JSX_ELEMENT_CLOSING_ELEMENT);
    if (end === 0) {
      open(SELF_CLOSING, field, part);
      opening(begin);
      close();
      return;
    }
    open(ELEMENT, field, part);
    open(OPENING, 'open_tag', begin);
    opening(begin);
    token(MORE, null, endOf(begin) - 1);
    close();
    children(part + at.JSX_ELEMENT_CHILDREN);
    open(CLOSING, 'close_tag', end);
    name(end + at.JSX_CLOSING_ELEMENT_NAME, 'name');
    token(MORE, null, endOf(end) - 1);
    close();
    close();
  }

  function fragment(part: number, field: string | null): void {
    const begin = part + at.JSX_FRAGMENT_OPENING_FRAGMENT;
    const end = part + at.JSX_FRAGMENT_CLOSING_FRAGMENT;
    open(ELEMENT, field, part);
    open(OPENING, 'open_tag', begin);
    token(LESS, null, startOf(begin));
    token(MORE, null, endOf(begin) - 1);
    close();
    children(part + at.JSX_FRAGMENT_CHILDREN);
    open(CLOSING, 'close_tag', end);
    token(MORE, null, endOf(end) - 1);
    close();
    close();
  }

  function opening(part: number): void {
    token(LESS, null, startOf(part));
    name(part + at.JSX_OPENING_ELEMENT_NAME, 'name');
    parts().typeArguments(partAt(part + at.JSX_OPENING_ELEMENT_TYPE_ARGUMENTS));
    const first = firstOf(part + at.JSX_OPENING_ELEMENT_ATTRIBUTES);
    const end = first + countOf(part + at.JSX_OPENING_ELEMENT_ATTRIBUTES) * at.CHOICE_SIZE;
    for (let each = first; each < end; each += at.CHOICE_SIZE) {
      if (kindAt(each) === at.JSX_ATTRIBUTE_ITEM_KINDS.JSXSpreadAttribute)
        spread(heldBy(each), heldBy(each) + at.JSX_SPREAD_ATTRIBUTE_ARGUMENT, 'attribute');
      else attribute(heldBy(each));
    }
  }

  function name(choice: number, field: string | null): void {
    const part = heldBy(choice);
    switch (kindAt(choice)) {
      case at.JSX_ELEMENT_NAME_KINDS.JSXNamespacedName:
        namespaced(part, field);
        return;
      case at.JSX_ELEMENT_NAME_KINDS.JSXMemberExpression:
        member(part, field);
        return;
      default:
        leaf(IDENTIFIER, field, part);
    }
  }

  function member(part: number, field: string | null): void {
    open(MEMBER, field, part);
    const object = part + at.JSX_MEMBER_EXPRESSION_OBJECT;
    if (kindAt(object) === at.JSX_MEMBER_EXPRESSION_OBJECT_KINDS.JSXMemberExpression) member(heldBy(object), 'object');
    else leaf(IDENTIFIER, 'object', heldBy(object));
    leaf(PROPERTY, 'property', part + at.JSX_MEMBER_EXPRESSION_PROPERTY);
    close();
  }

  function namespaced(part: number, field: string | null): void {
    open(NAMESPACE_NAME, field, part);
    leaf(IDENTIFIER, null, part + at.JSX_NAMESPACED_NAME_NAMESPACE);
    leaf(IDENTIFIER, null, part + at.JSX_NAMESPACED_NAME_NAME);
    close();
  }

  function attribute(part: number): void {
    open(ATTRIBUTE, 'attribute', part);
    const called = part + at.JSX_ATTRIBUTE_NAME;
    if (kindAt(called) === at.JSX_ATTRIBUTE_NAME_KINDS.JSXNamespacedName) namespaced(heldBy(called), null);
    else leaf(PROPERTY, null, heldBy(called));
    const value = part + at.JSX_ATTRIBUTE_VALUE;
    if (kindAt(value) !== NOTHING) attributeValue(kindAt(value), heldBy(value));
    close();
  }

  function attributeValue(of: number, part: number): void {
    switch (of) {
      case at.JSX_ATTRIBUTE_VALUE_KINDS.StringLiteral:
        leaf(STRING, null, part);
        return;
      case at.JSX_ATTRIBUTE_VALUE_KINDS.JSXExpressionContainer:
        container(part);
        return;
      case at.JSX_ATTRIBUTE_VALUE_KINDS.JSXElement:
        element(part, null);
        return;
      default:
        fragment(part, null);
    }
  }

  function container(part: number): void {
    open(EXPRESSION, null, part);
    const inner = part + at.JSX_EXPRESSION_CONTAINER_EXPRESSION;
    if (kindAt(inner) !== at.JSX_EXPRESSION_KINDS.JSXEmptyExpression) parts().expression(inner, null);
    close();
  }

  function spread(part: number, argument: number, field: string | null): void {
    open(EXPRESSION, field, part);
    openAt(SPREAD, null, b.text.indexOf('...', startOf(part)), endOf(heldBy(argument)));
    parts().expression(argument, null);
    close();
    close();
  }

  function children(list: number): void {
    const first = firstOf(list);
    const end = first + countOf(list) * at.CHOICE_SIZE;
    for (let each = first; each < end; each += at.CHOICE_SIZE) child(kindAt(each), heldBy(each));
  }

  function child(of: number, part: number): void {
    switch (of) {
      case at.JSX_CHILD_KINDS.JSXText:
        words(startOf(part), endOf(part));
        return;
      case at.JSX_CHILD_KINDS.JSXExpressionContainer:
        container(part);
        return;
      case at.JSX_CHILD_KINDS.JSXSpreadChild:
        spread(part, part + at.JSX_SPREAD_CHILD_EXPRESSION, null);
        return;
      case at.JSX_CHILD_KINDS.JSXElement:
        element(part, null);
        return;
      case at.JSX_CHILD_KINDS.JSXFragment:
        fragment(part, null);
        return;
      default:
        throw new NotRead('a part of an element that is not known here');
    }
  }

  /** Text, and the character references in it. */
  function words(start: number, end: number): void {
    let from = start;
    for (const match of b.text.slice(start, end).matchAll(REFERENCES)) {
      const begins = start + match.index;
      plain(from, begins);
      from = begins + match[0].length;
      leafAt(REFERENCE, null, begins, from);
    }
    plain(from, end);
  }

  /** White space over a line's end is layout. */
  function plain(start: number, end: number): void {
    if (start < end && !/^\s*\n\s*$/.test(b.text.slice(start, end))) leafAt(TEXT, null, start, end);
  }
}

const REFERENCES = /&(?:#(?:x[\da-fA-F]{1,6}|\d{1,5})|[A-Za-z]{1,30});/g;
