import { npm } from './npm/index.ts';
import type { Ecosystem } from './types.ts';

/** Every package-URL type that is read, in alphabetical order. */
export const ECOSYSTEMS: Readonly<Record<string, Ecosystem>> = { npm };

/** The form under which two spellings are one name; a type we have no folder for has its names as written. */
export function normalizedName(entry: { readonly type: string; readonly name: string }): string {
  return ECOSYSTEMS[entry.type]?.normalizeName(entry.name) ?? entry.name;
}
