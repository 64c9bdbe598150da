import type { FileSide } from '../../../src/core/detector.ts';
import { hasMatch } from '../../../src/core/prefilter.ts';
import { codePairs } from './code.ts';
import { parseJson } from './json.ts';
import type { Scope } from './judge.ts';
import { latest } from './latest.ts';
import { formatOf, isContent, parsed } from './parsed.ts';
import { ENCODING, encodingEnd, runFrom } from './runs.ts';
import { all, children, type Entry, entriesOf, get, type MapNode, type Node, text } from './tree.ts';
import { unreadable, VALUE_LIMIT } from './unreadable.ts';

/** One setting of an infrastructure file or program, alike whatever the language. */
export interface Setting {
  /** Key in lower case without `_`, `-` or spaces: `block_public_acls` and `BlockPublicAcls` are one. */
  readonly key: string;
  /** Normalised keys of the maps around it, outermost first. */
  readonly path: readonly string[];
  /** Scalar texts of the value: one, or a list's. */
  readonly values: readonly string[];
  readonly value: Node | null;
  /** The map it stands in; null in programs. */
  readonly parent: MapNode | null;
  /** Type of the resource it belongs to, normalised: `awss3bucket` for `aws_s3_bucket` and `AWS::S3::Bucket`. */
  readonly type: string;
  readonly scope: Scope;
  readonly start: number;
  readonly end: number;
  /** What stands together in a program has the same group. */
  readonly group: number;
  /** The group around it in a program; elsewhere its own. */
  readonly outer: number;
}

export function normal(key: string): string {
  return key.toLowerCase().replace(/[^a-z0-9]/g, '');
}

export interface Resource {
  readonly type: string;
  readonly scope: Scope;
  readonly body: Node;
}

const PROGRAM = /\.(?:[cm]?[jt]sx?|py|go|java|kt|cs|rb|scala|php|rs|bicep)$/i;
/**
 * A program that speaks of infrastructure; others are not read for it. An address at Microsoft is no resource provider,
 * to construct is a verb where it is not the module of that name, and HS384 signs tokens.
 */
