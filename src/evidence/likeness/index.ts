import type { Likeness, LikenessTechnique } from '../../core/evidence.ts';
import {
  deletionsOf,
  farNeighbours,
  imitatedScopes,
  lettersIndex,
  lettersOf,
  neighbours,
  partsOf,
  scopeDeletions,
} from './lookups.ts';
import {
  aliasesOf,
  BEST_SHARE,
  familiesOf,
  firstOf,
  scopeOf,
  scopesOf,
  type Target,
  targetOf,
  wordsKey,
} from './targets.ts';
import { areNeighbours, distance, type Edit, oneEdit, skeleton, strip, tokensOf } from './text.ts';

/** Popular names that a name can be mistaken for, most alike first, at most three. Empty for a popular name. */
export type LikenessIndex = (name: string) => readonly Likeness[];

/** Words that are put before or after a name without saying anything about what the package does. */
const EMPTY_WORDS = new Set([
  'js',
  'javascript',
  'node',
  'nodejs',
  'npm',
  'py',
  'python',
  'python2',
  'python3',
  'pip',
  'rb',
  'ruby',
  'package',
  'pkg',
  'official',
  'original',
  'latest',
  'updated',
  'patched',
  'compat',
  'free',

  'installer',
  'download',
]);

/** Prepares the look-up. Start-up is linear in the list; a question costs about as many map look-ups as the name has letters. */
export function createLikenessIndex(popular: readonly string[]): LikenessIndex {
  const families = familiesOf(popular);
  const whole = popular.map((name, rank) => targetOf(name, rank, rank < popular.length * BEST_SHARE, families));
  const targets = [...whole, ...aliasesOf(whole)];
  const known = new Set(popular.map((name) => name.toLowerCase()));
  const scopes = scopesOf(popular);
  const byStripped = firstOf(targets, (target) => target.stripped);
  const bySkeleton = firstOf(targets, (target) => skeleton(target.stripped));
  const byWords = firstOf(targets, (target) => wordsKey(target.name));
  const byDeletion = deletionsOf(targets);
  const byLetters = lettersIndex(targets);
  const affixRank = Math.min(AFFIX_RANK, popular.length * AFFIX_SHARE);
  const byPart = partsOf(targets.filter((target) => target.rank < Math.min(FAR_RANK, popular.length * TOP_SHARE)));
  const scopeByDeletion = scopeDeletions(scopes);

  return (name) => {
    const lower = name.toLowerCase();
    if (known.has(name) || (known.has(lower) && lower === name)) return [];
    const scope = scopeOf(lower);
    // A scope belongs to one owner: what stands under a popular scope imitates nobody.
    if (scope !== null && scopes.has(scope)) return [];
    const found = new Map<string, Likeness>();
    const add = (target: string, technique: LikenessTechnique, score: number) => {
      const before = found.get(target);
      if (target !== name && (before === undefined || before.score < score))
        found.set(target, { name: target, technique, score });
    };

    if (scope !== null) {
      for (const imitated of imitatedScopes(scope, scopeByDeletion)) {
        const bare = lower.slice(scope.length + 1);
        const target = `${imitated}/${bare}`;
        if (known.has(target)) add(target, 'scope-imitated', 0.95);
      }
      return top(found);
    }

    const stripped = strip(lower);
    const same = byStripped.get(stripped);
    if (same !== undefined) {
      const dropped = scopeOf(same.name) !== null;
      if (stripped.length >= 5 && (!dropped || tokensOf(same.name).length >= 2))
        add(same.name, dropped ? 'scope-dropped' : strip(same.name) === stripped ? 'separator' : 'typo', 0.95);
    }
    const looks = bySkeleton.get(skeleton(stripped));
    if (looks !== undefined && looks.stripped !== stripped && stripped.length >= 5) {
      if (looksCount(looks.stripped, stripped)) add(looks.name, 'homoglyph', 0.97);
    }
    const words = wordsKey(lower);
    const reordered = words === null ? undefined : byWords.get(words);
    if (reordered !== undefined && reordered.stripped !== stripped) add(reordered.name, 'word-order', 0.9);

    for (const target of neighbours(stripped, byDeletion)) {
      const edit = oneEdit(target.stripped, stripped);
      if (edit === null) continue;
      const score = typoScore(target, edit);
      if (score > 0) add(target.name, isPlural(target.stripped, stripped) ? 'plural' : 'typo', score);
    }

    for (const core of coresOf(lower)) {
      const target = byStripped.get(core);
      if (target !== undefined && target.rank < affixRank && core.length >= 4 && scopeOf(target.name) === null) {
        add(target.name, 'affix', 0.8);
      } else if (core.length >= 5) {
        for (const near of neighbours(core, byDeletion)) {
          const edit = near.rank < affixRank && core.length >= 5 ? oneEdit(near.stripped, core) : null;
          if (edit !== null && typoScore(near, edit) > 0) add(near.name, 'combination', 0.7);
        }
      }
    }
    for (const target of byLetters.get(lettersOf(stripped)) ?? []) {
      if (
        stripped.length >= 5 &&
        target.stripped !== stripped &&
        target.rank < AFFIX_RANK &&
        distance(target.stripped, stripped, 2) <= 2
      )
        add(target.name, 'typo', 0.85);
    }
    for (const target of farNeighbours(stripped, byPart)) {
      if (
        target.stripped !== stripped &&
        target.stripped[0] === stripped[0] &&
        distance(target.stripped, stripped, 2) <= 2
      )
        add(target.name, 'typo', 0.65);
    }
    return top(found);
  };
}

