import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { z } from 'zod';

/**
 * Writes down where the parts of a program stand in the memory of `oxc-parser`, for the version that is installed:
 * `node tools/oxc-layout.ts`. The facts are taken from the package's own readers of that memory, which it makes from its
 * parser's source: `src-js/generated/deserialize/ts.js`, `lazy/constructors.js` and `constants.js`. Only what the
 * reader in `src/inspect/oxc` asks for is written; what the package no longer says is an error.
 */
const ROOT = join(import.meta.dirname, '..');
const READER = join(ROOT, 'src/inspect/oxc');
export const LAYOUT = join(READER, 'layout.ts');
const load = createRequire(import.meta.url);

interface Said {
  /** The bodies of the package's functions, by what they read. */
  readonly eager: ReadonlyMap<string, string>;
  /** Places of fields, by `Struct.field`. */
  readonly fields: ReadonlyMap<string, number>;
}

/** Where several structs have a field at one place, a name for all of them; and names of fields that have another one here. */
const ALIKE: Readonly<Record<string, readonly string[]>> = {
  MEMBER_OBJECT: ['ComputedMemberExpression.object', 'StaticMemberExpression.object', 'PrivateFieldExpression.object'],
  MEMBER_PROPERTY: [
    'ComputedMemberExpression.property',
    'StaticMemberExpression.property',
    'PrivateFieldExpression.property',
  ],
  MEMBER_OPTIONAL: [
    'ComputedMemberExpression.optional',
    'StaticMemberExpression.optional',
    'PrivateFieldExpression.optional',
  ],
  BINARY_EXPRESSION_LEFT: ['BinaryExpression.left', 'LogicalExpression.left'],
  BINARY_EXPRESSION_OPERATOR: ['BinaryExpression.operator', 'LogicalExpression.operator'],
  BINARY_EXPRESSION_RIGHT: ['BinaryExpression.right', 'LogicalExpression.right'],
  TS_AS_EXPRESSION_EXPRESSION: ['TSAsExpression.expression', 'TSSatisfiesExpression.expression'],
  TS_AS_EXPRESSION_TYPE_ANNOTATION: ['TSAsExpression.typeAnnotation', 'TSSatisfiesExpression.typeAnnotation'],
  FOR_EACH_LEFT: ['ForInStatement.left', 'ForOfStatement.left'],
  FOR_EACH_RIGHT: ['ForInStatement.right', 'ForOfStatement.right'],
  FOR_EACH_BODY: ['ForInStatement.body', 'ForOfStatement.body'],
  JUMP_LABEL: ['BreakStatement.label', 'ContinueStatement.label'],
  PATTERN_REST: ['ObjectPattern.rest', 'ArrayPattern.rest'],
  TARGET_REST: ['ObjectAssignmentTarget.rest', 'ArrayAssignmentTarget.rest'],
  MEMBER_DECORATORS: ['MethodDefinition.decorators', 'PropertyDefinition.decorators', 'AccessorProperty.decorators'],
  MEMBER_KEY: ['MethodDefinition.key', 'PropertyDefinition.key', 'AccessorProperty.key'],
  FIELD_COMPUTED: ['PropertyDefinition.computed', 'AccessorProperty.computed'],
  FIELD_TYPE_ANNOTATION: ['PropertyDefinition.typeAnnotation', 'AccessorProperty.typeAnnotation'],
  FIELD_VALUE: ['PropertyDefinition.value', 'AccessorProperty.value'],
  EXPORT_KIND: ['ExportNamedDeclaration.exportKind', 'ExportFromDeclaration.exportKind'],
  EXPORT_SPECIFIERS: ['ExportNamedDeclaration.specifiers', 'ExportFromDeclaration.specifiers'],
  EXPORT_FROM_DECLARATION_WITH: ['ExportFromDeclaration.withClause'],
  EXPORT_ALL_DECLARATION_WITH: ['ExportAllDeclaration.withClause'],
  IMPORT_DECLARATION_WITH: ['ImportDeclaration.withClause'],
  VARIABLE_DECLARATOR_ID: ['VariableDeclarator.pattern'],
  ASSIGNMENT_TARGET_PROPERTY_IDENTIFIER_VALUE: ['AssignmentTargetPropertyIdentifier.init'],
  NAME_TEXT: ['IdentifierName.name', 'BindingIdentifier.name', 'LabelIdentifier.name', 'Hashbang.value'],
};

