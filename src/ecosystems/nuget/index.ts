import type { Ecosystem } from '../types.ts';
import { dotnetTools, globalJson, packagesLock } from './json-lists.ts';
import { msbuild } from './msbuild.ts';
import { nuspec, packagesConfig } from './xml-lists.ts';

/** .NET packages; ids have no case (NuGet, "Package identifiers"). */
export const nuget: Ecosystem = {
  type: 'nuget',
  osv: 'NuGet',
  formats: [msbuild, packagesConfig, nuspec, packagesLock, dotnetTools, globalJson],
  normalizeName: (name) => name.toLowerCase(),
};
