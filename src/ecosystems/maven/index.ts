import type { Ecosystem } from '../types.ts';
import { versionCatalog } from './catalog.ts';
import { gradle } from './gradle.ts';
import { gradleLock } from './gradle-lock.ts';
import { pom } from './pom.ts';

/** Artifacts of Maven repositories, `group:artifact`, as Maven and Gradle name them; names are told apart by case. */
export const maven: Ecosystem = {
  type: 'maven',
  osv: 'Maven',
  formats: [pom, versionCatalog, gradle, gradleLock],
  normalizeName: (name) => name,
};
