import type { Location } from '../core/location.ts';
import { addEntry, type Draft, noteUnread, type Reading } from './reading.ts';

/** `name[:tag][@digest]`, where the name may start with a host and port (distribution/reference, "Grammar"). */
const REFERENCE =
  /^([a-zA-Z0-9](?:[\w.-]*[a-zA-Z0-9])?(?::\d+(?=\/))?(?:\/[\w.-]+)*)(?::([\w][\w.-]{0,127}|\$\{?\w.*))?(?:@([a-z0-9+._-]+:[0-9a-fA-F]+))?$/;

/** The form under which spellings are one image: the default host and the folder of official images may be left out. */
export function normalizeImageName(name: string): string {
  return name
    .toLowerCase()
    .replace(/^(?:index\.|registry-1\.)?docker\.io\//, '')
    .replace(/^library\//, '');
}

/** Adds the image a reference names, or notes that it is none. A digest without a tag is also the version. */
export function addImage(
  reading: Reading,
  reference: string,
  location: Location,
  place: Pick<Draft, 'scope' | 'group' | 'marker'>,
): void {
  const text = reference.trim().replace(/^docker:\/\//, '');
  const match = text.length > 500 ? null : REFERENCE.exec(text);
  const name = match?.[1];
  if (name === undefined) {
    noteUnread(reading, location, `not an image reference: ${text.slice(0, 100)}`);
    return;
  }
  const tag = match?.[2];
  const digest = match?.[3];
  const isKnown = tag !== undefined && !tag.includes('$');
  addEntry(reading, {
    ...place,
    type: 'docker',
    name,
    version: isKnown ? tag : digest,
    range: isKnown ? undefined : tag,
    location,
    relationship: 'direct',
    source: 'registry',
    integrity: digest,
  });
}

/** Variables by name; `null` where a build or an environment must give the value. */
export type Variables = ReadonlyMap<string, string | null>;

/**
 * Puts values in the place of `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}` and `${NAME:+other}`
 * (Dockerfile reference, "Environment replacement"; Compose, "Interpolation"). What has no value stays as written.
 */
export function interpolate(text: string, variables: Variables): string {
  let out = text;
  for (let round = 0; round < 5 && out.includes('$') && out.length < 2000; round += 1) {
    const next = out.replaceAll(
      /\$(?:\{(\w+)(?:(:?[-+?])([^${}]*))?\}|(\w+))/g,
      (
        whole,
        braced: string | undefined,
        operator: string | undefined,
        other: string | undefined,
        bare: string | undefined,
      ) => {
        const value = variables.get(braced ?? bare ?? '') ?? '';
        if (operator?.endsWith('+') === true) return value === '' ? '' : (other ?? '');
        if (value !== '') return value;
        return operator?.endsWith('-') === true && other !== undefined && other !== '' ? other : whole;
      },
    );
    if (next === out) break;
    out = next;
  }
  return out;
}
