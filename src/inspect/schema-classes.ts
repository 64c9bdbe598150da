import type { Constants } from './constants.ts';
import { coversAll, type Leaves } from './forms.ts';
import type { Scopes } from './scopes.ts';
import { childOf, descendantsOf, type Program, partsOf, type Syntax } from './syntax.ts';

/** What the reading of a class with class-validator's decorators asks of a file. */
export interface ClassNeeds {
  readonly program: Program;
  readonly scopes: Scopes;
  readonly constants: Constants;
}

/** Decorators of class-validator that leave a number, one of a list, or a closed form (its documentation, "Validation decorators"). */
const CLOSED =
  /^@(?:Is(?:Int|Number|Boolean|Date|DateString|ISO8601|RFC3339|Enum|In|UUID|MongoId|NumberString|Numeric|BooleanString|Alpha|Alphanumeric|Hexadecimal|HexColor|Octal|Decimal|Divisible\w*|IP|Port|SemVer|MACAddress|CreditCard|Hash|ISO31661\w*|ISO4217\w*|Locale|Latitude|Longitude|LatLong|PhoneNumber|MobilePhone|MilitaryTime|TimeZone|Positive|Negative|Base32|Base58|EthereumAddress|JWT|ULID|FirebasePushId|ISBN|ISSN|ISIN|EAN|RgbColor|HSL|Currency)|Equals|Min|Max)\(/;
const TEXT =
  /^@(?:Is(?:String|Url|URL|NotEmpty|Optional|Defined|Array|Base64|FQDN|Ascii)|(?:Min|Max)?Length|Matches|Allow|Transform|Expose|Api(?:Response)?Property\w*|Field|Type|Contains|NotContains|ArrayM\w+|ArrayNotEmpty|ArrayUnique|ValidateIf)\(/;

/** The class that an annotation names, where it stands in this file: `CreateUser`, `CreateUser[]`. */
export function classOfType(type: Syntax, { scopes }: ClassNeeds): Syntax | null {
  for (const part of descendantsOf(type)) {
    if (part.type !== 'type_identifier' && part.type !== 'identifier') continue;
    const value = scopes.lookup(part)?.definitions[0]?.value;
    if (value?.type === 'class_declaration') return value;
  }
  return null;
}

/** What a class leaves of a field. */
export function leavesOfClass(cls: Syntax, path: readonly string[], needs: ClassNeeds): Leaves {
  return leavesIn(cls, path, needs, 0);
}

function leavesIn(cls: Syntax, path: readonly string[], needs: ClassNeeds, hops: number): Leaves {
  const { program, constants } = needs;
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);
  const [first, ...rest] = path.filter((part) => part !== '*');
  if (first === undefined || hops > 6) return 'unknown';
  const field = (childOf(cls, 'body')?.children ?? []).find((part) => {
    const at = part.type === 'public_field_definition' ? childOf(part, 'name') : null;
    return at !== null && name(at) === first;
  });
  if (field === undefined) return ofBase(cls, path, needs, hops);
  const type = childOf(field, 'type');
  if (rest.length > 0) {
    const inner = type === null ? null : classOfType(type, needs);
    return inner === null ? 'unknown' : leavesIn(inner, rest, needs, hops + 1);
  }
  const decorators = field.children.filter((part) => part.type === 'decorator');
  if (decorators.some((each) => CLOSED.test(name(each)) || covers(each))) return 'nothing';
  if (decorators.some((each) => /^@IsEmail\(/.test(name(each)))) return 'address';
  return decorators.length > 0 && decorators.every((each) => TEXT.test(name(each))) ? 'text' : 'unknown';

  function covers(decorator: Syntax): boolean {
    if (!/^@Matches\(/.test(name(decorator))) return false;
    const call = decorator.children.find((part) => part.type === 'call_expression');
    const list = call === undefined ? null : childOf(call, 'arguments');
    const given = list === null ? undefined : partsOf(list)[0];
    const pattern = given === undefined ? null : constants.resolved(given);
    const body = pattern?.type === 'regex' ? childOf(pattern, 'pattern') : null;
    const flags = pattern === null ? null : childOf(pattern, 'flags');
    return body !== null && coversAll(name(body)) && !(flags !== null && name(flags).includes('m'));
  }
}

/** `class Update extends PartialType(Create)` and `extends Create` have the fields of the other. */
function ofBase(cls: Syntax, path: readonly string[], needs: ClassNeeds, hops: number): Leaves {
  const heritage = cls.children.find((part) => part.type === 'class_heritage');
  const base = heritage === undefined ? null : classOfType(heritage, needs);
  return base === null || base === cls ? 'unknown' : leavesIn(base, path, needs, hops + 1);
}
