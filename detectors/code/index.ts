import type { CodeDetector } from '../../src/inspect/detector.ts';
import { cleartextTransport } from './cleartext-transport/detector.ts';
import { codeInjection } from './code-injection/detector.ts';
import { commandInjection } from './command-injection/detector.ts';
import { crossSiteScripting } from './cross-site-scripting/detector.ts';
import { disabledSecurityControl } from './disabled-security-control/detector.ts';
import { formatString } from './format-string/detector.ts';
import { hardcodedSecret } from './hardcoded-secret/detector.ts';
import { informationExposure } from './information-exposure/detector.ts';
import { insecureCookie } from './insecure-cookie/detector.ts';
import { insecureRandomness } from './insecure-randomness/detector.ts';
import { jwtNotVerified } from './jwt-not-verified/detector.ts';
import { logInjection } from './log-injection/detector.ts';
import { massAssignment } from './mass-assignment/detector.ts';
import { missingAuthorization } from './missing-authorization/detector.ts';
import { missingCsrfProtection } from './missing-csrf-protection/detector.ts';
import { nosqlInjection } from './nosql-injection/detector.ts';
import { openRedirect } from './open-redirect/detector.ts';
import { pathTraversal } from './path-traversal/detector.ts';
import { permissiveCors } from './permissive-cors/detector.ts';
import { postMessageOrigin } from './post-message-origin/detector.ts';
import { prototypePollution } from './prototype-pollution/detector.ts';
import { regexDenialOfService } from './regex-denial-of-service/detector.ts';
import { securityCheckRemoved } from './security-check-removed/detector.ts';
import { serverSideRequestForgery } from './server-side-request-forgery/detector.ts';
import { sqlInjection } from './sql-injection/detector.ts';
import { swallowedError } from './swallowed-error/detector.ts';
import { templateInjection } from './template-injection/detector.ts';
import { timingUnsafeCompare } from './timing-unsafe-compare/detector.ts';
import { tlsVerificationDisabled } from './tls-verification-disabled/detector.ts';
import { unsafeDeserialization } from './unsafe-deserialization/detector.ts';
import { unvalidatedInput } from './unvalidated-input/detector.ts';
import { weakCryptography } from './weak-cryptography/detector.ts';
import { xmlExternalEntity } from './xml-external-entity/detector.ts';

/** Every code rule, one folder each. The contract test holds this list against the folders. */
export const CODE_DETECTORS: readonly CodeDetector[] = [
  commandInjection,
  codeInjection,
  sqlInjection,
  pathTraversal,
  crossSiteScripting,
  serverSideRequestForgery,
  hardcodedSecret,
  regexDenialOfService,
  jwtNotVerified,
  cleartextTransport,
  disabledSecurityControl,
  formatString,
  informationExposure,
  insecureCookie,
  insecureRandomness,
  logInjection,
  massAssignment,
  missingAuthorization,
  missingCsrfProtection,
  nosqlInjection,
  openRedirect,
  permissiveCors,
  postMessageOrigin,
  prototypePollution,
  securityCheckRemoved,
  swallowedError,
  templateInjection,
  timingUnsafeCompare,
  tlsVerificationDisabled,
  unsafeDeserialization,
  unvalidatedInput,
  weakCryptography,
  xmlExternalEntity,
];
