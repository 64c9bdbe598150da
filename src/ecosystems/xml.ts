import { SaxesParser } from 'saxes';
import type { Location } from '../core/location.ts';
import { unreadable } from './json.ts';
import { openText } from './opening.ts';

/** Characters; saxes reads some 10 million a second. */
const LIMIT = 4_000_000;
const DEEPEST = 200;

/** One element: attribute and element names without their prefix. Text is what stands directly in it, trimmed. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  readonly text: string;
  readonly location: Location;
}

interface OpenElement {
  readonly name: string;
  readonly attributes: Map<string, string>;
  readonly children: XmlElement[];
  readonly text: string[];
  readonly line: number;
  readonly column: number;
}

/**
 * A well-formed XML 1.0 file as a tree. Entities that a document type declares are not expanded. Throws
 * CountersignError `unreadable-file` for a syntax error, an undeclared entity, and nesting no real file has.
 */
export function parseXml(text: string, path: string): XmlElement {
  const opened = openText(text, path, LIMIT);
  const parser = new SaxesParser({ position: true });
  const open: OpenElement[] = [];
  let root: XmlElement | undefined;
  let start = { line: 1, column: 1 };
  parser.on('error', (error) => {
    throw unreadable(path, parser.line, `not valid XML: ${error.message.replace(/^\d+:\d+: /, '')}`);
  });
  parser.on('opentagstart', (tag) => {
    start = { line: parser.line, column: Math.max(1, parser.columnIndex - tag.name.length - 1) };
    if (open.length >= DEEPEST) throw unreadable(path, parser.line, `nested more than ${DEEPEST} levels deep`);
  });
  parser.on('opentag', (tag) => {
    const attributes = new Map(Object.entries(tag.attributes).map(([name, value]) => [localName(name), String(value)]));
    open.push({ name: localName(tag.name), attributes, children: [], text: [], ...start });
  });
  parser.on('text', (content) => open.at(-1)?.text.push(content));
  parser.on('cdata', (content) => open.at(-1)?.text.push(content));
  parser.on('closetag', () => {
    const closed = open.pop();
    if (closed === undefined) return;
    const element: XmlElement = {
      name: closed.name,
      attributes: closed.attributes,
      children: closed.children,
      text: closed.text.join('').trim(),
      location: {
        path,
        startLine: closed.line,
        startColumn: closed.column,
        endLine: parser.line,
        endColumn: parser.columnIndex + 1,
      },
    };
    const parent = open.at(-1);
    if (parent === undefined) root ??= element;
    else parent.children.push(element);
  });
  parser.write(opened).close();
  if (root === undefined) throw unreadable(path, 1, 'not valid XML: there is no element');
  return root;
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

/** The first child of that name. */
export function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((child) => child.name === name);
}

/** The text of the first child of that name; nothing where there is no such child or it is empty. */
export function childText(element: XmlElement | undefined, name: string): string | undefined {
  const text = childOf(element, name)?.text;
  return text === '' ? undefined : text;
}
