import type { Policy, PolicyException, RuleSetting } from '../core/policy.ts';
import { DEFAULT_POLICY, STRICTEST_POLICY } from '../core/policy.ts';
import type { AppliedPolicy } from './applied.ts';
import { applyPolicy } from './apply.ts';
import { type PolicyProblem, type PolicyText, problemText, readPolicy } from './read.ts';
import type { PolicyFile } from './schema.ts';
import { stricterOf } from './stricter.ts';

/** The files that make a policy. Null: the place is readable and has no such file. */
export interface PolicyLayers {
  /** From the organisation's `.github` repository. */
  readonly organisation: PolicyText | null;
  /** From the tip of the default branch. */
  readonly repository: PolicyText | null;
  /** A guarded base branch's own file, which can only tighten. */
  readonly base: PolicyText | null;
}

export type PolicyOrigin = 'default' | 'organisation' | 'repository' | 'base' | 'strictest';

export interface ResolvedPolicy {
  readonly policy: Policy;
  /** Which layer a value comes from, by dotted key of the policy file: `signers.rank`. */
  readonly origins: ReadonlyMap<string, PolicyOrigin>;
  readonly problems: readonly PolicyProblem[];
  /** Sentences for the report. */
  readonly notes: readonly string[];
}

/** Settles the layers: defaults, organisation, repository, floors, the base's own. Any invalid file means the strictest. */
export function resolvePolicy(layers: PolicyLayers): ResolvedPolicy {
  const organisation = readLayer(layers.organisation);
  const repository = readLayer(layers.repository);
  const base = readLayer(layers.base);
  const origins = new Map<string, PolicyOrigin>(leavesOf(DEFAULT_POLICY).map((key) => [key, 'default']));

  const company = overlay(DEFAULT_POLICY, organisation.file);
  note(origins, organisation.file, 'organisation');
  const merged = overlay(company, repository.file);
  note(origins, repository.file, 'repository');
  const floored = withFloors(merged, company, organisation.file.floor ?? [], origins);
  const tightened = stricterOf(floored, overlay(floored, base.file));
  const own: Policy = { ...tightened, registries: floored.registries };
  markBase(origins, floored, own);

  const problems = [...organisation.problems, ...repository.problems, ...base.problems];
  const notes = [...floorNotes(layers.repository, repository.file), ...floorNotes(layers.base, base.file)];
  if (problems.length === 0) return { policy: own, origins, problems, notes };
  for (const key of origins.keys()) origins.set(key, 'strictest');
  // What the readable layers say about private names still holds: a mistake must not send them to a public source.
  const policy: Policy = { ...stricterOf(STRICTEST_POLICY, own), registries: own.registries };
  return { policy, origins, problems, notes: [...problems.map(invalidNote), ...notes] };
}

/** The policy of the layers, answering; `now` is milliseconds since the epoch. */
export function appliedPolicy(layers: PolicyLayers, now: number): AppliedPolicy {
  const { policy, notes } = resolvePolicy(layers);
  return applyPolicy(policy, notes, now);
}

function readLayer(source: PolicyText | null): {
  readonly file: PolicyFile;
  readonly problems: readonly PolicyProblem[];
} {
  if (source === null) return { file: {}, problems: [] };
  const read = readPolicy(source);
  return read.state === 'valid' ? { file: read.file, problems: [] } : { file: {}, problems: read.problems };
}

/** A file on top of a policy: single values replace, lists of additions (exceptions, identities, names) add up. */
function overlay(below: Policy, file: PolicyFile): Policy {
  const { agents, ...classes } = file.appliesTo ?? {};
  return {
    mode: file.mode ?? below.mode,
    branches: file.branches ?? below.branches,
    appliesTo: {
      classes: { ...below.appliesTo.classes, ...given(classes) },
      agents: { ...below.appliesTo.agents, ...agents },
    },
    rules: { ...below.rules, ...rulesOf(file) },
    thresholds: { ...below.thresholds, ...given(file.thresholds ?? {}) },
    privateNames: [...below.privateNames, ...(file.privateNames ?? [])],
    registries: [...(file.registries ?? []), ...below.registries],
    exceptions: [...below.exceptions, ...(file.exceptions ?? []).map(exceptionOf)],
    signers: { ...below.signers, ...given(file.signers ?? {}) },
    presence: { ...below.presence, ...given(file.presence ?? {}) },
    lapse: file.lapse ?? below.lapse,
    sourceDown: file.sourceDown ?? below.sourceDown,
    fixturePaths: file.fixturePaths ?? below.fixturePaths,
    excludedPaths: file.excludedPaths ?? below.excludedPaths,
    verbosity: file.verbosity ?? below.verbosity,
    identities: [...below.identities, ...(file.identities ?? [])],
    bypassIssue: file.bypassIssue ?? below.bypassIssue,
  };
}

