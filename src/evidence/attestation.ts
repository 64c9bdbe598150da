import { bundleFromJSON, isBundleWithCertificateChain, isBundleWithDsseEnvelope } from '@sigstore/bundle';
import { type Signer, type TrustMaterial, toSignedEntity, Verifier } from '@sigstore/verify';
import { z } from 'zod';
import { messageOf } from '../core/errors.ts';
import type { Provenance } from '../core/evidence.ts';
import type { StatedAttestation } from '../core/lookup.ts';

/** in-toto Statement v0.1 and v1: what an attestation speaks of. */
const statementSchema = z.object({
  subject: z.array(z.object({ name: z.string(), digest: z.record(z.string(), z.string()) })),
});

const STATEMENT = 'application/vnd.in-toto+json';

/** Certificate extensions of Fulcio (its oid-info.md): the source repository's address, and its older form `owner/name` on GitHub. */
const SOURCE_REPOSITORY_URI = '1.3.6.1.4.1.57264.1.12';
const WORKFLOW_REPOSITORY = '1.3.6.1.4.1.57264.1.5';

/**
 * Checks one attestation: its certificate leads to the trusted root and was logged, the signature was in the
 * transparency log while the certificate was valid, it speaks of exactly this artefact, and a build service, no person,
 * signed it. Never throws: what does not hold is `invalid`, with the reason.
 */
export function verifyAttestation(stated: StatedAttestation, trust: TrustMaterial): Provenance {
  try {
    const bundle = bundleFromJSON(stated.bundle);
    if (!isBundleWithDsseEnvelope(bundle)) return invalid('the attestation is no signed statement');
    const { payload, payloadType } = bundle.content.dsseEnvelope;
    if (payloadType !== STATEMENT) return invalid(`the attestation is a ${payloadType.slice(0, 60)}`);
    const { content } = bundle.verificationMaterial;
    if (!isBundleWithCertificateChain(bundle) && content.$case !== 'certificate')
      return invalid('the attestation names no certificate');
    const signer = new Verifier(trust).verify(toSignedEntity(bundle));
    const statement = statementSchema.parse(JSON.parse(payload.toString('utf8')));
    const { name, algorithm, hex } = stated.subject;
    const isAbout = statement.subject.some((each) => each.name === name && each.digest[algorithm] === hex);
    if (!isAbout) return invalid('the attestation speaks of another artefact');
    const repository = sourceRepositoryOf(signer);
    if (repository === null) return invalid('the attestation was not signed by a build');
    return { state: 'verified', sourceRepository: repository };
  } catch (error) {
    return invalid(`the attestation does not verify (${messageOf(error).slice(0, 120)})`);
  }
}

function sourceRepositoryOf({ identity }: Signer): string | null {
  const read = (id: string) =>
    identity?.oids?.find((each) => each.oid?.id.join('.') === id)?.value.toString('utf8') ?? null;
  const uri = read(SOURCE_REPOSITORY_URI);
  // The newer extensions are DER-encoded strings, the older ones plain text.
  if (uri !== null) return uri.replace(/^[^a-z]*(?=https?:\/\/)/, '');
  const workflow = read(WORKFLOW_REPOSITORY);
  return workflow === null ? null : `https://github.com/${workflow}`;
}

function invalid(reason: string): Provenance {
  return { state: 'invalid', reason };
}
