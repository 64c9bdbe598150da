import { addEntry, type Draft, noteUnread, type Reading } from '../reading.ts';
import { at, membersAt, type Tree, type TreeMember, textAt, textsAt } from '../tree.ts';
import type { Place } from './lines.ts';
import { normalizePypiName } from './names.ts';
import { indexesOf, originOf } from './sources.ts';

/** `[tool.poetry]` (poetry, "The pyproject.toml file" and "Dependency specification"). */
export function readPoetry(reading: Reading, poetry: Tree | undefined): void {
  const indexes = indexesOf(reading, at(poetry, 'source'));
  const sections: [Tree | undefined, string, Place][] = [
    [poetry, 'dependencies', { scope: 'dependencies' }],
    [poetry, 'dev-dependencies', { scope: 'dev-dependencies' }],
    [poetry, 'requires-plugins', { scope: 'requires-plugins' }],
  ];
  for (const group of membersAt(reading, poetry, 'group')) {
    sections.push([group.value, 'dependencies', { scope: 'group', group: group.key }]);
  }
  for (const [table, key, place] of sections) {
    for (const member of membersAt(reading, table, key)) readDependency(reading, member, place, indexes);
  }
}

function readDependency(
  reading: Reading,
  member: TreeMember,
  place: Place,
  indexes: ReadonlyMap<string, string>,
): void {
  if (normalizePypiName(member.key) === 'python') return;
  const values = member.value.kind === 'list' ? member.value.items : [member.value];
  for (const value of values) {
    const location = values.length === 1 ? member.location : value.location;
    const common = { name: member.key, location, relationship: 'direct', ...place } satisfies Partial<Draft>;
    if (value.kind === 'text') {
      addEntry(reading, { ...common, source: 'registry', range: value.value, version: exactPoetry(value.value) });
    } else if (value.kind === 'table') {
      const range = textAt(value, 'version');
      const origin = originOf(value, indexes);
      addEntry(reading, {
        ...common,
        source: origin.source,
        resolvedUrl: origin.url,
        range,
        version: range === undefined ? undefined : exactPoetry(range),
        extras: textsAt(value, 'extras'),
        marker: textAt(value, 'markers'),
      });
    } else noteUnread(reading, value.location, `${member.key} has neither a version nor a table`);
  }
}

/** A bare version and `==` are exact (poetry, "Exact requirements"). */
function exactPoetry(range: string): string | undefined {
  return /^(?:={2,3}\s*)?(\d[^\s,*|<>=^~]*)$/.exec(range.trim())?.[1];
}
