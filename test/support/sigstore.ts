import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { initializeCA, initializeCTLog, initializeTLog } from '@sigstore/mock';

/** A Sigstore instance of a test's own: real certificates, a real log, and the trusted root that belongs to them. */
export interface LocalSigstore {
  /** `trusted_root.json` (sigstore/protobuf-specs, TrustedRoot). */
  readonly trustedRoot: unknown;
  /** A bundle over an in-toto statement, signed as a build of `repository` would; null: as a person would. */
  attest(subject: {
    readonly name: string;
    readonly digest: Readonly<Record<string, string>>;
    readonly repository: string | null;
    readonly predicateType?: string;
  }): Promise<Record<string, unknown>>;
}

/** Rekor's answer, as far as a bundle carries it (its OpenAPI description, `LogEntry`). */
interface LogEntry {
  readonly body: string;
  readonly integratedTime: number;
  readonly logID: string;
  readonly logIndex: number;
  readonly verification?: {
    readonly signedEntryTimestamp: string;
    readonly inclusionProof?: {
      readonly logIndex: number;
      readonly rootHash: string;
      readonly treeSize: number;
      readonly hashes: readonly string[];
      readonly checkpoint: string;
    };
  };
}

const SOURCE_REPOSITORY_URI = '1.3.6.1.4.1.57264.1.12';
const ISSUER = '1.3.6.1.4.1.57264.1.8';
const LOG = 'https://log.example';

export async function startSigstore(): Promise<LocalSigstore> {
  const [caKeys, logKeys, ctKeys] = [keys(), keys(), keys()];
  const ctLog = await initializeCTLog(ctKeys);
  const ca = await initializeCA(caKeys, ctLog);
  const log = await initializeTLog(LOG, logKeys);
  const since = { start: '2020-01-01T00:00:00.000Z' };
  const trustedRoot = {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [logOf(LOG, logKeys.publicKey, since)],
    certificateAuthorities: [
      {
        subject: { organization: 'sigstore.mock', commonName: 'sigstore' },
        uri: 'https://ca.example',
        certChain: { certificates: [{ rawBytes: base64(ca.rootCertificate) }] },
        validFor: since,
      },
    ],
    ctlogs: [logOf('https://ctlog.example', ctKeys.publicKey, since)],
    timestampAuthorities: [],
  };

  return {
    trustedRoot,
    async attest({ name, digest, repository, predicateType = 'https://slsa.dev/provenance/v1' }) {
      const signing = keys();
      const payload = Buffer.from(
        JSON.stringify({
          _type: 'https://in-toto.io/Statement/v1',
          subject: [{ name, digest }],
          predicateType,
          predicate: {},
        }),
      );
      const payloadType = 'application/vnd.in-toto+json';
      // DSSE v1.0, "Pre-Authentication Encoding".
      const pae = Buffer.concat([
        Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `),
        payload,
      ]);
      const signature = sign('sha256', pae, signing.privateKey);
      const certificate = await ca.issueCertificate({
        publicKey: new Uint8Array(signing.publicKey.export({ format: 'der', type: 'spki' })),
        subjectAltName:
          repository === null ? 'https://people.example/mallory' : `${repository}/.github/workflows/release.yml`,
        extensions: [
          { oid: ISSUER, value: 'https://issuer.example' },
          ...(repository === null ? [] : [{ oid: SOURCE_REPOSITORY_URI, value: repository }]),
        ],
      });
      const pem = `-----BEGIN CERTIFICATE-----\n${(base64(certificate).match(/.{1,64}/g) ?? []).join('\n')}\n-----END CERTIFICATE-----\n`;
      const logged = await log.log({
        apiVersion: '0.0.1',
        kind: 'dsse',
        spec: {
          envelopeHash: {
            algorithm: 'sha256',
            value: sha256(JSON.stringify({ payload: payload.toString('base64') })),
          },
          payloadHash: { algorithm: 'sha256', value: sha256(payload) },
          signatures: [{ signature: signature.toString('base64'), verifier: Buffer.from(pem).toString('base64') }],
        },
      });
      const [entry] = Object.values(logged as Readonly<Record<string, LogEntry>>);
      const proof = entry?.verification?.inclusionProof;
      if (entry === undefined || proof === undefined) throw new Error('the log gives an entry with its proof');
      return {
        mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
        verificationMaterial: {
          certificate: { rawBytes: base64(certificate) },
          tlogEntries: [
            {
              logIndex: String(entry.logIndex),
              logId: { keyId: Buffer.from(entry.logID, 'hex').toString('base64') },
              kindVersion: { kind: 'dsse', version: '0.0.1' },
              integratedTime: String(entry.integratedTime),
              inclusionPromise: { signedEntryTimestamp: entry.verification?.signedEntryTimestamp },
              inclusionProof: {
                logIndex: String(proof.logIndex),
                rootHash: Buffer.from(proof.rootHash, 'hex').toString('base64'),
                treeSize: String(proof.treeSize),
                hashes: proof.hashes,
                checkpoint: { envelope: proof.checkpoint },
              },
              canonicalizedBody: entry.body,
            },
          ],
          timestampVerificationData: { rfc3161Timestamps: [] },
        },
        dsseEnvelope: {
          payload: payload.toString('base64'),
          payloadType,
          signatures: [{ sig: signature.toString('base64'), keyid: '' }],
        },
      };
    },
  };
}

/** A key pair with which a registry signs `name@version:integrity`, and how it publishes it. */
export function registryKeys(expires: string | null = null) {
  const { publicKey, privateKey } = keys();
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  const keyid = `SHA256:${createHash('sha256').update(spki).digest('base64')}`;
  const key = spki.toString('base64');
  return {
    keyid,
    published: { keyid, key, expires, keytype: 'ecdsa-sha2-nistp256', scheme: 'ecdsa-sha2-nistp256' },
    sign: (name: string, version: string, integrity: string) => ({
      keyid,
      sig: sign('sha256', Buffer.from(`${name}@${version}:${integrity}`), privateKey).toString('base64'),
    }),
  };
}

function keys(): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function logOf(baseUrl: string, key: KeyObject, validFor: unknown) {
  const der = key.export({ format: 'der', type: 'spki' });
  return {
    baseUrl,
    hashAlgorithm: 'SHA2_256',
    publicKey: { rawBytes: der.toString('base64'), keyDetails: 'PKIX_ECDSA_P256_SHA_256', validFor },
    logId: { keyId: createHash('sha256').update(der).digest('base64') },
  };
}

function base64(bytes: ArrayBufferView): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
