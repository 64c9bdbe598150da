import type { PackageType } from '../../core/dependency.ts';
import { strip, tokensOf } from './text.ts';

/** Words that are put before or after a name without saying anything about what the package does. */
const EMPTY_WORDS = ['package', 'pkg', 'official', 'original', 'latest', 'updated', 'patched', 'installer'];

/** … and those that only name the ecosystem one is in anyway. */
const ECOSYSTEM_WORDS: Readonly<Partial<Record<PackageType, readonly string[]>>> = {
  npm: ['js', 'javascript', 'node', 'nodejs', 'npm', 'compat'],
  pypi: ['py', 'python', 'python2', 'python3', 'pip', 'pypi'],
  gem: ['rb', 'ruby', 'gem'],
  cargo: ['rs', 'rust', 'crate'],
  golang: ['go', 'golang'],
  composer: ['php'],
  nuget: ['net', 'dotnet', 'csharp'],
  maven: ['java', 'jvm'],
};

/** Of those, what is put on without a separator too. */
const GROWN_ON: Readonly<Partial<Record<PackageType, readonly RegExp[]>>> = {
  npm: [/^node/, /^npm/, /js$/, /npm$/],
  pypi: [/^python/, /^py/, /py$/],
};

const SHORTEST_CORE = 5;

/** A name without the words that say nothing, separated (`node-fabric`) or grown on (`nodemonjs`). */
export function coresOf(type: PackageType): (name: string) => readonly string[] {
  const empty = new Set([...EMPTY_WORDS, ...(ECOSYSTEM_WORDS[type] ?? [])]);
  const grownOn = GROWN_ON[type] ?? [];
  return (name) => {
    const tokens = tokensOf(name);
    const kept = tokens.filter((token) => !empty.has(token) && !/^v?\d$/.test(token));
    const separated = kept.length > 0 && kept.length < tokens.length ? [kept.join('-')] : [];
    const grown = grownOn.flatMap((affix) => {
      const bare = name.replace(affix, '');
      return bare !== name && strip(bare).length >= SHORTEST_CORE ? [bare] : [];
    });
    return [...separated, ...grown];
  };
}
