import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';
import { messageOf } from '../../core/errors.ts';
import type { HttpClient, PackageDocument, Registry, RegistryAnswer, VersionRecord } from '../../core/lookup.ts';
import { instantOf, lying, type Read, readText } from '../registry-answer.ts';
import { highest, intervalsRange } from '../registry-ranges.ts';

/** `maven-metadata.xml` (Maven repository metadata model 1.1.0). */
const metadataSchema = z.object({
  metadata: z.object({
    groupId: z.coerce.string(),
    artifactId: z.coerce.string(),
    versioning: z.object({ versions: z.object({ version: z.array(z.coerce.string()) }) }),
  }),
});
type Metadata = z.infer<typeof metadataSchema>['metadata'];

const CONCEPTS: Registry['concepts'] = new Set(['versions', 'firstPublishedAt', 'publishedAt']);

/** A repository that has this artifact answers as a repository: the proof that its 404 means "not here". */
const PROOF = 'org/apache/maven/maven-core';

/**
 * Maven Central and repositories of its layout: the list of versions, and the dates at which the POMs of the versions
 * asked for, and of the first, were stored (`Last-Modified`).
 */
export function createMavenRegistry(settings: { readonly base: string; readonly http: HttpClient }): Registry {
  const proofs = new Map<string, Promise<boolean>>();
  const { http } = settings;

  async function isRepository(base: string, signal: AbortSignal): Promise<boolean> {
    const proof =
      proofs.get(base) ?? metadataOf(`${base}/${PROOF}`, http, signal, true).then((answer) => answer.state === 'read');
    proofs.set(base, proof);
    if (await proof) return true;
    proofs.delete(base);
    return false;
  }

  return {
    type: 'maven',
    concepts: CONCEPTS,
    byVersion: true,
    normalizeName: (name) => name,
    sameVersion: (a, b) => a === b,
    resolve: (range, document) => {
      const wanted = range.trim();
      if (document.versions.includes(wanted)) return wanted;
      const dynamic = dynamicVersion(wanted, document.versions);
      if (dynamic !== undefined) return dynamic;
      const interval = intervalsRange(wanted);
      if (interval !== null) return highest(document.versions, interval);
      // What a build fills in nobody knows.
      return /^[\w.-]+$/.test(wanted) ? null : undefined;
    },
    look: async ({ name, registry, versions, signal }): Promise<RegistryAnswer> => {
      const [group, artifact, ...rest] = name.split(':');
      if (!group || !artifact || rest.length > 0) return { state: 'absent' };
      const base = (registry ?? settings.base).replace(/\/+$/, '');
      const folder = `${base}/${[...group.split('.'), artifact].map(encodeURIComponent).join('/')}`;
      const read = await metadataOf(folder, http, signal, false);
      if (read.state === 'absent') {
        return (await isRepository(base, signal)) ? read : lying('answered 404, as it does for what it must have');
      }
      if (read.state !== 'read') return read;
      const { groupId, artifactId, versioning } = read.value;
      if (groupId !== group || artifactId !== artifact)
        return lying(`answered for another package (${`${groupId}:${artifactId}`.slice(0, 80)})`);
      const all = versioning.versions.version;
      const first = all[0];
      const records: Record<string, VersionRecord> = {};
      for (const version of new Set([
        ...versions.filter((each) => all.includes(each)),
        ...(first === undefined ? [] : [first]),
      ])) {
        const pom = await http({
          url: `${folder}/${encodeURIComponent(version)}/${encodeURIComponent(`${artifact}-${version}`)}.pom`,
          method: 'HEAD',
          signal,
        });
        if (pom.state === 'unavailable') return pom;
        const publishedAt = pom.status === 200 ? instantOf(pom.lastModified) : undefined;
        records[version] = publishedAt === undefined ? {} : { publishedAt };
      }
      const since = first === undefined ? undefined : records[first]?.publishedAt;
      const document: PackageDocument = {
        name,
        versions: all,
        records,
        ...(since === undefined ? {} : { firstPublishedAt: since }),
      };
      return { state: 'found', document };
    },
  };
}

/**
 * What a word or a prefix leads to (Maven POM reference, `LATEST` and `RELEASE`; Gradle, "Dynamic versions": `1.+`,
 * `latest.release`), or no version at all; undefined where it is none of them.
 */
function dynamicVersion(wanted: string, versions: readonly string[]): string | null | undefined {
  const releases = versions.filter((version) => !version.endsWith('-SNAPSHOT'));
  if (wanted === 'LATEST' || wanted === 'latest.integration' || wanted === '+') return versions.at(-1) ?? null;
  if (wanted === '' || wanted === 'RELEASE' || wanted === 'latest.release')
    return releases.at(-1) ?? versions.at(-1) ?? null;
  const prefix = /^([\w.-]+[.-])\+$/.exec(wanted)?.[1];
  if (prefix === undefined) return undefined;
  const fitting = versions.filter((version) => version.startsWith(prefix));
  return highest(fitting, '*') ?? fitting.at(-1) ?? null;
}

async function metadataOf(
  folder: string,
  http: HttpClient,
  signal: AbortSignal,
  proving: boolean,
): Promise<Read<Metadata>> {
  const answer = await http({ url: `${folder}/maven-metadata.xml`, headers: { accept: 'application/xml' }, signal });
  return readText(answer, readMetadata, () => !proving);
}

function readMetadata(body: string): Metadata | null {
  try {
    const parser = new XMLParser({ isArray: (tag) => tag === 'version', parseTagValue: false, processEntities: false });
    const parsed = metadataSchema.safeParse(parser.parse(body, true));
    return parsed.success ? parsed.data.metadata : null;
  } catch (error) {
    // Not XML at all: the caller says so, with the address it asked.
    if (messageOf(error) === '') throw error;
    return null;
  }
}
