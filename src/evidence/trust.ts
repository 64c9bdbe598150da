import { readFile } from 'node:fs/promises';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { getTrustedRoot } from '@sigstore/tuf';
import { type TrustMaterial, toTrustMaterial } from '@sigstore/verify';
import { CountersignError, messageOf } from '../core/errors.ts';

/** What attestations are checked against, or why it is not at hand. */
export type Trust =
  | { readonly state: 'given'; readonly material: TrustMaterial }
  | { readonly state: 'unavailable'; readonly reason: string };

export type TrustSource = () => Promise<Trust>;

/** A trusted root in a file (Sigstore's `trusted_root.json`): needs no network. Throws `bad-configuration` where it is none. */
export async function trustFromFile(path: string): Promise<TrustSource> {
  try {
    const material = toTrustMaterial(TrustedRoot.fromJSON(JSON.parse(await readFile(path, 'utf8'))));
    if (material.certificateAuthorities.length === 0) throw new TypeError('it names no certificate authority');
    return async () => ({ state: 'given', material });
  } catch (error) {
    throw new CountersignError(
      'bad-configuration',
      `the trusted root ${path} cannot be used: ${messageOf(error)}. It is the trusted_root.json of a Sigstore instance.`,
      { cause: error },
    );
  }
}

/** The root of the public instance changes rarely; it is fetched again after this long. */
const KEPT_MS = 24 * 3_600_000;
/** After a failure nobody waits for the next one at once. */
const AGAIN_MS = 10 * 60_000;

/** The public instance's trusted root, by its own update protocol (TUF): the first root is part of this installation. */
export function trustFromSigstore(settings: {
  /** Null: the user's own cache. */
  readonly cacheFolder: string | null;
  readonly timeoutMs: number;
  readonly now: () => number;
}): TrustSource {
  let kept: { readonly trust: Promise<Trust>; until: number } | null = null;
  return () => {
    if (kept !== null && settings.now() < kept.until) return kept.trust;
    const entry = { trust: fetchRoot(settings), until: settings.now() + KEPT_MS };
    kept = entry;
    return entry.trust.then((trust) => {
      if (trust.state === 'unavailable') entry.until = settings.now() + AGAIN_MS;
      return trust;
    });
  };
}

async function fetchRoot(settings: {
  readonly cacheFolder: string | null;
  readonly timeoutMs: number;
}): Promise<Trust> {
  try {
    const root = await getTrustedRoot({
      ...(settings.cacheFolder === null ? {} : { cachePath: settings.cacheFolder }),
      timeout: settings.timeoutMs,
      retry: 0,
    });
    return { state: 'given', material: toTrustMaterial(root) };
  } catch (error) {
    return { state: 'unavailable', reason: `the trusted root was not to be had (${messageOf(error).slice(0, 100)})` };
  }
}
