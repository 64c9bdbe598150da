import type { FileFacts, Syntax } from '../../../../src/inspect/facts.ts';
import { fieldOf } from '../../support/around.ts';
import { ask, emptyField, type Field, type Limits, matchesAll } from './limits.ts';
import { pathOf } from './paths.ts';

/** class-validator, "Validation decorators". */
const KINDS: readonly (readonly [kind: string, words: RegExp])[] = [
  ['values', /^(?:IsIn|IsEnum|Equals|IsBoolean|IsBooleanString)$/],
  [
    'format',
    /^Is(?:Email|Url|URL|UUID|IP|FQDN|MongoId|Date\w*|ISO\w+|RFC3339|JWT|Hash|HexColor|Hexadecimal|CreditCard|PhoneNumber|MobilePhone|Alpha\w*|Ascii|Base\w+|MACAddress|Port|SemVer|IBAN|BIC|ULID|Locale|TimeZone|NumberString|Numeric|EthereumAddress|BtcAddress|Currency|LatLong|Latitude|Longitude)$/,
  ],
  ['pattern', /^(?:Matches|Contains|NotContains)$/],
  ['min', /^(?:Min|MinLength|IsPositive|MinDate|ArrayMinSize|ArrayNotEmpty)$/],
  ['max', /^(?:Max|MaxLength|IsNegative|MaxDate|ArrayMaxSize)$/],
  ['integer', /^(?:IsInt|IsDivisibleBy)$/],
  ['required', /^(?:IsNotEmpty|IsDefined)$/],
  ['typed', /^(?:IsString|IsNumber|IsInt|IsArray|IsObject|ValidateNested|Type|IsInstance)$/],
];
const BOTH = /^(?:Length|IsByteLength)$/;
const CHECKS = /^(?:Validate|ValidateBy|NotEquals|IsNotIn|ArrayUnique|ArrayContains|IsStrongPassword)$/;

/** Fields of classes with class-validator's decorators. */
export function* decorated(facts: FileFacts): Generator<Field> {
  for (const node of facts.nodes('public_field_definition')) {
    const name = fieldOf(node, 'name');
    if (name === undefined) continue;
    const field = emptyField([...pathOf(facts, node), facts.text(name)], node, 'class-validator');
    for (const each of node.children)
      if (each.type === 'decorator' && each.children[0] !== undefined) record(facts, each.children[0], field.limits);
    yield field;
  }
}

function record(facts: FileFacts, decorator: Syntax, limits: Limits): void {
  const callee = fieldOf(decorator, 'function');
  if (callee === undefined) return;
  const word = facts.text(fieldOf(callee, 'property') ?? callee);
  const [first, second] = fieldOf(decorator, 'arguments')?.children ?? [];
  const bound = numberAt(facts, first);
  if (BOTH.test(word)) {
    ask(limits, 'min', word, bound, false);
    if (second !== undefined) ask(limits, 'max', word, numberAt(facts, second), false);
  }
  if (CHECKS.test(word)) ask(limits, `check:${word}`, word, null, false);
  if (word === 'Matches' && first !== undefined && matchesAll(facts.text(first))) return;
  for (const [kind, words] of KINDS) if (words.test(word)) ask(limits, kind, word, bound, false);
}

function numberAt(facts: FileFacts, node: Syntax | undefined): number | null {
  const said = node === undefined ? undefined : facts.constant(node);
  return typeof said === 'number' ? said : null;
}
