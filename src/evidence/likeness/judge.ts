import type { Target } from './targets.ts';
import { areNeighbours, type Edit } from './text.ts';

/**
 * How far up the list a target must stand, in places from 0, for each way of being mistaken for it. The further down,
 * the more honest names lie as near; chosen on the development half of `npm run eval` (docs/evidence.md).
 */
export const RANKS = {
  /** A word that says nothing before or behind it; a scope left out; letters moved about. */
  wide: 6000,
  /** Separators left out. */
  glued: 3000,
  /** Other separators, the same words in another order. */
  same: 600,
  /** A plural: `streams` beside `stream` is a name of its own more often than a slip. */
  plural: 1000,
  /** Two slips. */
  far: 1500,
  /** Short names, common words. */
  best: 100,
} as const;

/** Digits tell versions and variants apart: `boto` and `boto3`, `p256` and `p384`. */
const DIGIT = /\d/;

/** How strong a likeness one slip makes, from 0 to 1. Zero where the edit makes an honest name more often than an imitation. */
export function slipScore(target: Target, edit: Edit): number {
  const cutShort = edit.kind === 'omission' && target.own === 3 && target.stripped.length >= 8;
  if (cutShort) return target.rank < RANKS.wide && edit.at >= target.ownFrom ? 0.7 : 0;
  if (target.own < 4) return 0;
  const inFamily = edit.at < target.ownFrom;
  if (inFamily && target.own < 5) return 0;
  if (edit.kind === 'replacement' && (DIGIT.test(edit.from) || DIGIT.test(edit.to))) {
    return target.own >= 6 && !(DIGIT.test(edit.from) && DIGIT.test(edit.to)) ? 0.7 : 0;
  }
  if ((edit.kind === 'insertion' || edit.kind === 'omission') && DIGIT.test(edit.character)) return 0;
  // Hardly anybody gets the first letter wrong, and a letter in front makes names of their own (`xstream`, `vasync`).
  if (edit.kind === 'insertion' && edit.at === 0 && !edit.repeats && target.own < 8) return 0;
  if (edit.kind === 'replacement' && edit.at === 0 && target.own < 6) {
    return target.rank < RANKS.best && target.own >= 6 ? 0.7 : 0;
  }
  const ease = easeOf(edit);
  return Math.min(target.own, 12) >= shortest(target, edit, ease) ? ease : 0;
}

function easeOf(edit: Edit): number {
  if (edit.kind === 'transposition') return 0.95;
  if (edit.kind === 'replacement') return areNeighbours(edit.from, edit.to) ? 0.85 : 0.75;
  return edit.repeats ? 0.95 : 0.85;
}

/** The shorter a name, the more honest names lie one letter away; moved and doubled letters are hardly ever meant. */
function shortest(target: Target, edit: Edit, ease: number): number {
  if (edit.kind === 'transposition') return 4;
  if (ease >= 0.95) return 5;
  const needed = target.top ? 5 : 6;
  return ease >= 0.85 ? needed : needed + 1;
}

export function isPlural(target: string, name: string): boolean {
  return name === `${target}s` || target === `${name}s`;
}

/** Only digits for letters, foreign letters, and pairs the eye joins: a plain `i` for an `l` is a word of its own too often. */
export function isSeenAs(target: string, name: string): boolean {
  return /[^a-z]/.test(name) || target.length !== name.length;
}
