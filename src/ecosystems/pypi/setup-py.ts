import type { SyntaxNode } from 'tree-sitter';
import { baseName, finish, noteUnread, type Reading, startReading } from '../reading.ts';
import { descendantsOf, firstErrorLine, parseSyntax, syntaxLocation } from '../syntax.ts';
import type { DependencyFormat } from '../types.ts';
import { addRequirement, type Place } from './lines.ts';

const LISTS: ReadonlySet<string> = new Set(['install_requires', 'setup_requires', 'tests_require']);
const EXTRAS = 'extras_require';
/** Names followed through other names; more is a riddle. */
const DEEPEST = 20;

/** What module-level names are bound to: `null` where more than one statement has a say. */
type Names = ReadonlyMap<string, SyntaxNode | null>;

interface Module {
  readonly reading: Reading;
  readonly names: Names;
}

/**
 * setup.py, read without running it: literal lists, texts and tables of the four `*_require*` arguments, and module
 * constants they name. What is computed is noted as unread.
 */
export const setupPy: DependencyFormat = {
  id: 'setup-py',
  entry: 'manifest',
  matches: (path) => baseName(path) === 'setup.py',
  parse: (text, path) => {
    const reading = startReading(path, 'pypi', 'manifest');
    const root = parseSyntax(text, path, 'python');
    const errorLine = firstErrorLine(root);
    if (errorLine !== null) noteUnread(reading, errorLine, 'not valid Python, what stands here is not read');
    const module: Module = { reading, names: namesOf(root, path) };
    for (const node of descendantsOf(root, ['keyword_argument', 'pair', 'call', 'assignment'], path))
      readArgument(module, node);
    return finish(reading);
  },
};

function readArgument(module: Module, node: SyntaxNode): void {
  if (node.type === 'call') {
    readSplats(module, node);
    return;
  }
  if (node.type === 'assignment') {
    readItemAssignment(module, node);
    return;
  }
  const isPair = node.type === 'pair';
  const keyNode = node.childForFieldName(isPair ? 'key' : 'name');
  const value = node.childForFieldName('value');
  if (keyNode === null || value === null) return;
  const key = isPair ? stringOf(keyNode) : keyNode.text;
  if (key === null) return;
  if (LISTS.has(key)) readList(module, value, { scope: key }, 0);
  else if (key === EXTRAS) readExtras(module, value, 0);
}

/** `options["install_requires"] = [...]`. */
function readItemAssignment(module: Module, node: SyntaxNode): void {
  const left = node.childForFieldName('left');
  const key = left?.type === 'subscript' ? left.childForFieldName('subscript') : null;
  const name = key === null || key === undefined ? null : stringOf(key);
  const value = node.childForFieldName('right');
  if (name === null || value === null) return;
  if (LISTS.has(name)) readList(module, value, { scope: name }, 0);
  else if (name === EXTRAS) readExtras(module, value, 0);
}

/** `setup(**options)`: a literal table is read where it stands, anything else could hold requirements. */
function readSplats(module: Module, call: SyntaxNode): void {
  const callee = call.childForFieldName('function');
  const name = callee?.type === 'attribute' ? callee.childForFieldName('attribute')?.text : callee?.text;
  if (name !== 'setup') return;
  for (const splat of call.childForFieldName('arguments')?.namedChildren ?? []) {
    if (splat.type !== 'dictionary_splat') continue;
    const value = splat.namedChild(0);
    const bound = value?.type === 'identifier' ? module.names.get(value.text) : value;
    if (bound?.type === 'dictionary') continue;
    noteUnread(module.reading, syntaxLocation(module.reading.path, splat), 'setup() takes arguments that are computed');
  }
}

