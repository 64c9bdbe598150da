import { describe, expect, it } from 'vitest';
import { nuget } from '../../../src/ecosystems/nuget/index.ts';
import { linesOf, parseAs } from '../fixtures.ts';

const read = (path: string, text: string): string[] => linesOf(parseAs(nuget, path, text));
const items = (text: string): string => `<Project><ItemGroup>${text}</ItemGroup></Project>`;

describe('a package cannot be hidden in a project file', () => {
  it.each([
    ['by case', items('<packagereference Include="evil" version="1" />')],
    ['in a list', items('<PackageReference Include="a;evil" Version="1" />')],
    ['by an update', items('<PackageReference Update="evil" Version="1" />')],
    [
      'by a property',
      '<Project><PropertyGroup><X>evil</X></PropertyGroup><ItemGroup><PackageReference Include="$(X)" Version="1" /></ItemGroup></Project>',
    ],
    [
      'under a condition',
      '<Project><Choose><When Condition="true"><ItemGroup><PackageReference Include="evil" Version="1" /></ItemGroup></When></Choose></Project>',
    ],
    [
      'in a target',
      '<Project><Target Name="t"><ItemGroup><PackageReference Include="evil" Version="1" /></ItemGroup></Target></Project>',
    ],
    ['as an SDK', '<Project Sdk="Microsoft.NET.Sdk;evil/1" />'],
    ['as an imported SDK', '<Project><Import Project="x" Sdk="evil" Version="1" /></Project>'],
    ['as a download', items('<PackageDownload Include="evil" Version="[1]" />')],
    ['as a child', items('<PackageReference Include="evil"><Version>1</Version></PackageReference>')],
  ])('%s', (_what, text) => {
    expect(read('a.csproj', text).some((line) => line.includes('| nuget | evil | 1 |'))).toBe(true);
  });
  it('a name that is computed is said', () => {
    expect(read('a.fsproj', items('<PackageReference Include="@(Names)" />'))).toEqual([
      expect.stringContaining('| unread |'),
    ]);
  });
  it('and a removed one or a comment is none', () => {
    expect(read('a.vbproj', items('<!-- <PackageReference Include="a" /> --><PackageReference Remove="a" />'))).toEqual(
      [],
    );
  });
  it.each([
    ['1.2.3', '1.2.3'],
    ['[1.2.3]', '1.2.3'],
    ['[1.2.3', undefined],
    ['[1.0,2.0)', undefined],
    ['1.*', undefined],
    ['$(V)', undefined],
  ])('%s names the version %s', (range, version) => {
    const parsed = parseAs(nuget, 'a.csproj', items(`<PackageReference Include="a" Version="${range}" />`));
    expect(parsed.entries[0]?.version).toBe(version);
  });
});

describe('packages.lock.json', () => {
  it('says an entry without a type', () => {
    expect(read('packages.lock.json', '{"version":1,"dependencies":{"net8.0":{"evil":{"resolved":"1"}}}}')).toEqual([
      expect.stringContaining('| unread |'),
    ]);
  });
});
