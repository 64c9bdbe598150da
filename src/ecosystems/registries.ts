import type { HttpClient, Registry } from '../core/lookup.ts';
import { createCargoRegistry } from './cargo/registry.ts';
import { createComposerRegistry } from './composer/registry.ts';
import { createDockerRegistry } from './docker/registry.ts';
import { createGemRegistry } from './gem/registry.ts';
import { createActionsRegistry } from './githubactions/registry.ts';
import { createGolangRegistry } from './golang/registry.ts';
import { createMavenRegistry } from './maven/registry.ts';
import { createNpmRegistry, type NpmRegistrySettings } from './npm/registry.ts';
import { createNugetRegistry } from './nuget/registry.ts';
import { createPypiRegistry } from './pypi/registry.ts';

/** Base addresses of the registries that are asked over plain HTTP. */
export interface RegistryAddresses {
  readonly pypi: string;
  readonly cargo: string;
  readonly gem: string;
  readonly golang: string;
  readonly composer: string;
  readonly nuget: string;
  readonly maven: string;
  /** GitHub's API. */
  readonly githubactions: string;
  /** Docker Hub's registry. */
  readonly docker: string;
}

export interface RegistrySettings {
  readonly npm: NpmRegistrySettings;
  readonly addresses: RegistryAddresses;
  /** Hosts of image registries, besides the public ones, that may be asked. */
  readonly imageHosts: readonly string[];
  /** A token for GitHub's API; null: nobody is asked of actions. */
  readonly actionsToken: (() => Promise<string>) | null;
}

/** Defaults: everything but who may be spoken to and by which way, which the operator says. */
export interface DefaultRegistrySettings {
  readonly npm: Omit<NpmRegistrySettings, 'guard' | 'proxies'>;
  readonly addresses: RegistryAddresses;
}

/** What holds for every registry unless the operator says otherwise: the public ones, by their own documentation. */
export const DEFAULT_REGISTRY_SETTINGS: DefaultRegistrySettings = {
  npm: {
    fetchOptions: {},
    timeoutMs: 10_000,
    // The largest packuments of the public registry are some tens of megabytes.
    maxBytes: 128 * 1024 * 1024,
    proofNames: ['semver'],
  },
  addresses: {
    pypi: 'https://pypi.org',
    cargo: 'https://crates.io',
    gem: 'https://rubygems.org',
    golang: 'https://proxy.golang.org',
    composer: 'https://repo.packagist.org',
    nuget: 'https://api.nuget.org/v3',
    maven: 'https://repo.maven.apache.org/maven2',
    githubactions: 'https://api.github.com',
    docker: 'https://registry-1.docker.io',
  },
};

/** Every registry that there is. */
export function createRegistries(settings: RegistrySettings, http: HttpClient, now: () => number): readonly Registry[] {
  const { addresses } = settings;
  return [
    createNpmRegistry(settings.npm),
    createPypiRegistry({ base: addresses.pypi, http, now }),
    createCargoRegistry({ base: addresses.cargo, http }),
    createGemRegistry({ base: addresses.gem, http }),
    createGolangRegistry({ base: addresses.golang, http }),
    createComposerRegistry({ base: addresses.composer, http }),
    createNugetRegistry({ base: addresses.nuget, http }),
    createMavenRegistry({ base: addresses.maven, http }),
    createDockerRegistry({ base: addresses.docker, http, allowedHosts: settings.imageHosts }),
    ...(settings.actionsToken === null
      ? []
      : [createActionsRegistry({ base: addresses.githubactions, http, token: settings.actionsToken })]),
  ];
}