const PROGRAM_HINT =
  /Microsoft\.(?!com\/)\w+\/|aws-cdk|aws_cdk|pulumi|cdktf|['"`]constructs['"`/]|[./]constructs|constructs-go|(?:from|import|using)\s+constructs|boto3|aws-sdk|@aws-sdk|google-cloud|google\.cloud|@google-cloud|azure|storage\.googleapis|s3(?!84)|bucket|iam|kubernetes|\bk8s\b|cdk8s|dropDatabase|flushall|drop_database/i;
/** MinIO as its libraries and people write it, and not the middle of a name like `miniObject`. */
const MINIO_HINT = /minio|Min(?:IO|io)|MINIO/;
/** Characters of a piece of data in a text, of which words are made by chance: a source map, a picture, a module. */
const DATA = 200;

function speaksOfInfrastructure(text: string): boolean {
  if (!hasHint(text)) return false;
  const pieces = withoutData(text);
  return pieces === text || hasHint(pieces);
}

function hasHint(text: string): boolean {
  return hasMatch(PROGRAM_HINT, text) || hasMatch(MINIO_HINT, text);
}

/** The text without its long runs of base64. */
function withoutData(text: string): string {
  let kept = '';
  let from = 0;
  for (let start = runFrom(text, 0, DATA, ENCODING); start !== -1; start = runFrom(text, from, DATA, ENCODING)) {
    kept += `${text.slice(from, start)} `;
    from = encodingEnd(text, start + DATA);
  }
  return from === 0 ? text : kept + text.slice(from);
}

const CONFIGURATION_HINT =
  /\bapiVersion\b|AWS::|AWSTemplateFormatVersion|["']?Statement["']?\s*:|^services\s*:|containerDefinitions|Microsoft\.\w+\/|^\s*-?\s*hosts\s*:|^\s*-?\s*(?:amazon|community|google|azure)\.\w+\.|^\s*(?:s3_bucket|ec2_group|ec2_security_group|rds_instance|aws_s3|gcp_storage_bucket|azure_rm_\w+)\s*:|^(?:provider|resources)\s*:|securityContext|"resource"\s*:|bucket|encrypt|cidr|privileged/im;
const LOCKS =
  /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock|composer\.lock|[\w.-]+\.lock(?:\.json|file)?|tsconfig[\w.-]*\.json|package\.json)$/i;

const describes = latest((path) => !LOCKS.test(path) && (formatOf(path) !== null || PROGRAM.test(path)));

/** Whether a file may describe infrastructure. */
export function mayBeInfrastructure(path: string): boolean {
  return describes(path);
}

const MEMO = new WeakMap<FileSide, readonly Setting[]>();

/** Every setting of a side, read once. Throws CountersignError `unreadable-file` where it cannot be read. */
export function settingsOf(side: FileSide): readonly Setting[] {
  const known = MEMO.get(side);
  if (known !== undefined) return known;
  const fresh = read(side);
  MEMO.set(side, fresh);
  return fresh;
}

function read(side: FileSide): readonly Setting[] {
  if (!isContent(side) || LOCKS.test(side.path)) return [];
  if (PROGRAM.test(side.path))
    return side.binary === undefined && speaksOfInfrastructure(side.text) ? fromProgram(side) : [];
  return resourcesOf(side).flatMap((resource) => {
    const collected: Setting[] = [];
    collect(resource.body, resource, [], collected, { left: VALUE_LIMIT, path: side.path });
    return collected;
  });
}

function fromProgram(side: FileSide): readonly Setting[] {
  return codePairs(side.text).map((pair) => ({
    key: pair.key.endsWith('()') ? pair.key : normal(pair.key),
    path: [],
    values: pair.values,
    value: null,
    parent: null,
    type: normal(pair.callee),
    scope: { name: `${pair.callee}(${pair.key})`, start: pair.start, end: pair.end },
    start: pair.start,
    end: pair.end,
    group: pair.group,
    outer: pair.outer,
  }));
}

const RESOURCES = new WeakMap<FileSide, readonly Resource[]>();

/** The resources of a configuration file; a file of another kind is one resource without a type. */
export function resourcesOf(side: FileSide): readonly Resource[] {
  const known = RESOURCES.get(side);
  if (known !== undefined) return known;
  const format = formatOf(side.path);
  const worth = format === 'hcl' || (format !== null && !LOCKS.test(side.path) && CONFIGURATION_HINT.test(side.text));
  const fresh = worth ? parsed(side).roots.flatMap((root) => split(root, format === 'hcl')) : [];
  RESOURCES.set(side, fresh);
  return fresh;
}

function resource(type: string, name: string, start: number, body: Node): Resource {
  return { type: normal(type), scope: { name: `${type}.${name}`, start, end: body.end }, body };
}

function split(root: Node, hcl: boolean): readonly Resource[] {
  if (hcl)
    return entriesOf(root).map((entry) =>
      resource(
        entry.labels?.[0] === undefined || entry.key === 'module' ? entry.key : entry.labels[0],
        [entry.key, ...(entry.labels ?? [])].join('.'),
        entry.keyStart,
        entry.value,
      ),
    );
  const terraform = get(root, 'resource');
  if (terraform?.kind === 'map') {
    return ['resource', 'data'].flatMap((kind) =>
      entriesOf(get(root, kind)).flatMap((type) =>
        entriesOf(type.value).flatMap((named) =>
          (named.value.kind === 'list' ? named.value.items : [named.value]).map((body) =>
            resource(type.key, named.key, named.keyStart, body),
          ),
        ),
      ),
    );
  }
  const cloudFormation = get(root, 'Resources') ?? get(root, 'resources', 'Resources');
  if (cloudFormation?.kind === 'map')
    return entriesOf(cloudFormation).map((entry) =>
      resource(text(get(entry.value, 'Type')) ?? '', entry.key, entry.keyStart, entry.value),
    );
  const kind = text(get(root, 'kind'));
  if (kind !== undefined)
    return kind === 'List'
      ? all(root, 'items').flatMap((item) => split(item, false))
      : [resource(kind, text(get(root, 'metadata', 'name')) ?? '', root.start, root)];
  const services = get(root, 'services');
  if (services?.kind === 'map') {
    const rest = { ...root, entries: entriesOf(root).filter(({ key }) => key !== 'services') };
    return [
      ...entriesOf(services).map((entry) => resource('service', entry.key, entry.keyStart, entry.value)),
      ...(root.kind === 'map' ? [resource('', 'rest', root.start, { ...rest, kind: 'map' as const })] : []),
    ];
  }
  const azure = get(root, 'resources');
  if (azure?.kind === 'list')
    return azure.items.map((item) =>
      resource(text(get(item, 'type')) ?? '', text(get(item, 'name')) ?? '', item.start, item),
    );
  return [resource('', 'file', root.start, root)];
}

interface Budget {
  left: number;
  readonly path: string;
}

function collect(node: Node, owner: Resource, path: readonly string[], into: Setting[], budget: Budget): void {
  budget.left -= 1;
  if (budget.left < 0)
    throw unreadable(budget.path, undefined, `its anchors unfold to more than ${VALUE_LIMIT} values`);
  if (node.kind === 'map') {
    for (const entry of node.entries) {
      into.push(setting(entry, node, owner, path));
      collect(entry.value, owner, [...path, normal(entry.key)], into, budget);
    }
    return;
  }
  if (node.kind === 'scalar') {
    // A policy is often kept as JSON inside a string.
    const source = typeof node.value === 'string' ? node.value.trim() : '';
    if (source.startsWith('{') && source.includes('"Statement"'))
      for (const inner of parseJson(source, budget.path, true)) collect(moved(inner, node), owner, path, into, budget);
    return;
  }
  for (const child of children(node)) collect(child, owner, path, into, budget);
}

/** A tree read from inside a string, standing where the string stands. */
function moved(node: Node, at: Node): Node {
  const place = { start: at.start, end: at.end };
  if (node.kind === 'map')
    return {
      kind: 'map',
      entries: node.entries.map((entry) => ({
        ...entry,
        keyStart: at.start,
        keyEnd: at.end,
        value: moved(entry.value, at),
      })),
      ...place,
    };
  if (node.kind === 'list') return { kind: 'list', items: node.items.map((item) => moved(item, at)), ...place };
  return { ...node, ...place };
}

function setting(entry: Entry, parent: MapNode, owner: Resource, path: readonly string[]): Setting {
  return {
    key: normal(entry.key),
    path,
    values: scalarValues(entry.value),
    value: entry.value,
    parent,
    type: owner.type,
    scope: owner.scope,
    start: entry.keyStart,
    end: Math.max(entry.value.end, entry.keyEnd),
    group: parent.start,
    outer: parent.start,
  };
}

function scalarValues(node: Node): readonly string[] {
  if (node.kind === 'scalar') return node.value === null ? [] : [String(node.value)];
  if (node.kind === 'list')
    return node.items.flatMap((item) =>
      item.kind === 'scalar' && item.value !== null ? [String(item.value)] : item.kind === 'opaque' ? [item.text] : [],
    );
  return node.kind === 'opaque' ? [node.text] : [];
}
