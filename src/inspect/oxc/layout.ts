// Made by `node tools/oxc-layout.ts` from the oxc-parser that is installed.
/** The version of oxc-parser whose memory this describes: no other is read with it. */
export const VERSION = '0.156.0';
export const ACCESSOR_PROPERTY_DEFINITE = 80;
export const ARGUMENT_KINDS = {
  SpreadElement: 64,
} as const;
export const ARRAY_ASSIGNMENT_TARGET_ELEMENTS = 16;
export const ARRAY_EXPRESSION_ELEMENTS = 16;
export const ARRAY_EXPRESSION_ELEMENT_KINDS = {
  SpreadElement: 64,
  Elision: 65,
} as const;
export const ARRAY_PATTERN_ELEMENTS = 16;
export const ARROW_FUNCTION_BODY_KINDS = {
  FunctionBody: 64,
} as const;
export const ARROW_FUNCTION_EXPRESSION_ASYNC = 56;
export const ARROW_FUNCTION_EXPRESSION_BODY = 40;
export const ARROW_FUNCTION_EXPRESSION_PARAMS = 24;
export const ARROW_FUNCTION_EXPRESSION_RETURN_TYPE = 32;
export const ARROW_FUNCTION_EXPRESSION_TYPE_PARAMETERS = 16;
export const ASSIGNMENT_EXPRESSION_LEFT = 16;
export const ASSIGNMENT_EXPRESSION_OPERATOR = 12;
export const ASSIGNMENT_EXPRESSION_RIGHT = 32;
export const ASSIGNMENT_OPERATOR_WORDS = [
  '=',
  '+=',
  '-=',
  '*=',
  '/=',
  '%=',
  '**=',
  '<<=',
  '>>=',
  '>>>=',
  '|=',
  '^=',
  '&=',
  '||=',
  '&&=',
  '??=',
] as const;
export const ASSIGNMENT_PATTERN_LEFT = 16;
export const ASSIGNMENT_PATTERN_RIGHT = 32;
export const ASSIGNMENT_TARGET_MAYBE_DEFAULT_KINDS = {
  IdentifierReference: 0,
  TSAsExpression: 1,
  TSSatisfiesExpression: 2,
  TSNonNullExpression: 3,
  TSTypeAssertion: 4,
  ArrayAssignmentTarget: 8,
  ObjectAssignmentTarget: 9,
  AssignmentTargetWithDefault: 16,
  ComputedMemberExpression: 48,
  StaticMemberExpression: 49,
  PrivateFieldExpression: 50,
} as const;
export const ASSIGNMENT_TARGET_PROPERTY_IDENTIFIER_KEY = 16;
export const ASSIGNMENT_TARGET_PROPERTY_IDENTIFIER_VALUE = 48;
export const ASSIGNMENT_TARGET_PROPERTY_KINDS = {
  AssignmentTargetPropertyIdentifier: 0,
  AssignmentTargetPropertyProperty: 1,
} as const;
export const ASSIGNMENT_TARGET_PROPERTY_PROPERTY_COMPUTED = 12;
export const ASSIGNMENT_TARGET_PROPERTY_PROPERTY_KEY = 16;
export const ASSIGNMENT_TARGET_PROPERTY_PROPERTY_VALUE = 32;
export const ASSIGNMENT_TARGET_REST_ARGUMENT = 16;
export const ASSIGNMENT_TARGET_WITH_DEFAULT_LEFT = 16;
export const ASSIGNMENT_TARGET_WITH_DEFAULT_RIGHT = 32;
export const AWAIT_EXPRESSION_ARGUMENT = 16;
export const BINARY_EXPRESSION_LEFT = 16;
export const BINARY_EXPRESSION_OPERATOR = 12;
export const BINARY_EXPRESSION_RIGHT = 32;
export const BINARY_OPERATOR_WORDS = [
  '==',
  '!=',
  '===',
  '!==',
  '<',
  '<=',
  '>',
  '>=',
  '+',
  '-',
  '*',
  '/',
  '%',
  '**',
  '<<',
  '>>',
  '>>>',
  '|',
  '^',
  '&',
  'in',
  'instanceof',
] as const;
export const BINDING_PATTERN_KINDS = {
  BindingIdentifier: 0,
  ObjectPattern: 1,
  ArrayPattern: 2,
  AssignmentPattern: 3,
} as const;
export const BINDING_PROPERTY_COMPUTED = 13;
export const BINDING_PROPERTY_KEY = 16;
export const BINDING_PROPERTY_SHORTHAND = 12;
export const BINDING_PROPERTY_SIZE = 48;
export const BINDING_PROPERTY_VALUE = 32;
export const BINDING_REST_ELEMENT_ARGUMENT = 16;
export const BLOCK_STATEMENT_BODY = 16;
export const BODY_DIRECTIVES = 16;
export const BODY_STATEMENTS = 40;
export const BOOLEAN_LITERAL_VALUE = 12;
export const CALL_EXPRESSION_ARGUMENTS = 40;
export const CALL_EXPRESSION_CALLEE = 16;
export const CALL_EXPRESSION_OPTIONAL = 12;
export const CALL_EXPRESSION_TYPE_ARGUMENTS = 32;
export const CATCH_CLAUSE_BODY = 56;
export const CATCH_CLAUSE_PARAM = 16;
export const CATCH_PARAMETER_PATTERN = 16;
export const CATCH_PARAMETER_TYPE_ANNOTATION = 32;
export const CHAIN_ELEMENT_KINDS = {
  CallExpression: 0,
  TSNonNullExpression: 1,
  ComputedMemberExpression: 48,
  StaticMemberExpression: 49,
  PrivateFieldExpression: 50,
} as const;
export const CHAIN_EXPRESSION_EXPRESSION = 16;
export const CHOICE_SIZE = 16;
export const CLASS_ABSTRACT = 137;
export const CLASS_BODY = 128;
export const CLASS_BODY_BODY = 16;
export const CLASS_DECLARE = 138;
export const CLASS_DECORATORS = 16;
export const CLASS_ELEMENT_KINDS = {
  StaticBlock: 0,
  MethodDefinition: 1,
  PropertyDefinition: 2,
  AccessorProperty: 3,
  TSIndexSignature: 4,
} as const;
export const CLASS_ID = 40;
export const CLASS_IMPLEMENTS = 104;
export const CLASS_SUPER_CLASS = 80;
export const CLASS_SUPER_TYPE_ARGUMENTS = 96;
export const CLASS_TYPE = 136;
export const CLASS_TYPE_PARAMETERS = 72;
export const CLASS_TYPE_WORDS = ['ClassDeclaration', 'ClassExpression'] as const;
export const COMMENT_SIZE = 24;
export const CONDITIONAL_EXPRESSION_ALTERNATE = 48;
export const CONDITIONAL_EXPRESSION_CONSEQUENT = 32;
export const CONDITIONAL_EXPRESSION_TEST = 16;
export const DATA_POINTER = 536870890;
export const DECORATOR_EXPRESSION = 16;
export const DECORATOR_SIZE = 32;
export const DIRECTIVE_EXPRESSION = 16;
export const DIRECTIVE_SIZE = 80;
export const DO_WHILE_STATEMENT_BODY = 16;
export const DO_WHILE_STATEMENT_TEST = 32;
export const EXPORT_ALL_DECLARATION_EXPORTED = 16;
export const EXPORT_ALL_DECLARATION_EXPORT_KIND = 12;
export const EXPORT_ALL_DECLARATION_SOURCE = 72;
export const EXPORT_ALL_DECLARATION_WITH = 120;
export const EXPORT_DECLARATION_DECLARATION = 16;
export const EXPORT_DEFAULT_DECLARATION_DECLARATION = 16;
export const EXPORT_DEFAULT_DECLARATION_KIND_KINDS = {
  Function: 64,
  Class: 65,
  TSInterfaceDeclaration: 66,
} as const;
export const EXPORT_FROM_DECLARATION_SOURCE = 40;
export const EXPORT_FROM_DECLARATION_WITH = 88;
export const EXPORT_KIND = 12;
export const EXPORT_SPECIFIERS = 16;
export const EXPORT_SPECIFIER_EXPORTED = 72;
export const EXPORT_SPECIFIER_EXPORT_KIND = 12;
export const EXPORT_SPECIFIER_LOCAL = 16;
export const EXPORT_SPECIFIER_SIZE = 128;
export const EXPRESSION_KINDS = {
  BooleanLiteral: 0,
  NullLiteral: 1,
  NumericLiteral: 2,
  BigIntLiteral: 3,
  RegExpLiteral: 4,
  StringLiteral: 5,
  TemplateLiteral: 6,
  IdentifierReference: 7,
  Super: 8,
  ArrayExpression: 9,
  ArrowFunctionExpression: 10,
  AssignmentExpression: 11,
  AwaitExpression: 12,
  BinaryExpression: 13,
  CallExpression: 14,
  ChainExpression: 15,
  Class: 16,
  ConditionalExpression: 17,
  Function: 18,
  ImportExpression: 19,
  LogicalExpression: 20,
  NewExpression: 21,
  ObjectExpression: 22,
  ParenthesizedExpression: 23,
  SequenceExpression: 24,
  TaggedTemplateExpression: 25,
  ThisExpression: 26,
  UnaryExpression: 27,
  UpdateExpression: 28,
  YieldExpression: 29,
  PrivateInExpression: 30,
  ImportMeta: 31,
  NewTarget: 32,
  JSXElement: 33,
  JSXFragment: 34,
  TSAsExpression: 35,
  TSSatisfiesExpression: 36,
  TSTypeAssertion: 37,
  TSNonNullExpression: 38,
  TSInstantiationExpression: 39,
  V8IntrinsicExpression: 40,
  ComputedMemberExpression: 48,
  StaticMemberExpression: 49,
  PrivateFieldExpression: 50,
} as const;
export const EXPRESSION_STATEMENT_EXPRESSION = 16;
export const FIELD_COMPUTED = 13;
export const FIELD_TYPE_ANNOTATION = 56;
export const FIELD_VALUE = 64;
export const FORMAL_PARAMETERS_ITEMS = 16;
export const FORMAL_PARAMETERS_REST = 40;
export const FORMAL_PARAMETER_ACCESSIBILITY = 13;
export const FORMAL_PARAMETER_DECORATORS = 16;
export const FORMAL_PARAMETER_INITIALIZER = 64;
export const FORMAL_PARAMETER_OPTIONAL = 12;
export const FORMAL_PARAMETER_OVERRIDE = 15;
export const FORMAL_PARAMETER_PATTERN = 40;
export const FORMAL_PARAMETER_READONLY = 14;
export const FORMAL_PARAMETER_REST_DECORATORS = 16;
export const FORMAL_PARAMETER_REST_REST = 40;
export const FORMAL_PARAMETER_REST_TYPE_ANNOTATION = 72;
export const FORMAL_PARAMETER_SIZE = 72;
export const FORMAL_PARAMETER_TYPE_ANNOTATION = 56;
export const FOR_EACH_BODY = 48;
export const FOR_EACH_LEFT = 16;
export const FOR_EACH_RIGHT = 32;
export const FOR_OF_STATEMENT_AWAIT = 64;
export const FOR_STATEMENT_BODY = 64;
export const FOR_STATEMENT_INIT = 16;
export const FOR_STATEMENT_INIT_KINDS = {
  VariableDeclaration: 64,
} as const;
export const FOR_STATEMENT_LEFT_KINDS = {
  IdentifierReference: 0,
  TSAsExpression: 1,
  TSSatisfiesExpression: 2,
  TSNonNullExpression: 3,
  TSTypeAssertion: 4,
  ArrayAssignmentTarget: 8,
  ObjectAssignmentTarget: 9,
  VariableDeclaration: 16,
  ComputedMemberExpression: 48,
  StaticMemberExpression: 49,
  PrivateFieldExpression: 50,
} as const;
export const FOR_STATEMENT_TEST = 32;
export const FOR_STATEMENT_UPDATE = 48;
export const FUNCTION_ASYNC = 90;
export const FUNCTION_BODY = 80;
export const FUNCTION_DECLARE = 91;
export const FUNCTION_GENERATOR = 89;
export const FUNCTION_ID = 16;
export const FUNCTION_PARAMS = 64;
export const FUNCTION_RETURN_TYPE = 72;
export const FUNCTION_THIS_PARAM = 56;
export const FUNCTION_TYPE = 88;
export const FUNCTION_TYPE_PARAMETERS = 48;
export const FUNCTION_TYPE_WORDS = [
  'FunctionDeclaration',
  'FunctionExpression',
  'TSDeclareFunction',
  'TSEmptyBodyFunctionExpression',
] as const;
export const IF_STATEMENT_ALTERNATE = 48;
export const IF_STATEMENT_CONSEQUENT = 32;
export const IF_STATEMENT_TEST = 16;
export const IMPORT_ATTRIBUTE_KEY = 16;
export const IMPORT_ATTRIBUTE_KEY_KINDS = {
  IdentifierName: 0,
  StringLiteral: 1,
} as const;
export const IMPORT_ATTRIBUTE_SIZE = 120;
export const IMPORT_ATTRIBUTE_VALUE = 72;
export const IMPORT_DECLARATION_IMPORT_KIND = 13;
export const IMPORT_DECLARATION_PHASE = 12;
export const IMPORT_DECLARATION_SOURCE = 40;
export const IMPORT_DECLARATION_SPECIFIERS = 16;
export const IMPORT_DECLARATION_SPECIFIER_KINDS = {
  ImportSpecifier: 0,
  ImportDefaultSpecifier: 1,
  ImportNamespaceSpecifier: 2,
} as const;
export const IMPORT_DECLARATION_WITH = 88;
export const IMPORT_DEFAULT_SPECIFIER_LOCAL = 16;
export const IMPORT_EXPRESSION_OPTIONS = 32;
export const IMPORT_EXPRESSION_PHASE = 12;
export const IMPORT_EXPRESSION_SOURCE = 16;
export const IMPORT_NAMESPACE_SPECIFIER_LOCAL = 16;
export const IMPORT_OR_EXPORT_KIND_WORDS = ['value', 'type'] as const;
export const IMPORT_SPECIFIER_IMPORTED = 16;
export const IMPORT_SPECIFIER_IMPORT_KIND = 12;
export const IMPORT_SPECIFIER_LOCAL = 72;
export const INLINE = 8;
export const JSX_ATTRIBUTE_ITEM_KINDS = {
  JSXAttribute: 0,
  JSXSpreadAttribute: 1,
} as const;
export const JSX_ATTRIBUTE_NAME = 16;
export const JSX_ATTRIBUTE_NAME_KINDS = {
  JSXIdentifier: 0,
  JSXNamespacedName: 1,
} as const;
export const JSX_ATTRIBUTE_VALUE = 32;
export const JSX_ATTRIBUTE_VALUE_KINDS = {
  StringLiteral: 0,
  JSXExpressionContainer: 1,
  JSXElement: 2,
  JSXFragment: 3,
} as const;
export const JSX_CHILD_KINDS = {
  JSXText: 0,
  JSXElement: 1,
  JSXFragment: 2,
  JSXExpressionContainer: 3,
  JSXSpreadChild: 4,
} as const;
export const JSX_CLOSING_ELEMENT_NAME = 16;
export const JSX_ELEMENT_CHILDREN = 24;
export const JSX_ELEMENT_CLOSING_ELEMENT = 48;
export const JSX_ELEMENT_NAME_KINDS = {
  JSXIdentifier: 0,
  IdentifierReference: 1,
  JSXNamespacedName: 2,
  JSXMemberExpression: 3,
  ThisExpression: 4,
} as const;
export const JSX_ELEMENT_OPENING_ELEMENT = 16;
export const JSX_EXPRESSION_CONTAINER_EXPRESSION = 16;
export const JSX_EXPRESSION_KINDS = {
  JSXEmptyExpression: 64,
} as const;
export const JSX_FRAGMENT_CHILDREN = 32;
export const JSX_FRAGMENT_CLOSING_FRAGMENT = 56;
export const JSX_FRAGMENT_OPENING_FRAGMENT = 16;
export const JSX_MEMBER_EXPRESSION_OBJECT = 16;
export const JSX_MEMBER_EXPRESSION_OBJECT_KINDS = {
  IdentifierReference: 0,
  JSXMemberExpression: 1,
  ThisExpression: 2,
} as const;
export const JSX_MEMBER_EXPRESSION_PROPERTY = 32;
export const JSX_NAMESPACED_NAME_NAME = 48;
export const JSX_NAMESPACED_NAME_NAMESPACE = 16;
export const JSX_OPENING_ELEMENT_ATTRIBUTES = 40;
export const JSX_OPENING_ELEMENT_NAME = 16;
export const JSX_OPENING_ELEMENT_TYPE_ARGUMENTS = 32;
export const JSX_SPREAD_ATTRIBUTE_ARGUMENT = 16;
export const JSX_SPREAD_CHILD_EXPRESSION = 16;
export const JUMP_LABEL = 16;
export const LABELED_STATEMENT_BODY = 48;
export const LABELED_STATEMENT_LABEL = 16;
export const LOGICAL_OPERATOR_WORDS = ['||', '&&', '??'] as const;
export const MEMBER_DECORATORS = 16;
export const MEMBER_KEY = 40;
export const MEMBER_OBJECT = 16;
export const MEMBER_OPTIONAL = 12;
export const MEMBER_PROPERTY = 32;
export const METHOD_DEFINITION_COMPUTED = 14;
export const METHOD_DEFINITION_OPTIONAL = 65;
export const METHOD_DEFINITION_TYPE = 12;
export const METHOD_DEFINITION_TYPE_WORDS = ['MethodDefinition', 'TSAbstractMethodDefinition'] as const;
export const METHOD_DEFINITION_VALUE = 56;
export const MODULE_EXPORT_NAME_KINDS = {
  IdentifierName: 0,
  IdentifierReference: 1,
  StringLiteral: 2,
} as const;
export const NAME_TEXT = 16;
export const NEW_EXPRESSION_ARGUMENTS = 40;
export const NEW_EXPRESSION_CALLEE = 16;
export const NEW_EXPRESSION_TYPE_ARGUMENTS = 32;
export const NO_PHASE = 2;
export const OBJECT_ASSIGNMENT_TARGET_PROPERTIES = 16;
export const OBJECT_EXPRESSION_PROPERTIES = 16;
export const OBJECT_PATTERN_PROPERTIES = 16;
export const OBJECT_PROPERTY_COMPUTED = 15;
export const OBJECT_PROPERTY_KEY = 16;
export const OBJECT_PROPERTY_KIND = 12;
export const OBJECT_PROPERTY_KIND_KINDS = {
  ObjectProperty: 0,
  SpreadElement: 1,
} as const;
export const OBJECT_PROPERTY_METHOD = 13;
export const OBJECT_PROPERTY_SHORTHAND = 14;
export const OBJECT_PROPERTY_VALUE = 32;
export const PARENTHESIZED_EXPRESSION_EXPRESSION = 16;
export const PATTERN_REST = 40;
export const PRIVATE_IN_EXPRESSION_LEFT = 16;
export const PRIVATE_IN_EXPRESSION_RIGHT = 48;
export const PROGRAM_BODY = 112;
export const PROGRAM_DIRECTIVES = 88;
export const PROGRAM_HASHBANG = 56;
export const PROPERTY_DEFINITION_DEFINITE = 82;
export const PROPERTY_DEFINITION_OPTIONAL = 81;
export const PROPERTY_KEY_KINDS = {
  IdentifierName: 64,
  PrivateIdentifier: 65,
} as const;
export const RAW_TRANSFER_DATA_COMMENTS = 144;
export const RAW_TRANSFER_DATA_ERRORS = 272;
export const RAW_TRANSFER_DATA_PROGRAM = 0;
export const RETURN_STATEMENT_ARGUMENT = 16;
export const SEQUENCE_EXPRESSION_EXPRESSIONS = 16;
export const SPREAD_ELEMENT_ARGUMENT = 16;
export const STATEMENT_KINDS = {
  BlockStatement: 0,
  BreakStatement: 1,
  ContinueStatement: 2,
  DebuggerStatement: 3,
  DoWhileStatement: 4,
  EmptyStatement: 5,
  ExpressionStatement: 6,
  ForInStatement: 7,
  ForOfStatement: 8,
  ForStatement: 9,
  IfStatement: 10,
  LabeledStatement: 11,
  ReturnStatement: 12,
  SwitchStatement: 13,
  ThrowStatement: 14,
  TryStatement: 15,
  WhileStatement: 16,
  WithStatement: 17,
  VariableDeclaration: 32,
  Function: 33,
  Class: 34,
  TSTypeAliasDeclaration: 35,
  TSInterfaceDeclaration: 36,
  TSEnumDeclaration: 37,
  TSExternalModuleDeclaration: 38,
  TSNamespaceDeclaration: 39,
  TSGlobalDeclaration: 40,
  TSImportEqualsDeclaration: 41,
  ImportDeclaration: 64,
  ExportAllDeclaration: 65,
  ExportDefaultDeclaration: 66,
  ExportDeclaration: 67,
  ExportNamedDeclaration: 68,
  ExportFromDeclaration: 69,
  TSExportAssignment: 70,
  TSNamespaceExportDeclaration: 71,
} as const;
export const STATIC_BLOCK_BODY = 16;
export const SWITCH_CASE_CONSEQUENT = 32;
export const SWITCH_CASE_SIZE = 56;
export const SWITCH_CASE_TEST = 16;
export const SWITCH_STATEMENT_CASES = 32;
export const SWITCH_STATEMENT_DISCRIMINANT = 16;
export const TAGGED_TEMPLATE_EXPRESSION_QUASI = 40;
export const TAGGED_TEMPLATE_EXPRESSION_TAG = 16;
export const TAGGED_TEMPLATE_EXPRESSION_TYPE_ARGUMENTS = 32;
export const TARGET_REST = 40;
export const TEMPLATE_LITERAL_EXPRESSIONS = 40;
export const THROW_STATEMENT_ARGUMENT = 16;
export const TRY_STATEMENT_BLOCK = 16;
export const TRY_STATEMENT_FINALIZER = 32;
export const TRY_STATEMENT_HANDLER = 24;
export const TS_AS_EXPRESSION_EXPRESSION = 16;
export const TS_AS_EXPRESSION_TYPE_ANNOTATION = 32;
export const TS_CLASS_IMPLEMENTS_SIZE = 40;
export const TS_ENUM_BODY_MEMBERS = 16;
export const TS_ENUM_DECLARATION_BODY = 48;
export const TS_ENUM_DECLARATION_CONST = 12;
export const TS_ENUM_DECLARATION_DECLARE = 13;
export const TS_ENUM_DECLARATION_ID = 16;
export const TS_ENUM_MEMBER_ID = 16;
export const TS_ENUM_MEMBER_INITIALIZER = 32;
export const TS_ENUM_MEMBER_NAME_KINDS = {
  IdentifierName: 0,
  StringLiteral: 1,
  TemplateLiteral: 3,
} as const;
export const TS_ENUM_MEMBER_SIZE = 48;
export const TS_EXPORT_ASSIGNMENT_EXPRESSION = 16;
export const TS_EXTERNAL_MODULE_DECLARATION_BODY = 64;
export const TS_EXTERNAL_MODULE_DECLARATION_DECLARE = 72;
export const TS_EXTERNAL_MODULE_DECLARATION_ID = 16;
export const TS_EXTERNAL_MODULE_REFERENCE_EXPRESSION = 16;
export const TS_GLOBAL_DECLARATION_BODY = 24;
export const TS_GLOBAL_DECLARATION_DECLARE = 88;
export const TS_IMPORT_EQUALS_DECLARATION_ID = 16;
export const TS_IMPORT_EQUALS_DECLARATION_IMPORT_KIND = 12;
export const TS_IMPORT_EQUALS_DECLARATION_MODULE_REFERENCE = 48;
export const TS_INSTANTIATION_EXPRESSION_EXPRESSION = 16;
export const TS_INSTANTIATION_EXPRESSION_TYPE_ARGUMENTS = 32;
export const TS_INTERFACE_DECLARATION_DECLARE = 88;
export const TS_MODULE_REFERENCE_KINDS = {
  TSExternalModuleReference: 0,
  IdentifierReference: 1,
  TSQualifiedName: 2,
} as const;
export const TS_NAMESPACE_DECLARATION_BODY = 48;
export const TS_NAMESPACE_DECLARATION_BODY_KINDS = {
  TSNamespaceDeclaration: 0,
  TSModuleBlock: 1,
} as const;
export const TS_NAMESPACE_DECLARATION_DECLARE = 65;
export const TS_NAMESPACE_DECLARATION_ID = 16;
export const TS_NAMESPACE_DECLARATION_KIND = 64;
export const TS_NAMESPACE_DECLARATION_KIND_WORDS = ['module', 'namespace'] as const;
export const TS_NON_NULL_EXPRESSION_EXPRESSION = 16;
export const TS_QUALIFIED_NAME_LEFT = 16;
export const TS_QUALIFIED_NAME_RIGHT = 32;
export const TS_THIS_PARAMETER_TYPE_ANNOTATION = 24;
export const TS_TYPE_ALIAS_DECLARATION_DECLARE = 72;
export const TS_TYPE_ANNOTATION_TYPE_ANNOTATION = 16;
export const TS_TYPE_ASSERTION_EXPRESSION = 32;
export const TS_TYPE_ASSERTION_TYPE_ANNOTATION = 16;
export const TS_TYPE_KINDS = {
  TSAnyKeyword: 0,
  TSBigIntKeyword: 1,
  TSBooleanKeyword: 2,
  TSIntrinsicKeyword: 3,
  TSNeverKeyword: 4,
  TSNullKeyword: 5,
  TSNumberKeyword: 6,
  TSObjectKeyword: 7,
  TSStringKeyword: 8,
  TSSymbolKeyword: 9,
  TSThisType: 10,
  TSUndefinedKeyword: 11,
  TSUnknownKeyword: 12,
  TSVoidKeyword: 13,
  TSArrayType: 14,
  TSConditionalType: 15,
  TSConstructorType: 16,
  TSFunctionType: 17,
  TSImportType: 18,
  TSIndexedAccessType: 19,
  TSInferType: 20,
  TSIntersectionType: 21,
  TSLiteralType: 22,
  TSMappedType: 23,
  TSNamedTupleMember: 24,
  TSTemplateLiteralType: 26,
  TSTupleType: 27,
  TSTypeLiteral: 28,
  TSTypeOperator: 29,
  TSTypePredicate: 30,
  TSTypeQuery: 31,
  TSTypeReference: 32,
  TSUnionType: 33,
  TSParenthesizedType: 34,
  JSDocNullableType: 35,
  JSDocNonNullableType: 36,
  JSDocUnknownType: 37,
} as const;
export const TS_TYPE_NAME_KINDS = {
  IdentifierReference: 0,
  TSQualifiedName: 1,
  ThisExpression: 2,
} as const;
export const TS_TYPE_PARAMETER_INSTANTIATION_PARAMS = 16;
export const TS_TYPE_PREDICATE_ASSERTS = 12;
export const TS_TYPE_REFERENCE_TYPE_ARGUMENTS = 32;
export const TS_TYPE_REFERENCE_TYPE_NAME = 16;
export const UNARY_EXPRESSION_ARGUMENT = 16;
export const UNARY_EXPRESSION_OPERATOR = 12;
export const UNARY_OPERATOR_WORDS = ['+', '-', '!', '~', 'typeof', 'void', 'delete'] as const;
export const UPDATE_EXPRESSION_ARGUMENT = 16;
export const UPDATE_EXPRESSION_OPERATOR = 12;
export const UPDATE_EXPRESSION_PREFIX = 13;
export const UPDATE_OPERATOR_WORDS = ['++', '--'] as const;
export const VARIABLE_DECLARATION_DECLARATIONS = 16;
export const VARIABLE_DECLARATION_DECLARE = 13;
export const VARIABLE_DECLARATION_KIND = 12;
export const VARIABLE_DECLARATION_KIND_WORDS = ['var', 'let', 'const', 'using', 'await using'] as const;
export const VARIABLE_DECLARATOR_DEFINITE = 12;
export const VARIABLE_DECLARATOR_ID = 16;
export const VARIABLE_DECLARATOR_INIT = 40;
export const VARIABLE_DECLARATOR_SIZE = 56;
export const VARIABLE_DECLARATOR_TYPE_ANNOTATION = 32;
export const WHILE_STATEMENT_BODY = 32;
export const WHILE_STATEMENT_TEST = 16;
export const WITH_CLAUSE_ATTRIBUTES = 16;
export const WITH_STATEMENT_BODY = 32;
export const WITH_STATEMENT_OBJECT = 16;
export const YIELD_EXPRESSION_ARGUMENT = 16;
export const YIELD_EXPRESSION_DELEGATE = 12;
