import { latest } from './latest.ts';

const PROGRAM = /\.(?:[cm]?[jt]sx?|py|pyi|go|java|kt|cs|rb|scala|php|rs|swift|vue|svelte|css)$/i;

/** Whether a path ends as the programs do of which a repository is full. */
export const isProgram = latest((path) => PROGRAM.test(path));

/**
 * A question that is never answered with yes for a program, by its path's end: not asked then. Expressions that are asked
 * one after another, once for each file, cost more than what they read.
 */
export function besidePrograms(ask: (path: string) => boolean): (path: string) => boolean {
  return (path) => !isProgram(path) && ask(path);
}
