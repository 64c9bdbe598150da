import { z } from 'zod';
import type { JsonValue } from '../../core/json.ts';
import type { AttestationQuestion, Given, HttpClient, StatedAttestation } from '../../core/lookup.ts';
import { isJsonObject, lying, readJson } from '../registry-answer.ts';

/** PEP 740, "Provenance object" and "Attestation object". */
const provenanceSchema = z.object({
  attestation_bundles: z
    .array(
      z.object({
        attestations: z
          .array(
            z.object({
              verification_material: z.object({ certificate: z.string(), transparency_entries: z.array(z.json()) }),
              envelope: z.object({ statement: z.string(), signature: z.string() }),
            }),
          )
          .min(1),
      }),
    )
    .min(1),
});
type Attestation = z.infer<typeof provenanceSchema>['attestation_bundles'][number]['attestations'][number];

/** The attestations of one file of a release, as Sigstore bundles. */
export async function attestationsOf(
  http: HttpClient,
  base: string,
  { record, signal }: AttestationQuestion,
): Promise<Given<readonly StatedAttestation[]>> {
  const { attestation } = record;
  if (attestation === undefined) return { state: 'absent' };
  const url = URL.parse(attestation.at, `${base}/`);
  // The address comes from the answer: it stays with the source that was asked.
  if (url === null || url.host !== URL.parse(base)?.host) return lying('names attestations on another host');
  const read = readJson(await http({ url: url.href, signal }), provenanceSchema, isJsonObject);
  if (read.state === 'notModified') return lying('answered 304 to a first request');
  if (read.state !== 'read') return read;
  const subject = { name: attestation.file, algorithm: 'sha256', hex: attestation.hash } as const;
  return {
    state: 'given',
    value: read.value.attestation_bundles
      .flatMap((each) => each.attestations)
      .map((each) => ({ bundle: bundleOf(each), subject })),
  };
}

/** The same content in the form of Sigstore's bundles (sigstore/protobuf-specs, Bundle v0.3). */
function bundleOf({ verification_material: material, envelope }: Attestation): JsonValue {
  return {
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: {
      certificate: { rawBytes: material.certificate },
      tlogEntries: material.transparency_entries,
      timestampVerificationData: { rfc3161Timestamps: [] },
    },
    dsseEnvelope: {
      payload: envelope.statement,
      payloadType: 'application/vnd.in-toto+json',
      signatures: [{ sig: envelope.signature, keyid: '' }],
    },
  };
}
