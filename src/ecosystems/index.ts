import { cargo } from './cargo/index.ts';
import { composer } from './composer/index.ts';
import { docker } from './docker/index.ts';
import { githubactions } from './githubactions/index.ts';
import { golang } from './golang/index.ts';
import { npm } from './npm/index.ts';
import { nuget } from './nuget/index.ts';
import { pypi } from './pypi/index.ts';
import type { Ecosystem } from './types.ts';

/** Every package-URL type that is read, in alphabetical order. */
export const ECOSYSTEMS: Readonly<Record<string, Ecosystem>> = {
  cargo,
  composer,
  docker,
  githubactions,
  golang,
  npm,
  nuget,
  pypi,
};

/** The form under which two spellings are one name; a type we have no folder for has its names as written. */
export function normalizedName(entry: { readonly type: string; readonly name: string }): string {
  return ECOSYSTEMS[entry.type]?.normalizeName(entry.name) ?? entry.name;
}
