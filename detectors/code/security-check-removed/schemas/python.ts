import type { FileFacts, Syntax } from '../../../../src/inspect/facts.ts';
import { fieldOf, within } from '../../support/around.ts';
import { ask, emptyField, type Field, type Limits, matchesAll, type Rank } from './limits.ts';
import { plain } from './paths.ts';

/** Bases of classes that say what is let in: pydantic's own, and what others are customarily called that stand on them. */
const MODELS = /(?:^|\.)(?:BaseModel|SQLModel|RootModel|GenericModel|BaseSettings)$/;
const CUSTOMARY = /(?:Model|Dto|DTO|Input|Request|Payload|Params|Schema|Base)$/;
const RECORDS = /^@(?:\w+\.)*(?:dataclass|attrs|s|define|frozen|mutable)\b/;
/** Tables of databases: what they ask is asked of what is stored. */
const STORED = /^(?:\w+\.)?(?:models|db|orm)\.Model$|^(?:Model|Base|DeclarativeBase)$/;

/** pydantic, "Fields"; annotated-types; marshmallow, "Validation"; Django, "Form fields"; msgspec, "Constraints". */
const KEYWORDS: Readonly<Record<string, string>> = {
  max_length: 'max',
  le: 'max',
  lt: 'max',
  max: 'max',
  max_items: 'max',
  max_value: 'max',
  max_digits: 'max',
  max_inclusive: 'max',
  max_exclusive: 'max',
  min_length: 'min',
  ge: 'min',
  gt: 'min',
  min: 'min',
  min_items: 'min',
  min_value: 'min',
  min_inclusive: 'min',
  min_exclusive: 'min',
  pattern: 'pattern',
  regex: 'pattern',
  choices: 'values',
  multiple_of: 'integer',
  read_only: 'readonly',
  dump_only: 'readonly',
  disabled: 'readonly',
};
const FORMATS =
  /^(?:EmailStr|NameEmail|HttpUrl|Https?Url|Any(?:Http)?Url|AnyWebsocketUrl|UUID\d?|IPv\w+|IPvAny\w+|PaymentCardNumber|ByteSize|datetime|date|time|timedelta|Aware\w+|Naive\w+|Past\w+|Future\w+)$/;
const FIELD_FORMATS =
  /^(?:Email|URL|Url|UUID|Slug|IP\w*|GenericIPAddress|Date\w*|Time\w*|AwareDateTime|NaiveDateTime|Duration)(?:Field)?$/;
const FIELD_VALUES =
  /^(?:(?:Typed|Multiple|TypedMultiple|Model|ModelMultiple|Null)?(?:Choice|Boolean|Bool)|Enum|Constant|SlugRelated|PrimaryKeyRelated)(?:Field)?$/;
const FIELD_OPEN = /^(?:Raw|Field|JSON|Dict|Mapping)(?:Field)?$/;
const FIELD_PLAIN =
  /^(?:Str|String|Char|Integer|Int|Float|Decimal|Number|List|Nested|Tuple|File|Image|Method|SerializerMethod|Function|Pluck|HiddenField|Hidden|ReadOnly)(?:Field)?$/;
const OPEN_TYPES = /^(?:Any|object|dict|Dict|Mapping|MutableMapping|JsonValue)$/;
const PLAIN_TYPES =
  /^(?:str|int|float|bytes|complex|Decimal|None|Optional|Union|List|list|Set|set|FrozenSet|frozenset|Tuple|tuple|Sequence|Iterable|Annotated|Field|typing|pydantic|t|Required|NotRequired|Final|ClassVar|Str|msgspec|Meta|StringConstraints|con\w+|Depends|Query|Body|annotated_types|Strict\w+|SecretStr|SecretBytes|AfterValidator|BeforeValidator)$/;
const CONSTRAINED = /^(?:constr|conint|confloat|condecimal|conbytes|conlist|conset)$/;
const NAMES: ReadonlySet<string> = new Set(['identifier', 'property_identifier']);
const CALLS: ReadonlySet<string> = new Set(['call_expression']);
const DOES: ReadonlySet<string> = new Set(['throw_statement', 'assert_statement', 'call_expression']);
const MAX_HOPS = 3;

