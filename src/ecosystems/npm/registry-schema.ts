import { z } from 'zod';
import type { RegistryKey } from '../../core/lookup.ts';

/**
 * A packument as rules need it (npm registry API, "package metadata", full and abbreviated form), without its versions,
 * which are read one by one. Only the name is insisted on: twenty years of clients have written every other field in every type.
 */
export const packumentSchema = z.object({
  name: z.string(),
  'dist-tags': z.record(z.string(), z.string()).optional().catch(undefined),
  time: z.record(z.string(), z.unknown()).optional().catch(undefined),
  maintainers: z.unknown().optional(),
  description: z.unknown().optional(),
  repository: z.unknown().optional(),
});

export type Packument = z.infer<typeof packumentSchema> & {
  /** In the document's order; undefined where it has no such member. */
  readonly versions: ReadonlyMap<string, PackumentVersion> | undefined;
};

const personSchema = z.object({ name: z.string(), email: z.string().optional().catch(undefined) });

export const maintainersSchema = z.array(z.union([personSchema, z.string().transform((name) => ({ name }))]));

/** One entry of `versions`, field by field: an unexpected type reads as a field that is not there. */
export const versionSchema = z.object({
  scripts: z
    .object({ preinstall: z.unknown(), install: z.unknown(), postinstall: z.unknown() })
    .partial()
    .optional()
    .catch(undefined),
  hasInstallScript: z.boolean().optional().catch(undefined),
  gypfile: z.boolean().optional().catch(undefined),
  deprecated: z.union([z.string(), z.boolean()]).optional().catch(undefined),
  description: z.string().optional().catch(undefined),
  _npmUser: personSchema.optional().catch(undefined),
  repository: z.unknown().optional(),
  dist: z
    .object({
      integrity: z.string().optional().catch(undefined),
      shasum: z.string().optional().catch(undefined),
      unpackedSize: z.number().optional().catch(undefined),
      attestations: z.unknown().optional(),
      signatures: z
        .array(z.object({ keyid: z.string(), sig: z.string() }))
        .optional()
        .catch(undefined),
    })
    .optional()
    .catch(undefined),
});
export type PackumentVersion = z.infer<typeof versionSchema>;

/** What registries answer, as JSON, where there is no such package: an object that says `error`, or a sentence. */
export const notFoundSchema = z.union([
  z.string().regex(/not found/i),
  z.looseObject({ error: z.string().min(1) }),
  z.looseObject({ errors: z.array(z.unknown()).min(1) }),
]);

/** npm registry API, `GET /-/npm/v1/keys`: the keys that versions are signed with. */
const keysSchema = z.object({
  keys: z.array(z.object({ keyid: z.string(), key: z.string(), expires: z.string().nullish() })).min(1),
});

/** The keys in such an answer. Throws a ZodError where it is none. */
export function npmKeysOf(json: unknown): readonly RegistryKey[] {
  return keysSchema.parse(json).keys.map(({ keyid, key, expires }) => ({ keyid, spki: key, expires: expires ?? null }));
}

/** npm registry API, `GET /-/npm/v1/attestations/{name}@{version}`: Sigstore bundles, each with its predicate's type. */
export const attestationsSchema = z.object({
  attestations: z.array(z.object({ predicateType: z.string(), bundle: z.json() })),
});

/** npm registry API, `GET /-/v1/search`: of each package who published its latest version, and when. */
export const searchSchema = z.object({
  objects: z.array(
    z.object({
      package: z.object({
        name: z.string(),
        date: z.string().optional().catch(undefined),
        publisher: z.object({ username: z.string() }).optional().catch(undefined),
      }),
    }),
  ),
});
