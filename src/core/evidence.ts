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

/** How a name imitates another one. */
export type LikenessTechnique =
  | 'homoglyph'
  | 'typo'
  | 'spelling'
  | 'separator'
  | 'word-order'
  | 'scope-dropped'
  | 'scope-imitated'
  | 'affix'
  | 'short-form'
  | 'combination'
  | 'conflation'
  | 'plural'
  | 'other-ecosystem'
  | 'import-name'
  | 'deprecation-notice';

/** A well-known name that the package's name can be mistaken for. */
export interface Likeness {
  readonly name: string;
  readonly technique: LikenessTechnique;
  /** How strong the likeness is, from 0 to 1. */
  readonly score: number;
}

export interface Provenance {
  /**
   * `verified`: signature, certificate, log entry and subject were checked; `present`: attestations are listed and were
   * not checked; `invalid`: they were checked and prove nothing for this version.
   */
  readonly state: 'verified' | 'present' | 'invalid';
  /** Where the build took its source from, as its certificate says. */
  readonly sourceRepository?: string;
  /** Why it is not verified: one clause. */
  readonly reason?: string;
}

/** What a registry's own signature over a version's name, number and integrity is worth. */
export interface RegistrySignature {
  readonly state: 'verified' | 'invalid';
  readonly keyid: string;
}

/** What is known of the accounts behind a package, beside the package itself. */
export interface PublisherStanding {
  /** Accounts that published its versions; where the registry does not tell that, those that may. Never empty. */
  readonly accounts: readonly string[];
  /** The oldest other package that one of them is known to stand behind, and since when; null: none is known. */
  readonly known: { readonly name: string; readonly since: string } | null;
  /** Another package of theirs that is well known or in the base tree, a name of the popular scope that they publish in, or an organisation that the registry admitted; null: none is known. */
  readonly vouchedBy: string | null;
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
  /** Withdrawn without being removed: PEP 592, crates.io, Go `retract`; the reason, `''` where none is given. npm has no such thing. */
  readonly yanked: Fact<string>;
  readonly provenance: Fact<Provenance>;
  /** Absent where the registry signs nothing. Where it is invalid, `integrity` is unavailable: a hash that anybody wrote is none. */
  readonly signature: Fact<RegistrySignature>;
  /** Bytes, unpacked. */
  readonly unpackedSize: Fact<number>;
  /**
   * Whether the version is the package's own. Of actions pinned to a full commit: GitHub hands out commits that only a
   * fork has under the parent's name too. Not applicable elsewhere.
   */
  readonly belongs: Fact<boolean>;
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
  /**
   * The version to measure the resolved one by, whatever the change says: the latest before it in the same major line that
   * had stood for a week, where there is one; else the one published right before it.
   */
  readonly predecessor: Fact<VersionEvidence>;
  /**
   * Who published the versions before the resolved one, each name and address once; empty where it is the first. Versions
   * that had not yet stood for a week vouch for nobody, unless there are no others.
   */
  readonly earlierPublishers: Fact<readonly Person[]>;
  readonly distTags: Fact<Readonly<Record<string, string>>>;
  /** When the name was first published (npm `time.created`). */
  readonly firstPublishedAt: Fact<string>;
  /** At least this old: from a shipped popular list, the base tree, or our own first sight. A known fact even behind a proxy that strips dates. */
  readonly existedBy: Fact<string>;
  /** True where the base tree uses the name already. */
  readonly inBase: boolean;
  /** True where the name stands in the shipped list of its type's most used names. */
  readonly popular: boolean;
  /** Names that this one can be mistaken for, most alike first; empty where there is none. Unavailable where no list of popular names is at hand. */
  readonly looksLike: Fact<readonly Likeness[]>;
  readonly maintainers: Fact<readonly Person[]>;
  /** Of the accounts behind a young name of a public source. Not applicable for others, and where a registry names no accounts. */
  readonly publisherStanding: Fact<PublisherStanding>;
  readonly weeklyDownloads: Fact<number>;
  readonly repository: Fact<string>;
  /** The registry holds the name after malware was removed (npm "security holding package"). */
  readonly securityPlaceholder: Fact<boolean>;
  readonly unpublished: Fact<boolean>;
  /** What the registry says of the whole project (PEP 792, crates.io, GitHub). Absent where it says nothing. */
  readonly projectStatus: Fact<'archived' | 'deprecated' | 'quarantined'>;
  /** A private route that base or operator set for this name: its host. Absent where the name goes to the public source. */
  readonly privateRoute: Fact<string>;
  readonly advisories: Fact<readonly Advisory[]>;
  /** Those of the previous version, where the change is an update. */
  readonly previousAdvisories: Fact<readonly Advisory[]>;
  /** Other ecosystems in which the name exists, for a hint only. */
  readonly existsElsewhere: Fact<readonly PackageType[]>;
}
