import { unreadable } from '../json.ts';

/** One package as the lockfile writes it, while it is read. Every field from the start: one shape for all, read fast. */
export interface Raw {
  readonly kind: 'package';
  installPath: string;
  line: number;
  column: number;
  length: number;
  readonly tree: boolean;
  asks: string[] | null;
  version: string | undefined;
  resolved: string | undefined;
  integrity: string | undefined;
  name: string | undefined;
  link: boolean;
  hasInstallScript: boolean | undefined;
  scope: string;
}

/** Flags that say why a package is installed; the first that holds is the entry's scope. */
const FLAGS = ['bundled', 'devOptional', 'dev', 'optional', 'peer'];

/** Fields of which only the shape is checked: most of a lockfile's text. Everything else is read. */
const UNREAD = new Set(['license', 'deprecated', 'funding', 'engines', 'bin', 'from', 'peerDependenciesMeta']);

/** Whether a literal value of this field says something to `field`. */
export function isRead(key: string): boolean {
  return !UNREAD.has(key);
}

/** Takes one field of a package. A field that stands twice, or is no text where one is due, is an error. */
export function field(raw: Raw, key: string, value: unknown, path: string, line: number): void {
  switch (key) {
    case 'version':
    case 'resolved':
    case 'integrity':
    case 'name':
      if (raw[key] !== undefined) throw unreadable(path, line + 1, `the key "${key}" stands twice in one entry`);
      if (typeof value === 'string') raw[key] = value;
      // npm writes `false` for a bundled package that was never fetched.
      else if (value !== false) throw unreadable(path, line + 1, `"${key}" must be a string`);
      return;
    case 'link':
      raw.link = value === true;
      return;
    case 'hasInstallScript':
      raw.hasInstallScript = value === true;
      return;
    default:
      if (value === true) flag(raw, key === 'inBundle' ? 'bundled' : key);
  }
}

/** Notes what a package asks for. */
export function ask(raw: Raw, name: string, range: string): void {
  if (raw.asks === null) raw.asks = [name, range];
  else raw.asks.push(name, range);
}

function flag(raw: Raw, name: string): void {
  const rank = FLAGS.indexOf(name);
  if (rank === -1) return;
  const known = FLAGS.indexOf(raw.scope);
  if (known === -1 || rank < known) raw.scope = name;
}

/** A package before its first field; `tree`: of the part that old npm reads. */
export function blank(tree: boolean): Raw {
  return reset({
    kind: 'package',
    installPath: '',
    line: 0,
    column: 0,
    length: 0,
    tree,
    asks: null,
    version: undefined,
    resolved: undefined,
    integrity: undefined,
    name: undefined,
    link: false,
    hasInstallScript: undefined,
    scope: 'prod',
  });
}

/** Empties a package for the next one. */
export function reset(raw: Raw): Raw {
  raw.asks = null;
  raw.version = undefined;
  raw.resolved = undefined;
  raw.integrity = undefined;
  raw.name = undefined;
  raw.link = false;
  raw.hasInstallScript = undefined;
  raw.scope = 'prod';
  return raw;
}
