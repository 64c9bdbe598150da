import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { CountersignError, messageOf } from '../core/errors.ts';

/** Signs an entry as the head of its chain with Ed25519 (RFC 8032); what is signed names the chain, so that it fits no other. */
export type HeadSigner = (installationId: number, sequence: number, hash: string) => string;

/** `path`: an Ed25519 private key in PEM, as `openssl genpkey -algorithm ed25519` writes it. */
export async function readSigner(path: string): Promise<HeadSigner> {
  let key: KeyObject;
  try {
    key = createPrivateKey(await readFile(path, 'utf8'));
  } catch (error) {
    throw new CountersignError(
      'bad-configuration',
      `The ledger's key file ${path} cannot be read as a private key in PEM.`,
      {
        cause: error,
      },
    );
  }
  if (key.asymmetricKeyType !== 'ed25519') {
    throw new CountersignError(
      'bad-configuration',
      `The ledger's key file ${path} holds a key of type ${key.asymmetricKeyType ?? 'unknown'}: make one with \`openssl genpkey -algorithm ed25519\`.`,
    );
  }
  return (installationId, sequence, hash) =>
    sign(null, message(installationId, sequence, hash), key).toString('base64');
}

/** Reads public keys in PEM; a private one gives its public half. */
export function readPublicKeys(texts: readonly string[]): readonly KeyObject[] {
  return texts.map((text) => {
    try {
      const key = createPublicKey(text);
      if (key.asymmetricKeyType === 'ed25519') return key;
    } catch (error) {
      throw new CountersignError('bad-usage', `A public key cannot be read as PEM: ${messageOf(error)}.`, {
        cause: error,
      });
    }
    throw new CountersignError('bad-usage', 'A public key is not an Ed25519 key.');
  });
}

export function isSignedBy(
  keys: readonly KeyObject[],
  installationId: number,
  entry: { readonly sequence: number; readonly hash: string; readonly signature: string },
): boolean {
  const text = message(installationId, entry.sequence, entry.hash);
  const signature = Buffer.from(entry.signature, 'base64');
  // Base64 has many spellings of the same bytes; only the one that was written counts.
  return signature.toString('base64') === entry.signature && keys.some((key) => verify(null, text, key, signature));
}

function message(installationId: number, sequence: number, hash: string): Buffer {
  return Buffer.from(`countersign ledger head\n${installationId}\n${sequence}\n${hash}\n`, 'utf8');
}
