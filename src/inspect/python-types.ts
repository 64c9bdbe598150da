import type { Constants } from './constants.ts';
import { coversAll, type Leaves } from './forms.ts';
import { isEnum } from './python-roles.ts';
import { childOf, descendantsOf, type Program, partsOf, type Syntax } from './syntax.ts';

/** Types whose values are numbers, dates, addresses of machines and the like (pydantic documentation, "Conversion Table"). */
const CLOSED =
  /^(?:Strict)?(?:int|float|bool|complex|Int|Float|Bool|Integer|Boolean|Number|Decimal|Date|Time|DateTime|AwareDateTime|NaiveDateTime|TimeDelta|UUID\d?|date|time|datetime|timedelta|Pos(?:itive|t)\w*(?:Int|Float)|(?:Negative|NonNegative|NonPositive|Finite)(?:Int|Float)|IP(?:v[46])?(?:Any)?(?:Address|Network|Interface)?|IPvAny\w+|Literal|conint|confloat|condecimal|condate|(?:Past|Future|Aware|Naive)(?:Date|Datetime)|ByteSize|Enum|Color|PaymentCardNumber)$/;
/** Texts, and what takes the form of one; that a path exists or that a text is a URL says nothing of where it leads. */
const TEXT =
  /^(?:str|bytes|Any|object|StrictStr|StrictBytes|SecretStr|AnyStr|AnyUrl|AnyHttpUrl|HttpUrl|Url|URL|Path|FilePath|DirectoryPath|NewPath|constr|Str|String|Raw|Field)$/;
const ADDRESS = /^(?:EmailStr|NameEmail|Email)$/;
/** Types that are what stands in their brackets. */
const AROUND =
  /^(?:Optional|Annotated|Union|List|list|Set|set|frozenset|FrozenSet|Sequence|Iterable|Tuple|tuple|Dict|dict|Mapping|ClassVar|Final|Required|NotRequired|conlist|conset|Nested|Pluck|Deque|deque|Collection)$/;
/** What a field's metadata says of the form of its text, each followed by a pattern or a list. */
const PATTERN = /\b(?:pattern|regex)\s*=\s*$|\b(?:matches_re|Regexp|compile)\(\s*$/;

/** A function of somebody's own looks at the value; how long it is, and that it is a text, is no such question. */
const ASKS =
  /\b(?:After|Before|Plain|Wrap)Validator\b|\bvalidat(?:e|ors?)\s*=\s*(?!\[?\s*(?:\w+\.)*(?:Length|instance_of|max_len|min_len|optional)\()/;

/** What a type, or a field made by a call, leaves of a text. */
export function leavesOfType(type: Syntax, program: Program, constants: Constants): Leaves {
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);

  function leaves(node: Syntax, hops: number): Leaves {
    if (hops > 12) return 'unknown';
    switch (node.type) {
      case 'type':
        return node.children[0] === undefined ? 'unknown' : leaves(node.children[0], hops + 1);
      case 'identifier':
        return ofName(node, hops);
      case 'member_expression':
        return ofWord(name(childOf(node, 'property') ?? node));
      case 'null':
        return 'nothing';
      case 'generic_type':
      case 'subscript_expression':
        return ofGeneric(node, hops);
      case 'binary_expression':
      case 'union_type':
        return widest(
          partsOf(node)
            .filter((part) => part.field !== 'operator')
            .map((part) => leaves(part, hops + 1)),
        );
      case 'call_expression':
        return ofCall(node, hops);
      default:
        return 'unknown';
    }
  }

  function ofWord(word: string): Leaves {
    if (CLOSED.test(word)) return 'nothing';
    if (ADDRESS.test(word)) return 'address';
    return TEXT.test(word) ? 'text' : 'unknown';
  }

  function ofName(node: Syntax, hops: number): Leaves {
    if (isEnum(name(node), program)) return 'nothing';
    const known = ofWord(name(node));
    if (known !== 'unknown') return known;
    const value = constants.resolved(node);
    return value === node ? 'unknown' : leaves(value, hops + 1);
  }

  function ofGeneric(node: Syntax, hops: number): Leaves {
    const [outer, ...rest] = partsOf(node);
    if (outer === undefined) return 'unknown';
    const word = name(outer).replace(/^.*\./s, '');
    if (word === 'Literal') return 'nothing';
    if (!AROUND.test(word)) return 'unknown';
    const inner = rest.flatMap((part) =>
      part.type === 'type_parameter' || part.type === 'array' ? partsOf(part) : [part],
    );
    if (word === 'Annotated') {
      const [first, ...said] = inner;
      return first === undefined ? 'unknown' : narrowed(leaves(first, hops + 1), said);
    }
    return widest(inner.map((part) => leaves(part, hops + 1)));
  }

  /** `constr(pattern=…)`, `fields.Str(validate=OneOf([…]))`, `attrs.field(validator=in_([…]))` */
  function ofCall(node: Syntax, hops: number): Leaves {
    const callee = childOf(node, 'function');
    const list = childOf(node, 'arguments');
    if (callee === null || list === null) return 'unknown';
    const word = name(callee).replace(/^.*\./s, '');
    if (word === 'List' || AROUND.test(word)) {
      const [first] = partsOf(list);
      return first === undefined ? 'unknown' : leaves(first, hops + 1);
    }
    return narrowed(ofWord(word), [node]);
  }

  return leaves(type, 0);

  /** The type's own answer, unless what is said beside it leaves less. */
  function narrowed(own: Leaves, said: readonly Syntax[]): Leaves {
    if (own !== 'text' && own !== 'address') return own;
    const form = said.map(saidOf).find((each) => each !== 'text');
    return form ?? own;
  }

  function saidOf(node: Syntax): Leaves {
    return leavesOfMetadata(node, program, constants);
  }
}

/** What `Field(pattern=…)`, `StringConstraints(…)` or a validator in the arguments of a field leaves of a text. */
export function leavesOfMetadata(node: Syntax, program: Program, constants: Constants): Leaves {
  const written = program.text.slice(node.start, node.end);
  if (/\b(?:OneOf|in_)\(|\b(?:choices|enum)\s*=\s*[[(]|\bconverter\s*=\s*(?:int|float|bool|UUID)\b/.test(written))
    return 'nothing';
  let restricted = false;
  for (const part of descendantsOf(node)) {
    const before = PATTERN.exec(program.text.slice(Math.max(0, part.start - 24), part.start));
    const source = before === null || part.type === 'call_expression' ? undefined : constants.constant(part);
    if (before === null || typeof source !== 'string') continue;
    // attrs looks for a match of the whole text, the others for one anywhere.
    const whole = before[0].startsWith('matches_re') ? `^(?:${source})$` : source.replace(/\\Z$/, '$');
    if (coversAll(whole)) return 'nothing';
    restricted = true;
  }
  if (restricted) return 'text';
  return ASKS.test(written) ? 'unknown' : 'text';
}

/** A choice of types leaves what the most open of them does. */
function widest(all: readonly Leaves[]): Leaves {
  const order: readonly Leaves[] = ['text', 'unknown', 'address', 'nothing'];
  return order.find((each) => all.includes(each)) ?? 'unknown';
}
