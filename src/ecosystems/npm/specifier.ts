import npa from 'npm-package-arg';
import semver from 'semver';
import type { DependencySource } from '../../core/dependency.ts';
import { messageOf } from '../../core/errors.ts';

/** What a dependency's value in a manifest or a lockfile key asks for. */
export interface Asked {
  /** The real name: the alias's target where the value names one. */
  readonly name: string;
  readonly source: DependencySource;
  /** The range, tag or address as written, without the alias part. */
  readonly range?: string;
  /** Where the range is one exact version. */
  readonly version?: string;
  readonly resolvedUrl?: string;
}

const SEMVER_LIKE = /^[\^~<>=v\s]*\d[\w.+\-\s|<>=^~*]*$/;

/**
 * Reads a value of a dependency field (npm docs, "package.json: dependencies"; yarn's and pnpm's protocols on top of
 * it). Answers a clause for a person where the value means nothing to any of them.
 */
export function readSpecifier(key: string, value: string): Asked | { readonly unreadable: string } {
  const text = value.trim();
  const named = validName(key);
  if (named !== undefined) return { unreadable: named };
  if (text === '' || SEMVER_LIKE.test(text)) return ranged(key, text === '' ? '*' : text);
  const protocol = /^([a-z][a-z+]*):/i.exec(text)?.[1]?.toLowerCase();
  const rest = protocol === undefined ? text : text.slice(protocol.length + 1);
  switch (protocol) {
    case 'workspace':
      return workspace(key, rest);
    case 'catalog':
      return { name: key, source: 'registry', range: text };
    case 'npm':
      return aliased(key, rest);
    case 'jsr':
      return jsr(key, rest);
    case 'patch':
      return patched(key, rest);
    case 'file':
    case 'link':
    case 'portal':
    case 'exec':
      return { name: key, source: 'path', range: text };
    default:
      return byPackageArg(key, text);
  }
}

/** `npm:name@range`, or yarn berry's and deno's `npm:range`. */
function aliased(key: string, rest: string): Asked | { readonly unreadable: string } {
  const at = rest.indexOf('@', 1);
  if (at === -1 && (rest === '' || SEMVER_LIKE.test(rest) || semver.validRange(rest) !== null)) {
    return ranged(key, rest === '' ? '*' : rest);
  }
  const name = at === -1 ? rest : rest.slice(0, at);
  const range = at === -1 ? '*' : rest.slice(at + 1);
  const wrong = validName(name);
  if (wrong !== undefined) return { unreadable: wrong };
  return ranged(name, range === '' ? '*' : range);
}

/** `workspace:^`, `workspace:*`, `workspace:./folder`, `workspace:other@*` (pnpm docs, "Workspace protocol"). */
function workspace(key: string, rest: string): Asked {
  const at = rest.indexOf('@', 1);
  const name = at === -1 ? key : rest.slice(0, at);
  return { name, source: 'workspace', range: `workspace:${rest}` };
}

/** JSR packages are installed under the scope `@jsr` (jsr.io docs, "npm compatibility"). */
function jsr(key: string, rest: string): Asked {
  const scoped = rest.startsWith('@');
  const at = rest.indexOf('@', 1);
  const name = scoped ? rest.slice(0, at === -1 ? undefined : at) : key;
  const range = scoped ? (at === -1 ? '*' : rest.slice(at + 1)) : rest;
  return ranged(jsrName(name), range === '' ? '*' : range);
}

/** `@scope/name` → `@jsr/scope__name`. */
export function jsrName(name: string): string {
  const match = /^@([^/]+)\/(.+)$/.exec(name);
  return match === null ? `@jsr/${name}` : `@jsr/${match[1]}__${match[2]}`;
}

/** yarn berry's `patch:name@npm%3A1.2.3#~/.yarn/patches/x.patch`: the package under the patch. */
function patched(key: string, rest: string): Asked | { readonly unreadable: string } {
  const inner = decoded(rest.split('#')[0] ?? '');
  const at = inner.indexOf('@', 1);
  if (at === -1) return { name: key, source: 'path', range: `patch:${rest}` };
  const asked = readSpecifier(inner.slice(0, at), inner.slice(at + 1));
  return 'unreadable' in asked || asked.range?.startsWith('patch:') === true
    ? { name: key, source: 'path', range: `patch:${rest}` }
    : asked;
}

function decoded(text: string): string {
  return text.replaceAll(/%([0-9a-f]{2})/gi, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function ranged(name: string, range: string): Asked {
  const exact = semver.valid(range, { loose: true });
  return exact === null ? { name, source: 'registry', range } : { name, source: 'registry', range, version: exact };
}

/** `git@host:path`, ssh's short form (git docs, "git clone: GIT URLS"): npm takes it for a folder, yarn and pnpm for a repository. */
const SCP_LIKE = /^[\w.-]+@[\w.-]+:(?!\/\/)\S+$/;

function byPackageArg(key: string, text: string): Asked | { readonly unreadable: string } {
  try {
    const result = npa.resolve(key, text, '/');
    if (result.type === 'git') {
      return { name: key, source: 'git', range: text, resolvedUrl: result.fetchSpec ?? result.saveSpec ?? text };
    }
    if (result.type === 'remote') return { name: key, source: 'url', range: text, resolvedUrl: text };
    if (result.type === 'file' || result.type === 'directory')
      return SCP_LIKE.test(text)
        ? { name: key, source: 'git', range: text, resolvedUrl: text }
        : { name: key, source: 'path', range: text };
    return ranged(key, text);
  } catch (error) {
    return { unreadable: `the specifier of ${key} is none that npm, yarn or pnpm knows: ${messageOf(error)}` };
  }
}

/** A clause why the text cannot be a package's name, or undefined. npm's rule for names that already exist. */
function validName(name: string): string | undefined {
  if (/^(@[^\s/@]+\/)?[^\s/@]+$/.test(name) && name.length <= 214 && !/[\u0000-\u001f]/.test(name)) return undefined;
  return `${JSON.stringify(name.slice(0, 80))} is no package name`;
}

/** Where an address in a lockfile leads: `registry` for a tarball in a registry's layout, else git, url or path. */
export function sourceOfAddress(address: string): DependencySource {
  if (/^(git[+:]|ssh:|github:|gitlab:|bitbucket:|gist:)/i.test(address) || /\.git(#|$)/i.test(address)) return 'git';
  if (/^(file:|link:|portal:|\.{0,2}\/)/i.test(address)) return 'path';
  if (!/^https?:/i.test(address)) return 'path';
  return tarballName(address) === undefined && !/\/download\//.test(address) ? 'url' : 'registry';
}

/** The package that a registry's tarball address names: `…/@scope/name/-/name-1.0.0.tgz` → `@scope/name`. */
export function tarballName(address: string): string | undefined {
  const match = /\/((?:(?:@|%40)[^/%]+(?:\/|%2f))?[^/@%]+)\/-\/[^?#]*\.t(?:ar\.)?gz/i.exec(address);
  return match?.[1] === undefined ? undefined : decoded(match[1]);
}
