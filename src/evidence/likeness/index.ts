import type { PackageType } from '../../core/dependency.ts';
import type { Likeness, LikenessTechnique } from '../../core/evidence.ts';
import { coresOf, ownerOf } from './affixes.ts';
import { grownFrom, isFumbled, shortForms } from './grown.ts';
import { isNumberedOtherwise, isPlural, isSeenAs, RANKS, slipScore } from './judge.ts';
import {
  deletionsOf,
  farNeighbours,
  imitatedScopes,
  isTurned,
  lettersIndex,
  lettersOf,
  neighbours,
  partsOf,
  scopeDeletions,
  soundKey,
  soundsOf,
} from './lookups.ts';
import { ownerPartOf } from './owners.ts';
import {
  aliasesOf,
  BEST_SHARE,
  bareNames,
  builtUpon,
  droppedRanks,
  familiesOf,
  firstOf,
  scopeOf,
  scopesByOwner,
  scopesOf,
  type Target,
  targetOf,
  wordsKey,
} from './targets.ts';
import { distance, isUnderscored, oneEdit, skeleton, spelt, strip, tokensOf } from './text.ts';
import { COMMON_USES, isCoined, isDescription, type Vocabulary } from './vocabulary.ts';

/** Popular names that a name can be mistaken for, most alike first, at most three. Empty for a popular name. */
export type LikenessIndex = (name: string) => readonly Likeness[];

/** What a name is compared with. */
export interface LikenessGround {
  readonly type: PackageType;
  /** Most used first; these are themselves and imitate nobody. */
  readonly popular: readonly string[];
  /** How many of the first are famous enough to be imitated. */
  readonly famous: number;
  /** Well-known words that are no packages, or not the ones one would think: imitated all the same. */
  readonly words: readonly string[];
  readonly vocabulary: Vocabulary;
}

/** Of a short list, only this part is known well enough to put a word before or behind its names … */
const AFFIX_SHARE = 0.5;
/** … and only this part to look for at two slips. */
const FAR_SHARE = 0.1;
/** Where well-known words that are no packages stand in the order of fame. */
const WORD_RANK = 20;
/** … and so many where it is itself well known: much is built on `puppeteer`, which makes it no common word. */
const COMMON_HOST_USES = 20;
const SHORTEST = 5;

/** The name that is asked about, prepared once. */
interface Asked {
  readonly lower: string;
  readonly stripped: string;
  readonly parts: number;
}

type Add = (target: string, technique: LikenessTechnique, score: number) => void;

