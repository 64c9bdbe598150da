import { addImage, interpolate } from '../image.ts';
import { baseName, finish, noteUnread, type Reading, startReading } from '../reading.ts';
import { at, membersAt, type TreeMember, textAt, textsAt } from '../tree.ts';
import { parseYamlTree } from '../tree-yaml.ts';
import type { DependencyFormat } from '../types.ts';
import { readDockerfile } from './dockerfile.ts';

/** Compose files (Compose Specification, "Services", "Build"): images, images as build contexts, and Dockerfiles in place. */
export const compose: DependencyFormat = {
  id: 'compose',
  entry: 'manifest',
  matches: (path) => /^(?:[\w.-]*[-.])?(?:docker-)?compose(?:[-.][\w.-]+)?\.ya?ml$/i.test(baseName(path)),
  parse: (text, path) => {
    const reading = startReading(path, 'docker', 'manifest');
    const root = parseYamlTree(text, path);
    for (const service of membersAt(reading, root, 'services')) readService(reading, service);
    return finish(reading);
  },
};

function readService(reading: Reading, service: TreeMember): void {
  const { value, key: group } = service;
  const image = at(value, 'image');
  const build = at(value, 'build');
  // Beside `build`, `image` names what is built, and is pulled only where a pull policy says so.
  const isPulled = build === undefined || at(value, 'pull_policy') !== undefined;
  if (image !== undefined && isPulled) {
    if (image.kind !== 'text') noteUnread(reading, image.location, `the image of ${group} is no text`);
    else addInterpolated(reading, image.value, image.location, group, 'image');
  }
  const contexts = [
    ...membersAt(reading, build?.kind === 'table' ? withoutLists(build) : undefined, 'additional_contexts').flatMap(
      (member) => (member.value.kind === 'text' ? [member.value.value] : []),
    ),
    ...textsAt(build, 'additional_contexts').map((pair) => pair.slice(pair.indexOf('=') + 1)),
  ];
  for (const context of contexts) {
    if (context.startsWith('docker-image://') && build !== undefined) {
      addInterpolated(reading, context.slice('docker-image://'.length), build.location, group, 'additional_contexts');
    }
  }
  const inline = at(build, 'dockerfile_inline');
  const text = textAt(build, 'dockerfile_inline');
  if (inline !== undefined && text !== undefined) readDockerfile(reading, text, () => inline.location);
}

/** `additional_contexts` is a table or a list of `name=value`; the list is read elsewhere. */
function withoutLists(build: Parameters<typeof at>[0]): Parameters<typeof at>[0] {
  return at(build, 'additional_contexts')?.kind === 'list' ? undefined : build;
}

function addInterpolated(
  reading: Reading,
  text: string,
  location: TreeMember['location'],
  group: string,
  scope: string,
): void {
  const image = interpolate(text, new Map());
  if (image.startsWith('$')) noteUnread(reading, location, `the image is given from outside: ${image.slice(0, 80)}`);
  else addImage(reading, image, location, { scope, group });
}
