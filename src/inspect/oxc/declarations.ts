import { type Builder, type Kind, NotRead } from './builder.ts';
import { createClasses } from './classes.ts';
import { createFunctions } from './functions.ts';
import type { Readers } from './kinds.ts';
import * as at from './layout.ts';
import { bytes, countOf, endOf, firstOf, heldBy, isSet, kindAt, NOTHING, partAt, startOf } from './memory.ts';
import type { Declarations, Parts } from './parts.ts';
import { createPatterns } from './patterns.ts';
import { createTargets } from './targets.ts';
import { createTypes } from './types.ts';

export function createDeclarations(b: Builder, expressions: Readers, parts: () => Parts): Declarations {
  const { kind, open, openAt, close, leaf, leafAt, token, next, skip } = b;
  const VAR = kind('variable_declaration');
  const LEXICAL = kind('lexical_declaration');
  const DECLARATOR = kind('variable_declarator');
  const AMBIENT = kind('ambient_declaration');
  const DECLARE = kind('declare');
  const INTERFACE = kind('interface_declaration');
  const ALIAS = kind('type_alias_declaration');
  const STATEMENT = kind('expression_statement');
  const INTERNAL_MODULE = kind('internal_module');
  const MODULE = kind('module');
  const NAMESPACE = kind('namespace');
  const GLOBAL = kind('global');
  const STRING = kind('string');
  const IDENTIFIER = kind('identifier');
  const PROPERTY = kind('property_identifier');
  const NESTED = kind('nested_identifier');
  const ENUM_DECLARATION = kind('enum_declaration');
  const ENUM = kind('enum');
  const ENUM_BODY = kind('enum_body');
  const ENUM_ASSIGNMENT = kind('enum_assignment');
  const MARK = kind('!');
  const types = createTypes(b);
  const patterns = createPatterns(b, parts);
  const functions = createFunctions(b, parts);
  const classes = createClasses(b, parts);
  const target = createTargets(b, expressions, parts);
  return { ...types, ...patterns, ...functions, ...classes, target, declaration, variables };

  function declaration(choice: number, field: string | null): void {
    const part = heldBy(choice);
    switch (kindAt(choice)) {
      case at.STATEMENT_KINDS.VariableDeclaration:
        variables(part, field, endOf(part));
        return;
      case at.STATEMENT_KINDS.Function:
        functions.functionLike(part, field);
        return;
      case at.STATEMENT_KINDS.Class:
        classes.classLike(part, field);
        return;
      case at.STATEMENT_KINDS.TSTypeAliasDeclaration:
        typeDeclaration(part, field, ALIAS, isSet(part + at.TS_TYPE_ALIAS_DECLARATION_DECLARE));
        return;
      case at.STATEMENT_KINDS.TSInterfaceDeclaration:
        typeDeclaration(part, field, INTERFACE, isSet(part + at.TS_INTERFACE_DECLARATION_DECLARE));
        return;
      case at.STATEMENT_KINDS.TSEnumDeclaration:
        enumeration(part, field);
        return;
      case at.STATEMENT_KINDS.TSNamespaceDeclaration:
        namespace(part, field);
        return;
      case at.STATEMENT_KINDS.TSExternalModuleDeclaration:
        externalModule(part, field);
        return;
      case at.STATEMENT_KINDS.TSGlobalDeclaration:
        globals(part, field);
        return;
      default:
        throw new NotRead('a declaration that is not known here');
    }
  }

  /** Opens a node for the word `declare`, and gives what stands after it. */
  function ambient(field: string | null, start: number, end: number): number {
    openAt(AMBIENT, field, start, end);
    token(DECLARE, null, next('declare', start));
    return skip(start + 7);
  }

  function typeDeclaration(part: number, field: string | null, of: Kind, declared: boolean): void {
    const from = declared ? ambient(field, startOf(part), endOf(part)) : startOf(part);
    leafAt(of, declared ? null : field, from, endOf(part));
    if (declared) close();
  }

  function variables(part: number, field: string | null, end: number): void {
    const declared = isSet(part + at.VARIABLE_DECLARATION_DECLARE);
    const from = declared ? ambient(field, startOf(part), end) : startOf(part);
    const word = at.VARIABLE_DECLARATION_KIND_WORDS[bytes[part + at.VARIABLE_DECLARATION_KIND] ?? NOTHING];
    openAt(word === 'var' ? VAR : LEXICAL, declared ? null : field, from, end);
    const first = firstOf(part + at.VARIABLE_DECLARATION_DECLARATIONS);
    const count = countOf(part + at.VARIABLE_DECLARATION_DECLARATIONS);
    for (let each = 0; each < count; each += 1) declarator(first + each * at.VARIABLE_DECLARATOR_SIZE);
    close();
    if (declared) close();
  }

  function declarator(part: number): void {
    const name = part + at.VARIABLE_DECLARATOR_ID;
    open(DECLARATOR, null, part);
    patterns.pattern(name, 'name');
    if (isSet(part + at.VARIABLE_DECLARATOR_DEFINITE)) token(MARK, null, next('!', endOf(heldBy(name))));
    const annotation = partAt(part + at.VARIABLE_DECLARATOR_TYPE_ANNOTATION);
    if (annotation !== 0) types.annotation(annotation, 'type');
    if (kindAt(part + at.VARIABLE_DECLARATOR_INIT) !== NOTHING)
      parts().expression(part + at.VARIABLE_DECLARATOR_INIT, 'value');
    close();
  }

  /** `namespace A.B { … }`; `module A { … }` says the same. */
  function namespace(part: number, field: string | null): void {
    const declared = isSet(part + at.TS_NAMESPACE_DECLARATION_DECLARE);
    const end = endOf(part);
    const from = declared ? ambient(field, startOf(part), end) : startOf(part);
    const word = at.TS_NAMESPACE_DECLARATION_KIND_WORDS[bytes[part + at.TS_NAMESPACE_DECLARATION_KIND] ?? NOTHING];
    const named = word === 'namespace';
    // By itself a namespace on lines of its own is an expression to the grammar.
    const wrapped = named && !declared && b.around() !== 'export_statement';
    if (wrapped) openAt(STATEMENT, field, from, end);
    openAt(named ? INTERNAL_MODULE : MODULE, wrapped || declared ? null : field, from, end);
    token(named ? NAMESPACE : MODULE, null, next(named ? 'namespace' : 'module', from));
    const names: number[] = [part + at.TS_NAMESPACE_DECLARATION_ID];
    let body = part + at.TS_NAMESPACE_DECLARATION_BODY;
    while (kindAt(body) === at.TS_NAMESPACE_DECLARATION_BODY_KINDS.TSNamespaceDeclaration) {
      const inner = heldBy(body);
      names.push(inner + at.TS_NAMESPACE_DECLARATION_ID);
      body = inner + at.TS_NAMESPACE_DECLARATION_BODY;
    }
    dotted(names, 'name');
    parts().body(heldBy(body), 'body');
    close();
    if (wrapped) close();
    if (declared) close();
  }

  function dotted(names: readonly number[], field: string): void {
    const last = names.at(-1) ?? 0;
    if (names.length < 2) {
      leaf(IDENTIFIER, field, last);
      return;
    }
    openAt(NESTED, field, startOf(names[0] ?? 0), endOf(last));
    dotted(names.slice(0, -1), 'object');
    leaf(PROPERTY, 'property', last);
    close();
  }

  /** `module 'x' { … }`. */
  function externalModule(part: number, field: string | null): void {
    const body = partAt(part + at.TS_EXTERNAL_MODULE_DECLARATION_BODY);
    if (body === 0) throw new NotRead('a module without a body');
    const declared = isSet(part + at.TS_EXTERNAL_MODULE_DECLARATION_DECLARE);
    const from = declared ? ambient(field, startOf(part), endOf(part)) : startOf(part);
    openAt(MODULE, declared ? null : field, from, endOf(part));
    token(MODULE, null, next('module', from));
    leaf(STRING, 'name', part + at.TS_EXTERNAL_MODULE_DECLARATION_ID);
    parts().body(body, 'body');
    close();
    if (declared) close();
  }

  /** `declare global { … }`. */
  function globals(part: number, field: string | null): void {
    if (!isSet(part + at.TS_GLOBAL_DECLARATION_DECLARE)) throw new NotRead('globals that are not declared');
    token(GLOBAL, null, next('global', ambient(field, startOf(part), endOf(part))));
    parts().body(part + at.TS_GLOBAL_DECLARATION_BODY, null);
    close();
  }

  function enumeration(part: number, field: string | null): void {
    const declared = isSet(part + at.TS_ENUM_DECLARATION_DECLARE);
    const from = declared ? ambient(field, startOf(part), endOf(part)) : startOf(part);
    openAt(ENUM_DECLARATION, declared ? null : field, from, endOf(part));
    token(ENUM, null, next('enum', isSet(part + at.TS_ENUM_DECLARATION_CONST) ? next('const', from) + 5 : from));
    leaf(IDENTIFIER, 'name', part + at.TS_ENUM_DECLARATION_ID);
    const body = part + at.TS_ENUM_DECLARATION_BODY;
    open(ENUM_BODY, 'body', body);
    const first = firstOf(body + at.TS_ENUM_BODY_MEMBERS);
    const count = countOf(body + at.TS_ENUM_BODY_MEMBERS);
    for (let each = 0; each < count; each += 1) enumMember(first + each * at.TS_ENUM_MEMBER_SIZE);
    close();
    close();
    if (declared) close();
  }

  function enumMember(part: number): void {
    const given = kindAt(part + at.TS_ENUM_MEMBER_INITIALIZER) !== NOTHING;
    if (given) open(ENUM_ASSIGNMENT, null, part);
    const name = part + at.TS_ENUM_MEMBER_ID;
    const of = kindAt(name);
    if (of === at.TS_ENUM_MEMBER_NAME_KINDS.IdentifierName) leaf(PROPERTY, 'name', heldBy(name));
    else if (of === at.TS_ENUM_MEMBER_NAME_KINDS.StringLiteral) leaf(STRING, 'name', heldBy(name));
    else throw new NotRead('a name in brackets');
    if (given) {
      parts().expression(part + at.TS_ENUM_MEMBER_INITIALIZER, 'value');
      close();
    }
  }
}