/** Prepares the look-up. Start-up is linear in the list; a question costs about as many map look-ups as the name has letters. */
export function createLikenessIndex({ type, popular, famous, words, vocabulary }: LikenessGround): LikenessIndex {
  const families = familiesOf(popular);
  const count = Math.min(popular.length, famous);
  const listed = popular.slice(0, count).map((name, rank) => targetOf(name, rank, rank < count * BEST_SHARE, families));
  const whole = [...listed, ...words.map((name) => targetOf(name, WORD_RANK, true, families))];
  const targets = [...whole, ...aliasesOf(whole)];
  const exempt = new Set([...popular.map((name) => name.toLowerCase()), ...words]);
  const rankOf = new Map(whole.map((target) => [target.name, target.rank]));
  const scopes = scopesOf(popular);
  const dropped = droppedRanks(popular, RANKS.same);
  const byOwner = scopesByOwner(scopes.keys(), ownerOf);
  const owners = new Set(popular.map((name) => ownerPartOf(type, name)));
  const bases = builtUpon(popular);
  const byBare = bareNames(listed);
  const byShort = shortForms(type, popular, listed);
  const byStripped = firstOf(targets, (target) => target.stripped);
  const bySpelling = firstOf(targets, (target) => (target.own < SHORTEST ? null : spelt(target.stripped)));
  const bySkeleton = firstOf(targets, (target) => skeleton(target.stripped));
  const byWords = firstOf(targets, (target) => wordsKey(target.name));
  const byDeletion = deletionsOf(targets);
  const honest = popular.slice(count).map((name, at) => targetOf(name, count + at, false, families));
  const honestByDeletion = deletionsOf(honest);
  const byLetters = lettersIndex(targets);
  const affixRank = Math.min(RANKS.wide, count * AFFIX_SHARE);
  const farRank = Math.min(RANKS.far, count * FAR_SHARE);
  const byPart = partsOf(targets.filter((target) => target.rank < farRank));
  const bySound = soundsOf(targets.filter((target) => target.rank < farRank));
  const scopeByDeletion = scopeDeletions(scopes);
  const cores = coresOf(type);

  const coined = (name: string, target: Target) => isCoined(name, target.name, vocabulary, target.rank < RANKS.wide);

  function imitatedScope(lower: string, scope: string, add: Add): void {
    const bare = lower.slice(scope.length + 1);
    for (const imitated of imitatedScopes(scope, scopeByDeletion)) {
      const target = `${imitated}/${bare}`;
      if (exempt.has(target)) add(target, 'scope-imitated', 0.95);
    }
    const owner = ownerOf(scope);
    if (owner === null) return;
    for (const owned of byOwner.get(owner) ?? []) {
      const target = `${owned}/${bare}`;
      if (exempt.has(target)) add(target, 'scope-imitated', 0.9);
    }
    // A scope of the name's own, which its owner never took: `@lodash/lodash`. A word has no owner who could have.
    const named = words.includes(bare) ? undefined : byStripped.get(strip(bare));
    if (named !== undefined && named.name === bare && named.rank < RANKS.same && ownerOf(bare) === owner)
      add(bare, 'scope-imitated', 0.7);
  }

  function sameLetters(asked: Asked, add: Add): void {
    const { stripped } = asked;
    const same = byStripped.get(stripped);
    if (same === undefined || stripped.length < SHORTEST) return;
    const scope = scopeOf(same.name);
    if (scope !== null) {
      if (same.rank < (dropped.get(scope) ?? 0) && tokensOf(same.name).length >= 2)
        add(same.name, 'scope-dropped', 0.95);
      return;
    }
    // Separators are left out by mistake; put in, they are a style of its own. Two names that differ by `_` and `-` alone
    // are hardly ever two packages; dots are another matter (`object.assign`, `object-assign`).
    const glued = asked.parts < same.parts;
    if (isUnderscored(asked.lower, same.name) || same.rank < (glued ? RANKS.glued : RANKS.same))
      add(same.name, strip(same.name) === stripped ? 'separator' : 'typo', 0.95);
  }

  function sameSpelling(asked: Asked, add: Add): void {
    const { stripped } = asked;
    const target = bySpelling.get(spelt(stripped));
    if (target === undefined || target.stripped === stripped || isTakenApart(asked, target)) return;
    if (scopeOf(target.name) === null && target.rank < RANKS.wide) add(target.name, 'spelling', 0.85);
  }

  function sameWords(asked: Asked, add: Add): void {
    const { lower, stripped } = asked;
    const key = wordsKey(lower);
    const target = key === null ? undefined : byWords.get(key);
    if (target !== undefined && target.stripped !== stripped && target.rank < RANKS.same)
      add(target.name, 'word-order', 0.9);
  }

  function sameLook(stripped: string, add: Add): void {
    const target = bySkeleton.get(skeleton(stripped));
    if (target === undefined || target.stripped === stripped || stripped.length < SHORTEST) return;
    if (isSeenAs(target.stripped, stripped)) add(target.name, 'homoglyph', 0.97);
  }

  function oneSlip(asked: Asked, add: Add): void {
    const { lower, stripped } = asked;
    for (const target of neighbours(stripped, byDeletion)) {
      const edit = oneEdit(target.stripped, stripped);
      if (edit === null || isTakenApart(asked, target)) continue;
      const plural = isPlural(target.stripped, stripped);
      const slipped = plural ? target.rank < RANKS.plural : coined(lower, target);
      const score = slipped ? slipScore(target, edit) : 0;
      if (score > 0) add(target.name, plural ? 'plural' : 'typo', score);
    }
  }

  function fumbled(asked: Asked, add: Add): void {
    for (const target of neighbours(asked.stripped, honestByDeletion))
      if (isFumbled(target, asked.stripped) && !isTakenApart(asked, target) && coined(asked.lower, target))
        add(target.name, 'typo', 0.7);
  }

  function emptyWord(lower: string, add: Add): void {
    for (const core of cores(lower)) {
      const bare = strip(core);
      const target = byStripped.get(bare);
      if (target !== undefined && target.rank < affixRank && bare.length >= 4 && scopeOf(target.name) === null) {
        const common = vocabulary.uses(bare) >= (target.rank < RANKS.same ? COMMON_HOST_USES : COMMON_USES);
        const describes = common || (target.rank >= RANKS.same && isDescription(target.name, vocabulary));
        if (!describes || target.rank < RANKS.best) add(target.name, 'affix', 0.8);
        continue;
      }
      for (const near of bare.length < SHORTEST ? [] : neighbours(bare, byDeletion)) {
        const isNear =
          near.rank < Math.min(affixRank, RANKS.same) &&
          tokensOf(core).length <= near.parts &&
          !isPlural(near.stripped, bare);
        const edit = isNear ? oneEdit(near.stripped, bare) : null;
        if (edit !== null && slipScore(near, edit) > 0 && coined(core, near)) add(near.name, 'combination', 0.7);
      }
    }
  }

  /** `webpack5`: a version grown onto one of the best known; on others it is a name of its own (`npm-run-all2`). */
  function versionBehind(stripped: string, add: Add): void {
    const bare = stripped.replace(/\d{1,2}$/, '');
    const target = bare === stripped || bare.length < SHORTEST ? undefined : byStripped.get(bare);
    if (target !== undefined && target.rank < RANKS.best && scopeOf(target.name) === null)
      add(target.name, 'affix', 0.7);
  }

  function movedLetters(asked: Asked, add: Add): void {
    const { lower, stripped } = asked;
    if (stripped.length < SHORTEST) return;
    for (const target of byLetters.get(lettersOf(stripped)) ?? []) {
      if (target.stripped === stripped || target.rank >= RANKS.wide) continue;
      if (isTurned(target.stripped, stripped) && target.rank < RANKS.same) add(target.name, 'word-order', 0.8);
      else if (!isTakenApart(asked, target) && coined(lower, target) && distance(target.stripped, stripped, 2) <= 2)
        add(target.name, 'typo', 0.85);
    }
  }

  function twoSlips(asked: Asked, add: Add): void {
    const { lower, stripped } = asked;
    for (const target of farNeighbours(stripped, byPart)) {
      const ends = target.stripped[0] === stripped[0];
      if (!ends || target.stripped === stripped || isTakenApart(asked, target) || !coined(lower, target)) continue;
      if (target.rank >= RANKS.best && isNumberedOtherwise(target.stripped, stripped)) continue;
      if (distance(target.stripped, stripped, 2) <= 2) add(target.name, 'typo', 0.65);
    }
  }

  function sameSound(asked: Asked, add: Add): void {
    const { lower, stripped } = asked;
    const key = soundKey(stripped);
    for (const target of key === null ? [] : (bySound.get(key) ?? [])) {
      const slipped = target.stripped !== stripped && !isTakenApart(asked, target) && coined(lower, target);
      if (slipped) add(target.name, 'typo', 0.65);
    }
  }

  /** Two names that everybody knows, put together, though nothing is built on the first of them. */
  function twoNames(lower: string, add: Add): void {
    const [first = '', second = '', ...more] = tokensOf(lower);
    const [one, other] = [byStripped.get(first), byStripped.get(second)];
    if (more.length > 0 || one === undefined || other === undefined || bases.has(first)) return;
    if (Math.max(one.rank, other.rank) >= RANKS.known || Math.min(one.rank, other.rank) >= RANKS.best) return;
    if (Math.min(one.own, other.own) < SHORTEST || scopeOf(one.name) !== null || scopeOf(other.name) !== null) return;
    add(one.name, 'conflation', 0.65);
    add(other.name, 'conflation', 0.6);
  }

  return (name) => {
    const lower = name.toLowerCase();
    if (exempt.has(name) || (exempt.has(lower) && lower === name)) return [];
    const scope = scopeOf(lower);
    // A scope belongs to one owner: what stands under a popular scope imitates nobody.
    if (scope !== null && scopes.has(scope)) return [];
    // So does the first part of a name elsewhere: `github.com/gofrs/uuid/v5` is the owner's own next version.
    const owner = ownerPartOf(type, lower);
    if (owner !== null && owners.has(owner)) return [];
    const found = new Map<string, Likeness>();
    const add: Add = (target, technique, score) => {
      const before = found.get(target);
      if (target !== name && (before === undefined || before.score < score))
        found.set(target, { name: target, technique, score });
    };
    if (scope !== null) {
      imitatedScope(lower, scope, add);
      return best(found, rankOf);
    }
    const stripped = strip(lower);
    const asked: Asked = { lower, stripped, parts: tokensOf(lower).length };
    sameLetters(asked, add);
    const short = byShort.get(lower);
    if (short !== undefined) add(short.name, 'short-form', 0.8);
    const bare = byBare.get(lower);
    if (bare !== undefined) add(bare.name, 'scope-dropped', 0.8);
    sameSpelling(asked, add);
    sameLook(stripped, add);
    sameWords(asked, add);
    oneSlip(asked, add);
    fumbled(asked, add);
    emptyWord(lower, add);
    versionBehind(stripped, add);
    for (const target of grownFrom(type, lower, byStripped, vocabulary))
      if (target.rank < RANKS.same) add(target.name, 'affix', 0.6);
    movedLetters(asked, add);
    twoSlips(asked, add);
    sameSound(asked, add);
    twoNames(lower, add);
    return best(found, rankOf);
  };
}

/** Whether the name has more parts than the target: whoever slips leaves separators out, and puts none in. */
function isTakenApart(asked: Asked, target: Target): boolean {
  return asked.parts > target.parts;
}

/** Most alike first; of equals, the better known: it is the one that is imitated. */
function best(found: ReadonlyMap<string, Likeness>, rankOf: ReadonlyMap<string, number>): readonly Likeness[] {
  const rank = ({ name }: Likeness) => rankOf.get(name) ?? Number.POSITIVE_INFINITY;
  return [...found.values()].sort((a, b) => b.score - a.score || rank(a) - rank(b)).slice(0, 3);
}
