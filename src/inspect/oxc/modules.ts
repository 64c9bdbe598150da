import { type Builder, NotRead } from './builder.ts';
import type { Readers } from './kinds.ts';
import * as at from './layout.ts';
import { bytes, countOf, endOf, firstOf, heldBy, isSet, kindAt, NOTHING, partAt, startOf } from './memory.ts';
import type { Parts } from './parts.ts';

/** Readers of imports and exports. */
export function createModules(b: Builder, parts: Parts): Readers {
  const { kind, open, openAt, close, leaf, token, next, skip } = b;
  const IMPORT = kind('import_statement');
  const IMPORT_CLAUSE = kind('import_clause');
  const IMPORT_SPECIFIER = kind('import_specifier');
  const NAMED_IMPORTS = kind('named_imports');
  const NAMESPACE_IMPORT = kind('namespace_import');
  const REQUIRE_CLAUSE = kind('import_require_clause');
  const REQUIRE = kind('require');
  const EXPORT = kind('export_statement');
  const EXPORT_CLAUSE = kind('export_clause');
  const INTERFACE = kind('interface_declaration');
  const EXPORT_SPECIFIER = kind('export_specifier');
  const NAMESPACE_EXPORT = kind('namespace_export');
  const ATTRIBUTE = kind('import_attribute');
  const OBJECT = kind('object');
  const PAIR = kind('pair');
  const STRING = kind('string');
  const IDENTIFIER = kind('identifier');
  const PROPERTY = kind('property_identifier');
  const TYPE = kind('type');
  const AS = kind('as');
  const ASSERT = kind('assert');
  const WITH = kind('with');
  const STAR = kind('*');
  const DEFAULT = kind('default');

  return {
    ImportDeclaration: importing,
    ExportDeclaration: exportingDeclaration,
    ExportNamedDeclaration: (part, field) => exporting(part, field, 0, 0),
    ExportFromDeclaration: (part, field) =>
      exporting(part, field, part + at.EXPORT_FROM_DECLARATION_SOURCE, partAt(part + at.EXPORT_FROM_DECLARATION_WITH)),
    ExportAllDeclaration: exportingAll,
    ExportDefaultDeclaration: exportingDefault,
    TSExportAssignment: assigning,
    TSImportEqualsDeclaration: requiring,
  };

  /** A name of a module's own, or one that others know it by, which may be written as a string. */
  function name(choice: number, field: string | null): void {
    leaf(kindAt(choice) === at.MODULE_EXPORT_NAME_KINDS.StringLiteral ? STRING : IDENTIFIER, field, choice + at.INLINE);
  }

  function typeWord(from: number): number {
    token(TYPE, null, next('type', from));
    return skip(from) + 4;
  }

  function isType(kindPlace: number): boolean {
    return at.IMPORT_OR_EXPORT_KIND_WORDS[bytes[kindPlace] ?? NOTHING] === 'type';
  }

  function importing(part: number, field: string | null): void {
    if (bytes[part + at.IMPORT_DECLARATION_PHASE] !== at.NO_PHASE) throw new NotRead('an import with a phase');
    open(IMPORT, field, part);
    let after = startOf(part) + 6;
    if (isType(part + at.IMPORT_DECLARATION_IMPORT_KIND)) after = typeWord(after);
    const source = part + at.IMPORT_DECLARATION_SOURCE;
    const list = part + at.IMPORT_DECLARATION_SPECIFIERS;
    const start = skip(after);
    if (firstOf(list) !== 0 && (countOf(list) > 0 || b.text.charCodeAt(start) === OPENING)) {
      const end = lastBefore(b.text.lastIndexOf('from', startOf(source)));
      openAt(IMPORT_CLAUSE, null, start, end);
      specifiers(firstOf(list), countOf(list), start, end);
      close();
    }
    leaf(STRING, 'source', source);
    attributes(source, partAt(part + at.IMPORT_DECLARATION_WITH));
    close();
  }

  /** `with { type: 'json' }` after the source. */
  function attributes(source: number, clause: number): void {
    if (clause === 0 || countOf(clause + at.WITH_CLAUSE_ATTRIBUTES) === 0) return;
    const first = firstOf(clause + at.WITH_CLAUSE_ATTRIBUTES);
    const count = countOf(clause + at.WITH_CLAUSE_ATTRIBUTES);
    const start = skip(endOf(source));
    const word = b.text.startsWith('assert', start) ? ASSERT : WITH;
    const begins = next('{', next(word.type, start) + word.type.length);
    const end = closing('}', endOf(first + (count - 1) * at.IMPORT_ATTRIBUTE_SIZE));
    openAt(ATTRIBUTE, null, start, end);
    token(word, null, start);
    openAt(OBJECT, null, begins, end);
    for (let each = 0; each < count; each += 1) {
      const entry = first + each * at.IMPORT_ATTRIBUTE_SIZE;
      const key = entry + at.IMPORT_ATTRIBUTE_KEY;
      open(PAIR, null, entry);
      leaf(kindAt(key) === at.IMPORT_ATTRIBUTE_KEY_KINDS.StringLiteral ? STRING : PROPERTY, 'key', key + at.INLINE);
      leaf(STRING, 'value', entry + at.IMPORT_ATTRIBUTE_VALUE);
      close();
    }
    close();
    close();
  }

  /** The end of a list after its last entry, a comma between them aside. */
  function closing(bracket: string, last: number): number {
    const after = skip(last);
    return next(bracket, b.text.charCodeAt(after) === COMMA ? after + 1 : after) + 1;
  }

  /** The end of what stands before an offset, trailing white space aside. */
  function lastBefore(offset: number): number {
    return b.text.slice(0, offset).trimEnd().length;
  }

  function specifiers(first: number, count: number, start: number, end: number): void {
    let after = start;
    let space = false;
    for (let each = first; each < first + count * at.CHOICE_SIZE; each += at.CHOICE_SIZE) {
      const part = heldBy(each);
      const of = kindAt(each);
      if (of === at.IMPORT_DECLARATION_SPECIFIER_KINDS.ImportSpecifier) continue;
      if (of === at.IMPORT_DECLARATION_SPECIFIER_KINDS.ImportDefaultSpecifier) {
        leaf(IDENTIFIER, null, part + at.IMPORT_DEFAULT_SPECIFIER_LOCAL);
      } else {
        space = true;
        open(NAMESPACE_IMPORT, null, part);
        token(STAR, null, startOf(part));
        token(AS, null, next('as', startOf(part) + 1));
        leaf(IDENTIFIER, null, part + at.IMPORT_NAMESPACE_SPECIFIER_LOCAL);
        close();
      }
      after = endOf(part);
    }
    if (space) return;
    if (after > start) {
      after = skip(after);
      if (b.text.charCodeAt(after) !== COMMA) return;
      after += 1;
    }
    openAt(NAMED_IMPORTS, null, next('{', after), end);
    for (let each = first; each < first + count * at.CHOICE_SIZE; each += at.CHOICE_SIZE)
      if (kindAt(each) === at.IMPORT_DECLARATION_SPECIFIER_KINDS.ImportSpecifier) imported(heldBy(each));
    close();
  }

  function imported(part: number): void {
    open(IMPORT_SPECIFIER, null, part);
    if (isType(part + at.IMPORT_SPECIFIER_IMPORT_KIND)) token(TYPE, null, startOf(part));
    const outside = part + at.IMPORT_SPECIFIER_IMPORTED;
    const local = part + at.IMPORT_SPECIFIER_LOCAL;
    name(outside, 'name');
    if (startOf(local) > startOf(outside + at.INLINE)) {
      token(AS, null, next('as', endOf(outside + at.INLINE)));
      leaf(IDENTIFIER, 'alias', local);
    }
    close();
  }

  function exporting(part: number, field: string | null, source: number, clause: number): void {
    open(EXPORT, field, part);
    let after = startOf(part) + 6;
    if (isType(part + at.EXPORT_KIND)) after = typeWord(after);
    const begins = next('{', after);
    const first = firstOf(part + at.EXPORT_SPECIFIERS);
    const count = countOf(part + at.EXPORT_SPECIFIERS);
    const last = count === 0 ? begins + 1 : endOf(first + (count - 1) * at.EXPORT_SPECIFIER_SIZE);
    openAt(EXPORT_CLAUSE, null, begins, closing('}', last));
    for (let each = 0; each < count; each += 1) exported(first + each * at.EXPORT_SPECIFIER_SIZE);
    close();
    if (source !== 0) {
      leaf(STRING, 'source', source);
      attributes(source, clause);
    }
    close();
  }

  function exported(part: number): void {
    open(EXPORT_SPECIFIER, null, part);
    if (isType(part + at.EXPORT_SPECIFIER_EXPORT_KIND)) token(TYPE, null, startOf(part));
    const local = part + at.EXPORT_SPECIFIER_LOCAL;
    const outside = part + at.EXPORT_SPECIFIER_EXPORTED;
    name(local, 'name');
    if (startOf(outside + at.INLINE) > startOf(local + at.INLINE)) {
      token(AS, null, next('as', endOf(local + at.INLINE)));
      name(outside, 'alias');
    }
    close();
  }

  /** Decorators may stand before the word `export`, outside the statement's own span. */
  function openExport(part: number, field: string | null, decorated: number): void {
    const start = startOf(part);
    const marks = decorated + at.CLASS_DECORATORS;
    const first = decorated !== 0 && countOf(marks) > 0 ? startOf(firstOf(marks)) : start;
    openAt(EXPORT, field, Math.min(first, start), endOf(part));
    if (first < start) parts.decorators(marks, 0, start);
  }

  function exportingDeclaration(part: number, field: string | null): void {
    const declared = part + at.EXPORT_DECLARATION_DECLARATION;
    openExport(part, field, kindAt(declared) === at.STATEMENT_KINDS.Class ? heldBy(declared) : 0);
    parts.declaration(declared, 'declaration');
    close();
  }

  function exportingAll(part: number, field: string | null): void {
    open(EXPORT, field, part);
    let after = startOf(part) + 6;
    if (isType(part + at.EXPORT_ALL_DECLARATION_EXPORT_KIND)) after = typeWord(after);
    const star = next('*', after);
    const outside = part + at.EXPORT_ALL_DECLARATION_EXPORTED;
    if (kindAt(outside) === NOTHING) token(STAR, null, star);
    else {
      openAt(NAMESPACE_EXPORT, null, star, endOf(outside + at.INLINE));
      token(STAR, null, star);
      token(AS, null, next('as', star + 1));
      name(outside, null);
      close();
    }
    leaf(STRING, 'source', part + at.EXPORT_ALL_DECLARATION_SOURCE);
    attributes(part + at.EXPORT_ALL_DECLARATION_SOURCE, partAt(part + at.EXPORT_ALL_DECLARATION_WITH));
    close();
  }

  function exportingDefault(part: number, field: string | null): void {
    const given = part + at.EXPORT_DEFAULT_DECLARATION_DECLARATION;
    const of = kindAt(given);
    const held = heldBy(given);
    const isClass = of === at.EXPORT_DEFAULT_DECLARATION_KIND_KINDS.Class || of === at.EXPRESSION_KINDS.Class;
    openExport(part, field, isClass ? held : 0);
    token(DEFAULT, null, next('default', startOf(part) + 6));
    // Without a name a function or a class is an expression to the grammar.
    if (of === at.EXPORT_DEFAULT_DECLARATION_KIND_KINDS.Function) {
      const declares = at.FUNCTION_TYPE_WORDS[bytes[held + at.FUNCTION_TYPE] ?? NOTHING] === 'TSDeclareFunction';
      parts.functionLike(held, declares || isNamed(held + at.FUNCTION_ID) ? 'declaration' : 'value');
    } else if (of === at.EXPORT_DEFAULT_DECLARATION_KIND_KINDS.Class) {
      parts.classLike(held, isNamed(held + at.CLASS_ID) ? 'declaration' : 'value');
    } else if (of === at.EXPORT_DEFAULT_DECLARATION_KIND_KINDS.TSInterfaceDeclaration) {
      if (isSet(held + at.TS_INTERFACE_DECLARATION_DECLARE)) throw new NotRead('a declared interface');
      leaf(INTERFACE, 'declaration', held);
    } else parts.expression(given, 'value');
    close();
  }

  function isNamed(id: number): boolean {
    return partAt(id + at.NAME_TEXT) !== 0;
  }

  function assigning(part: number, field: string | null): void {
    open(EXPORT, field, part);
    parts.expression(part + at.TS_EXPORT_ASSIGNMENT_EXPRESSION, null);
    close();
  }

  function requiring(part: number, field: string | null): void {
    const module = part + at.TS_IMPORT_EQUALS_DECLARATION_MODULE_REFERENCE;
    if (
      kindAt(module) !== at.TS_MODULE_REFERENCE_KINDS.TSExternalModuleReference ||
      isType(part + at.TS_IMPORT_EQUALS_DECLARATION_IMPORT_KIND)
    )
      throw new NotRead('an alias of a name');
    const reference = heldBy(module);
    const id = part + at.TS_IMPORT_EQUALS_DECLARATION_ID;
    open(IMPORT, field, part);
    openAt(REQUIRE_CLAUSE, null, startOf(id), endOf(reference));
    leaf(IDENTIFIER, null, id);
    token(REQUIRE, null, startOf(reference));
    leaf(STRING, 'source', reference + at.TS_EXTERNAL_MODULE_REFERENCE_EXPRESSION);
    close();
    close();
  }
}

const OPENING = 123;
const COMMA = 44;
