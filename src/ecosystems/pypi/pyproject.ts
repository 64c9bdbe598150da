import { baseName, finish, noteUnread, type Reading, startReading } from '../reading.ts';
import { at, itemsAt, itemsIn, membersAt, type Tree, type TreeTable, textAt, textsAt } from '../tree.ts';
import { parseTomlTree } from '../tree-toml.ts';
import type { DependencyFormat, ParsedDependencies } from '../types.ts';
import { addRequirement, noteInclude, type Place, readRequirementLine } from './lines.ts';
import { readPoetry } from './poetry.ts';
import { applyUvSources } from './sources.ts';

/** pyproject.toml: PEP 518, 621 and 735, and the tables of poetry, pdm, uv, hatch and setuptools. */
export const pyproject: DependencyFormat = {
  id: 'pyproject',
  entry: 'manifest',
  matches: (path) => baseName(path) === 'pyproject.toml',
  parse: (text, path): ParsedDependencies => {
    const reading = startReading(path, 'pypi', 'manifest');
    const root = parseTomlTree(text, path);
    readStandard(reading, root);
    const tool = at(root, 'tool');
    readPoetry(reading, at(tool, 'poetry'));
    readPdm(reading, at(tool, 'pdm'));
    readUv(reading, at(tool, 'uv'));
    readHatch(reading, at(tool, 'hatch'));
    readSetuptools(reading, at(at(tool, 'setuptools'), 'dynamic'));
    applyUvSources(reading, at(tool, 'uv'));
    return finish(reading);
  },
};

/** A list of dependency specifiers (PEP 508). */
export function readSpecifiers(reading: Reading, list: Tree | undefined, place: Place): void {
  for (const item of itemsIn(reading, list, place.scope)) {
    if (item.kind === 'text') addRequirement(reading, item.value, item.location, place);
    else noteUnread(reading, item.location, 'a dependency that is no text');
  }
}

function readGrouped(reading: Reading, table: Tree | undefined, key: string, scope: string): void {
  for (const group of membersAt(reading, table, key)) readSpecifiers(reading, group.value, { scope, group: group.key });
}

function readStandard(reading: Reading, root: TreeTable): void {
  const project = at(root, 'project');
  readSpecifiers(reading, at(project, 'dependencies'), { scope: 'dependencies' });
  readGrouped(reading, project, 'optional-dependencies', 'optional-dependencies');
  readSpecifiers(reading, at(at(root, 'build-system'), 'requires'), { scope: 'build-system' });
  for (const group of membersAt(reading, root, 'dependency-groups')) {
    const place = { scope: 'dependency-groups', group: group.key };
    for (const item of itemsIn(reading, group.value, group.key)) {
      if (item.kind === 'text') addRequirement(reading, item.value, item.location, place);
      else if (textAt(item, 'include-group') === undefined) {
        noteUnread(reading, item.location, 'neither a dependency specifier nor an include-group (PEP 735)');
      }
    }
  }
}

/** Development groups may hold editable paths: `-e file:///${PROJECT_ROOT}/x#egg=x` (pdm, "Editable dependencies"). */
function readPdm(reading: Reading, pdm: Tree | undefined): void {
  for (const group of membersAt(reading, pdm, 'dev-dependencies')) {
    for (const item of itemsIn(reading, group.value, group.key)) {
      const place = { scope: 'pdm.dev-dependencies', group: group.key };
      if (item.kind === 'text') readRequirementLine(reading, item.value, item.location, place);
      else noteUnread(reading, item.location, 'a dependency that is no text');
    }
  }
}

const UV_LISTS = [
  'dev-dependencies',
  'constraint-dependencies',
  'override-dependencies',
  'build-constraint-dependencies',
];

/** uv's own lists (uv, "Settings"). */
export function readUv(reading: Reading, uv: Tree | undefined): void {
  for (const key of UV_LISTS) readSpecifiers(reading, at(uv, key), { scope: `uv.${key}` });
  readGrouped(reading, uv, 'extra-build-dependencies', 'uv.extra-build-dependencies');
}

/** Environments, build targets and hooks (hatch, "Environment configuration", "Build configuration"). */
function readHatch(reading: Reading, hatch: Tree | undefined): void {
  for (const environment of membersAt(reading, hatch, 'envs')) {
    const place = { scope: 'hatch.envs', group: environment.key };
    readSpecifiers(reading, at(environment.value, 'dependencies'), place);
    readSpecifiers(reading, at(environment.value, 'extra-dependencies'), place);
  }
  const build = at(hatch, 'build');
  const targets = membersAt(reading, build, 'targets');
  for (const unit of [...membersAt(reading, build, 'hooks'), ...targets]) {
    readSpecifiers(reading, at(unit.value, 'dependencies'), { scope: 'hatch.build', group: unit.key });
  }
  for (const target of targets) {
    for (const hook of membersAt(reading, target.value, 'hooks')) {
      readSpecifiers(reading, at(hook.value, 'dependencies'), { scope: 'hatch.build', group: hook.key });
    }
  }
}

/** `dependencies = { file = [...] }` (setuptools, "Dynamic Metadata"). */
function readSetuptools(reading: Reading, dynamic: Tree | undefined): void {
  const lists = [
    at(dynamic, 'dependencies'),
    ...membersAt(reading, dynamic, 'optional-dependencies').map((m) => m.value),
  ];
  for (const list of lists) {
    if (list === undefined) continue;
    for (const file of textsAt(list, 'file')) noteInclude(reading, file, list.location);
    if (at(list, 'file') === undefined) itemsAt(reading, list, 'file');
  }
}
