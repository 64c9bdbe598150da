const EXTENSIONS = [
  '',
  '.ts',
  '.tsx',
  '.mts',
  '.cts',
  '.js',
  '.jsx',
  '.mjs',
  '.cjs',
  '/index.ts',
  '/index.js',
  '/index.tsx',
  '/index.mjs',
];

/** Whether an origin can be another file of the repository: relative, under the usual aliases, or a Python module. */
export function isOfThisRepository(origin: string, dialect: 'javascript' | 'python'): boolean {
  return dialect === 'python'
    ? /^\.*[A-Za-z_]\w*(?:\.\w+)+$|^\.+\w+$/.test(origin)
    : /^(?:\.{1,2}|[@~])\//.test(origin);
}

export interface Reference {
  readonly path: string;
  readonly name: string;
}

/**
 * The changed file and the export that an origin means: `./user.service.find` is `find` of `user.service.ts`, by Node's
 * and the bundlers' order of extensions; `.util.host` and `app.util.host` are Python's. Null where no changed file is
 * meant.
 */
export function resolveReference(from: string, origin: string, paths: ReadonlySet<string>): Reference | null {
  const python = /\.pyw?$/.test(from);
  for (let at = origin.length; at > 0; at = origin.lastIndexOf('.', at - 1)) {
    const specifier = origin.slice(0, at);
    const name = origin.slice(at + 1);
    const path = python ? pythonModule(from, specifier, paths) : resolveImport(from, specifier, paths);
    if (path !== null && /^[\w$.]*$/.test(name)) return { path, name: name === '' ? 'default' : name };
  }
  return null;
}

/** The changed file that an import means. */
export function resolveImport(from: string, specifier: string, paths: ReadonlySet<string>): string | null {
  const alias = /^[@~]\/(.+)$/.exec(specifier)?.[1];
  if (alias !== undefined) return existing(`src/${alias}`, paths) ?? existing(alias, paths) ?? ending(alias, paths);
  if (!/^\.{1,2}(?:\/|$)/.test(specifier)) return null;
  const parts = from.split('/').slice(0, -1);
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return existing(parts.join('/'), paths);
}

function existing(plain: string, paths: ReadonlySet<string>): string | null {
  const bare = plain.replace(/\.[cm]?[jt]sx?$/, '');
  for (const stem of [plain, bare]) {
    for (const extension of EXTENSIONS) if (paths.has(stem + extension)) return stem + extension;
  }
  return null;
}

/** In a monorepo an alias starts at the package's own source folder: the one file that ends so is meant. */
function ending(alias: string, paths: ReadonlySet<string>): string | null {
  const found = [...paths].filter((path) =>
    EXTENSIONS.some(
      (extension) => path.endsWith(`/src/${alias}${extension}`) || path.endsWith(`/app/${alias}${extension}`),
    ),
  );
  return found.length === 1 ? (found[0] ?? null) : null;
}

function pythonModule(from: string, specifier: string, paths: ReadonlySet<string>): string | null {
  const dots = /^\.*/.exec(specifier)?.[0].length ?? 0;
  const inner = specifier.slice(dots).replaceAll('.', '/');
  const folder = from.split('/').slice(0, -1);
  // `from . import util` and `from .util import x` both start with one dot, which an origin shows as two and one.
  const up = (levels: number): readonly string[] => folder.slice(0, Math.max(0, folder.length - levels));
  const homes = dots === 0 ? [[], ['src'], folder] : dots === 1 ? [up(0)] : [up(dots - 1), up(dots - 2)];
  for (const home of homes) {
    const stem = [...home, inner].filter((part) => part !== '').join('/');
    for (const path of [`${stem}.py`, `${stem}/__init__.py`]) if (paths.has(path)) return path;
  }
  return null;
}
