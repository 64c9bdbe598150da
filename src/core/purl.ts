import { PackageURL } from 'packageurl-js';
import type { PackageType } from './dependency.ts';

/** Semantic Versioning 2.0.0, after the `v` that Go puts before it. */
const GO_VERSION =
  /^v(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

/**
 * The package URL of a name, and of a version where one is given (purl-spec). The namespace is split off where the
 * type has one: npm's scope, maven's group, golang's path, docker's and GitHub's owner. Whatever a file writes as name
 * or version has one: what no package of the type can be called is encoded as it stands.
 */
export function purlOf(type: PackageType, name: string, version?: string): string {
  // A lone surrogate has no UTF-8 form.
  const [namespace, bare] = splitName(type, name.toWellFormed());
  const exact = version?.toWellFormed();
  if (!isSound(type, namespace, bare, exact)) return encoded(type, namespace, bare, exact);
  return new PackageURL(type, namespace, bare, exact, undefined, undefined).toString();
}

/** What the library refuses: a blank name, an artifact without its group, a Go version that is none. */
function isSound(type: PackageType, namespace: string | undefined, name: string, version: string | undefined): boolean {
  if (name.trim() === '' || namespace?.replaceAll('/', '').trim() === '') return false;
  if (type === 'maven') return namespace !== undefined;
  return type !== 'golang' || version?.startsWith('v') !== true || GO_VERSION.test(version);
}

function encoded(type: PackageType, namespace: string | undefined, name: string, version: string | undefined): string {
  const path = [...(namespace?.split('/') ?? []), name].map((part) => encodeURIComponent(part)).join('/');
  return `pkg:${type}/${path}${version === undefined || version === '' ? '' : `@${encodeURIComponent(version)}`}`;
}

function splitName(type: PackageType, name: string): [string | undefined, string] {
  const separator = type === 'maven' ? ':' : '/';
  const at = name.lastIndexOf(separator);
  if (at <= 0 || at === name.length - 1) return [undefined, name];
  return [name.slice(0, at), name.slice(at + 1)];
}
