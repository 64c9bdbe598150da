import { PackageURL } from 'packageurl-js';
import semver from 'semver';
import type { DependencyChange, PackageType } from '../../core/dependency.ts';
import { messageOf } from '../../core/errors.ts';
import { purlOf } from '../../core/purl.ts';

const TYPES: Readonly<Record<string, PackageType>> = {
  npm: 'npm',
  pypi: 'pypi',
  pip: 'pypi',
  cargo: 'cargo',
  crates: 'cargo',
  golang: 'golang',
  go: 'golang',
  gem: 'gem',
  rubygems: 'gem',
  composer: 'composer',
  nuget: 'nuget',
  maven: 'maven',
  githubactions: 'githubactions',
  actions: 'githubactions',
  docker: 'docker',
};

export type ParsedInput =
  | { readonly state: 'package'; readonly change: DependencyChange }
  | { readonly state: 'error'; readonly reason: string };

/** Longest input that is read, in characters: no registry allows longer names. */
const LONGEST = 1024;

/** `npm:left-pad@^1.3.0` or a package URL, as the change that would add it. `place` is the input's number, from 1. */
export function parseInput(input: string, place: number): ParsedInput {
  if (input.length > LONGEST) return { state: 'error', reason: `longer than ${LONGEST} characters` };
  return input.startsWith('pkg:') ? parsePurl(input, place) : parseShort(input, place);
}

function parsePurl(input: string, place: number): ParsedInput {
  try {
    const { type, namespace, name, version } = PackageURL.fromString(input);
    const known = TYPES[type ?? ''];
    if (known === undefined) return { state: 'error', reason: `package type "${type}" is not known` };
    if (name === undefined || name === null || name === '') return { state: 'error', reason: 'there is no name in it' };
    const full = namespace ? `${namespace}${known === 'maven' ? ':' : '/'}${name}` : name;
    return added(known, full, version ?? undefined, place);
  } catch (error) {
    return { state: 'error', reason: `not a package URL: ${messageOf(error)}` };
  }
}

function parseShort(input: string, place: number): ParsedInput {
  const colon = input.indexOf(':');
  if (colon < 0) return { state: 'error', reason: 'write it as `npm:name@range` or as a package URL' };
  const type = TYPES[input.slice(0, colon).toLowerCase()];
  if (type === undefined) return { state: 'error', reason: `package type "${input.slice(0, colon)}" is not known` };
  const rest = input.slice(colon + 1);
  // A leading `@` is npm's scope; the last one after a character parts name and range.
  const at = rest.indexOf('@', 1);
  const name = at < 0 ? rest : rest.slice(0, at);
  const range = at < 0 ? '' : rest.slice(at + 1);
  if (name === '' || /\s/.test(name)) return { state: 'error', reason: 'there is no name in it' };
  return added(type, name, range === '' ? undefined : range, place);
}

function added(type: PackageType, name: string, asked: string | undefined, place: number): ParsedInput {
  const exact = asked !== undefined && isExact(type, asked);
  return {
    state: 'package',
    change: {
      changeType: 'added',
      entry: 'manifest',
      type,
      name,
      purl: purlOf(type, name, exact ? asked : undefined),
      ...(asked === undefined ? {} : exact ? { version: asked } : { range: asked }),
      location: { path: 'arguments', startLine: place, endLine: place },
      scope: 'dependencies',
      relationship: 'direct',
      source: 'registry',
    },
  };
}

function isExact(type: PackageType, asked: string): boolean {
  if (type === 'npm') return semver.valid(asked) !== null;
  return /^[\w.+:-]*\d[\w.+:-]*$/.test(asked) && asked !== 'latest';
}
