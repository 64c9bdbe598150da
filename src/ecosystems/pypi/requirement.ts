import type { DependencySource } from '../../core/dependency.ts';

/** One dependency specifier (PEP 508), or a bare address as pip takes it. */
export interface Requirement {
  readonly name: string;
  readonly extras: readonly string[];
  readonly range?: string;
  /** Where the specifier allows exactly one version. */
  readonly version?: string;
  readonly marker?: string;
  readonly source: DependencySource;
  readonly url?: string;
}

const NAME = /^([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[([^\]]*)\])?\s*/;
// Each operator is read in one way only (`==` never as the start of `===`): two ways a clause would multiply.
const CLAUSES = /^(?:===|[~=!<>]=|[<>])(?!=)\s*[^\s,;]+(?:\s*,\s*(?:===|[~=!<>]=|[<>])(?!=)\s*[^\s,;]+)*\s*,?$/;
const ADDRESS = /^(?:[A-Za-z][A-Za-z0-9+.-]*:(?=\S)|\.{0,2}\/|\.{1,2}(?:$|\[)|[A-Za-z]:\\|~\/)/;
const WHEEL = /^([A-Za-z0-9][A-Za-z0-9._]*)-([^-]+)(?:-\d[^-]*)?-[^-]+-[^-]+-[^-]+\.whl$/;
const SDIST = /^(.+)-(\d[^-]*)\.(?:tar\.gz|tar\.bz2|tar\.xz|tgz|zip)$/;

/** Reads one specifier; `null` where it is none. Bare addresses and paths are read as pip reads them. */
export function parseRequirement(text: string): Requirement | null {
  const [specifier, marker] = splitMarker(text.trim());
  if (ADDRESS.test(specifier) || /^[^\s@[\]=<>!~]*\//.test(specifier)) return fromAddress(specifier, marker);
  if (/^\S+\.(?:whl|tar\.gz|zip)$/i.test(specifier)) return fromAddress(specifier, marker);
  const match = NAME.exec(specifier);
  const name = match?.[1];
  if (match === null || name === undefined || /[.-]$/.test(name)) return null;
  const extras = (match[2] ?? '').split(',').flatMap((extra) => (extra.trim() === '' ? [] : [extra.trim()]));
  const rest = specifier.slice(match[0].length);
  const common = { name, extras, ...(marker === '' ? {} : { marker }) };
  if (rest.startsWith('@')) {
    const url = rest.slice(1).trim();
    return url === '' ? null : { ...common, source: sourceOfUrl(url), url };
  }
  const range = (rest.startsWith('(') && rest.endsWith(')') ? rest.slice(1, -1) : rest).trim();
  if (range === '') return { ...common, source: 'registry' };
  if (!CLAUSES.test(range)) return null;
  return { ...common, source: 'registry', range, ...exactVersion(range) };
}

/** `==1.2` and `===1.2`, without a wildcard, name one version (PEP 440, "Version matching"). */
export function exactVersion(range: string): { readonly version?: string } {
  const exact = /^={2,3}\s*([^\s,*]+)$/.exec(range.trim())?.[1];
  return exact === undefined ? {} : { version: exact };
}

/** Where an address leads, by its scheme (pip, "VCS Support"): other version control systems count as git. */
function sourceOfUrl(url: string): DependencySource {
  if (/^(?:git|hg|svn|bzr)(?:\+|:|@)/i.test(url) || /\.git(?:[@#]|$)/.test(url)) return 'git';
  if (/^(?:https?|ftp):/i.test(url)) return 'url';
  return 'path';
}

/** In an address a marker needs a space before its semicolon, since addresses may hold semicolons (PEP 508). */
function splitMarker(text: string): [string, string] {
  const isUrl = /^[^;]*?(?:@\s*|^)[A-Za-z][A-Za-z0-9+.-]*:/.test(text);
  const at = isUrl ? text.search(/\s;/) : text.indexOf(';');
  if (at < 0) return [text, ''];
  return [text.slice(0, at).trim(), text.slice(at).replace(/^\s*;/, '').trim()];
}

function fromAddress(address: string, marker: string): Requirement {
  const [url, extras] = splitExtras(address);
  const common = { extras, ...(marker === '' ? {} : { marker }), source: sourceOfUrl(url), url };
  const egg = /[#&]egg=([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[([^\]]*)\])?/.exec(url);
  if (egg?.[1] !== undefined) {
    const named = (egg[2] ?? '').split(',').flatMap((extra) => (extra.trim() === '' ? [] : [extra.trim()]));
    return { ...common, name: egg[1], extras: named };
  }
  const file = decoded(
    url
      .replace(/[?#].*$/s, '')
      .split('/')
      .at(-1) ?? '',
  );
  const parts = WHEEL.exec(file) ?? SDIST.exec(file);
  if (parts?.[1] !== undefined && parts[2] !== undefined) return { ...common, name: parts[1], version: parts[2] };
  const repository = common.source === 'git' ? /\/([^/@#?]+?)(?:\.git)?(?:[@#?][^/]*)?$/.exec(url)?.[1] : undefined;
  return { ...common, name: repository ?? url };
}

function splitExtras(address: string): [string, readonly string[]] {
  const match = address.startsWith('.') || address.startsWith('/') ? /^([^[\]]+)\[([^\]]*)\]$/.exec(address) : null;
  if (match?.[1] === undefined) return [address, []];
  return [match[1], (match[2] ?? '').split(',').map((extra) => extra.trim())];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}
