import { parse } from 'yaml';
import type { Route } from '../../core/lookup.ts';

/** Where a repository may say which scope belongs to which registry. */
export const SCOPE_FILES = ['.npmrc', '.yarnrc.yml'] as const;

/**
 * The scope-to-registry lines of a base tree's `.npmrc` (npm docs, "npmrc": `@scope:registry=`) or `.yarnrc.yml` (yarn
 * docs, `npmScopes`). Only scopes: a repository's word on the default registry, its credentials and its variables count
 * for nothing. A line that cannot be read still makes its scope private, so that the name is asked of nobody.
 */
export function scopeRoutes(file: (typeof SCOPE_FILES)[number], text: string): readonly Route[] {
  return file === '.npmrc' ? npmrcRoutes(text) : yarnrcRoutes(text);
}

function npmrcRoutes(text: string): Route[] {
  return text.split(/\r\n|[\n\r]/).flatMap((line): Route[] => {
    const at = line.indexOf('=');
    if (at === -1) return [];
    const scope = /^["']?(@[^:\s"']+):registry["']?$/.exec(line.slice(0, at).trim())?.[1];
    if (scope === undefined) return [];
    const address = line.slice(at + 1).trim();
    return [{ type: 'npm', names: scope, registry: address.replace(/^["']|["']$/g, '') }];
  });
}

function yarnrcRoutes(text: string): Route[] {
  const settings: unknown = read(text);
  if (!isRecord(settings) || !isRecord(settings['npmScopes'])) return [];
  return Object.entries(settings['npmScopes']).map(([scope, value]) => {
    const address = isRecord(value) ? value['npmRegistryServer'] : undefined;
    return { type: 'npm', names: `@${scope.replace(/^@/, '')}`, registry: typeof address === 'string' ? address : '' };
  });
}

/** Broken settings say nothing here; as a changed file they are told elsewhere. */
function read(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 0 });
  } catch (error) {
    if (error instanceof Error) return null;
    throw error;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