/** Fields of Python classes that say what is let in, and the classes themselves. */
export function* pythonClasses(facts: FileFacts): Generator<Field> {
  for (const cls of facts.nodes('class_declaration')) {
    const library = libraryOf(facts, cls);
    const name = plain(facts, fieldOf(cls, 'name'));
    const body = fieldOf(cls, 'body');
    if (library === null || body === undefined) continue;
    const whole = emptyField([name, '{}'], cls, library);
    const fields = fieldsIn(facts, body, name, library);
    describeClass(facts, cls, body, whole, fields);
    yield whole;
    yield* fields.values();
  }
}

function libraryOf(facts: FileFacts, cls: Syntax): string | null {
  const bases = (fieldOf(cls, 'superclasses')?.children ?? []).filter(({ type }) => type !== 'keyword_argument');
  for (const base of bases) {
    const text = facts.text(base).replace(/\[[\s\S]*$/, '');
    if (STORED.test(text)) return null;
    if (/Form(?:Set)?$/.test(text)) return 'forms';
    if (/Serializer$/.test(text)) return 'serializers';
    if (/Struct$/.test(text)) return 'msgspec';
    if (/Schema$/.test(text) && facts.program.text.includes('marshmallow')) return 'marshmallow';
    if (MODELS.test(text)) return 'pydantic';
    if (CUSTOMARY.test(text) && /pydantic|\bninja\b/.test(facts.program.text)) return 'pydantic';
  }
  const above = (cls.parent?.children ?? []).filter(({ type }) => type === 'decorator');
  return above.some((each) => RECORDS.test(facts.text(each))) ? 'record' : null;
}

function fieldsIn(facts: FileFacts, body: Syntax, name: string, library: string): Map<string, Field> {
  const found = new Map<string, Field>();
  for (const statement of body.children) {
    const assigned = statement.type === 'expression_statement' ? statement.children[0] : statement;
    if (assigned?.type !== 'assignment_expression') continue;
    const left = fieldOf(assigned, 'left');
    const type = fieldOf(assigned, 'type');
    const value = fieldOf(assigned, 'right');
    if (left?.type !== 'identifier' || (type === undefined && value?.type !== 'call_expression')) continue;
    const field = emptyField([name, facts.text(left)], statement, library);
    if (type !== undefined) readType(facts, type, field.limits, 0);
    if (value?.type === 'call_expression') {
      readKeywords(facts, value, field.limits);
      if (type === undefined) readFieldType(facts, value, field.limits);
    }
    found.set(facts.text(left), field);
  }
  return found;
}

function readType(facts: FileFacts, type: Syntax, limits: Limits, hops: number): void {
  for (const call of within(type, CALLS)) readKeywords(facts, call, limits);
  let isOpen = false;
  for (const node of within(type, NAMES)) {
    if (isKeyword(node)) continue;
    const name = facts.text(node);
    if (node.field === 'object' || isInCall(node, type)) continue;
    if (/^(?:Literal|bool|StrictBool)$/.test(name)) ask(limits, 'values', name, null, false);
    else if (FORMATS.test(name)) ask(limits, 'format', name, null, false);
    else if (/^(?:Positive|NonNegative)/.test(name)) ask(limits, 'min', name, null, false);
    else if (/^(?:Negative|NonPositive)/.test(name)) ask(limits, 'max', name, null, false);
    else if (OPEN_TYPES.test(name)) isOpen = true;
    else if (!PLAIN_TYPES.test(name)) readNamed(facts, node, name, limits, hops);
  }
  if (!isOpen) ask(limits, 'typed', 'its type', null, false);
}

/** `Name = Annotated[str, Field(max_length=40)]`, a class of this file, or one from elsewhere. */
function readNamed(facts: FileFacts, node: Syntax, name: string, limits: Limits, hops: number): void {
  const made = facts.definition(node);
  if (made !== null && made.type !== 'class_declaration' && hops < MAX_HOPS) {
    readType(facts, made, limits, hops + 1);
    return;
  }
  const bases = made === null ? undefined : fieldOf(made, 'superclasses');
  if (bases !== undefined && /Enum\b/.test(facts.text(bases))) ask(limits, 'values', name, null, false);
  else ask(limits, `type:${name}`, name, null, false);
}

function isKeyword(node: Syntax): boolean {
  return node.parent?.type === 'keyword_argument' && node.field === 'name';
}

/** What a constraint is given names no type; the call itself may: `constr(max_length=3)`. */
function isInCall(node: Syntax, type: Syntax): boolean {
  for (let up = node.parent; up !== null && up !== type; up = up.parent) if (up.type === 'arguments') return true;
  return node.parent?.type === 'call_expression';
}

function readFieldType(facts: FileFacts, call: Syntax, limits: Limits): void {
  const callee = fieldOf(call, 'function');
  if (callee === undefined) return;
  const word = facts.text(fieldOf(callee, 'property') ?? callee);
  if (FIELD_FORMATS.test(word)) ask(limits, 'format', word, null, false);
  else if (FIELD_VALUES.test(word)) ask(limits, 'values', word, null, false);
  else if (/^Regex/.test(word)) ask(limits, 'pattern', word, null, false);
  else if (!FIELD_PLAIN.test(word) && !FIELD_OPEN.test(word) && !/^(?:field|ib|Field|attrib)$/.test(word))
    ask(limits, `type:${word}`, word, null, false);
  if (!FIELD_OPEN.test(word)) ask(limits, 'typed', 'its type', null, false);
}

/** Bounds and checks among what a call is given: `Field(max_length=3)`, `fields.Str(validate=Length(max=3))`. */
function readKeywords(facts: FileFacts, call: Syntax, limits: Limits): void {
  const callee = fieldOf(call, 'function');
  const called = callee === undefined ? '' : facts.text(fieldOf(callee, 'property') ?? callee);
  for (const part of fieldOf(call, 'arguments')?.children ?? []) {
    if (part.type !== 'keyword_argument') {
      if (/^(?:After|Before|Plain|Wrap)Validator$/.test(called))
        ask(limits, `check:${facts.text(part)}`, called, null, false);
      continue;
    }
    const key = plain(facts, fieldOf(part, 'name'));
    const value = fieldOf(part, 'value');
    if (value === undefined) continue;
    const said = numberBelowZero(facts, value) ?? facts.constant(value);
    if (key === 'required' && said === true) ask(limits, 'required', key, null, false);
    if (/^validat(?:e|or|ors)$/.test(key)) readValidators(facts, value, limits);
    const kind = Object.hasOwn(KEYWORDS, key) ? KEYWORDS[key] : undefined;
    if (kind === undefined || said === null || said === false) continue;
    if (kind === 'pattern' && matchesAll(facts.text(value))) continue;
    if (key === 'min_length' && said === 0) continue;
    ask(limits, kind, key, typeof said === 'number' ? said : null, false);
  }
  if (CONSTRAINED.test(called)) ask(limits, 'typed', 'its type', null, false);
}

/** `-5` */
function numberBelowZero(facts: FileFacts, value: Syntax): number | undefined {
  const text = facts.text(value);
  return /^-\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined;
}

/** marshmallow's `validate=[Length(max=3), own]`, Django's `validators=[own]`, attrs' `validator=in_(…)`. */
function readValidators(facts: FileFacts, value: Syntax, limits: Limits): void {
  for (const part of value.type === 'array' ? value.children : [value]) {
    if (part.type !== 'call_expression') {
      if (facts.constant(part) !== null) ask(limits, `check:${facts.text(part)}`, facts.text(part), null, false);
      continue;
    }
    const callee = fieldOf(part, 'function');
    const word = callee === undefined ? '' : facts.text(fieldOf(callee, 'property') ?? callee);
    if (/^(?:Length|Range)$/.test(word)) readKeywords(facts, part, limits);
    else if (/^(?:OneOf|ContainsOnly|Equal|in_)$/.test(word)) ask(limits, 'values', word, null, false);
    else if (/^(?:Regexp|RegexValidator|matches_re)$/.test(word)) ask(limits, 'pattern', word, null, false);
    else if (/^(?:Email|URL|EmailValidator|URLValidator)$/.test(word)) ask(limits, 'format', word, null, false);
    else if (/^(?:MaxLength|MaxValue)Validator$|^(?:max_len|le|lt)$/.test(word)) ask(limits, 'max', word, null, false);
    else if (/^(?:MinLength|MinValue)Validator$|^(?:min_len|ge|gt)$/.test(word)) ask(limits, 'min', word, null, false);
    else if (word === 'instance_of') ask(limits, 'typed', word, null, false);
    else if (word !== 'optional') ask(limits, `check:${word}`, word, null, false);
  }
}

/** What the class asks as a whole: functions that look at values, keys that it does not name, fields named one by one. */
function describeClass(
  facts: FileFacts,
  cls: Syntax,
  body: Syntax,
  whole: Field,
  fields: ReadonlyMap<string, Field>,
): void {
  whole.rank =
    whole.library === 'marshmallow' ? 2 : whole.library === 'pydantic' || whole.library === 'msgspec' ? 1 : null;
  for (const part of fieldOf(cls, 'superclasses')?.children ?? []) {
    if (part.type !== 'keyword_argument') continue;
    const text = facts.text(part).replace(/\s/g, '');
    if (text === 'forbid_unknown_fields=True') whole.rank = 2;
    if (text.startsWith('extra=')) whole.rank = rankOf(text) ?? whole.rank;
  }
  for (const part of body.children) {
    const text = facts.text(part);
    const fn = part.type === 'decorated_definition' ? fieldOf(part, 'definition') : part;
    if (fn?.type === 'function_declaration') readMethod(facts, part, fn, whole, fields);
    else if (/^model_config\b/.test(text)) whole.rank = rankOf(text) ?? whole.rank;
    else if (part.type === 'class_declaration') {
      whole.rank = rankOf(text) ?? whole.rank;
      if (/^class\s+Meta\b/.test(text)) readMeta(facts, part, whole, fields);
    }
  }
}

function rankOf(text: string): Rank | null {
  const word = /['"]?(?:extra|unknown)['"]?\s*[=:]\s*(?:\w+\.)*['"]?(\w+)/.exec(text)?.[1]?.toLowerCase();
  if (word === 'forbid' || word === 'raise') return 2;
  if (word === 'ignore' || word === 'exclude') return 1;
  return word === 'allow' || word === 'include' ? 0 : null;
}

function readMethod(
  facts: FileFacts,
  part: Syntax,
  fn: Syntax,
  whole: Field,
  fields: ReadonlyMap<string, Field>,
): void {
  const body = fieldOf(fn, 'body');
  // One that hands everything back looks at nothing.
  if (body === undefined || within(body, DOES).next().done === true) return;
  const name = plain(facts, fieldOf(fn, 'name'));
  const put = (field: string | null): void => {
    const limits = field === null ? whole.limits : fields.get(field)?.limits;
    if (limits !== undefined) ask(limits, `check:${field === null ? '' : name}`, name, null, false);
  };
  const own = /^(?:clean|validate)(?:_(\w+))?$/.exec(name);
  if (own !== null && /^(?:forms|serializers)$/.test(whole.library)) put(own[1] ?? null);
  for (const decorator of part.children) {
    const text = decorator.type === 'decorator' ? facts.text(decorator) : '';
    if (/^@(?:\w+\.)?(?:model_validator|root_validator|validates_schema|pre_load)\b/.test(text)) put(null);
    const attribute = /^@(\w+)\.validator\b/.exec(text)?.[1];
    if (attribute !== undefined) put(attribute);
    if (!/^@(?:\w+\.)?(?:field_validator|validator|validates)\b/.test(text)) continue;
    for (const [, field] of text.matchAll(/\(?\s*['"]([\w*]+)['"]/g)) put(field === '*' ? null : (field ?? null));
  }
}

/** `class Meta` of Django's forms and serializers: which fields there are, and which of them nobody sets. */
function readMeta(facts: FileFacts, meta: Syntax, whole: Field, fields: ReadonlyMap<string, Field>): void {
  const said = new Map<string, Syntax>();
  for (const statement of fieldOf(meta, 'body')?.children ?? []) {
    const assigned = statement.type === 'expression_statement' ? statement.children[0] : undefined;
    const left = assigned === undefined ? undefined : fieldOf(assigned, 'left');
    const value = assigned === undefined ? undefined : fieldOf(assigned, 'right');
    if (left !== undefined && value !== undefined) said.set(facts.text(left), value);
  }
  const named = said.get('fields');
  if (named !== undefined && facts.constant(named) !== '__all__')
    ask(whole.limits, 'listed', 'list of fields', null, false);
  const listed = named === undefined ? null : new Set(namesIn(facts, named));
  for (const key of ['read_only_fields', 'exclude', 'dump_only']) {
    const value = said.get(key);
    if (value === undefined) continue;
    if (value.type === 'identifier' && facts.definition(value) === null) whole.known = false;
    for (const name of namesIn(facts, value)) ask(whole.limits, `readonly:${name}`, name, null, false);
  }
  // What is not among the fields nobody sets.
  whole.listed = listed;
  for (const [name, { limits }] of fields)
    if (limits.has('readonly')) ask(whole.limits, `readonly:${name}`, name, null, false);
}

function namesIn(facts: FileFacts, value: Syntax): readonly string[] {
  const list = facts.definition(value) ?? value;
  return list.children.flatMap((each) => {
    const name = facts.constant(each);
    return typeof name === 'string' ? [name] : [];
  });
}
