import type { LookupFunction } from 'node:net';
import type { DependencyChange, PackageType } from './dependency.ts';
import type { Advisory, PackageEvidence, Person, Provenance } from './evidence.ts';
import type { Fact } from './fact.ts';
import type { JsonValue } from './json.ts';

/** The port to the registries and advisory sources: evidence for each change, in the same order. Never throws for a source that is down. */
export interface EvidenceSource {
  /** Hosts of the registries that are asked: an address there is not foreign. */
  readonly registryHosts: readonly string[];
  gather(
    changes: readonly DependencyChange[],
    context: {
      /** Names in the base tree, as `type:name`: these are not new, and an absent one is "absent or private". */
      readonly baseNames: ReadonlySet<string>;
      readonly signal: AbortSignal;
      /** Scope-to-registry lines of the base tree; they count only for hosts that the operator allows. */
      readonly baseRoutes?: readonly Route[];
      /** As in RegistryQuestion. */
      readonly thorough?: boolean;
    },
  ): Promise<readonly PackageEvidence[]>;
  /** Advisories of exact versions alone, in the same order: no registry is asked. Not applicable where no source may be asked. */
  advisories(changes: readonly DependencyChange[], signal: AbortSignal): Promise<readonly Fact<readonly Advisory[]>[]>;
}

/** Which registry a family of names belongs to. */
export interface Route {
  readonly type: PackageType;
  /** A scope (`@acme`), a prefix that ends in `*` (`acme-*`), or `*` for every name of the type. */
  readonly names: string;
  /** Base address of the registry. */
  readonly registry: string;
}

/** Where a look-up goes. `registry` null means the public default of the type. */
export interface Destination {
  readonly registry: string | null;
  /** What evidence calls this source: `npm`, or a private registry's host. */
  readonly source: string;
}

/** The few facts of one version that a registry's document carries. A field that is not there was not given by this source. */
export interface VersionRecord {
  readonly publishedAt?: string;
  /** As DependencyEntry.integrity: several joined by a space. */
  readonly integrity?: string;
  /** The integrity as the registry writes and signs it, where it signs. */
  readonly signed?: string;
  readonly publisher?: Person;
  /** Empty: none runs. */
  readonly installScripts?: readonly string[];
  /** Null: the source says that there is none. */
  readonly deprecation?: string | null;
  readonly yanked?: string | null;
  readonly provenance?: Provenance | null;
  /** The registry's signatures over name, version and integrity (npm docs, "ECDSA registry signatures"). */
  readonly signatures?: readonly StatedSignature[] | null;
  /** One attested file of the version, where the source attests files: its SHA-256 in hex, and where the attestation is. */
  readonly attestation?: { readonly file: string; readonly hash: string; readonly at: string };
  readonly unpackedSize?: number;
}

export interface StatedSignature {
  readonly keyid: string;
  /** Base64. */
  readonly sig: string;
}

/** A public key with which a registry signs. */
export interface RegistryKey {
  readonly keyid: string;
  /** SubjectPublicKeyInfo in DER, as base64. */
  readonly spki: string;
  /** Instant after which it signs nothing any more; null: none is set. */
  readonly expires: string | null;
}

/** An attestation as a Sigstore bundle, and the artefact it must speak of. */
export interface StatedAttestation {
  readonly bundle: JsonValue;
  readonly subject: { readonly name: string; readonly algorithm: 'sha256' | 'sha512'; readonly hex: string };
}

/** Which version's attestations are asked for. */
export interface AttestationQuestion {
  readonly name: string;
  readonly version: string;
  readonly record: VersionRecord;
  readonly registry: string | null;
  readonly signal: AbortSignal;
}

/** Which version may be another's. */
export interface BelongingQuestion {
  readonly name: string;
  readonly version: string;
  readonly registry: string | null;
  readonly signal: AbortSignal;
}

/** Whose packages are asked for. */
export interface AccountQuestion {
  readonly account: string;
  readonly registry: string | null;
  readonly signal: AbortSignal;
}

/** A package of which an account is known to have published a version at an instant (ISO 8601). */
export interface AccountPackage {
  readonly name: string;
  readonly since: string;
}

/** What a registry gives beside its documents. `absent`: it has no such thing. */
export type Given<T> =
  | { readonly state: 'given'; readonly value: T }
  | { readonly state: 'absent' }
  | { readonly state: 'unavailable'; readonly reason: string; readonly transient: boolean };

/** What a registry answered about one name, cut down to what rules ask for. JSON, so that it can be cached. */
export interface PackageDocument {
  /** As the registry spells it. */
  readonly name: string;
  /** Every published version, oldest first by date where dates are given, else by the type's order; where `partial`, only those that were asked for. */
  readonly versions: readonly string[];
  readonly records: Readonly<Record<string, VersionRecord>>;
  /** True where the source is asked version by version and lists none: actions, images. */
  readonly partial?: boolean;
  readonly distTags?: Readonly<Record<string, string>>;
  readonly firstPublishedAt?: string;
  readonly maintainers?: readonly Person[];
  /** Accounts that may publish, by the registry's own word: never what an author says of himself. */
  readonly holders?: readonly string[];
  /** One among them that people of the registry looked at before it let it in (PyPI docs, "Organization accounts"). */
  readonly organisation?: string;
  /** Null: the document names none. */
  readonly repository?: string | null;
  readonly weeklyDownloads?: number;
  readonly placeholder?: boolean;
  readonly unpublished?: boolean;
  readonly projectStatus?: 'archived' | 'deprecated' | 'quarantined' | null;
}

