import { describe, expect, it } from 'vitest';
import type { PackageType } from '../../src/core/dependency.ts';
import type { Registry } from '../../src/core/lookup.ts';
import { NO_PROXIES } from '../../src/core/proxy.ts';
import { createRegistries, DEFAULT_REGISTRY_SETTINGS } from '../../src/ecosystems/registries.ts';
import { LOCAL_GUARD } from '../support/evidence.ts';

const REGISTRIES: ReadonlyMap<string, Registry> = new Map(
  createRegistries(
    {
      npm: { ...DEFAULT_REGISTRY_SETTINGS.npm, guard: LOCAL_GUARD, proxies: NO_PROXIES },
      addresses: DEFAULT_REGISTRY_SETTINGS.addresses,
      imageHosts: [],
      actionsToken: null,
    },
    async () => ({ state: 'unavailable', reason: 'nobody is asked for a range', transient: false }),
    Date.now,
  ).map((registry) => [registry.type, registry]),
);

/** `none`: the source has nothing that fits. `unread`: what it means is not known, which is never clear. */
function chosen(type: PackageType, range: string, versions: readonly string[]): string {
  const registry = REGISTRIES.get(type);
  if (registry === undefined) throw new Error(`${type} has a registry`);
  const document = { name: 'some-package', versions, records: {} };
  const version = registry.resolve(range, document);
  return version === undefined ? 'unread' : (version ?? 'none');
}

describe('the version that a range leads to', () => {
  it.each([
    ['1.0', '1.0'],
    ['[1,)', '1.2'],
    ['(,1.1]', '1.0'],
    ['[1.0,1.1),[1.3,2)', '1.0'],
    [']1.0, 1.2]', '1.2'],
    ['[1.0, 1.2[', '1.0'],
    ['1.+', '1.2'],
    ['1.0+', 'unread'],
    ['+', '2.0-SNAPSHOT'],
    ['LATEST', '2.0-SNAPSHOT'],
    ['RELEASE', '1.2'],
    ['latest.release', '1.2'],
    ['', '1.2'],
    ['3.+', 'none'],
    ['9.9', 'none'],
    ['${lib.version}', 'unread'],
  ])('Maven and Gradle: %s is %s', (range, version) => {
    expect(chosen('maven', range, ['1.0', '1.2', '2.0-SNAPSHOT'])).toBe(version);
  });

  it.each([
    ['', '1.0.5'],
    ['!= 1.0.5', '1.0.0'],
    ['~> 1.0, != 1.0.5', '1.0.0'],
    ['>= 2', 'none'],
    ['2.0.0.pre1', '2.0.0.pre1'],
    ['= 1.0.0', '1.0.0'],
  ])('RubyGems: %s is %s', (range, version) => {
    expect(chosen('gem', range, ['1.0.0', '1.0.5', '2.0.0.pre1'])).toBe(version);
  });

  it('RubyGems: a gem that only has prereleases is installed by its name alone', () => {
    expect(chosen('gem', '', ['2.0.0.pre1'])).toBe('2.0.0.pre1');
  });

  it.each([
    ['1.*', '1.2.0'],
    ['1.*-*', '1.3.0-rc'],
    ['*-*', '2.0.0-beta'],
    ['2.0.0-*', '2.0.0-beta'],
    ['2.0.0-rc*', 'none'],
    ['[1.0.0,2)', '1.0.0'],
    ['$(Version)', 'unread'],
  ])('NuGet: %s is %s', (range, version) => {
    expect(chosen('nuget', range, ['1.0.0', '1.2.0', '1.3.0-rc', '2.0.0-beta'])).toBe(version);
  });

  it.each([
    ['^1@dev', 'v1.2.0'],
    ['dev-main as 1.0.0', 'unread'],
    ['dev-main', 'unread'],
  ])('Packagist: %s is %s', (range, version) => {
    expect(chosen('composer', range, ['1.0.0', 'v1.2.0'])).toBe(version);
  });
});
