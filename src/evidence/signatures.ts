import { createPublicKey, verify } from 'node:crypto';
import type { RegistrySignature } from '../core/evidence.ts';
import { type Fact, known, unavailable } from '../core/fact.ts';
import type { RegistryKey, VersionRecord } from '../core/lookup.ts';

/**
 * Whether a registry's signature over one version holds: ECDSA with SHA-256 over `name@version:integrity`
 * (npm docs, "About registry signatures"). One signature that verifies is enough; one of a known key that does not, and
 * no other that does, is invalid. What no known key signed stays unknown.
 */
export function checkSignatures(
  subject: { readonly name: string; readonly version: string; readonly record: VersionRecord },
  keys: readonly RegistryKey[],
  context: { readonly source: string; readonly observedAt: string },
): Fact<RegistrySignature> {
  const { name, version, record } = subject;
  const { source, observedAt } = context;
  const message = Buffer.from(`${name}@${version}:${record.signed ?? ''}`);
  let failed: string | null = null;
  let late: string | null = null;
  for (const { keyid, sig } of record.signatures ?? []) {
    const key = keys.find((each) => each.keyid === keyid);
    if (key === undefined) continue;
    const time = keyWasInUse(key, record.publishedAt);
    if (time === 'unknown') late = keyid;
    else if (time && holds(key, message, sig)) return known({ state: 'verified', keyid }, source, observedAt);
    else failed = keyid;
  }
  if (failed !== null) return known({ state: 'invalid', keyid: failed }, source, observedAt);
  return late === null
    ? unavailable(source, 'the registry does not publish the key of the signature', false)
    : unavailable(source, 'the key of the signature has expired, and the date of the version is not known', false);
}

function keyWasInUse(key: RegistryKey, publishedAt: string | undefined): boolean | 'unknown' {
  if (key.expires === null) return true;
  if (publishedAt === undefined) return 'unknown';
  return Date.parse(publishedAt) < Date.parse(key.expires);
}

function holds(key: RegistryKey, message: Buffer, signature: string): boolean {
  try {
    const publicKey = createPublicKey({ key: Buffer.from(key.spki, 'base64'), format: 'der', type: 'spki' });
    return verify('sha256', message, publicKey, Buffer.from(signature, 'base64'));
  } catch {
    // A key or a signature that cannot even be read proves nothing.
    return false;
  }
}