/** A registry's answer. `unavailable` is transient where asking again may help. */
export type RegistryAnswer =
  | { readonly state: 'found'; readonly document: PackageDocument; readonly etag?: string }
  | { readonly state: 'notModified' }
  | { readonly state: 'absent' }
  | {
      readonly state: 'unavailable';
      readonly reason: string;
      readonly transient: boolean;
      readonly retryAfterMs?: number;
    };

export interface RegistryQuestion {
  readonly name: string;
  readonly registry: string | null;
  /** Exact versions that the change is about: a source with one document a version reads these. */
  readonly versions: readonly string[];
  readonly etag?: string;
  /** A person wants to read all there is: facts that rules would not ask for are worth another request. */
  readonly thorough?: boolean;
  readonly signal: AbortSignal;
}

/** One package-URL type's registry. Never throws for a source that is down, slow or lying. */
export interface Registry {
  readonly type: PackageType;
  /** Fields of the document that this kind of registry knows at all; what is no concept of it is "not applicable". */
  readonly concepts: ReadonlySet<keyof PackageDocument | keyof VersionRecord>;
  /** False for names of other registries that nobody may be asked about: their facts are not applicable. */
  covers?(name: string, registry: string | null): boolean;
  /** True where the document speaks of the versions that were asked for only: it is no answer to a question about others. */
  readonly byVersion?: boolean;
  look(question: RegistryQuestion): Promise<RegistryAnswer>;
  /**
   * Whether a version is the package's own; missing where the registry answers for no other's. `absent`: the question
   * does not arise for this version.
   */
  belongs?(question: BelongingQuestion): Promise<Given<boolean>>;
  /** The keys it signs with; missing where this kind of registry signs nothing. */
  keys?(registry: string | null, signal: AbortSignal): Promise<Given<readonly RegistryKey[]>>;
  /** Attestations of the build of one version; missing where this kind of registry has none. */
  attestations?(question: AttestationQuestion): Promise<Given<readonly StatedAttestation[]>>;
  /** Packages that an account published; missing where this kind of registry cannot be asked. Never all of them for sure. */
  publishedBy?(question: AccountQuestion): Promise<Given<readonly AccountPackage[]>>;
  /** The version a range leads to, by the type's own rules; null where none fits, undefined where the range cannot be read. */
  resolve(range: string, document: PackageDocument): string | null | undefined;
  /** Two spellings of one version are equal under this (PEP 440 `1.0` and `1.0.0`). */
  sameVersion(a: string, b: string): boolean;
  normalizeName(name: string): string;
}

/** Which hosts may be spoken to. Hosts that the operator names are trusted, private address or not; others only where they are public. */
export interface HostGuard {
  /** Why no request may go to this address, in one clause; null where one may. A name is judged when it is resolved. */
  refuses(address: URL): string | null;
  /** True for a host (with its port, where it has one) that the operator names: a redirect may lead there. */
  trusts(host: string): boolean;
  /** For sockets: resolves a name and fails where one of its addresses is refused, however often the name is asked. */
  readonly lookup: LookupFunction;
}

export type HttpAnswer =
  | {
      readonly state: 'answered';
      readonly status: number;
      readonly contentType: string;
      readonly etag?: string;
      readonly lastModified?: string;
      readonly body: string;
    }
  | {
      readonly state: 'unavailable';
      readonly reason: string;
      readonly transient: boolean;
      readonly retryAfterMs?: number;
      /** Of a 401: how to ask for leave (RFC 9110, section 11.6.1, `WWW-Authenticate`). */
      readonly challenge?: string;
    };

/** One bounded HTTP request: time, size and redirects have limits, 429 and 5xx come back as unavailable. Never throws. */
export type HttpClient = (request: {
  readonly url: string;
  readonly method?: 'GET' | 'POST' | 'HEAD';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: JsonValue;
  readonly signal: AbortSignal;
}) => Promise<HttpAnswer>;

export interface AdvisoryQuestion {
  readonly type: PackageType;
  readonly name: string;
  readonly version: string | null;
}

/** Answers in the order of the questions. */
export interface AdvisorySource {
  readonly source: string;
  /** False for types that the source has no advisories of: for those it says nothing, rather than "none". */
  covers(type: PackageType): boolean;
  look(questions: readonly AdvisoryQuestion[], signal: AbortSignal): Promise<readonly AdvisoryAnswer[]>;
}

export type AdvisoryAnswer =
  | { readonly state: 'known'; readonly advisories: readonly Advisory[] }
  | { readonly state: 'unavailable'; readonly reason: string; readonly transient: boolean };
