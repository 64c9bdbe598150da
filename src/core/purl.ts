import { PackageURL } from 'packageurl-js';
import type { PackageType } from './dependency.ts';

/**
 * The package URL of a name, and of a version where one is given (purl-spec). The namespace is split off where the
 * type has one: npm's scope, maven's group, golang's path, docker's and GitHub's owner.
 */
export function purlOf(type: PackageType, name: string, version?: string): string {
  const [namespace, bare] = splitName(type, name);
  return new PackageURL(type, namespace, bare, version, undefined, undefined).toString();
}

function splitName(type: PackageType, name: string): [string | undefined, string] {
  const separator = type === 'maven' ? ':' : '/';
  const at = name.lastIndexOf(separator);
  if (at <= 0 || at === name.length - 1) return [undefined, name];
  return [name.slice(0, at), name.slice(at + 1)];
}
