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

/** The changed file that a path without its ending means, by Node's and the bundlers' order of extensions. */
export function existing(plain: string, paths: ReadonlySet<string>): string | null {
  const bare = plain.replace(/(?:\.d)?\.[cm]?[jt]sx?$/, '');
  for (const stem of [plain, bare]) {
    for (const extension of EXTENSIONS) {
      const path = (stem + extension).replace(/^\//, '');
      if (paths.has(path)) return path;
    }
  }
  return null;
}

/** Whether a path ends as such a path without its ending does. */
export function isFileOf(path: string, plain: string): boolean {
  return EXTENSIONS.some((extension) => path.endsWith(plain + extension));
}

export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** The folder and those it is in, the root (`''`) last. */
export function directoriesUp(folder: string): readonly string[] {
  const parts = folder === '' ? [] : folder.split('/');
  return [...parts.map((_, index) => parts.slice(0, parts.length - index).join('/')), ''];
}

/** A relative path from a folder; null where it leaves the repository or is none. */
export function pathFrom(folder: string, relative: string): string | null {
  if (relative.startsWith('/') || relative.includes('\\') || /^[a-z]+:/i.test(relative)) return null;
  const parts = folder === '' ? [] : folder.split('/');
  for (const part of relative.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return null;
    } else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}
