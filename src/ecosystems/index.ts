import type { PackageType } from '../core/dependency.ts';
import { cargo } from './cargo/index.ts';
import { packageScripts, shellCommands } from './commands/index.ts';
import { composer } from './composer/index.ts';
import { docker } from './docker/index.ts';
import { gem } from './gem/index.ts';
import { githubactions } from './githubactions/index.ts';
import { golang } from './golang/index.ts';
import { pythonImports, scriptImports } from './imports/index.ts';
import { unreadable } from './json.ts';
import { maven } from './maven/index.ts';
import { npm } from './npm/index.ts';
import { nuget } from './nuget/index.ts';
import { pypi } from './pypi/index.ts';
import { registrySettings } from './settings/index.ts';
import type { DependencyFormat, Ecosystem } from './types.ts';

/** A type without a folder here is a compile error. Formats that speak of several types (commands, settings) are listed once, with npm. */
const REGISTERED = {
  cargo,
  composer,
  docker,
  gem,
  githubactions,
  golang,
  maven,
  npm: { ...npm, formats: [...npm.formats, packageScripts, scriptImports, shellCommands, registrySettings] },
  nuget,
  pypi: { ...pypi, formats: [...pypi.formats, pythonImports] },
} satisfies Record<Exclude<PackageType, 'generic'>, Ecosystem>;

/** Every package-URL type that is read, by its name. */
export const ECOSYSTEMS: Readonly<Record<string, Ecosystem>> = Object.fromEntries(
  Object.entries(REGISTERED).map(([type, ecosystem]) => [
    type,
    { ...ecosystem, formats: ecosystem.formats.map((format) => ({ ...format, parse: withNames(format) })) },
  ]),
);

/** An entry without a name has no package URL and no evidence: it is a place that cannot be read. */
function withNames(format: DependencyFormat): DependencyFormat['parse'] {
  return (text, path) => {
    const parsed = format.parse(text, path);
    const nameless = parsed.entries.filter((entry) => entry.name.trim() === '');
    if (nameless.length === 0) return parsed;
    if (parsed.graph !== undefined)
      throw unreadable(path, nameless[0]?.location.startLine ?? 1, 'an entry without a name');
    return {
      entries: parsed.entries.filter((entry) => !nameless.includes(entry)),
      unread: [
        ...parsed.unread,
        ...nameless.map((entry) => ({ line: entry.location.startLine, reason: 'an entry without a name' })),
      ],
    };
  };
}

/** The form under which two spellings are one name; a type we have no folder for has its names as written. */
export function normalizedName(entry: { readonly type: string; readonly name: string }): string {
  return ECOSYSTEMS[entry.type]?.normalizeName(entry.name) ?? entry.name;
}
