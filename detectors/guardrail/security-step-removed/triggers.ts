import type { Level } from '../../../src/core/rule.ts';
import { entryOf, get, type Node, texts } from '../support/tree.ts';
import type { Workflow } from '../support/workflow.ts';

export interface Narrowing {
  readonly shape: string;
  readonly shown: string;
  readonly start: number;
  readonly end: number;
  readonly before: string | null;
  readonly after: string | null;
  readonly level: Level;
}

/** Events on which a guard holds a change back before it is merged, and those that watch afterwards. */
const EVENTS: readonly (readonly [string, Level])[] = [
  ['pull_request', 'error'],
  ['merge_group', 'error'],
  ['push', 'warning'],
  ['schedule', 'note'],
];

/** Filters by which an event stops coming: added exclusions, and inclusions that name less than before. */
const EXCLUDES = ['paths-ignore', 'branches-ignore'] as const;
const INCLUDES = ['paths', 'branches', 'types'] as const;

function lessThan(before: Node | undefined, after: Node): boolean {
  if (before === undefined) return true;
  const was = texts(before);
  const kept = new Set(texts(after));
  const fewer = was.some((entry) => !kept.has(entry) && !entry.startsWith('!'));
  // What matches everything matches all that was named before.
  return (fewer && !kept.has('**')) || [...kept].some((entry) => entry.startsWith('!') && !was.includes(entry));
}

function rootEntry(workflow: Workflow): { readonly start: number; readonly end: number } {
  const entry = entryOf(workflow.root, 'on') ?? entryOf(workflow.root, 'true');
  return entry === undefined ? { start: 0, end: 1 } : { start: entry.keyStart, end: entry.keyEnd };
}

function filters(name: string, before: Node | undefined, after: Node | undefined, level: Level): readonly Narrowing[] {
  const found: Narrowing[] = [];
  for (const key of EXCLUDES) {
    const entry = entryOf(after, key);
    const known = new Set(texts(get(before, key)));
    const added = entry === undefined ? [] : texts(entry.value).filter((item) => !known.has(item));
    // Documentation has no code to guard.
    const real = added.filter(
      (item) => !/\.mdx?$|^(?:docs|\.?\/?docs)\/|LICENSE|\.txt$|\.(?:png|svg|gif)$/i.test(item),
    );
    if (entry === undefined || real.length === 0) continue;
    found.push({
      shape: key,
      shown: `${name}.${key}: ${real.join(', ')}`,
      start: entry.keyStart,
      end: entry.value.end,
      before: [...known].join('\n'),
      after: texts(entry.value).join('\n'),
      level,
    });
  }
  for (const key of INCLUDES) {
    const entry = entryOf(after, key);
    if (entry === undefined || !lessThan(get(before, key), entry.value)) continue;
    const was = get(before, key);
    found.push({
      shape: key,
      shown: `${name}.${key}: ${texts(entry.value).join(', ')}`,
      start: entry.keyStart,
      end: entry.value.end,
      before: was === undefined ? null : texts(was).join('\n'),
      after: texts(entry.value).join('\n'),
      level: key === 'paths' ? 'warning' : level,
    });
  }
  return found;
}

/** How the head's events are fewer, or narrower, than the base's. */
export function narrowings(base: Workflow, head: Workflow): readonly Narrowing[] {
  return EVENTS.flatMap(([name, level]) => {
    const before = base.triggers.get(name);
    const after = head.triggers.get(name);
    if (!base.triggers.has(name)) return [];
    if (!head.triggers.has(name)) {
      // The stronger event brings the same changes in.
      if (name === 'pull_request' && head.triggers.has('pull_request_target')) return [];
      return [
        {
          shape: `${name}-removed`,
          shown: `${name} is no longer an event`,
          ...rootEntry(head),
          before: name,
          after: null,
          level,
        },
      ];
    }
    return filters(name, before, after, level);
  });
}
