import { STRICT_JSON } from '../json.ts';
import { addEntry, baseName, finish, noteUnread, type Reading, startReading } from '../reading.ts';
import { at, membersAt, membersIn, type Tree, textAt } from '../tree.ts';
import { parseJsonTree } from '../tree-json.ts';
import type { DependencyFormat } from '../types.ts';

/** composer.json (Composer, "The composer.json schema"). Platform packages (`php`, `ext-json`) are no packages. */
export const composerJson: DependencyFormat = {
  id: 'composer-json',
  entry: 'manifest',
  matches: (path) => baseName(path) === 'composer.json',
  parse: (text, path) => {
    const reading = startReading(path, 'composer', 'manifest');
    const root = parseJsonTree(text, path, STRICT_JSON);
    for (const scope of ['require', 'require-dev']) {
      for (const { key, value, location } of membersAt(reading, root, scope)) {
        if (!key.includes('/')) continue;
        if (value.kind !== 'text') noteUnread(reading, location, `the version of ${key} is no text`);
        else {
          const range = value.value;
          addEntry(reading, {
            name: key,
            location,
            scope,
            relationship: 'direct',
            source: 'registry',
            range,
            version: /^=?\s*(v?\d+(?:\.\d+){1,3}(?:-[\w.]+)?)$/.exec(range.trim())?.[1],
          });
        }
      }
    }
    readRepositories(reading, at(root, 'repositories'));
    return finish(reading);
  },
};

/** Packages that the project itself describes (Composer, "Repositories", "Package"). */
function readRepositories(reading: Reading, repositories: Tree | undefined): void {
  const list =
    repositories?.kind === 'list'
      ? repositories.items
      : membersIn(reading, repositories, 'repositories').map((member) => member.value);
  for (const repository of list) {
    const inline = at(repository, 'package');
    for (const item of inline?.kind === 'list' ? inline.items : inline === undefined ? [] : [inline]) {
      const name = textAt(item, 'name');
      if (name === undefined) {
        noteUnread(reading, item.location, 'a package without a name');
        continue;
      }
      const dist = textAt(at(item, 'dist'), 'url');
      addEntry(reading, {
        name,
        version: textAt(item, 'version'),
        location: item.location,
        scope: 'repositories',
        relationship: 'direct',
        source: dist === undefined ? 'git' : 'url',
        resolvedUrl: dist ?? textAt(at(item, 'source'), 'url'),
      });
    }
  }
}
