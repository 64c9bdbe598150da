import type { PackageType } from './dependency.ts';
import type { Fact } from './fact.ts';

export interface Person {
  readonly name: string;
  readonly email?: string;
}

export interface Advisory {
  /** OSV id: `MAL-…` says malicious. */
  readonly id: string;
  readonly summary: string;
  readonly malicious: boolean;
  readonly fixedIn?: string;
  readonly severity?: 'low' | 'moderate' | 'high' | 'critical';
}

export interface Provenance {
  /** `verified`: the signature and its certificate were checked; `present`: attestations are listed and were not checked. */
  readonly state: 'verified' | 'present';
  readonly sourceRepository?: string;
}

/** One version as its registry describes it. */
export interface VersionEvidence {
  readonly version: string;
  readonly integrity: Fact<string>;
  readonly publishedAt: Fact<string>;
  readonly publisher: Fact<Person>;
  /** Names of the scripts that run at install (npm: preinstall, install, postinstall, or a binding.gyp build), empty when none does. */
  readonly installScripts: Fact<readonly string[]>;
  readonly deprecation: Fact<string>;
  readonly provenance: Fact<Provenance>;
}

/**
 * What is known of one package, and of the version a change leads to. Every item is a `Fact`: a source that is down
 * leaves `unavailable`, never a gap. Instants are ISO 8601 in UTC.
 */
export interface PackageEvidence {
  readonly type: PackageType;
  readonly name: string;
  /** The source that was asked, by the name of its setting: `npm`, or the route's host for a private registry. */
  readonly source: string;
  /** The name exists in the registry. */
  readonly registryEntry: Fact<{ readonly name: string }>;
  /** All published versions, oldest first. */
  readonly versions: Fact<readonly string[]>;
  /** The version the change leads to: the locked one, else the highest in the range; absent when none fits. */
  readonly resolvedVersion: Fact<VersionEvidence>;
  /** The version before, where the change is an update. */
  readonly previousVersion: Fact<VersionEvidence>;
  readonly distTags: Fact<Readonly<Record<string, string>>>;
  /** When the name was first published (npm `time.created`). */
  readonly firstPublishedAt: Fact<string>;
  /** At least this old: from a shipped popular list, the base tree, or our own first sight. A known fact even behind a proxy that strips dates. */
  readonly existedBy: Fact<string>;
  readonly maintainers: Fact<readonly Person[]>;
  readonly weeklyDownloads: Fact<number>;
  readonly repository: Fact<string>;
  /** The registry holds the name after malware was removed (npm "security holding package"). */
  readonly securityPlaceholder: Fact<boolean>;
  readonly unpublished: Fact<boolean>;
  readonly advisories: Fact<readonly Advisory[]>;
  /** Other ecosystems in which the name exists, for a hint only. */
  readonly existsElsewhere: Fact<readonly PackageType[]>;
}
