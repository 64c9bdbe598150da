import { splitMembers, type Treatment } from './json-members.ts';
import { type Packument, type PackumentVersion, packumentSchema, versionSchema } from './registry-schema.ts';
import type { BodyReader } from './transport.ts';

/** Bytes of one member that is kept: the dates of all versions, or one version. Real ones stay under a megabyte. */
const LARGEST_MEMBER = 8 * 1024 * 1024;
/** The public registry's longest lists have some tens of thousands. */
const MOST_VERSIONS = 100_000;

/** Members that are read at once; `versions` is read entry by entry, and the rest (a readme of any length) passed over. */
const KEPT: ReadonlySet<string> = new Set(Object.keys(packumentSchema.shape));

export type ReadPackument =
  | { readonly state: 'read'; readonly packument: Packument }
  | { readonly state: 'wrong'; readonly reason: string };

/**
 * Reads a packument while it arrives: of each version, only what rules ask for is kept, so that a document of tens of
 * megabytes takes the memory of its largest entry and never holds the process up.
 */
export function packumentReader(): BodyReader<ReadPackument> {
  const members = new Map<string, unknown>();
  let versions: Map<string, PackumentVersion> | undefined;
  let wrong: string | null = null;

  const splitter = splitMembers({
    largest: LARGEST_MEMBER,
    treat(key): Treatment {
      if (key !== 'versions') return KEPT.has(key) ? 'tell' : 'pass';
      // Of members of one name the last counts, as for every reader of JSON.
      versions = new Map();
      return 'enter';
    },
    told(key, value, within) {
      if (within === null) {
        members.set(key, value);
        return true;
      }
      const version = versionSchema.safeParse(value);
      if (!version.success) wrong = 'answered with something that is not package metadata';
      else if ((versions?.size ?? 0) >= MOST_VERSIONS) wrong = `answered with more than ${MOST_VERSIONS} versions`;
      else versions?.set(key, version.data);
      return wrong === null;
    },
  });

  return {
    write: (piece) => splitter.write(piece),
    end() {
      const split = splitter.end();
      if (wrong !== null) return { state: 'wrong', reason: wrong };
      if (split === 'too large')
        return { state: 'wrong', reason: `answered with one field of more than ${LARGEST_MEMBER} bytes` };
      if (split !== 'whole') return { state: 'wrong', reason: 'answered with something that is not JSON' };
      const read = packumentSchema.safeParse(Object.fromEntries(members));
      if (!read.success) return { state: 'wrong', reason: 'answered with something that is not package metadata' };
      return { state: 'read', packument: { ...read.data, versions } };
    },
  };
}
