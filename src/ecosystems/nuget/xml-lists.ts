import { addEntry, baseName, finish, noteUnread, startReading } from '../reading.ts';
import type { DependencyFormat } from '../types.ts';
import { parseXml, type XmlElement } from '../xml.ts';
import { exactVersion } from './versions.ts';

/** packages.config: every package of the project with its exact version (NuGet, "packages.config reference"). */
export const packagesConfig: DependencyFormat = {
  id: 'packages-config',
  entry: 'manifest',
  matches: (path) => /^packages(?:\.[^/]+)?\.config$/i.test(baseName(path)),
  parse: (text, path) => {
    const reading = startReading(path, 'nuget', 'manifest');
    for (const element of parseXml(text, path).children.filter((child) => child.name === 'package')) {
      const name = element.attributes.get('id');
      if (name === undefined) noteUnread(reading, element.location, 'a package without an id');
      else {
        addEntry(reading, {
          name,
          version: element.attributes.get('version'),
          range: element.attributes.get('allowedVersions'),
          location: element.location,
          scope: element.attributes.get('developmentDependency') === 'true' ? 'developmentDependency' : 'package',
          group: element.attributes.get('targetFramework'),
          relationship: 'unknown',
          source: 'registry',
        });
      }
    }
    return finish(reading);
  },
};

/** Dependencies of a .nuspec (NuGet, ".nuspec reference"). */
export const nuspec: DependencyFormat = {
  id: 'nuspec',
  entry: 'manifest',
  matches: (path) => path.endsWith('.nuspec'),
  parse: (text, path) => {
    const reading = startReading(path, 'nuget', 'manifest');
    const visit = (element: XmlElement, group: string | undefined): void => {
      for (const child of element.children) {
        const name = child.attributes.get('id');
        if (child.name === 'dependency' && name !== undefined) {
          const range = child.attributes.get('version');
          addEntry(reading, {
            name,
            range,
            ...(range === undefined ? {} : exactVersion(range)),
            location: child.location,
            scope: 'dependencies',
            group,
            relationship: 'direct',
            source: 'registry',
          });
        } else visit(child, child.attributes.get('targetFramework') ?? group);
      }
    };
    visit(parseXml(text, path), undefined);
    return finish(reading);
  },
};
