import type { JSXAttributeItem, JSXChild, JSXElementName, JSXIdentifier, JSXNamespacedName, Node } from 'oxc-parser';
import type { Growing } from '../syntax.ts';
import { type Builder, NotRead } from './builder.ts';
import type { Parts } from './parts.ts';

type Element = Extract<Node, { type: 'JSXElement' | 'JSXFragment' }>;

export function createJsx(
  b: Builder,
  parts: () => Parts,
): (node: Element, field: string | null, parent: Growing) => void {
  const { node: make, token } = b;

  function element(node: Element, field: string | null, parent: Growing): void {
    const { start, end } = node;
    if (node.type === 'JSXElement' && node.openingElement.selfClosing) {
      const made = make('jsx_self_closing_element', field, start, end, parent);
      opening(node.openingElement, made);
      return;
    }
    const made = make('jsx_element', field, start, end, parent);
    const open = node.type === 'JSXElement' ? node.openingElement : node.openingFragment;
    const tag = make('jsx_opening_element', 'open_tag', open.start, open.end, made);
    if (node.type === 'JSXElement') opening(node.openingElement, tag);
    else token('<', null, open.start, tag);
    token('>', null, open.end - 1, tag);
    for (const each of node.children) child(each, made);
    const close = node.type === 'JSXElement' ? node.closingElement : node.closingFragment;
    if (close === null) throw new NotRead('an element without an end');
    const last = make('jsx_closing_element', 'close_tag', close.start, close.end, made);
    if (close.type === 'JSXClosingElement') name(close.name, 'name', last);
    token('>', null, close.end - 1, last);
  }

  function opening(node: Extract<Node, { type: 'JSXOpeningElement' }>, parent: Growing): void {
    token('<', null, node.start, parent);
    name(node.name, 'name', parent);
    parts().typeArguments(node.typeArguments ?? null, parent);
    for (const each of node.attributes) attribute(each, parent);
  }

  function name(node: JSXElementName, field: string | null, parent: Growing): void {
    switch (node.type) {
      case 'JSXIdentifier':
        make('identifier', field, node.start, node.end, parent);
        return;
      case 'JSXNamespacedName':
        namespaced(node, field, parent);
        return;
      case 'JSXMemberExpression': {
        const made = make('member_expression', field, node.start, node.end, parent);
        name(node.object, 'object', made);
        make('property_identifier', 'property', node.property.start, node.property.end, made);
      }
    }
  }

  function namespaced(node: JSXNamespacedName, field: string | null, parent: Growing): void {
    const made = make('jsx_namespace_name', field, node.start, node.end, parent);
    const part = ({ start, end }: JSXIdentifier): Growing => make('identifier', null, start, end, made);
    part(node.namespace);
    part(node.name);
  }

  function attribute(node: JSXAttributeItem, parent: Growing): void {
    const { start, end } = node;
    if (node.type === 'JSXSpreadAttribute') {
      const made = make('jsx_expression', 'attribute', start, end, parent);
      const open = b.text.indexOf('...', start);
      parts().expression(node.argument, null, make('spread_element', null, open, node.argument.end, made));
      return;
    }
    const made = make('jsx_attribute', 'attribute', start, end, parent);
    if (node.name.type === 'JSXNamespacedName') namespaced(node.name, null, made);
    else make('property_identifier', null, node.name.start, node.name.end, made);
    if (node.value === null) return;
    if (node.value.type === 'JSXExpressionContainer') container(node.value, made);
    else parts().expression(node.value, null, made);
  }

  function container(node: Extract<Node, { type: 'JSXExpressionContainer' }>, parent: Growing): void {
    const made = make('jsx_expression', null, node.start, node.end, parent);
    if (node.expression.type !== 'JSXEmptyExpression') parts().expression(node.expression, null, made);
  }

  function child(node: JSXChild, parent: Growing): void {
    switch (node.type) {
      case 'JSXText':
        words(node.start, node.end, parent);
        return;
      case 'JSXExpressionContainer':
        container(node, parent);
        return;
      case 'JSXSpreadChild': {
        const made = make('jsx_expression', null, node.start, node.end, parent);
        const open = b.text.indexOf('...', node.start);
        parts().expression(node.expression, null, make('spread_element', null, open, node.expression.end, made));
        return;
      }
      default:
        element(node, null, parent);
    }
  }

  /** Text, and the character references in it. */
  function words(start: number, end: number, parent: Growing): void {
    let from = start;
    for (const match of b.text.slice(start, end).matchAll(REFERENCE)) {
      const at = start + match.index;
      plain(from, at, parent);
      from = at + match[0].length;
      make('html_character_reference', null, at, from, parent);
    }
    plain(from, end, parent);
  }

  /** White space over a line's end is layout. */
  function plain(start: number, end: number, parent: Growing): void {
    if (start < end && !/^\s*\n\s*$/.test(b.text.slice(start, end))) make('jsx_text', null, start, end, parent);
  }

  return element;
}

const REFERENCE = /&(?:#(?:x[\da-fA-F]{1,6}|\d{1,5})|[A-Za-z]{1,30});/g;
