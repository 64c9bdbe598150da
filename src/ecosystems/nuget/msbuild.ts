import { addEntry, baseName, finish, noteUnread, type Reading, startReading } from '../reading.ts';
import type { DependencyFormat } from '../types.ts';
import { parseXml, type XmlElement } from '../xml.ts';
import { exactVersion } from './versions.ts';

/** In lower case, as MSBuild tells neither item types nor metadata apart by case. Items that name packages (NuGet, "PackageReference", "Central Package Management"; MSBuild, "Project SDKs"). */
const ITEMS: ReadonlySet<string> = new Set([
  'packagereference',
  'packageversion',
  'globalpackagereference',
  'packagedownload',
  'dotnetclitoolreference',
]);
const FILE = /(?:\.(?:cs|fs|vb|vcx|sql|wap|es|py|njs|dcs|ccs|deploy)proj|\.proj|\.props|\.targets|\.nuproj)$/i;
/** Rounds of putting a property's value in the place of its name. */
const DEEPEST = 10;
/** Characters of a value that is put in, and of what comes out. */
const LONGEST = 1000;

interface Project {
  readonly reading: Reading;
  /** Properties set once in this file; `null` where several statements set them. */
  readonly properties: ReadonlyMap<string, string | null>;
}

/** Project files, Directory.Packages.props, Directory.Build.props and other imported files of MSBuild. */
export const msbuild: DependencyFormat = {
  id: 'msbuild',
  entry: 'manifest',
  matches: (path) => FILE.test(baseName(path)),
  parse: (text, path) => {
    const reading = startReading(path, 'nuget', 'manifest');
    // Other tools have files with these two endings; MSBuild reads only XML.
    if (/\.(?:props|targets)$/i.test(path) && !/^\uFEFF?\s*</.test(text)) return finish(reading);
    const root = parseXml(text, path);
    if (root.name !== 'Project') return finish(reading);
    const project: Project = { reading, properties: propertiesOf(root) };
    for (const sdk of (root.attributes.get('Sdk') ?? '').split(';')) readSdk(project, sdk, root);
    readElements(project, root, []);
    return finish(reading);
  },
};

function readElements(project: Project, parent: XmlElement, conditions: readonly string[]): void {
  for (const element of parent.children) {
    const condition = element.attributes.get('Condition');
    const all = condition === undefined ? conditions : [...conditions, condition];
    if (ITEMS.has(element.name.toLowerCase())) readItem(project, element, all.join(' and '));
    else if (element.name === 'Sdk') {
      readSdk(project, `${element.attributes.get('Name') ?? ''}/${element.attributes.get('Version') ?? ''}`, element);
    } else if (element.name === 'Import') {
      readSdk(project, `${element.attributes.get('Sdk') ?? ''}/${element.attributes.get('Version') ?? ''}`, element);
    } else if (element.name !== 'PropertyGroup') readElements(project, element, all);
  }
}

function readItem(project: Project, element: XmlElement, marker: string): void {
  const include = element.attributes.get('Include') ?? element.attributes.get('Update');
  if (include === undefined) return;
  const written = metadataOf(element, 'versionoverride') ?? metadataOf(element, 'version');
  const range = written === undefined ? undefined : resolve(project, written);
  for (const part of include.split(';')) {
    const name = resolve(project, part.trim());
    if (name === '') continue;
    if (!/^[\w.-]+$/.test(name)) {
      noteUnread(project.reading, element.location, `the package's name is computed: ${name.slice(0, 80)}`);
      continue;
    }
    addEntry(project.reading, {
      name,
      location: element.location,
      scope: element.name,
      relationship: 'direct',
      source: 'registry',
      marker,
      range,
      ...(range === undefined ? {} : exactVersion(range)),
    });
  }
}

/** Metadata is written as an attribute or as a child. `name` in lower case. */
function metadataOf(element: XmlElement, name: string): string | undefined {
  const attribute = [...element.attributes].find(([key]) => key.toLowerCase() === name)?.[1];
  return attribute ?? element.children.find((child) => child.name.toLowerCase() === name)?.text;
}

/** `Name/1.2.3`; an SDK without a version comes with the tool or is named in global.json. */
function readSdk(project: Project, sdk: string, element: XmlElement): void {
  const [name, version] = sdk.trim().split('/');
  if (name === undefined || name === '' || version === undefined || version === '') return;
  const { startLine, startColumn } = element.location;
  addEntry(project.reading, {
    name,
    ...exactVersion(resolve(project, version)),
    range: resolve(project, version),
    location: { path: project.reading.path, startLine, endLine: startLine, ...(startColumn ? { startColumn } : {}) },
    scope: 'Sdk',
    relationship: 'direct',
    source: 'registry',
  });
}

function propertiesOf(root: XmlElement): Map<string, string | null> {
  const properties = new Map<string, string | null>();
  const collect = (parent: XmlElement): void => {
    for (const element of parent.children) {
      if (element.name !== 'PropertyGroup') {
        collect(element);
        continue;
      }
      for (const property of element.children) {
        const key = property.name.toLowerCase();
        properties.set(key, properties.has(key) || property.text.length > LONGEST ? null : property.text);
      }
    }
  };
  collect(root);
  return properties;
}

/** Puts values in the place of `$(Name)`, as far as this file knows them. */
function resolve(project: Project, text: string): string {
  let here = text.trim();
  for (let round = 0; round < DEEPEST && here.includes('$(') && here.length < LONGEST; round += 1) {
    here = here.replaceAll(
      /\$\(([\w.-]+)\)/g,
      (whole, name: string) => project.properties.get(name.toLowerCase()) ?? whole,
    );
  }
  return here;
}
