import type { Setting } from './settings.ts';
import { normal } from './settings.ts';
import { entriesOf, items, type MapNode, type Node } from './tree.ts';

/** One statement of an IAM policy, in JSON, CloudFormation or Terraform's own form. */
export interface Statement {
  readonly allows: boolean;
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
  readonly resources: readonly string[];
  /** It stands in a resource's own policy: `*` for the resource then means this one only. */
  readonly ofResource: boolean;
  /** The principal is `*`. */
  readonly everybody: boolean;
  /** Narrowed by any condition. */
  readonly conditioned: boolean;
}

function child(map: MapNode, names: readonly string[]): readonly Node[] {
  return map.entries.filter(({ key }) => names.includes(normal(key))).map(({ value }) => value);
}

function textsOf(nodes: readonly Node[]): readonly string[] {
  return nodes
    .flatMap((node) => items(node))
    .flatMap((node) =>
      node.kind === 'scalar' && node.value !== null ? [String(node.value)] : node.kind === 'opaque' ? [node.text] : [],
    );
}

/** Principals of a statement: `"*"`, `{ AWS: "*" }`, or blocks with identifiers. */
function principals(map: MapNode): readonly string[] {
  const nodes = child(map, ['principal', 'principals']);
  return nodes
    .flatMap((node) => items(node))
    .flatMap((node) =>
      node.kind === 'map'
        ? textsOf(
            entriesOf(node)
              .filter(({ key }) => normal(key) !== 'type')
              .map(({ value }) => value),
          )
        : textsOf([node]),
    );
}

function read(map: MapNode): Statement {
  const effect = textsOf(child(map, ['effect']))[0];
  // Everything, or everybody, but a few is nearly everything (AWS docs, "IAM JSON policy elements").
  const butResources = child(map, ['notresource', 'notresources']).length > 0;
  const butPrincipals = child(map, ['notprincipal', 'notprincipals']).length > 0;
  return {
    // Terraform's statement blocks allow where no effect is written.
    allows: effect === undefined || /^allow$/i.test(effect),
    actions: textsOf(child(map, ['action', 'actions'])),
    notActions: textsOf(child(map, ['notaction', 'notactions'])),
    resources: butResources ? ['*'] : textsOf(child(map, ['resource', 'resources'])),
    ofResource: butPrincipals || principals(map).length > 0,
    everybody: butPrincipals || principals(map).includes('*'),
    conditioned: child(map, ['condition', 'conditions']).some((node) => node.kind !== 'map' || node.entries.length > 0),
  };
}

/** Whether a map is a statement: it names actions, and an effect, a resource or a principal. */
function isStatement(map: MapNode): boolean {
  const keys = new Set(map.entries.map(({ key }) => normal(key)));
  const acts = ['action', 'actions', 'notaction', 'notactions'].some((key) => keys.has(key));
  return acts && ['effect', 'resource', 'resources', 'principal', 'principals', 'sid'].some((key) => keys.has(key));
}

/** The statement that a setting belongs to, or null. */
export function statementsOf(setting: Setting): Statement | null {
  return setting.parent !== null && isStatement(setting.parent) ? read(setting.parent) : null;
}

/** The statement that a literal of a program belongs to: what stands in the same brackets. Null where it names no action. */
export function programStatement(setting: Setting, settings: readonly Setting[]): Statement | null {
  const mates = settings.filter(({ group, value }) => group === setting.group && value === null);
  const given = (names: readonly string[]) =>
    mates.filter(({ key }) => names.includes(key)).flatMap(({ values }) => values);
  const actions = given(['action', 'actions']);
  if (actions.length === 0) return null;
  const effect = given(['effect'])[0] ?? '';
  const principals = given(['principal', 'principals']);
  return {
    // A name whose value only a run can tell may be either.
    allows: !/deny$/i.test(effect),
    actions,
    notActions: given(['notaction', 'notactions']),
    resources: given(['resource', 'resources']),
    ofResource: principals.length > 0,
    everybody: principals.includes('*'),
    conditioned: mates.some(({ key }) => /^conditions?$/.test(key)),
  };
}

/** The statement of a program around the map that a setting stands in: `Principal: { AWS: '*' }`. Null where it is none. */
export function statementAround(setting: Setting, settings: readonly Setting[]): Statement | null {
  const statement = programStatement({ ...setting, group: setting.outer }, settings);
  return statement === null ? null : { ...statement, ofResource: true, everybody: true };
}
