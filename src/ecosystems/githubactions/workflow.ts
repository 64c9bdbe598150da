import { baseName, finish, noteUnread, type Reading, startReading } from '../reading.ts';
import { at, itemsAt, membersAt, type Tree, type TreeMember } from '../tree.ts';
import { parseYamlTree } from '../tree-yaml.ts';
import type { DependencyFormat } from '../types.ts';
import { addActionImage, addUses } from './uses.ts';

/** Workflows (GitHub Actions, "Workflow syntax"): actions, reusable workflows, and images of containers and services. */
export const workflow: DependencyFormat = {
  id: 'workflow',
  entry: 'manifest',
  matches: (path) => /(?:^|\/)\.(?:github|gitea|forgejo)\/workflows\/[^/]+\.ya?ml$/.test(path),
  parse: (text, path) => {
    const reading = startReading(path, 'githubactions', 'manifest');
    const root = parseYamlTree(text, path);
    for (const job of membersAt(reading, root, 'jobs')) readJob(reading, job);
    return finish(reading);
  },
};

/** action.yml: the steps of a composite action, the image of a container action (GitHub Actions, "Metadata syntax"). */
export const action: DependencyFormat = {
  id: 'action',
  entry: 'manifest',
  matches: (path) => /^action\.ya?ml$/.test(baseName(path)),
  parse: (text, path) => {
    const reading = startReading(path, 'githubactions', 'manifest');
    const runs = at(parseYamlTree(text, path), 'runs');
    readSteps(reading, runs, undefined);
    const image = at(runs, 'image');
    if (image?.kind === 'text' && image.value.startsWith('docker://')) addUses(reading, image, 'runs.image', undefined);
    return finish(reading);
  },
};

function readJob(reading: Reading, job: TreeMember): void {
  const { key, value } = job;
  const uses = at(value, 'uses');
  if (uses !== undefined) addUses(reading, uses, 'jobs.uses', key);
  readSteps(reading, value, key);
  const matrix = at(at(value, 'strategy'), 'matrix');
  readContainer(reading, at(value, 'container'), 'container', key, matrix);
  for (const service of membersAt(reading, value, 'services')) {
    readContainer(reading, service.value, 'services', key, matrix);
  }
}

function readSteps(reading: Reading, holder: Tree | undefined, group: string | undefined): void {
  for (const step of itemsAt(reading, holder, 'steps')) {
    const uses = at(step, 'uses');
    if (uses !== undefined) addUses(reading, uses, 'steps.uses', group);
  }
}

function readContainer(
  reading: Reading,
  node: Tree | undefined,
  scope: string,
  group: string,
  matrix: Tree | undefined,
): void {
  const image = node?.kind === 'table' ? at(node, 'image') : node;
  if (image === undefined) return;
  if (image.kind !== 'text') noteUnread(reading, image.location, `the image of ${scope} is no text`);
  else if (image.value !== '') addActionImage(reading, image.value, image.location, scope, group, matrix);
}
