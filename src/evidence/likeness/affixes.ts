import type { PackageType } from '../../core/dependency.ts';
import { strip, tokensOf } from './text.ts';

/**
 * Words that are put before or after a name without saying anything about what the package does, or that only promise
 * something of it. Hardly any popular name is another one with such a word (unlike `-core`, `-cli`, `-utils`, `-compat`).
 */
const EMPTY_WORDS = [
  ...['package', 'pkg', 'official', 'original', 'latest', 'updated', 'patched', 'installer', 'new', 'lts'],
  ...['fixed', 'stable', 'secure', 'secured', 'trusted', 'verified', 'genuine', 'real'],
];

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

/** A version as it is put behind a name: `4`, `v5`, `18`. */
const VERSION = /^v?\d{1,2}$/;

/** A name without the words that say nothing, separated (`node-fabric`) or grown on (`nodemonjs`). */
export function coresOf(type: PackageType): (name: string) => readonly string[] {
  const empty = new Set([...EMPTY_WORDS, ...(ECOSYSTEM_WORDS[type] ?? [])]);
  const grownOn = GROWN_ON[type] ?? [];
  return (name) => {
    const tokens = tokensOf(name);
    const kept = tokens.filter((token) => !empty.has(token) && !VERSION.test(token));
    const separated = kept.length > 0 && kept.length < tokens.length ? [kept.join('-')] : [];
    const grown = grownOn.flatMap((affix) => {
      const bare = name.replace(affix, '');
      return bare !== name && strip(bare).length >= SHORTEST_CORE ? [bare] : [];
    });
    return [...separated, ...grown];
  };
}

/** What a scope's owner is called with and without: `@nestjs` and `@nest`, `@angular` and `@angular-js`. */
const SCOPE_WORDS: ReadonlySet<string> = new Set([
  'js',
  'node',
  'npm',
  'io',
  'sdk',
  'dev',
  'org',
  'hq',
  'inc',
  'team',
  'labs',
  'app',
  'lib',
  'core',
  'official',
]);
const SCOPE_ENDINGS = /(?:js|io|sdk|hq)$/;
const SHORTEST_OWNER = 4;

/** The owner's name in a scope, without what says nothing; null where hardly anything is left. */
export function ownerOf(scope: string): string | null {
  const kept = tokensOf(scope).filter((token) => !SCOPE_WORDS.has(token));
  const owner = kept.join('').replace(SCOPE_ENDINGS, '');
  return owner.length < SHORTEST_OWNER ? null : owner;
}
