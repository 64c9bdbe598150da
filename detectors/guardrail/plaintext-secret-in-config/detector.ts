import type { FileSide } from '../../../src/core/detector.ts';
import { sha256 } from '../../../src/core/digest.ts';
import { type Judged, NOTHING_JUDGED, type Weakness } from '../support/judge.ts';
import { dockerfileAst } from '../support/libraries.ts';
import { formatOf, isContent, linesOf, parsed } from '../support/parsed.ts';
import { quote } from '../support/quote.ts';
import { guardrailRule, looseningDetector } from '../support/rule.ts';
import { masked, secretsIn } from '../support/secrets.ts';
import { normal } from '../support/settings.ts';
import { isDockerfile } from '../support/shell.ts';
import { children, type Entry, entriesOf, get, items, type MapNode, type Node, text } from '../support/tree.ts';
import { unreadable, VALUE_LIMIT } from '../support/unreadable.ts';
import { isCredential, isSecretName, SAMPLE_FILE } from './credential.ts';

const RULE = guardrailRule('plaintext-secret-in-config', {
  shortDescription: 'A configuration file holds a password or key as plain text',
  help: 'A literal under a name such as `password` or `client_secret` is known to everybody who can read the repository, now and later, and is the same on every machine. Refer to a secret store, a variable of the environment or an encrypted value, and change the credential.',
  level: 'error',
  confidence: 'medium',
  cwe: [256, 798, 312],
  requires: ['beforeAfter'],
});

const REMEDIATION =
  'Change the credential, and refer to a secret store, the environment or an encrypted value instead.';

const ENV_FILE = /(?:^|\/)\.env(?:\.[\w.-]+)?$|\.env$/i;
const PROPERTIES = /\.(?:properties|ini|cfg|conf|cnf)$|(?:^|\/)\.?(?:npmrc|pypirc|netrc|pgpass|my\.cnf|s3cfg|boto)$/i;
const OTHER_JSON =
  /(?:^|\/)(?:package(?:-lock)?\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|composer\.lock|[\w.-]+\.lock|tsconfig[\w.-]*\.json)$|(?:^|\/)(?:locales?|i18n|l10n|lang|translations?|messages|schemas?|__snapshots__|node_modules|vendor|openapi|swagger)(?:\/|\.)/i;
const HINT =
  /passw|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential|connection_?string|signing[_-]?key|encryption[_-]?key|psk|account[_-]?key|master[_-]?key|auth[_-]?key|pass\b/i;

function concerns(path: string): boolean {
  return (
    (formatOf(path) !== null || ENV_FILE.test(path) || PROPERTIES.test(path) || isDockerfile(path)) &&
    !OTHER_JSON.test(path)
  );
}

function spot(side: FileSide, name: string, value: string, start: number, end: number): Weakness | null {
  // A literal of a known format is told by secret-committed, once.
  if (secretsIn(side.text.slice(start, end)).length > 0) return null;
  return {
    key: `${name}|${sha256(value)}`,
    shape: normal(name).replace(/^.*(?=password|secret|token|key)/, ''),
    start,
    end,
    // Never the line itself: evidence must not repeat the secret.
    scope: { name: `${name} ${sha256(value).slice(0, 16)}`, start, end: start },
    message: `The setting ${quote(name)} holds a literal that the base does not have: ${quote(masked(value))}.`,
    remediation: REMEDIATION,
  };
}

/** A literal under a name that speaks of a credential; null where it is none. */
function literalAt(side: FileSide, name: string, value: Node | undefined, start: number): Weakness | null {
  const literal = text(value);
  if (value === undefined || literal === undefined || !isSecretName(name) || !isCredential(literal, side.path))
    return null;
  return spot(side, name, literal, start, value.end);
}

/** Keys under which the value of a variable, parameter or input stands that has its name outside. */
const VALUE_KEY = /^(?:default(?:value)?|value)$/i;
/** Keys of command lines and environments that are written as text. */
const TEXT_KEY = /^(?:env|environment|command|args|build_args)$/;

/** @param outer the name of the thing that the node is the value of */
function ofTree(side: FileSide, node: Node, outer: string, into: Weakness[], budget: { left: number }): void {
  budget.left -= 1;
  if (budget.left < 0) throw unreadable(side.path, undefined, `its anchors unfold to more than ${VALUE_LIMIT} values`);
  if (node.kind !== 'map') {
    for (const child of children(node)) ofTree(side, child, outer, into, budget);
    return;
  }
  push(into, named(side, node));
  const encoded = encodedParts(node);
  for (const [part, values] of encoded) {
    for (const entry of entriesOf(values)) push(into, ofSecret(side, entry, part === 'data'));
  }
  for (const { key, keyStart, labels, value } of node.entries) {
    if (encoded.has(key)) continue;
    // Another reader of the file turns a value with a tag of its own into something else, save these, which keep it.
    if (value.kind === 'scalar' && value.tag !== undefined && !/^!(?:unsafe)?$/.test(value.tag)) continue;
    push(into, literalAt(side, VALUE_KEY.test(key) ? outer : key, value, keyStart));
    if (TEXT_KEY.test(key)) {
      for (const item of items(value)) push(into, assignment(side, text(item) ?? '', item.start, item.end));
    } else if (/[?&;](?:password|pwd)=/i.test(text(value) ?? ''))
      push(into, assignment(side, text(value) ?? '', keyStart, value.end));
    ofTree(side, value, labels?.at(-1) ?? key, into, budget);
  }
}