/** Only names this far up the list are worth putting a word before or behind. */
const AFFIX_RANK = 6000;
/** … and of a short list this part. */
const AFFIX_SHARE = 0.35;
/** Only the very best known are sought at two edits: further down, two edits lead to honest neighbours. */
const FAR_RANK = 600;
/** … and of a short list only its very top. */
const TOP_SHARE = 0.1;

function looksCount(target: string, name: string): boolean {
  // Only digits for letters, foreign letters, and the pairs the eye joins; a plain i for an l is a word of its own too often.
  return /[^a-z]/.test(name) || target.length !== name.length;
}

/** Zero where the edit makes another honest name more often than an imitation. */
function typoScore(target: Target, edit: Edit): number {
  const cutShort = edit.kind === 'omission' && target.own === 3 && target.stripped.length >= 8;
  if (cutShort) return target.rank < AFFIX_RANK && edit.at >= target.ownFrom ? 0.7 : 0;
  if (target.own < 4) return 0;
  const inFamily = edit.at < target.ownFrom;
  if (inFamily && target.own < 5) return 0;
  // `boto` and `boto3`, `p256` and `p384`: numbers tell versions and variants apart.
  const digits = /\d/;
  if (edit.kind === 'replacement' && (digits.test(edit.from) || digits.test(edit.to))) {
    return target.own >= 6 && !(digits.test(edit.from) && digits.test(edit.to)) ? 0.7 : 0;
  }
  if ((edit.kind === 'insertion' || edit.kind === 'omission') && digits.test(edit.character)) return 0;
  const ease =
    edit.kind === 'transposition'
      ? 0.95
      : edit.kind === 'replacement'
        ? areNeighbours(edit.from, edit.to)
          ? 0.85
          : 0.75
        : edit.repeats
          ? 0.95
          : 0.85;
  // The shorter a name, the more honest names lie one letter away; transposed and doubled letters are hardly ever meant.
  const length = Math.min(target.own, 12);
  const needed = target.top ? 5 : 6;
  const eased = edit.kind === 'transposition' ? 4 : ease >= 0.95 ? 5 : ease >= 0.85 ? needed : needed + 1;
  return length >= eased ? ease : 0;
}

function isPlural(target: string, name: string): boolean {
  return name === `${target}s` || target === `${name}s`;
}

/** The name without words that say nothing, separated (`node-fabric`) or grown on (`nodemonjs`). */
function* coresOf(name: string): Iterable<string> {
  const tokens = tokensOf(name);
  const kept = tokens.filter((token) => !EMPTY_WORDS.has(token) && !/^v?\d$/.test(token));
  if (kept.length > 0 && kept.length < tokens.length) yield kept.join('');
  const [only] = tokens;
  if (only === undefined || tokens.length > 1) return;
  for (const grown of GROWN_ON) {
    const bare: string = only.replace(grown, '');
    if (bare !== only && bare.length >= 5) yield bare;
  }
}

const GROWN_ON = [/^node/, /^npm/, /^python/, /^py/, /js$/, /py$/, /npm$/];

function top(found: ReadonlyMap<string, Likeness>): readonly Likeness[] {
  return [...found.values()].sort((a, b) => b.score - a.score || (a.name < b.name ? -1 : 1)).slice(0, 3);
}
