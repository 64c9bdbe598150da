import type { DependencySource, PackageType } from '../../core/dependency.ts';

/** One package that a command installs or fetches and runs. */
export interface Install {
  readonly type: PackageType;
  readonly name: string;
  /** The command as a person says it: `npm install`, `npx`. */
  readonly command: string;
  readonly source: DependencySource;
  readonly range?: string;
  readonly version?: string;
  readonly resolvedUrl?: string;
}

/** `<name>`, `$PACKAGE`, `{{name}}`, `...`: an example's gap, or a value only the run knows. */
export function hasPlaceholder(word: string): boolean {
  return /[<>$*{}]|\.\.\.|…/.test(word.replace(/[<>=!~]=?\d.*$/, ''));
}