function push(into: Weakness[], weakness: Weakness | null): void {
  if (weakness !== null) into.push(weakness);
}

/** `NAME=value` and `Password=value;` inside a string. */
function assignment(side: FileSide, value: string, start: number, end: number): Weakness | null {
  for (const [, name = '', literal = ''] of value.matchAll(/(?:^|[;&?\s])([\w.-]+)=([^;&\s"']+)/g)) {
    if (isSecretName(name) && isCredential(literal, side.path)) return spot(side, name, literal, start, end);
  }
  return null;
}

/** `{ name: DB_PASSWORD, value: … }` */
function named(side: FileSide, node: MapNode): Weakness | null {
  const [name = ''] = ['name', 'Name', 'key', 'Key'].flatMap((key) => text(get(node, key)) ?? []);
  const value = get(node, 'value') ?? get(node, 'Value');
  return literalAt(side, name, value, value?.start ?? 0);
}

/** The values of a Kubernetes Secret by where they stand: base64 is no encryption, that of SOPS is. */
function encodedParts(node: MapNode): ReadonlyMap<string, Node> {
  const isSecret = text(get(node, 'kind')) === 'Secret' && text(get(node, 'apiVersion')) === 'v1';
  if (!isSecret || get(node, 'sops') !== undefined) return new Map();
  return new Map(
    node.entries.filter(({ key }) => /^(?:data|stringData)$/.test(key)).map((each) => [each.key, each.value]),
  );
}

/** What of a Secret is no credential: addresses of machines and people. */
const ADDRESS = /^(?:https?:|[\w.-]+@|[a-z\d-]+(?:\.[a-z\d-]+)+(?::\d+)?$)/;

function ofSecret(side: FileSide, { key, keyStart, value }: Entry, base64: boolean): Weakness | null {
  const raw = text(value) ?? '';
  const read = base64 ? Buffer.from(raw, 'base64').toString('utf8') : raw;
  // What is no text is a key only where its name says so; certificates and the like are kept here too.
  const literal = read.includes('\ufffd') && isSecretName(key) ? raw : read;
  if (literal.includes('\ufffd') || !isCredential(literal, side.path)) return null;
  return isSecretName(key) || !ADDRESS.test(literal) ? spot(side, key, literal, keyStart, value.end) : null;
}

/** Lines of `name = value`: environment files, properties. */
function ofLines(side: FileSide, separator: RegExp): readonly Weakness[] {
  const starts = linesOf(side).starts;
  return side.text.split('\n').flatMap((line, index) => {
    const [, name = '', raw = ''] = separator.exec(line) ?? [];
    const value = raw.trim().replace(/^(["'])(.*)\1.*$/, '$2');
    if (!isSecretName(name) || !isCredential(value, side.path)) return [];
    const start = starts[index] ?? 0;
    return spot(side, name, value, start, start + line.length) ?? [];
  });
}

function ofDockerfile(side: FileSide): readonly Weakness[] {
  const starts = linesOf(side).starts;
  const dockerfile = dockerfileAst().DockerfileParser.parse(side.text);
  return [...dockerfile.getENVs(), ...dockerfile.getARGs()].flatMap((instruction) => {
    const range = instruction.getRange();
    const start = (starts[range.start.line] ?? 0) + range.start.character;
    const end = (starts[range.end.line] ?? 0) + range.end.character;
    return instruction.getProperties().flatMap((property) => {
      const name = property.getName();
      const value = property.getValue() ?? '';
      return isSecretName(name) && isCredential(value, side.path) ? (spot(side, name, value, start, end) ?? []) : [];
    });
  });
}

function judge(side: FileSide): Judged {
  if (!isContent(side) || !HINT.test(side.text)) return NOTHING_JUDGED;
  if (ENV_FILE.test(side.path) && SAMPLE_FILE.test(side.path.split('/').at(-1) ?? '')) return NOTHING_JUDGED;
  if (isDockerfile(side.path)) return { weaknesses: ofDockerfile(side), scopes: [] };
  if (ENV_FILE.test(side.path) || PROPERTIES.test(side.path))
    return { weaknesses: ofLines(side, /^\s*(?:export\s+)?([\w.:/-]+)\s*[=:]\s*(.+?)\s*$/), scopes: [] };
  const weaknesses: Weakness[] = [];
  for (const root of parsed(side).roots) ofTree(side, root, '', weaknesses, { left: VALUE_LIMIT });
  return { weaknesses, scopes: [] };
}

/** See README.md of this folder. */
export const plaintextSecretInConfig = looseningDetector(RULE, concerns, judge);
