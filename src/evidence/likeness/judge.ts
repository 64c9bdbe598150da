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
  /** Two names put together. */
  known: 200,
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
  if (isStyle(target, edit)) return 0;
  const ease = easeOf(edit);
  return Math.min(target.own, 12) >= shortest(target, edit, ease) ? ease : 0;
}

/** Letters in which hardly two honest names lie one letter apart, wherever it is. */
export const LONG = 9;

/**
 * Whether the edit is how names of their own are made. Among the popular names themselves, most pairs one letter apart
 * differ in the first one (`inquirer` and `enquirer`, `nprogress`) or by one put at the end (`streamx`, `growly`), where
 * fingers hardly ever slip. The best known are imitated in that way too.
 */
function isStyle({ stripped, rank, own }: Target, edit: Edit): boolean {
  if (rank < RANKS.best && own >= 6) return false;
  if (edit.kind === 'insertion' && !edit.repeats) {
    const last = stripped.at(-1) ?? '';
    const behind = edit.at === stripped.length && edit.character !== 's' && !areNeighbours(last, edit.character);
    return edit.at === 0 || behind;
  }
  return edit.kind === 'replacement' && edit.at === 0 && own < LONG && !areNeighbours(edit.from, edit.to);
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
  if (ease >= 0.85) return needed;
  return target.rank < RANKS.best ? needed + 1 : needed + 2;
}

export function isPlural(target: string, name: string): boolean {
  return name === `${target}s` || target === `${name}s`;
}

/** Only digits for letters, foreign letters, and pairs the eye joins: a plain `i` for an `l` is a word of its own too often. */
export function isSeenAs(target: string, name: string): boolean {
  return /[^a-z]/.test(name) || target.length !== name.length;
}

/** Whether the digits of two names differ: `base32-js` is no slip of `base64-js`. */
export function isNumberedOtherwise(target: string, name: string): boolean {
  return target.replace(/\D/g, '') !== name.replace(/\D/g, '');
}
