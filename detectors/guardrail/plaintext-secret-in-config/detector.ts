import { DockerfileParser } from 'dockerfile-ast';
import type { FileSide } from '../../../src/core/detector.ts';
import { sha256 } from '../../../src/core/digest.ts';
import { type Judged, NOTHING_JUDGED, type Weakness } from '../support/judge.ts';
import { formatOf, isContent, linesOf, parsed } from '../support/parsed.ts';
import { quote } from '../support/quote.ts';
import { guardrailRule, looseningDetector } from '../support/rule.ts';
import { entropy, isDummy, isWeakWord, masked, secretsIn } from '../support/secrets.ts';
import { normal } from '../support/settings.ts';
import { isDockerfile } from '../support/shell.ts';
import { entriesOf, get, items, type MapNode, type Node, text } from '../support/tree.ts';
import { unreadable, VALUE_LIMIT } from '../support/unreadable.ts';

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

/** Names of settings that hold a credential. */
const SECRET_KEY =
  /(?:^|[a-z])(?:password|passwd|passphrase|pwd|secret|apikey|accesskey|secretkey|privatekey|clientsecret|authtoken|accesstoken|refreshtoken|bearertoken|apitoken|token|connectionstring|credentials?|encryptionkey|signingkey|masterkey|sharedkey|jwtsecret|sessionsecret|cookiesecret|hmackey|storagekey|accountkey|adminpass|dbpass|rootpass|userpass|authkey|webhooksecret)$|^(?:pass|psk)$/;
/** Names that only speak of one: where it is, how it looks, who gives it. */
const NOT_SECRET =
  /(?:name|path|file|arn|ref|id|uri|url|endpoint|policy|length|type|expir\w*|ttl|age|lifetime|enabled|required|field|header|prefix|store|manager|provider|rotation|hash|algorithm|version|count|limit|max\w*|min\w*|kind|label|key(?:s)?name|selector|format|hint|regex|pattern|description|title|placeholder|public\w*|tokenizer\w*)$|^(?:max|min|num|next|css|design|csrf|pad|eos|bos|unk|mask|sep|cls|stop|total|prompt|completion|input|output|cache|image(?:pull)?|use|is|has|enable|allow|generate|manage|create|existing|external|forbid|require|public|idtoken|continue)\w*(?:token|secret|password|credentials?)s?$|tokens$|^no[a-z]*key$/;
const ENV_FILE = /(?:^|\/)\.env(?:\.[\w.-]+)?$|\.env$/i;
const SAMPLE_FILE = /(?:example|sample|template|dist|defaults?|schema|test|spec|fixture|mock|docs?)(?:\/|[._-]|$)/i;
const PROPERTIES = /\.(?:properties|ini|cfg|conf|cnf)$|(?:^|\/)\.?(?:npmrc|pypirc|netrc|pgpass|my\.cnf|s3cfg|boto)$/i;
const OTHER_JSON =
  /(?:^|\/)(?:package(?:-lock)?\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|composer\.lock|[\w.-]+\.lock|tsconfig[\w.-]*\.json)$|(?:^|\/)(?:locales?|i18n|l10n|lang|translations?|messages|schemas?|__snapshots__|node_modules|vendor|openapi|swagger)(?:\/|\.)/i;
const HINT =
  /passw|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential|connection_?string|signing[_-]?key|encryption[_-]?key|psk|account[_-]?key|master[_-]?key|auth[_-]?key|pass\b/i;

function concerns(path: string): boolean {
  return (
    !OTHER_JSON.test(path) &&
    (formatOf(path) !== null || ENV_FILE.test(path) || PROPERTIES.test(path) || isDockerfile(path))
  );
}

/** Files where a weak word is the usual local default: tests, samples, a developer's compose. */
function isSample(path: string): boolean {
  return SAMPLE_FILE.test(path) || /(?:^|\/)\.(?:github|devcontainer|gitlab-ci|circleci)/.test(path);
}

