import type { PackageType } from '../../core/dependency.ts';
import { LONG } from './judge.ts';
import { scopeOf, type Target } from './targets.ts';
import { type Edit, oneEdit, tokensOf } from './text.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Shortest name that is still known with letters grown onto it. */
const SHORTEST_BASE = 6;
/** Fewer letters are a slip, more are a word or a sentence. */
const GROWN = [2, 3, 4, 5];

/**
 * Well-known names that letters were put onto which are no word and make none with it: `jqueryxxx`, `qqexpress`. Only
 * where names are made with separators: on npm hardly any popular name is another one with such letters (2 of 17,338),
 * on PyPI it is how honest ones are named (`djangoql`, `nbsphinx`).
 */
export function grownFrom(
  type: PackageType,
  name: string,
  known: ReadonlyMap<string, Target>,
  vocabulary: Vocabulary,
): readonly Target[] {
  if (type !== 'npm' || !/^[a-z]+$/.test(name) || vocabulary.isWords(name)) return [];
  return GROWN.flatMap((more) => [
    { base: name.slice(0, -more), rest: name.slice(-more) },
    { base: name.slice(more), rest: name.slice(0, more) },
  ]).flatMap(({ base, rest }) => {
    const target = base.length < SHORTEST_BASE ? undefined : known.get(base);
    return target === undefined || scopeOf(target.name) !== null || vocabulary.isWords(rest) ? [] : [target];
  });
}

/**
 * What a tool's configuration leaves out where it names a plugin (ESLint, "Configure Plugins", naming convention; Babel,
 * "Plugins", plugin and preset shorthand), and the words of the tool itself that the rest then begins with.
 */
const LEFT_OUT = ['eslint-plugin-', 'eslint-config-', 'babel-plugin-', 'babel-preset-'];
const TOOL_WORDS: ReadonlySet<string> = new Set(['eslint', 'transform', 'proposal', 'syntax']);

/**
 * Plugins by the short name that a configuration calls them (`eslint-comments` for `eslint-plugin-eslint-comments`), which
 * is no package and gets installed all the same. Two words or more, and not where the first is a package that the plugin
 * is for: `react-refresh` is older than its plugin.
 */
export function shortForms(
  type: PackageType,
  popular: readonly string[],
  targets: readonly Target[],
): ReadonlyMap<string, Target> {
  if (type !== 'npm') return new Map();
  const taken = new Set(popular);
  return new Map(
    targets.flatMap((target) =>
      LEFT_OUT.flatMap((prefix) => {
        if (!target.name.startsWith(prefix)) return [];
        const short = target.name.slice(prefix.length);
        const [first = '', ...more] = tokensOf(short);
        const isFor = taken.has(first) && !TOOL_WORDS.has(first);
        return more.length === 0 || isFor ? [] : [[short, target] as const];
      }),
    ),
  );
}

/** Shortest part of a name that is only known to be honest, for a slip in it to be one. */
const SHORTEST_PART = 6;

/**
 * Whether the name is a target that is known but not famous, with two letters swapped or one doubled, or one letter inside
 * a long part left out, put in or replaced: what hardly ever makes a name of its own, so that it counts anywhere on a list.
 */
export function isFumbled(target: Target, name: string): boolean {
  const edit = oneEdit(target.stripped, name);
  if (edit === null || isOfDigits(edit)) return false;
  const part = partAt(target, edit.at).length;
  const inside = edit.at > 0 && edit.at < target.stripped.length - 1;
  return isFumble(edit) ? part >= SHORTEST_PART : inside && part >= LONG;
}

function isOfDigits(edit: Edit): boolean {
  if (edit.kind === 'transposition') return false;
  return /\d/.test(edit.kind === 'replacement' ? edit.from + edit.to : edit.character);
}

function isFumble(edit: Edit): boolean {
  if (edit.kind === 'transposition') return true;
  return edit.kind !== 'replacement' && edit.repeats;
}

/** The part between separators that a place in the stripped name is in. */
function partAt(target: Target, at: number): string {
  let end = 0;
  const parts = tokensOf(target.name);
  for (const part of parts) {
    end += part.length;
    if (at < end) return part;
  }
  return parts.at(-1) ?? '';
}
