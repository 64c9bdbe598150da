import type { Generated } from 'kysely';

/**
 * The tables, all in the schema `countersign`. Records are kept as JSON text, not as jsonb: jsonb refuses the NUL and
 * the lone surrogates that hostile file names and texts can carry (PostgreSQL documentation, section 8.14).
 */
export interface Tables {
  pull_requests: {
    repository_id: number;
    number: number;
    state: string;
    head_sha: string;
    record: string;
    saved_at: Date;
  };
  reviews: {
    id: Generated<string>;
    /** Counted up at every save, so that "latest" needs no clock. */
    saved: Generated<string>;
    repository_id: number;
    pull_request: number;
    code: string;
    /** The check run's id in decimal, or empty where there is none. */
    check_run: string;
    review: string;
    /** The verdict's, so that what is held can be found; null in rows of before. */
    result: string | null;
    /** ISO 8601: since when a source has not answered for it, or when it was made. */
    held_since: string | null;
    saved_at: Date;
  };
  sign_offs: {
    id: string;
    repository_id: number;
    pull_request: number;
    created_at: string;
    sign_off: string;
    saved_at: Date;
  };
  /** Packages that are looked at again, once each for all repositories. */
  watched_packages: {
    key: string;
    kind: 'absent' | 'version';
    /** The `AskedPackage` as JSON. */
    asked: string;
    since: Date;
    due_at: Date;
    /** The `WatchedEvent` as JSON; null until it happens. */
    event: string | null;
  };
  /** Who asked for them. */
  asked_packages: {
    key: string;
    repository_id: number;
    pull_request: number;
    /** The `RepositoryRef` as JSON, of the last time. */
    repository: string;
    /** Versions count once their pull request is merged, absent names at once. */
    active: boolean;
    asked_at: Date;
    told_at: Date | null;
    /** When GitHub first refused the issue that tells of it, and when it is tried again. */
    refused_at: Date | null;
    retry_at: Date | null;
  };
  /** Shapes of mistakes in agents' pull requests: the same ones again are a pattern. */
  shapes: { repository_id: number; pull_request: number; fingerprint: string; shape: string; seen_at: Date };
  effects: { key: string; holder: string | null; claimed_at: Date };
  cache: { key: string; value: string; expires_at: Date };
  ledger: {
    installation_id: number;
    sequence: number;
    hash: string;
    previous_hash: string;
    effect_key: string;
    /** Canonical JSON (RFC 8785): exactly the text that the hash covers. */
    body: string;
    /** Base64 of the Ed25519 signature of this entry as the chain's head, or null. */
    signature: string | null;
  };
  /** What the salted hashes in the chain stand for. Rows may be deleted; with a row its salt is gone, and the hash names nobody. */
  ledger_people: {
    installation_id: number;
    kind: 'id' | 'login';
    value: string;
    account_id: string | null;
    salt: string;
    hash: string;
  };
}
