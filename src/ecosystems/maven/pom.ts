import { unreadable } from '../json.ts';
import { addEntry, baseName, finish, noteUnread, type Reading, startReading } from '../reading.ts';
import type { DependencyFormat } from '../types.ts';
import { childOf, childText, parseXml, type XmlElement } from '../xml.ts';

/** Group of a plugin that names none (Maven, "POM Reference", "Plugins"). */
const PLUGIN_GROUP = 'org.apache.maven.plugins';
/** Rounds of putting a property's value in the place of its name. */
const DEEPEST = 10;
/** Characters of a value that is put in, and of what comes out. */
const LONGEST = 1000;

type Properties = ReadonlyMap<string, string>;

/** Elements that name an artifact, and the list each stands in. */
const LISTS: ReadonlyMap<string, string> = new Map([
  ['dependency', 'dependencies'],
  ['plugin', 'plugins'],
  ['extension', 'extensions'],
  ['annotationProcessorPath', 'annotationProcessorPaths'],
  ['path', 'annotationProcessorPaths'],
]);

/** pom.xml and `.mvn/extensions.xml` (Maven, "POM Reference"). Properties of the file itself are put in. */
export const pom: DependencyFormat = {
  id: 'pom',
  entry: 'manifest',
  matches: (path) => /(?:^|[./-])pom\.xml$|\.pom$/.test(baseName(path)) || /(?:^|\/)\.mvn\/extensions\.xml$/.test(path),
  parse: (text, path) => {
    const reading = startReading(path, 'maven', 'manifest');
    const root = parseXml(text, path);
    if (root.name !== 'project' && root.name !== 'extensions') {
      throw unreadable(path, root.location.startLine, `the root is <${root.name}>, not <project>`);
    }
    const properties = propertiesOf(root);
    const parent = root.name === 'project' ? childOf(root, 'parent') : undefined;
    if (parent !== undefined) addArtifact(reading, parent, 'parent', undefined, properties);
    readChildren(reading, root, [], properties);
    return finish(reading);
  },
};

function readChildren(reading: Reading, parent: XmlElement, path: readonly string[], properties: Properties): void {
  for (const element of parent.children) {
    const isListed = LISTS.get(element.name) === parent.name;
    if (isListed) addArtifact(reading, element, scopeOf(path, parent.name), groupOf(path), properties);
    const part = parent.name === 'profiles' ? `profile:${childText(element, 'id') ?? ''}` : element.name;
    // Inside a dependency there are only exclusions, which bring nothing.
    if (element.name !== 'dependency' && element.name !== 'exclusions') {
      readChildren(reading, element, [...path, part], properties);
    }
  }
}

/** `dependencies`, `dependencyManagement`, `plugins`, `pluginManagement`, `plugin.dependencies` … */
function scopeOf(path: readonly string[], list: string): string {
  if (path.includes('plugin') && list !== 'plugins') return `plugin.${list}`;
  return path.find((part) => part === 'dependencyManagement' || part === 'pluginManagement') ?? list;
}

function groupOf(path: readonly string[]): string | undefined {
  return path.find((part) => part.startsWith('profile:'))?.slice('profile:'.length);
}

function addArtifact(
  reading: Reading,
  element: XmlElement,
  list: string,
  group: string | undefined,
  properties: Properties,
): void {
  const groupId = childText(element, 'groupId') ?? (element.name === 'plugin' ? PLUGIN_GROUP : undefined);
  const artifactId = childText(element, 'artifactId');
  if (groupId === undefined || artifactId === undefined) {
    if (element.name !== 'path')
      noteUnread(reading, element.location, `a ${element.name} without groupId or artifactId`);
    return;
  }
  const name = resolve(`${groupId}:${artifactId}`, properties);
  if (name.includes('${')) {
    noteUnread(reading, element.location, `the artifact's name comes from elsewhere: ${name.slice(0, 120)}`);
    return;
  }
  const written = childText(element, 'version');
  const range = written === undefined ? undefined : resolve(written, properties);
  const file = childText(element, 'systemPath');
  const scope = childText(element, 'scope');
  addEntry(reading, {
    name,
    range,
    version: range === undefined ? undefined : exactVersion(range),
    location: element.location,
    scope: list === 'dependencies' && scope !== undefined ? resolve(scope, properties) : list,
    group,
    marker: childText(element, 'classifier'),
    relationship: 'direct',
    source: file === undefined ? 'registry' : 'path',
    resolvedUrl: file,
  });
}

/** `[1.2]` is exact, and so in effect is a bare `1.2` (Maven, "Dependency Version Requirement Specification": soft requirement). */
export function exactVersion(range: string): string | undefined {
  return /^(?:\[([^,[\]()${}\s]+)\]|([^,[\]()${}\s]+))$/
    .exec(range)
    ?.slice(1)
    .find((part) => part !== undefined);
}

function propertiesOf(root: XmlElement): Properties {
  const properties = new Map<string, string>();
  const parent = childOf(root, 'parent');
  for (const key of ['groupId', 'artifactId', 'version']) {
    const inherited = childText(parent, key);
    const own = childText(root, key) ?? inherited;
    if (inherited !== undefined && inherited.length <= LONGEST) properties.set(`project.parent.${key}`, inherited);
    if (own === undefined || own.length > LONGEST) continue;
    for (const prefix of ['project.', 'pom.', '']) properties.set(`${prefix}${key}`, own);
  }
  for (const property of childOf(root, 'properties')?.children ?? []) {
    if (property.text.length <= LONGEST) properties.set(property.name, property.text);
  }
  return properties;
}

/** Puts values in the place of `${name}`, as far as this file knows them. */
function resolve(text: string, properties: Properties): string {
  let here = text.trim();
  for (let round = 0; round < DEEPEST && here.includes('${') && here.length < LONGEST; round += 1) {
    here = here.replaceAll(/\$\{([^${}]+)\}/g, (whole, name: string) => properties.get(name.trim()) ?? whole);
  }
  return here;
}
