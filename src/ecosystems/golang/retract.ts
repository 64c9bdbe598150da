import semver from 'semver';
import { CountersignError } from '../../core/errors.ts';
import { statementsOf } from './lines.ts';

/** Versions that a module's authors withdrew, each a range with both ends in it, and why (`''`: no reason given). */
export interface Retraction {
  readonly low: string;
  readonly high: string;
  readonly reason: string;
}

/**
 * The `retract` directives of a go.mod (Go Modules Reference, "retract directive"): one version, or `[v1.0.0, v1.9.9]`;
 * the reason stands behind it or in the lines above. Null where the text is no go.mod.
 */
export function retractionsIn(text: string): readonly Retraction[] | null {
  try {
    const statements = statementsOf(text, 'go.mod');
    if (!statements.some(({ verb }) => verb === 'module')) return null;
    const lines = text.split(/\r?\n/);
    return statements
      .filter(({ verb }) => verb === 'retract')
      .flatMap(({ words, comment, line }): Retraction[] => {
        const versions = words.join(' ').match(/v[0-9][\w.+-]*/g) ?? [];
        const [low, high = low] = versions;
        if (low === undefined || high === undefined) return [];
        return [{ low, high, reason: comment === '' ? above(lines, line) : comment }];
      });
  } catch (error) {
    if (!(error instanceof CountersignError)) throw error;
    return null;
  }
}

/** The comment in the lines right above a line, counted from 1. */
function above(lines: readonly string[], line: number): string {
  const said: string[] = [];
  for (let at = line - 2; at >= 0; at -= 1) {
    const comment = /^\s*\/\/\s?(.*)$/.exec(lines[at] ?? '')?.[1];
    if (comment === undefined) break;
    said.unshift(comment.trim());
  }
  return said.join(' ').trim();
}

/** Why a version is withdrawn; null where it is not. */
export function retracted(version: string, retractions: readonly Retraction[]): string | null {
  const found = retractions.find(({ low, high }) => compareGo(version, low) >= 0 && compareGo(version, high) <= 0);
  return found?.reason ?? null;
}

/** Go's order of versions is that of Semantic Versioning 2.0.0, section 11; `+incompatible` has no part in it. */
export function compareGo(a: string, b: string): number {
  const [left, right] = [semver.parse(a, true), semver.parse(b, true)];
  if (left === null || right === null) return a < b ? -1 : a > b ? 1 : 0;
  return left.compare(right);
}