/** Whether a value is a credential rather than a reference, a word of the language or a dummy. */
function isCredential(value: string, path: string): boolean {
  const plain = value.trim();
  if (plain.length < 4 || plain.length > 4000 || isDummy(plain)) return false;
  if (
    /^(?:arn:|projects\/|op:\/\/|ref\+|vault:|env:|file:|ssm:|sm:\/\/|secretsmanager:|kms:|ENC\[|ENC\(|AQICA|data:|https?:\/\/[^:@]*$|\/|\.{1,2}\/|~\/|[A-Z]:\\|resolve:|keyvault|akv:|sops|secretref:|bao:|gcpsm|azurekeyvault|\$|var\.|local\.|data\.|module\.|random_|aws_|google_|azurerm_|each\.|self\.|path\.)/i.test(
      plain,
    )
  )
    return false;
  if (/\{\{resolve:|@Microsoft\.KeyVault|\bprocess\.env\b|os\.environ|getenv|secrets\.|<[^>]*>/.test(plain))
    return false;
  if (isWeakWord(plain) || /^\w+[-_]?(?:password|secret|token|key)s?$/i.test(plain))
    return !isSample(path) && /\d|!/.test(plain) && plain.length >= 6;
  // A plain word or sentence names a thing; what people and machines make up for secrets has digits, signs or no sense.
  if (/\s/.test(plain) && !plain.includes('-----BEGIN')) return false;
  if (/^(?:[a-z]+|[A-Z]+|[A-Z][a-z]+)(?:[._-](?:[a-z]+|[A-Z][a-z]+|[A-Z]+))*$/.test(plain))
    return plain.length >= 20 && entropy(plain) > 3.8 && !/[._-]/.test(plain);
  if (/^\d{1,9}$|^(?:\d+\.)+\d+$|^\d+[smhd]$/.test(plain)) return /^\d{6,9}$/.test(plain);
  return isSample(path) ? entropy(plain) > 3 && plain.length >= 12 : true;
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

function isSecretName(name: string): boolean {
  const plain = normal(name);
  return SECRET_KEY.test(plain) && !NOT_SECRET.test(plain);
}

function ofTree(side: FileSide, node: Node, into: Weakness[], budget: { left: number }): void {
  budget.left -= 1;
  if (budget.left < 0) throw unreadable(side.path, undefined, `its anchors unfold to more than ${VALUE_LIMIT} values`);
  if (node.kind === 'list') for (const item of node.items) ofTree(side, item, into, budget);
  if (node.kind === 'call') for (const argument of node.args) ofTree(side, argument, into, budget);
  if (node.kind !== 'map') return;
  named(side, node, into);
  for (const entry of node.entries) {
    const value = text(entry.value);
    if (value === undefined) {
      if (entry.key === 'variable' && entry.labels !== undefined)
        variable(side, entry.labels[0] ?? '', entry.value, into);
      ofTree(side, entry.value, into, budget);
      continue;
    }
    if (
      entry.value.kind === 'scalar' &&
      entry.value.tag !== undefined &&
      entry.value.tag !== '!!str' &&
      entry.value.tag.startsWith('!') &&
      !entry.value.tag.startsWith('!!')
    )
      continue;
    if (typeof (entry.value.kind === 'scalar' ? entry.value.value : null) === 'boolean') continue;
    if (isSecretName(entry.key) && isCredential(value, side.path))
      push(into, spot(side, entry.key, value, entry.keyStart, entry.value.end));
    else if (/^(?:env|environment|command|args|-)$/.test(entry.key) || /[?&;](?:password|pwd)=/i.test(value))
      push(into, assignment(side, value, entry.keyStart, entry.value.end));
  }
  kubernetesSecret(side, node, into);
}

function push(into: Weakness[], weakness: Weakness | null): void {
  if (weakness !== null) into.push(weakness);
}

/** `NAME=value` and `Password=value;` inside a string. */
function assignment(side: FileSide, value: string, start: number, end: number): Weakness | null {
  const found = /(?:^|[;&?\s])([\w.-]+)=([^;&\s"']+)/g;
  for (const match of value.matchAll(found)) {
    const [, name = '', literal = ''] = match;
    if (isSecretName(name) && isCredential(literal, side.path)) return spot(side, name, literal, start, end);
  }
  return null;
}

/** `{ name: DB_PASSWORD, value: … }`, and lists of `NAME=value`. */
function named(side: FileSide, node: MapNode, into: Weakness[]): void {
  const name = text(get(node, 'name')) ?? text(get(node, 'Name')) ?? text(get(node, 'key')) ?? text(get(node, 'Key'));
  const value = get(node, 'value') ?? get(node, 'Value');
  const literal = text(value);
  if (
    name !== undefined &&
    literal !== undefined &&
    value !== undefined &&
    isSecretName(name) &&
    isCredential(literal, side.path)
  )
    push(into, spot(side, name, literal, value.start, value.end));
  for (const key of ['environment', 'env', 'build_args', 'args']) {
    for (const item of items(get(node, key))) {
      const assigned = item.kind === 'scalar' ? text(item) : undefined;
      if (assigned !== undefined) push(into, assignment(side, assigned, item.start, item.end));
    }
  }
}

/** A variable of Terraform whose default is the secret. */
function variable(side: FileSide, name: string, body: Node, into: Weakness[]): void {
  const value = get(body, 'default');
  const literal = text(value);
  if (value !== undefined && literal !== undefined && isSecretName(name) && isCredential(literal, side.path))
    push(into, spot(side, name, literal, value.start, value.end));
}

/** Values of a Kubernetes Secret: base64 is no encryption. */
function kubernetesSecret(side: FileSide, node: MapNode, into: Weakness[]): void {
  if (text(get(node, 'kind')) !== 'Secret' || !/^v1$/.test(text(get(node, 'apiVersion')) ?? '')) return;
  if (get(node, 'sops') !== undefined) return;
  for (const part of ['data', 'stringData']) {
    for (const entry of entriesOf(get(node, part))) {
      const raw = text(entry.value);
      if (raw === undefined || isSecretName(entry.key)) continue;
      const value = part === 'data' ? Buffer.from(raw, 'base64').toString('utf8') : raw;
      if (!/[\ufffd]/.test(value) && isCredential(value, side.path) && !/^(?:https?:|[\w.-]+@)/.test(value))
        push(into, spot(side, entry.key, value, entry.keyStart, entry.value.end));
    }
  }
}

/** Lines of `name = value`: environment files, properties. */
function ofLines(side: FileSide, separator: RegExp): readonly Weakness[] {
  const starts = linesOf(side).starts;
  return side.text.split('\n').flatMap((line, index) => {
    const match = separator.exec(line);
    const [, name = '', raw = ''] = match ?? [];
    const value = raw.trim().replace(/^(["'])(.*)\1.*$/, '$2');
    if (match === null || !isSecretName(name) || !isCredential(value, side.path)) return [];
    const start = starts[index] ?? 0;
    const found = spot(side, name, value, start, start + line.length);
    return found === null ? [] : [found];
  });
}

function ofDockerfile(side: FileSide): readonly Weakness[] {
  const starts = linesOf(side).starts;
  const dockerfile = DockerfileParser.parse(side.text);
  return [...dockerfile.getENVs(), ...dockerfile.getARGs()].flatMap((instruction) => {
    const range = instruction.getRange();
    const start = (starts[range.start.line] ?? 0) + range.start.character;
    const end = (starts[range.end.line] ?? 0) + range.end.character;
    const properties = instruction.getProperties();
    return properties.flatMap((property) => {
      const name = property.getName();
      const value = property.getValue() ?? '';
      const found = isSecretName(name) && isCredential(value, side.path) ? spot(side, name, value, start, end) : null;
      return found === null ? [] : [found];
    });
  });
}

function judge(side: FileSide): Judged {
  if (!isContent(side) || !HINT.test(side.text) || OTHER_JSON.test(side.path)) return NOTHING_JUDGED;
  if (SAMPLE_FILE.test(side.path.split('/').at(-1) ?? '') && ENV_FILE.test(side.path)) return NOTHING_JUDGED;
  if (isDockerfile(side.path)) return { weaknesses: ofDockerfile(side), scopes: [] };
  if (ENV_FILE.test(side.path) || PROPERTIES.test(side.path))
    return { weaknesses: ofLines(side, /^\s*(?:export\s+)?([\w.:/-]+)\s*[=:]\s*(.+?)\s*$/), scopes: [] };
  const weaknesses: Weakness[] = [];
  for (const root of parsed(side).roots) ofTree(side, root, weaknesses, { left: VALUE_LIMIT });
  return { weaknesses, scopes: [] };
}

/** See README.md of this folder. */
export const plaintextSecretInConfig = looseningDetector(RULE, concerns, judge);
