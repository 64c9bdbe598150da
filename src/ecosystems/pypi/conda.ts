import { baseName, finish, noteUnread, startReading } from '../reading.ts';
import { at, itemsAt, itemsIn, membersIn } from '../tree.ts';
import { parseYamlTree } from '../tree-yaml.ts';
import type { DependencyFormat } from '../types.ts';
import { readRequirementLine } from './lines.ts';

/** The `pip:` part of a conda environment file (conda, "Managing environments"). Packages of conda channels have no folder here. */
export const conda: DependencyFormat = {
  id: 'conda',
  entry: 'manifest',
  matches: (path) => /^(?:[\w.-]*environment[\w.-]*|conda[\w.-]*)\.ya?ml$/i.test(baseName(path)),
  parse: (text, path) => {
    const reading = startReading(path, 'pypi', 'manifest');
    const root = parseYamlTree(text, path);
    if (at(root, 'dependencies')?.kind !== 'list') return finish(reading);
    for (const item of itemsAt(reading, root, 'dependencies')) {
      if (item.kind !== 'table') continue;
      for (const member of membersIn(reading, item, 'dependencies')) {
        if (member.key !== 'pip') continue;
        for (const line of itemsIn(reading, member.value, 'pip')) {
          if (line.kind === 'text') readRequirementLine(reading, line.value, line.location, { scope: 'pip' });
          else noteUnread(reading, line.location, 'a dependency that is no text');
        }
      }
    }
    return finish(reading);
  },
};