/** What is said in a way of its own: the functions, and the numbers in them whose sum the place is. */
const APART: Readonly<Record<string, readonly [readonly string[], RegExp]>> = {
  PROGRAM_DIRECTIVES: [['Program'], /deserializeVecDirective\(pos \+ (\d+)\)/],
  PROGRAM_BODY: [['Program'], /deserializeVecStatement\(pos \+ (\d+)\)/],
  BODY_DIRECTIVES: [['FunctionBody', 'TSModuleBlock'], /deserializeVecDirective\(pos \+ (\d+)\)/],
  BODY_STATEMENTS: [['FunctionBody', 'TSModuleBlock'], /deserializeVecStatement\(pos \+ (\d+)\)/],
  CLASS_SUPER_TYPE_ARGUMENTS: [['Class'], /TSTypeParameterInstantiation\(pos \+ (\d+) \+ \(pos \+ (\d+) - pos\)\)/],
  FORMAL_PARAMETER_REST_DECORATORS: [['FormalParameters'], /deserializeVecDecorator\(pos \+ (\d+)\)/],
  FORMAL_PARAMETER_REST_REST: [['FormalParameters'], /start = deserializeI32\(pos \+ (\d+)\)/],
  FORMAL_PARAMETER_REST_TYPE_ANNOTATION: [['FormalParameters'], /deserializeOptionBoxTSTypeAnnotation\(pos \+ (\d+)\)/],
  RAW_TRANSFER_DATA_PROGRAM: [['RawTransferData'], /deserializeProgram\(pos()\)/],
  INLINE: [['ModuleExportName', 'ImportAttributeKey'], /return deserializeIdentifierName\(pos \+ (\d+)\)/],
  NO_PHASE: [['OptionImportPhase'], /uint8\[pos\] === (\d+) \? null/],
};

/** The layout as it stands in the package that is installed. Throws where the package does not say what is asked for. */
export function layoutSource(): string {
  const { version } = z.object({ version: z.string() }).parse(load('oxc-parser/package.json'));
  const said = readPackage();
  const asked = [...askedFor()].sort();
  const lines = asked.map((name) => `export const ${name} = ${placeOf(name, said)};`);
  return [
    '// Made by `node tools/oxc-layout.ts` from the oxc-parser that is installed.',
    '/** The version of oxc-parser whose memory this describes: no other is read with it. */',
    `export const VERSION = '${version}';`,
    ...lines,
    '',
  ].join('\n');
}

function readPackage(): Said {
  const eagerText = generated('deserialize/ts.js');
  const eager = new Map<string, string>();
  for (const [, name = '', body = ''] of eagerText.matchAll(/^function deserialize(\w+)\(pos\) \{\n([\s\S]*?)^\}/gm))
    eager.set(name, body);
  const fields = new Map<string, number>();
  const add = (struct: string, field: string, place: string | undefined): void => {
    const key = `${struct}.${field}`;
    const number = Number(place ?? 0);
    if ((fields.get(key) ?? number) !== number) fields.set(key, Number.NaN);
    else fields.set(key, number);
  };
  for (const [struct, body] of eager) {
    for (const [, field = '', place] of body.matchAll(/(\w+)(?::| =) deserialize\w+\(pos(?: \+ (\d+))?\)/g))
      add(struct, field, place);
  }
  const lazy = generated('lazy/constructors.js');
  for (const [, struct = '', body = ''] of lazy.matchAll(/^export class (\w+) \{\n([\s\S]*?)^\}/gm)) {
    for (const [, field = '', getter = ''] of body.matchAll(/^ {2}get (\w+)\(\) \{\n([\s\S]*?)^ {2}\}/gm)) {
      const place = /(?:construct|new )\w+\(internal\.pos(?: \+ (\d+))?, internal\.ast\)/.exec(getter);
      // The first reader gives some fields what is not theirs alone.
      if (place !== null && !fields.has(`${struct}.${field}`)) add(struct, field, place[1]);
    }
  }
  const rest = /restFieldPos32 = \(pos >> 2\) \+ (\d+)/.exec(eager.get('FormalParameters') ?? '')?.[1];
  if (rest !== undefined) add('FormalParameters', 'rest', String(Number(rest) * 4));
  return { eager, fields };
}

function generated(file: string): string {
  return readFileSync(join(load.resolve('oxc-parser/package.json'), '../src-js/generated', file), 'utf8');
}

/** The names the reader uses. */
function askedFor(): ReadonlySet<string> {
  const found = new Set(['DATA_POINTER']);
  for (const file of readdirSync(READER)) {
    const text = readFileSync(join(READER, file), 'utf8');
    if (/import \* as at from '\.\/layout\.ts'/.test(text))
      for (const [, name = ''] of text.matchAll(/\bat\.([A-Z][A-Z\d_]*)\b/g)) found.add(name);
  }
  return found;
}

