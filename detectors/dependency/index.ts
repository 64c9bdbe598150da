import type { DependencyDetector } from '../../src/core/detector.ts';
import { installScript } from './install-script/detector.ts';
import { packageNotFound } from './package-not-found/detector.ts';
import { packageTooNew } from './package-too-new/detector.ts';
import { securityPlaceholder } from './security-placeholder/detector.ts';
import { versionNotFound } from './version-not-found/detector.ts';
import { versionTooNew } from './version-too-new/detector.ts';

/** Every dependency rule, one folder each. The contract test holds this list against the folders. */
export const DEPENDENCY_DETECTORS: readonly DependencyDetector[] = [
  installScript,
  packageNotFound,
  packageTooNew,
  securityPlaceholder,
  versionNotFound,
  versionTooNew,
];
