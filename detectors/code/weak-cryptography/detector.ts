import type { Detection } from '../../../src/core/detection.ts';
import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { Call, FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { oneOf } from '../support/remember.ts';
import { option } from '../support/tainted.ts';
import { cipher, samePlaces } from './ciphers.ts';
import { fastPassword, hash, hashers } from './hashes.ts';
import { CIPHER, HASH, PASSWORD, report, rule } from './rule.ts';

/** OWASP Password Storage Cheat Sheet: 600,000 rounds for PBKDF2-HMAC-SHA256; far below is worth a finding. */
const FEW_ROUNDS = 100_000;

/** What the libraries' origins begin with: other calls are not looked at. */
const CRYPTOGRAPHY = oneOf(
  /^(?:~?crypto\.|~Bun\.CryptoHasher$|hashlib\.|(?:js-|blueimp-)?(?:md5|sha)|~(?:md5|sha|CryptoJS\.)|crypto-js|cryptography\.|Crypto(?:dome)?\.|bcrypt|passlib\.|crypt\.crypt$|ssl\.)/,
);

/** Calls of the crypto libraries, judged by the algorithm they name and what the result is for. */
export const weakCryptography: CodeDetector = {
  rule,
  triggers:
    /crypto|md5|sha\d|hashlib|hashes|bcrypt|pbkdf2|DES|ARC4|ECB|cipher|\brsa\b|\bssl\b|passlib|PASSWORD_HASHERS/i,
  detect: (facts) => [
    ...facts.callsLike({ from: CRYPTOGRAPHY }).flatMap((call) => inCall(facts, call)),
    ...hashers(facts),
  ],
};

function inCall(facts: FileFacts, call: Call): readonly Detection[] {
  const from = call.origin ?? '';
  const [first, second] = call.arguments;
  if (/^~?crypto\.createCipher$|^~?crypto\.createDecipher$/.test(from))
    return [report(facts, call.node, 'createCipher derives its key from the password without salt or rounds.', CIPHER)];
  if (/^~?crypto\.create(?:Cipher|Decipher)iv$/.test(from) && first !== undefined) return cipher(facts, call, first);
  if (/^~?crypto\.create(?:Sign|Verify)$/.test(from) && first !== undefined)
    return /md5|sha-?1(?!\d)/i.test(String(facts.constant(first) ?? ''))
      ? [report(facts, call.node, 'A signature over MD5 or SHA-1 can be forged.', HASH)]
      : [];
  if (
    /^~?crypto\.(?:createHash|hash|(?:webcrypto\.)?subtle\.digest)$|^~Bun\.CryptoHasher$|^hashlib\.new$/.test(from) &&
    first !== undefined
  )
    return hash(facts, call, String(facts.constant(first) ?? ''));
  if (
    /^hashlib\.(?:md5|sha1)$|^(?:md5|sha1|js-md5|js-sha1|blueimp-md5)$|^crypto-js\.(?:MD5|SHA1)$|^crypto-js\/(?:md5|sha1)$|^~(?:md5|sha1|CryptoJS\.(?:MD5|SHA1))$/.test(
      from,
    )
  ) {
    const relaxed = call.keywords.get('usedforsecurity');
    if (relaxed !== undefined && facts.constant(relaxed) === false) return [];
    return hash(facts, call, /md5/i.test(from) ? 'md5' : 'sha1');
  }
  if (
    /^cryptography\.hazmat\.(?:primitives\.ciphers|decrepit\.ciphers)\.algorithms\.(?:ARC4|TripleDES|Blowfish|IDEA|CAST5|SEED)$|^cryptography\.hazmat\.primitives\.ciphers\.modes\.ECB$/.test(
      from,
    )
  )
    return [report(facts, call.node, 'The cipher can be broken with little effort.', CIPHER)];
  if (/^cryptography\.hazmat\.primitives\.hashes\.(?:MD5|SHA1)$/.test(from))
    return hash(facts, call, call.name === 'MD5' ? 'md5' : 'sha1');
  if (/^cryptography\.hazmat\.primitives\.asymmetric\.(?:rsa|dsa)\.generate_private_key$/.test(from))
    return keySize(facts, call, call.keywords.get('key_size') ?? null);
  if (/^Crypto(?:dome)?\.Protocol\.KDF\.PBKDF2$/.test(from))
    return rounds(facts, call, call.keywords.get('count'), FEW_ROUNDS);
  if (
    /^(?:js-)?sha(?:256|512|224|384)(?:\.sha\d+)?$|^~sha(?:256|512|224|384)$|^hashlib\.(?:sha256|sha512|sha224|sha384)$|^crypto-js\.SHA(?:256|512)$/.test(
      from,
    )
  )
    return fastPassword(facts, call);
  if (
    /^(?:crypto-js|~CryptoJS)\.(?:DES|TripleDES|RC4|RC4Drop|Rabbit)\.encrypt$|^Crypto\.Cipher\.(?:DES|DES3|ARC4|ARC2|Blowfish)\.new$/.test(
      from,
    )
  )
    return [report(facts, call.node, 'The cipher can be broken with little effort.', CIPHER)];
  if (/^(?:crypto-js|~CryptoJS)\.AES\.encrypt$/.test(from) || /^Crypto(?:dome)?\.Cipher\.AES\.new$/.test(from)) {
    if (samePlaces(facts, call))
      return [report(facts, call.node, 'Every message is encrypted with the same nonce.', CIPHER)];
    const mode = option(facts, call, 'mode') ?? (facts.program.dialect === 'python' ? (second ?? null) : null);
    return mode !== null && /ECB/.test(facts.text(mode))
      ? [report(facts, call.node, 'ECB mode shows which blocks are equal.', CIPHER)]
      : [];
  }
  if (/^~?crypto\.pbkdf2(?:Sync)?$/.test(from)) return rounds(facts, call, call.arguments[2], FEW_ROUNDS);
  if (/^hashlib\.pbkdf2_hmac$/.test(from)) return rounds(facts, call, call.arguments[3], FEW_ROUNDS);
  if (/^bcrypt(?:js)?\.(?:hash|hashSync|genSalt|genSaltSync)$/.test(from))
    return rounds(facts, call, /Salt/.test(from) ? first : second, 10);
  if (/^~?crypto\.generateKeyPair(?:Sync)?$/.test(from)) {
    return keySize(facts, call, option(facts, call, 'modulusLength'));
  }
  if (/^cryptography\.hazmat\.primitives\.ciphers\.modes\.(?:CBC|CTR|GCM|OFB|CFB)$/.test(from))
    return first !== undefined && typeof facts.constant(first) === 'string'
      ? [report(facts, call.node, 'Every message is encrypted with the same nonce.', CIPHER)]
      : [];
  if (/^cryptography\.hazmat\.primitives\.kdf\.pbkdf2\.PBKDF2HMAC$/.test(from))
    return rounds(facts, call, call.keywords.get('iterations') ?? call.arguments[3], FEW_ROUNDS);
  if (/^Crypto(?:dome)?\.PublicKey\.(?:RSA|DSA)\.generate$/.test(from))
    return keySize(facts, call, call.keywords.get('bits') ?? first ?? null);
  if (/^Crypto(?:dome)?\.Hash\.(?:MD[245]|SHA1?)\.new$/.test(from))
    return hash(facts, call, /MD/.test(from) ? 'md5' : 'sha1');
  if (
    /^passlib\.hash\.(?:md5_crypt|des_crypt|sha1_crypt|apr_md5_crypt|lmhash|nthash|mysql323|hex_\w+|plaintext)\.\w+$|^crypt\.crypt$/.test(
      from,
    )
  )
    return [
      report(facts, call.node, 'This way to store passwords can be guessed billions of times a second.', PASSWORD),
    ];
  if (/^ssl\.SSLContext$/.test(from) && first !== undefined && OLD_PROTOCOL.test(facts.text(first)))
    return [
      report(
        facts,
        call.node,
        'The protocol can be broken: RFC 8996 forbids TLS 1.0 and 1.1.',
        'Use ssl.create_default_context().',
      ),
    ];
  if (/^ssl\.wrap_socket$/.test(from))
    return [
      report(
        facts,
        call.node,
        'ssl.wrap_socket checks neither host name nor protocol.',
        'Use ssl.create_default_context().',
      ),
    ];
  return [];
}

/** Versions that RFC 7568 and RFC 8996 forbid, as Python's `ssl` names them. */
const OLD_PROTOCOL = /\bPROTOCOL_(?:SSLv2|SSLv3|TLSv1|TLSv1_1)$/;

function keySize(facts: FileFacts, call: Call, length: Syntax | null): readonly Detection[] {
  const bits = length === null ? undefined : facts.constant(length);
  if (typeof bits !== 'number' || bits >= 2048) return [];
  const message = `An RSA key of ${bits} bits can be factored.`;
  return [report(facts, call.node, message, 'Use 3072 bits or more, or an elliptic curve.')];
}

function rounds(facts: FileFacts, call: Call, given: Syntax | undefined, least: number): readonly Detection[] {
  const count = given === undefined ? undefined : facts.constant(given);
  if (typeof count !== 'number' || count >= least) return [];
  return [report(facts, call.node, `${count} rounds are too few to slow down guessing.`, PASSWORD)];
}