function placeOf(name: string, said: Said): string {
  if (name === 'DATA_POINTER') return String(constant('DATA_POINTER_POS_32'));
  if (name === 'COMMENT_SIZE') return String(constant('COMMENT_SIZE'));
  const apart = APART[name];
  if (apart !== undefined)
    return same(
      name,
      apart[0].map((reader) => sumIn(said.eager.get(reader) ?? '', apart[1])),
    );
  if (name === 'CHOICE_SIZE')
    return same(
      name,
      ['Statement', 'Argument', 'ClassElement'].map((each) => sizeOf(each, said)),
    );
  if (name.endsWith('_SIZE')) return same(name, [sizeOf(structOf(name.slice(0, -5), said), said)]);
  if (name.endsWith('_KINDS')) return kindsOf(structOf(name.slice(0, -6), said), said);
  if (name.endsWith('_WORDS')) return wordsOf(structOf(name.slice(0, -6), said), said);
  const keys = ALIKE[name] ?? [...said.fields.keys()].filter((key) => called(key) === name);
  return same(
    name,
    keys.map((key) => said.fields.get(key)),
  );
}

function constant(name: string): number | undefined {
  const found = new RegExp(`export const ${name} = (\\d+);`).exec(generated('constants.js'))?.[1];
  return found === undefined ? undefined : Number(found);
}

/** `TSAsExpression.typeAnnotation` is `TS_AS_EXPRESSION_TYPE_ANNOTATION` here. */
function called(key: string): string {
  return key
    .replace(/^(TS|JSX)(?=[A-Z])/, '$1.')
    .replace(/([a-z\d])([A-Z])/g, '$1.$2')
    .replaceAll('.', '_')
    .toUpperCase();
}

function structOf(name: string, { eager }: Said): string {
  const found = [...eager.keys()].find((struct) => called(struct) === name);
  if (found === undefined) throw new Error(`oxc-parser has nothing that would be called ${name}`);
  return found;
}

function same(name: string, found: readonly (number | undefined)[]): string {
  const [first] = found;
  if (first === undefined || Number.isNaN(first) || found.some((each) => each !== first))
    throw new Error(`oxc-parser gives no one place for ${name}: ${found.join(', ')}`);
  return String(first);
}

function sumIn(body: string, pattern: RegExp): number | undefined {
  const found = pattern.exec(body);
  return found === null ? undefined : found.slice(1).reduce((sum, each) => sum + Number(each), 0);
}

function sizeOf(struct: string, { eager }: Said): number | undefined {
  const body = eager.get(`Vec${struct}`) ?? '';
  const [, shift, factor] = /int32\[pos32 \+ 2\] (?:<< (\d+)|\* (\d+))/.exec(body) ?? [];
  return shift === undefined ? Number(factor) : 2 ** Number(shift);
}

/** The numbers of a choice's kinds; where it takes in all expressions, those beside them. */
function kindsOf(choice: string, said: Said): string {
  const expressions = numbersOf('Expression', said);
  const own = numbersOf(choice, said);
  const beside = choice !== 'Expression' && [...expressions].every(([number, name]) => own.get(number) === name);
  const names = new Map<string, number>();
  // Some have one kind of node under two numbers, of which the first is the plain one.
  for (const [number, name] of own)
    if (!names.has(name) && !(beside && expressions.has(number))) names.set(name, number);
  return `{\n${[...names].map(([name, number]) => `  ${name}: ${number},\n`).join('')}} as const`;
}

function numbersOf(choice: string, { eager }: Said): ReadonlyMap<number, string> {
  const cases = /case (\d+):\s+(?:return|let \w+ =) deserialize(?:Box)?(\w+)\(pos \+ 8\)/g;
  const found = new Map<number, string>();
  for (const [, number, name = ''] of (eager.get(choice) ?? '').matchAll(cases)) found.set(Number(number), name);
  if (found.size === 0) throw new Error(`oxc-parser gives no kinds of ${choice}`);
  return found;
}

/** What a choice of words says, by their numbers. */
function wordsOf(choice: string, { eager }: Said): string {
  const words = [...(eager.get(choice) ?? '').matchAll(/case (\d+):\s+return "([^"]+)"/g)];
  if (words.length === 0 || words.some(([, number], index) => Number(number) !== index))
    throw new Error(`oxc-parser gives no words of ${choice}`);
  const line = `[${words.map(([, , word]) => `'${word}'`).join(', ')}] as const`;
  return line.length < 70 ? line : `[\n${words.map(([, , word]) => `  '${word}',\n`).join('')}] as const`;
}

if (import.meta.main) writeFileSync(LAYOUT, layoutSource());
