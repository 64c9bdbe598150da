import { z } from 'zod';

const personSchema = z.object({ name: z.string(), email: z.string().exactOptional() }).readonly();

const provenanceSchema = z
  .object({
    state: z.enum(['verified', 'present', 'invalid']),
    sourceRepository: z.string().exactOptional(),
    reason: z.string().exactOptional(),
  })
  .readonly();

const versionRecordSchema = z
  .object({
    publishedAt: z.string().exactOptional(),
    integrity: z.string().exactOptional(),
    signed: z.string().exactOptional(),
    publisher: personSchema.exactOptional(),
    installScripts: z.array(z.string()).readonly().exactOptional(),
    deprecation: z.string().nullable().exactOptional(),
    yanked: z.string().nullable().exactOptional(),
    provenance: provenanceSchema.nullable().exactOptional(),
    signatures: z
      .array(z.object({ keyid: z.string(), sig: z.string() }).readonly())
      .readonly()
      .nullable()
      .exactOptional(),
    attestation: z.object({ file: z.string(), hash: z.string(), at: z.string() }).readonly().exactOptional(),
    unpackedSize: z.number().exactOptional(),
  })
  .readonly();

const documentSchema = z
  .object({
    name: z.string(),
    versions: z.array(z.string()).readonly(),
    records: z.record(z.string(), versionRecordSchema).readonly(),
    partial: z.boolean().exactOptional(),
    distTags: z.record(z.string(), z.string()).readonly().exactOptional(),
    firstPublishedAt: z.string().exactOptional(),
    maintainers: z.array(personSchema).readonly().exactOptional(),
    holders: z.array(z.string()).readonly().exactOptional(),
    organisation: z.string().exactOptional(),
    repository: z.string().nullable().exactOptional(),
    weeklyDownloads: z.number().exactOptional(),
    placeholder: z.boolean().exactOptional(),
    unpublished: z.boolean().exactOptional(),
    projectStatus: z.enum(['archived', 'deprecated', 'quarantined']).nullable().exactOptional(),
  })
  .readonly();

/** A registry's answer as it is kept: what a cache gives back is read like anything else from outside. */
export const cachedAnswerSchema = z.discriminatedUnion('state', [
  z
    .object({
      state: z.literal('found'),
      document: documentSchema,
      etag: z.string().exactOptional(),
      askedAt: z.string(),
    })
    .readonly(),
  z.object({ state: z.literal('absent'), askedAt: z.string() }).readonly(),
]);
export type CachedAnswer = z.infer<typeof cachedAnswerSchema>;
