import type { DependencyDetector } from '../../src/core/detector.ts';
import { aliasHidesPackage } from './alias-hides-package/detector.ts';
import { dependencyConfusion } from './dependency-confusion/detector.ts';
import { freshSquat } from './fresh-squat/detector.ts';
import { installCommand } from './install-command/detector.ts';
import { installScript } from './install-script/detector.ts';
import { integrityMismatch } from './integrity-mismatch/detector.ts';
import { knownMalware } from './known-malware/detector.ts';
import { knownVulnerability } from './known-vulnerability/detector.ts';
import { lockfileForeignHost } from './lockfile-foreign-host/detector.ts';
import { lockfileIntegrityChanged } from './lockfile-integrity-changed/detector.ts';
import { lockfileIntegrityMissing } from './lockfile-integrity-missing/detector.ts';
import { lockfileManifestMismatch } from './lockfile-manifest-mismatch/detector.ts';
import { lockfileOnlyChange } from './lockfile-only-change/detector.ts';
import { looksLike } from './looks-like/detector.ts';
import { manifestConfusion } from './manifest-confusion/detector.ts';
import { nonRegistrySource } from './non-registry-source/detector.ts';
import { packageNotFound } from './package-not-found/detector.ts';
import { packageTooNew } from './package-too-new/detector.ts';
import { provenanceLost } from './provenance-lost/detector.ts';
import { publisherChanged } from './publisher-changed/detector.ts';
import { registryRedirected } from './registry-redirected/detector.ts';
import { securityPlaceholder } from './security-placeholder/detector.ts';
import { undeclaredImport } from './undeclared-import/detector.ts';
import { unpinnedAction } from './unpinned-action/detector.ts';
import { unpinnedImage } from './unpinned-image/detector.ts';
import { unpopular } from './unpopular/detector.ts';
import { versionNotFound } from './version-not-found/detector.ts';
import { versionTooNew } from './version-too-new/detector.ts';
import { yankedOrDeprecated } from './yanked-or-deprecated/detector.ts';

/** Every dependency rule, one folder each. The contract test holds this list against the folders. */
export const DEPENDENCY_DETECTORS: readonly DependencyDetector[] = [
  aliasHidesPackage,
  dependencyConfusion,
  freshSquat,
  installCommand,
  installScript,
  integrityMismatch,
  knownMalware,
  knownVulnerability,
  lockfileForeignHost,
  lockfileIntegrityChanged,
  lockfileIntegrityMissing,
  lockfileManifestMismatch,
  lockfileOnlyChange,
  looksLike,
  manifestConfusion,
  nonRegistrySource,
  packageNotFound,
  packageTooNew,
  provenanceLost,
  publisherChanged,
  registryRedirected,
  securityPlaceholder,
  undeclaredImport,
  unpinnedAction,
  unpinnedImage,
  unpopular,
  versionNotFound,
  versionTooNew,
  yankedOrDeprecated,
];
