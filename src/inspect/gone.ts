import type { Detection } from '../core/detection.ts';
import type { FileSide } from '../core/detector.ts';
import type { Location } from '../core/location.ts';
import type { CodeDetector } from './detector.ts';
import type { FileFacts } from './facts.ts';
import { createFileFacts } from './file-facts.ts';
import { type Parse, withPrograms } from './grammars.ts';

/** A file that a framework ran by its name, and that the head has not got there. */
export interface GoneFile {
  readonly before: FileSide;
  /** Changed files that the framework runs in its place; `formerly` where one of that name ran before as well. */
  readonly successors: readonly (FileSide & { readonly formerly: FileSide | null })[];
}

/**
 * What the code detectors say of such a file. Places are in the base. Throws CountersignError `unreadable-file` where
 * one of the files cannot be read.
 */
export function analyseGone(file: GoneFile, detectors: readonly CodeDetector[]): readonly Detection[] {
  return withPrograms((parse) => {
    const before = factsOf(file.before, parse);
    if (before === null) return [];
    const successors = file.successors.flatMap(({ formerly, ...side }) => {
      const facts = factsOf(side, parse);
      return facts === null ? [] : [{ facts, before: formerly === null ? null : factsOf(formerly, parse) }];
    });
    return detectors.flatMap((detector) => detector.gone?.(before, successors) ?? []).map(inBase);
  });
}

function factsOf({ path, text }: FileSide, parse: Parse): FileFacts | null {
  const program = parse(path, text);
  return program === null ? null : createFileFacts(program);
}

function inBase(detection: Detection): Detection {
  const [first, ...rest] = detection.locations;
  const old = (location: Location): Location => ({ ...location, side: 'base' });
  return { ...detection, locations: [old(first), ...rest.map(old)] };
}