function readList(module: Module, node: SyntaxNode, place: Place, depth: number): void {
  const location = syntaxLocation(module.reading.path, node);
  const inner = resolve(module, node);
  if (inner === null || depth > DEEPEST) {
    noteUnread(module.reading, location, `${place.scope} is computed: ${node.text.slice(0, 80)}`);
    return;
  }
  const text = stringOf(inner);
  if (text !== null) {
    const at = syntaxLocation(module.reading.path, inner);
    for (const line of text.split('\n')) {
      const bare = line.replace(/(?:^|\s)#.*$/, '').trim();
      if (bare !== '') addRequirement(module.reading, bare, at, place);
    }
    return;
  }
  if (['list', 'tuple', 'set'].includes(inner.type)) {
    for (const child of inner.namedChildren) {
      if (child.type === 'comment') continue;
      readList(module, child.type === 'list_splat' ? (child.namedChild(0) ?? child) : child, place, depth + 1);
    }
    return;
  }
  if (inner.type === 'binary_operator' && inner.childForFieldName('operator')?.type === '+') {
    for (const field of ['left', 'right']) {
      const side = inner.childForFieldName(field);
      if (side !== null) readList(module, side, place, depth + 1);
    }
    return;
  }
  noteUnread(module.reading, location, `${place.scope} is computed: ${node.text.slice(0, 80)}`);
}

function readExtras(module: Module, node: SyntaxNode, depth: number): void {
  const table = resolve(module, node);
  if (table?.type !== 'dictionary' || depth > DEEPEST) {
    const location = syntaxLocation(module.reading.path, node);
    noteUnread(module.reading, location, `${EXTRAS} is computed: ${node.text.slice(0, 80)}`);
    return;
  }
  for (const child of table.namedChildren) {
    if (child.type === 'comment') continue;
    const key = child.type === 'pair' ? child.childForFieldName('key') : null;
    const value = child.type === 'pair' ? child.childForFieldName('value') : null;
    const splat = child.type === 'dictionary_splat' ? child.namedChild(0) : null;
    if (splat !== null) readExtras(module, splat, depth + 1);
    else if (key !== null && value !== null) {
      readList(module, value, { scope: EXTRAS, group: stringOf(key) ?? key.text }, depth);
    } else noteUnread(module.reading, syntaxLocation(module.reading.path, child), `${EXTRAS} is computed`);
  }
}

/** The node a name is bound to, or the node itself; `null` where that cannot be told. */
function resolve(module: Module, node: SyntaxNode): SyntaxNode | null {
  let here: SyntaxNode = node;
  for (let step = 0; step < DEEPEST; step += 1) {
    if (here.type === 'parenthesized_expression') {
      const inner = here.namedChild(0);
      if (inner === null) return here;
      here = inner;
    } else if (here.type === 'identifier') {
      const bound = module.names.get(here.text) ?? null;
      if (bound === null) return null;
      here = bound;
    } else return here;
  }
  return null;
}

/** The value of a plain string, joined parts included; `null` for anything else, formatted strings too. */
function stringOf(node: SyntaxNode): string | null {
  if (node.type === 'concatenated_string') {
    const parts = node.namedChildren.filter((child) => child.type !== 'comment').map((child) => stringOf(child));
    return parts.some((part) => part === null) ? null : parts.join('');
  }
  if (node.type !== 'string' || node.descendantsOfType('interpolation').length > 0) return null;
  return node.namedChildren
    .filter((child) => child.type === 'string_content')
    .map((child) =>
      child.text
        .replaceAll(/\\\n/g, '')
        .replaceAll('\\n', '\n')
        .replaceAll(/\\(["'\\])/g, '$1'),
    )
    .join('');
}

/** Names assigned once at module level and changed nowhere. */
function namesOf(root: SyntaxNode, path: string): Names {
  const names = new Map<string, SyntaxNode | null>();
  for (const node of descendantsOf(root, ['assignment', 'augmented_assignment', 'call', 'named_expression'], path)) {
    if (node.type === 'call') {
      const target = node.childForFieldName('function');
      const owner = target?.type === 'attribute' ? target.childForFieldName('object') : null;
      const method = target?.childForFieldName('attribute')?.text ?? '';
      if (
        owner?.type === 'identifier' &&
        /^(?:append|extend|insert|update|remove|pop|clear|setdefault)$/.test(method)
      ) {
        names.set(owner.text, null);
      }
      continue;
    }
    const left = node.childForFieldName('left') ?? node.childForFieldName('name');
    const right = node.childForFieldName('right');
    const owner = left?.type === 'subscript' ? left.childForFieldName('value') : left;
    if (owner?.type !== 'identifier') continue;
    const isPlain = node.type === 'assignment' && left?.type === 'identifier' && right !== null;
    // A node's parent is found from the root each time: asked for last, and never of what nests.
    const isFirst = isPlain && !names.has(owner.text);
    names.set(owner.text, isFirst && node.parent?.parent?.type === 'module' ? right : null);
  }
  return names;
}
