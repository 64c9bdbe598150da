import type { PackageType } from './dependency.ts';
import type { RepositoryRef } from './host.ts';

/**
 * A package that is looked at again after its review: a name that no registry had, or a version that was merged. Only
 * names that a public source was asked for; a private one is never remembered here.
 */
export interface AskedPackage {
  /** `absent`: whether the name appears. `version`: whether the version turns out to be malware. */
  readonly kind: 'absent' | 'version';
  readonly type: PackageType;
  /** As the change wrote it. */
  readonly name: string;
  /** Exact; null for a name that no registry had. */
  readonly version: string | null;
}

/** What became of a package that was looked at again. */
export interface WatchedEvent {
  /** ISO 8601: when we saw it. */
  readonly at: string;
  /** The source that said so. */
  readonly source: string;
  /** When the name was first published, where its source gives it; null otherwise. */
  readonly firstPublishedAt: string | null;
  /** Of malware; empty for a name that appeared. */
  readonly advisoryIds: readonly string[];
}

/** One thing that happened, as one repository is concerned. */
export interface CameTrue {
  readonly asked: AskedPackage;
  readonly event: WatchedEvent;
  /** Pull requests of this repository that asked for it, rising. */
  readonly pullRequests: readonly number[];
  /** Whether the repository was told already. */
  readonly told: boolean;
}

/** What is remembered of packages beyond their reviews. Failures are CountersignError `store-unavailable`. */
export interface WatchStore {
  /**
   * Remembers what a pull request asks for: absent names for good, versions until it is merged or closed. Replaces what
   * an earlier review of the same pull request left of its versions.
   */
  remember(repository: RepositoryRef, pullRequest: number, asked: readonly AskedPackage[]): Promise<void>;
  /** Private names of a repository: whatever was remembered of them for it is forgotten. */
  forgetNames(repositoryId: number, names: readonly Pick<AskedPackage, 'type' | 'name'>[]): Promise<void>;
  /** A merged pull request's versions are watched from now on; another's are forgotten. */
  settle(repositoryId: number, pullRequest: number, merged: boolean): Promise<void>;
  /**
   * Hands out packages that are due, at most `limit`, oldest first, and puts each off by `leaseMs`, so that no other
   * process takes it meanwhile. What is not put off again comes back after that.
   */
  due(kind: AskedPackage['kind'], limit: number, leaseMs: number): Promise<readonly DuePackage[]>;
  /** Looked at, nothing happened: again at this instant (ISO 8601). */
  putOff(asked: AskedPackage, until: string): Promise<void>;
  /** It happened. The first event stays. */
  happened(asked: AskedPackage, event: WatchedEvent): Promise<void>;
  /** Repositories that were not told yet of something that happened, and are not put off. */
  untold(limit: number): Promise<readonly RepositoryRef[]>;
  /** All that happened, as one repository is concerned, oldest first. */
  cameTrue(repositoryId: number): Promise<readonly CameTrue[]>;
  markTold(repositoryId: number, asked: readonly AskedPackage[]): Promise<void>;
  /** GitHub refuses the issue: told again from this instant on (ISO 8601), or as soon as something else happens. */
  putOffTelling(repositoryId: number, asked: readonly AskedPackage[], until: string): Promise<void>;
  /** Repositories whose issue GitHub refuses, those refused for the longest first. */
  refusedTellings(limit: number): Promise<readonly RefusedTelling[]>;
  /** How many packages are looked at again, for metrics. */
  watched(): Promise<Readonly<Record<AskedPackage['kind'], number>>>;
}

export interface RefusedTelling {
  readonly repository: RepositoryRef;
  /** How many packages there are to tell of. */
  readonly packages: number;
  /** ISO 8601: the first refusal. */
  readonly since: string;
}

export interface DuePackage {
  readonly asked: AskedPackage;
  /** ISO 8601: when it was first remembered. */
  readonly since: string;
}