type Given<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

/** Only what was written: an absent key must not overwrite. */
function given<T extends object>(values: T): Given<T>;
function given(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function rulesOf(file: PolicyFile): Policy['rules'] {
  const settings = Object.entries(file.rules ?? {}).map(([rule, { level, blocks }]): [string, RuleSetting] => [
    rule,
    { ...(level === undefined ? {} : { level }), ...(blocks === undefined ? {} : { blocks }) },
  ]);
  return Object.fromEntries(settings);
}

function exceptionOf(written: NonNullable<PolicyFile['exceptions']>[number]): PolicyException {
  const { rule, package: named, path, reason, expires, owner } = written;
  return {
    rule,
    ...(named === undefined ? {} : { package: named }),
    ...(path === undefined ? {} : { path }),
    reason,
    expires,
    owner,
  };
}

/** Where the organisation set a floor, the stricter of its value and the repository's counts. */
function withFloors(
  merged: Policy,
  company: Policy,
  floors: readonly string[],
  origins: Map<string, PolicyOrigin>,
): Policy {
  if (floors.length === 0) return merged;
  const strict: Policy = stricterOf(company, merged);
  if (floors.includes('*')) {
    for (const key of leavesOf(merged)) if (differ(merged, strict, key)) origins.set(key, 'organisation');
    return strict;
  }
  const whole = new Set(floors.filter((key) => !key.includes('.')));
  const below = (part: string) =>
    new Set(floors.filter((key) => key.startsWith(`${part}.`)).map((key) => key.slice(part.length + 1)));
  const narrowed: Policy = {
    ...merged,
    appliesTo: {
      classes: mix(merged.appliesTo.classes, strict.appliesTo.classes, below('appliesTo')),
      agents: below('appliesTo').has('agents') ? strict.appliesTo.agents : merged.appliesTo.agents,
    },
    rules: mixRules(merged.rules, strict.rules, below('rules')),
    thresholds: mix(merged.thresholds, strict.thresholds, below('thresholds')),
    signers: mix(merged.signers, strict.signers, below('signers')),
    presence: mix(merged.presence, strict.presence, below('presence')),
  };
  const floored = mix(narrowed, strict, whole);
  for (const key of leavesOf(merged)) if (differ(merged, floored, key)) origins.set(key, 'organisation');
  return floored;
}

function mix<T extends object>(loose: T, strict: T, keys: ReadonlySet<string>): T {
  return { ...loose, ...Object.fromEntries(Object.entries(strict).filter(([key]) => keys.has(key))) };
}

/** A floor on one rule that the organisation does not set means: the rule's own level and action. */
function mixRules(loose: Policy['rules'], strict: Policy['rules'], keys: ReadonlySet<string>): Policy['rules'] {
  const others = Object.entries(loose).filter(([rule]) => !keys.has(rule));
  return Object.fromEntries([...others, ...Object.entries(strict).filter(([rule]) => keys.has(rule))]);
}

function note(origins: Map<string, PolicyOrigin>, file: PolicyFile, origin: PolicyOrigin): void {
  for (const key of leavesOf(file)) if (key !== 'floor') origins.set(key, origin);
}

function markBase(origins: Map<string, PolicyOrigin>, before: Policy, after: Policy): void {
  for (const key of leavesOf(after)) if (differ(before, after, key)) origins.set(key, 'base');
}

function differ(a: Policy, b: Policy, key: string): boolean {
  return JSON.stringify(valueAt(a, key)) !== JSON.stringify(valueAt(b, key));
}

/** Dotted keys as the policy file writes them; `appliesTo.classes.human` is `appliesTo.human` there. */
export function leavesOf(value: object): readonly string[] {
  return Object.entries(value).flatMap(([key, each]) => {
    if (!isRecord(each) || Object.keys(each).length === 0) return [key];
    return leavesOf(each).map((leaf) => `${key}.${leaf}`.replace('appliesTo.classes.', 'appliesTo.'));
  });
}

/** The value behind a dotted key of `leavesOf`. */
export function valueAt(policy: Policy, key: string): unknown {
  let value: unknown = policy;
  const parts = key.split('.');
  if (parts[0] === 'appliesTo' && parts[1] !== 'agents') parts.splice(1, 0, 'classes');
  for (const part of parts) value = isRecord(value) && Object.hasOwn(value, part) ? value[part] : undefined;
  return value;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalidNote(problem: PolicyProblem): string {
  return `The policy cannot be read, so the strictest defaults apply until it is mended: ${problemText(problem)}`;
}

function floorNotes(source: PolicyText | null, file: PolicyFile): readonly string[] {
  if (source === null || file.floor === undefined) return [];
  return [`${source.label}: floor has an effect in the organisation’s file only`];
}
