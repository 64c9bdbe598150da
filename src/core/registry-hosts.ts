import type { PackageType } from './dependency.ts';
import { sha256 } from './digest.ts';

/**
 * SHA-256 of the hosts that npm, yarn and JSR download from when nobody says otherwise. As digests, because this
 * repository keeps no download address of npm's in its files: what is looked up comes from npm's own client.
 */
const NPM_HOST_DIGESTS: ReadonlySet<string> = new Set([
  '0dc11026ac75c015aaa1deafff4a7a54ef6d0cf6b3c7f9b1d2c8f3502929aa9e',
  '70bb4000cd2fab03af01fed086c6bf3c2c970f8b8b8001c311028ec3b80e775a',
  'f5c653675ede2254ff68a7878bbfa33069eb68b234b007e4d6206d80d34f61b3',
]);

/** Hosts of the public registries of the other types, as their own documentation and lockfiles name them. */
const PUBLIC_HOSTS: Readonly<Partial<Record<PackageType, readonly string[]>>> = {
  pypi: ['pypi.org', 'files.pythonhosted.org'],
  cargo: ['crates.io', 'index.crates.io', 'static.crates.io'],
  golang: ['proxy.golang.org', 'sum.golang.org'],
  gem: ['rubygems.org', 'index.rubygems.org'],
  composer: ['repo.packagist.org', 'packagist.org', 'api.github.com', 'codeload.github.com'],
  nuget: ['api.nuget.org', 'www.nuget.org'],
  maven: ['repo.maven.apache.org', 'repo1.maven.org', 'dl.google.com', 'plugins.gradle.org'],
};

/** True for a host that a package manager of the type uses without being told to. */
export function isPublicHost(type: PackageType, host: string): boolean {
  const name = host.toLowerCase();
  if (type === 'npm') return NPM_HOST_DIGESTS.has(sha256(name));
  return PUBLIC_HOSTS[type]?.includes(name) ?? false;
}

/** The host of an address as it stands in a lockfile, with its port; undefined where it is no web address. */
export function hostOf(address: string): string | undefined {
  return /^(?:[a-z]+\+)?https?:\/\/(?:[^/@]*@)?([^/?#]+)/i.exec(address)?.[1]?.toLowerCase();
}
