import type { DependencyDetector } from '../../src/core/detector.ts';
import { aliasHidesPackage } from './alias-hides-package/detector.ts';
import { installCommand } from './install-command/detector.ts';
import { installScript } from './install-script/detector.ts';
import { lockfileForeignHost } from './lockfile-foreign-host/detector.ts';
import { lockfileIntegrityChanged } from './lockfile-integrity-changed/detector.ts';
import { lockfileIntegrityMissing } from './lockfile-integrity-missing/detector.ts';
import { lockfileManifestMismatch } from './lockfile-manifest-mismatch/detector.ts';
import { lockfileOnlyChange } from './lockfile-only-change/detector.ts';
import { nonRegistrySource } from './non-registry-source/detector.ts';
import { packageNotFound } from './package-not-found/detector.ts';
import { packageTooNew } from './package-too-new/detector.ts';
import { registryRedirected } from './registry-redirected/detector.ts';
import { securityPlaceholder } from './security-placeholder/detector.ts';
import { undeclaredImport } from './undeclared-import/detector.ts';
import { unpinnedAction } from './unpinned-action/detector.ts';
import { unpinnedImage } from './unpinned-image/detector.ts';
import { versionNotFound } from './version-not-found/detector.ts';
import { versionTooNew } from './version-too-new/detector.ts';

/** Every dependency rule, one folder each. The contract test holds this list against the folders. */
export const DEPENDENCY_DETECTORS: readonly DependencyDetector[] = [
  aliasHidesPackage,
  installCommand,
  installScript,
  lockfileForeignHost,
  lockfileIntegrityChanged,
  lockfileIntegrityMissing,
  lockfileManifestMismatch,
  lockfileOnlyChange,
  nonRegistrySource,
  packageNotFound,
  packageTooNew,
  registryRedirected,
  securityPlaceholder,
  undeclaredImport,
  unpinnedAction,
  unpinnedImage,
  versionNotFound,
  versionTooNew,
];
