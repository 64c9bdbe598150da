import type { Location } from '../../core/location.ts';
import { addEntry, type Draft, joinIntegrity, type Reading } from '../reading.ts';

/** One file that a lockfile lists for a package. */
export interface Artefact {
  readonly file: string;
  readonly hashes: readonly string[];
  readonly url?: string | undefined;
  readonly location: Location;
}

/**
 * Adds a locked package with its files. A package is one entry, at the address of its first file; each file that lies
 * on another host is an entry of its own, so that no address is hidden behind the first.
 */
export function addLocked(reading: Reading, draft: Draft, artefacts: readonly Artefact[]): void {
  const [first, ...others] = artefacts.filter((artefact) => artefact.url !== undefined);
  addEntry(reading, {
    ...draft,
    resolvedUrl: draft.resolvedUrl ?? first?.url,
    integrity: draft.integrity ?? joinIntegrity(artefacts.flatMap((artefact) => artefact.hashes)),
    artefacts: artefacts.flatMap(({ file, hashes }) => hashes.map((hash) => ({ file, hash }))),
  });
  const host = originOf(first?.url);
  for (const other of others) {
    if (originOf(other.url) === host) continue;
    addEntry(reading, {
      ...draft,
      location: other.location,
      resolvedUrl: other.url,
      integrity: joinIntegrity(other.hashes),
      artefacts: other.hashes.map((hash) => ({ file: other.file, hash })),
      installPath: other.file,
    });
  }
}

/** The last part of an address or path, without query and fragment. */
export function fileNameOf(url: string): string {
  return (
    (url
      .replace(/[?#].*$/s, '')
      .split(/[/\\]/)
      .at(-1) ??
      url) ||
    url
  );
}

function originOf(url: string | undefined): string | null {
  if (url === undefined || !URL.canParse(url)) return null;
  return new URL(url).host;
}
