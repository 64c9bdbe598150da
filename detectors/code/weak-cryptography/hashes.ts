import type { Detection } from '../../../src/core/detection.ts';
import { expected, hasMatch } from '../../../src/core/prefilter.ts';
import type { Call, FileFacts } from '../../../src/inspect/facts.ts';
import { isOfChance, isOfProtocol, isOfTable } from './protocols.ts';
import { isNaming, purposeOf } from './purpose.ts';
import { HASH, PASSWORD, report, rule } from './rule.ts';

const PASSWORD_NAME = /passw(?:or)?d|passphrase|\bpwd\b|credential|(?:^|[\s_.(])pw\b/i;

const SECURITY_NAME =
  /passw(?:or)?d|passphrase|\bpwd\b|credential|sign|token|secret|auth|hmac|verify|session|digest_?auth|certificate|api_?key/i;

const HASHERS = expected(/PASSWORD_HASHERS/);

/** Django stores new passwords with the first of the list (its documentation, "Password management"). */
export function hashers(facts: FileFacts): readonly Detection[] {
  if (!hasMatch(HASHERS, facts.program.text) || facts.isTest || /(?:^|[/_.])tests?\b/i.test(facts.path)) return [];
  return facts.assignments().flatMap(({ node, target, value }) => {
    const first = value.children.find((child) => child.type === 'string');
    if (facts.text(target) !== 'PASSWORD_HASHERS' || first === undefined) return [];
    return /\.(?:Unsalted)?(?:MD5|SHA1)PasswordHasher|CryptPasswordHasher/.test(facts.text(first))
      ? [
          report(
            facts,
            node,
            'Passwords are stored with a fast hash, which can be guessed billions of times a second.',
            PASSWORD,
          ),
        ]
      : [];
  });
}

/** A hash by its algorithm and by what the result is for. */
export function hash(facts: FileFacts, call: Call, algorithm: string): readonly Detection[] {
  const weak = /^(?:md4|md5|sha-?1|rmd160|ripemd160?)$/i.test(algorithm);
  const purpose = purposeOf(facts, call);
  if (PASSWORD_NAME.test(purpose))
    return [
      report(
        facts,
        call.node,
        `A password is hashed with ${weak ? algorithm.toUpperCase() : 'a fast hash'}, which can be guessed billions of times a second.`,
        PASSWORD,
      ),
    ];
  if (!weak || isOfChance(facts, call) || isOfTable(facts, call)) return [];
  if (SECURITY_NAME.test(purpose))
    return [
      report(facts, call.node, `${algorithm.toUpperCase()} can be forged, and this result is relied upon.`, HASH),
    ];
  if (
    /etag|cache|checksum|gravatar|fingerprint|dedup|shard|bucket|color|short|git_?blob|blob_?(?:id|hash|sha)|asset_?hash|revision|uuid_?v?[35]/i.test(
      purpose,
    ) ||
    isOfProtocol(facts, call)
  )
    return [];
  // A name that is made of a text lets somebody in only where it is more than a name.
  const naming = isNaming(purpose);
  return [
    facts.finding({
      rule,
      at: call.node,
      message: `${algorithm.toUpperCase()} can be forged: it must not protect anything.`,
      remediation: HASH,
      level: naming ? 'note' : 'warning',
      confidence: naming ? 'low' : 'medium',
    }),
  ];
}

/** A hash that is strong enough for anything but passwords. */
export function fastPassword(facts: FileFacts, call: Call): readonly Detection[] {
  return PASSWORD_NAME.test(purposeOf(facts, call))
    ? [
        report(
          facts,
          call.node,
          'A password is hashed with a fast hash, which can be guessed billions of times a second.',
          PASSWORD,
        ),
      ]
    : [];
}
