import { addImage } from '../image.ts';
import { RELAXED_JSON } from '../json.ts';
import { baseName, finish, noteUnread, startReading } from '../reading.ts';
import { at, membersAt } from '../tree.ts';
import { parseJsonTree } from '../tree-json.ts';
import type { DependencyFormat } from '../types.ts';

/** devcontainer.json: its image, and features that are fetched from an image registry (containers.dev, "Reference"). */
export const devcontainer: DependencyFormat = {
  id: 'devcontainer',
  entry: 'manifest',
  matches: (path) => /^\.?devcontainer\.json$/.test(baseName(path)),
  parse: (text, path) => {
    const reading = startReading(path, 'docker', 'manifest');
    const root = parseJsonTree(text, path, RELAXED_JSON);
    const image = at(root, 'image');
    if (image?.kind === 'text') addImage(reading, image.value, image.location, { scope: 'image' });
    else if (image !== undefined) noteUnread(reading, image.location, 'the image is no text');
    for (const { key, location } of membersAt(reading, root, 'features')) {
      // A folder of the repository, or one of the first features that came with the editor and had no address.
      if (key.startsWith('.') || !key.includes('/')) continue;
      if (/^https?:/.test(key))
        noteUnread(reading, location, `a feature is taken from an address: ${key.slice(0, 100)}`);
      else addImage(reading, key, location, { scope: 'features' });
    }
    return finish(reading);
  },
};
