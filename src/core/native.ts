import { CountersignError } from './errors.ts';

/**
 * Loads a package that has a part made for each platform. Throws CountersignError `unreadable-file` where there is none
 * for this one: what only it can read is then not evaluated, and everything else goes on.
 * @param load asks for the package, by its name written out there
 * @param path the file that is to be read
 */
export function nativePackage(load: () => unknown, name: string, path: string): unknown {
  try {
    return load();
  } catch (error) {
    throw new CountersignError(
      'unreadable-file',
      `cannot be read on this machine: ${name} does not load on ${process.platform}-${process.arch} (docs/operations.md, "Platforms")`,
      { cause: error, place: { path } },
    );
  }
}
