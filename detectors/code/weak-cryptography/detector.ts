import type { Detection } from '../../../src/core/detection.ts';
import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { Call, FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { functionAround, nameOf } from '../support/around.ts';
import { oneOf } from '../support/remember.ts';
import { codeRule } from '../support/rule.ts';
import { option } from '../support/tainted.ts';

const rule = codeRule({
  id: 'weak-cryptography',
  shortDescription: 'A cipher, hash or key derivation is used that no longer protects',
  help: 'DES, RC4, ECB mode and createCipher leak or give up what they encrypt; MD5 and SHA-1 can be forged; a fast hash of a password is guessed billions of times a second. Use AES-256-GCM with a fresh random nonce, SHA-256 or better, and scrypt, argon2 or bcrypt for passwords.',
  cwe: [327, 328, 916],
  level: 'warning',
  confidence: 'high',
});

const CIPHER = 'Use AES-256-GCM with a random nonce for every message.';
const HASH = 'Use SHA-256 or better.';
const PASSWORD = 'Store passwords with scrypt, argon2 or bcrypt, each with its own salt.';
const PASSWORD_NAME = /passw(?:or)?d|passphrase|\bpwd\b|credential|(?:^|[\s_.(])pw\b/i;
const SECURITY_NAME =
  /passw(?:or)?d|passphrase|\bpwd\b|credential|sign|token|secret|auth|hmac|verify|session|digest_?auth|certificate|api_?key/i;
const WEAK_CIPHER = /^(?:des|des-|des3|3des|rc2|rc4|bf|blowfish|cast5?|seed|idea)|-ecb\b|^rc4/i;
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
  if (/^~?crypto\.create(?:Cipher|Decipher)iv$/.test(from) && first !== undefined)
    return cipher(facts, call, first, second);
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
  if (/^(?:js-)?sha(?:256|512|224|384)(?:\.sha\d+)?$|^~sha(?:256|512|224|384)$/.test(from) && first !== undefined)
    return fastPassword(facts, call);
  if (/^hashlib\.(?:sha256|sha512|sha224|sha384)$|^crypto-js\.SHA(?:256|512)$/.test(from) && first !== undefined)
    return fastPassword(facts, call);
  if (
    /^(?:crypto-js|~CryptoJS)\.(?:DES|TripleDES|RC4|RC4Drop|Rabbit)\.encrypt$|^Crypto\.Cipher\.(?:DES|DES3|ARC4|ARC2|Blowfish)\.new$/.test(
      from,
    )
  )
    return [report(facts, call.node, 'The cipher can be broken with little effort.', CIPHER)];
  if (/^(?:crypto-js|~CryptoJS)\.AES\.encrypt$/.test(from) || /^Crypto(?:dome)?\.Cipher\.AES\.new$/.test(from)) {
    if (facts.program.dialect === 'python' && samePlaces(facts, call))
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

/** PyCryptodome: the mode's own value, which has to be new for each message, is written in the source. */
function samePlaces(facts: FileFacts, call: Call): boolean {
  if (/ECB/.test(facts.text(call.arguments[1] ?? call.node))) return false;
  const own = call.keywords.get('iv') ?? call.keywords.get('IV') ?? call.keywords.get('nonce') ?? call.arguments[2];
  return own !== undefined && isWritten(facts, own);
}

/** `b"0000000000000000"`, `b"\0" * 16`, `bytes(16)` */
function isWritten(facts: FileFacts, value: Syntax): boolean {
  const given = facts.definition(value) ?? value;
  return (
    typeof facts.constant(given) === 'string' ||
    /^(?:b["'][^"']*["']\s*\*\s*\d+|bytes\(\d+\)|bytearray\(\d+\))$/.test(facts.text(given))
  );
}

/** Django stores new passwords with the first of the list (its documentation, "Password management"). */
function hashers(facts: FileFacts): readonly Detection[] {
  if (!facts.program.text.includes('PASSWORD_HASHERS') || facts.isTest || /(?:^|[/_.])tests?\b/i.test(facts.path))
    return [];
  return facts.assignments().flatMap(({ node, target, value }) => {
    const first = value.type === 'array' ? value.children.find((child) => child.type === 'string') : undefined;
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

function keySize(facts: FileFacts, call: Call, length: Syntax | null): readonly Detection[] {
  const bits = length === null ? undefined : facts.constant(length);
  if (typeof bits !== 'number' || bits >= 2048) return [];
  const message = `An RSA key of ${bits} bits can be factored.`;
  return [report(facts, call.node, message, 'Use 3072 bits or more, or an elliptic curve.')];
}

function cipher(facts: FileFacts, call: Call, algorithm: Syntax, _key: Syntax | undefined): readonly Detection[] {
  const name = facts.constant(algorithm);
  if (typeof name === 'string' && WEAK_CIPHER.test(name))
    return [report(facts, call.node, `The cipher ${name.slice(0, 30)} can be broken with little effort.`, CIPHER)];
  const nonce = /Decipher/.test(call.name ?? '') ? undefined : call.arguments[2];
  const value = nonce === undefined ? undefined : constantNonce(facts, nonce);
  if (value === true) return [report(facts, call.node, 'Every message is encrypted with the same nonce.', CIPHER)];
  return [];
}

function constantNonce(facts: FileFacts, nonce: Syntax): boolean {
  const known = facts.constant(nonce);
  if (typeof known === 'string') return true;
  const value = facts.definition(nonce) ?? nonce;
  if (value.type !== 'call_expression') return false;
  const text = facts.text(value);
  if (/^Buffer\.alloc\(\s*\d+\s*(?:,\s*\d+\s*)?\)$/.test(text)) return true;
  return /^Buffer\.from\(\s*['"`][^$]*['"`]/.test(text);
}

function hash(facts: FileFacts, call: Call, algorithm: string): readonly Detection[] {
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
  if (!weak) return [];
  if (SECURITY_NAME.test(purpose))
    return [
      report(facts, call.node, `${algorithm.toUpperCase()} can be forged, and this result is relied upon.`, HASH),
    ];
  if (
    /etag|cache|checksum|gravatar|fingerprint|dedup|shard|bucket|color|short|git_?blob|blob_?(?:id|hash|sha)|asset_?hash|revision/i.test(
      purpose,
    )
  )
    return [];
  return [
    facts.finding({
      rule,
      at: call.node,
      message: `${algorithm.toUpperCase()} can be forged: it must not protect anything.`,
      remediation: HASH,
      level: 'warning',
      confidence: 'medium',
    }),
  ];
}

function fastPassword(facts: FileFacts, call: Call): readonly Detection[] {
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

/** Names around the call: what is hashed, what the result is called, the function it stands in. */
function purposeOf(facts: FileFacts, call: Call): string {
  const parts: string[] = call.arguments.flatMap((each) => {
    const made = facts.definition(each);
    return [each, ...(made === null ? [] : [made])].map((part) => facts.text(part).slice(0, 100));
  });
  let top: Syntax = call.node;
  while (
    top.parent !== null &&
    /member_expression|call_expression|await_expression|parenthesized|arguments|template|binary_expression/.test(
      top.parent.type,
    )
  )
    top = top.parent;
  parts.push(facts.text(top).slice(0, 300));
  const holder = top.parent;
  const name = holder?.children.find(
    (child) => child.field === 'name' || child.field === 'left' || child.field === 'key',
  );
  if (holder !== null && name !== undefined && /declarator|assignment|pair/.test(holder.type))
    parts.push(facts.text(name));
  const fn = functionAround(call.node);
  const called = fn === null ? null : nameOf(fn);
  if (fn !== null && called === null) parts.push(...madeWith(facts, fn));
  if (called !== null) parts.push(facts.text(called));
  if (called !== null && /^(?:hash|compute|digest|encode|make)$/.test(facts.text(called)))
    parts.push(className(call.node, facts));
  return parts.join(' ');
}

/** `const digest = (algorithm) => (value) => …` and `const hashPassword = digest('sha256')`. */
function madeWith(facts: FileFacts, inner: Syntax): readonly string[] {
  const outer = functionAround(inner);
  const name = outer === null ? null : nameOf(outer);
  if (name === null) return [];
  const called = facts.text(name);
  return facts.assignments().flatMap(({ target, value }) => {
    const callee =
      value.type === 'call_expression' ? value.children.find((child) => child.field === 'function') : undefined;
    return callee !== undefined && facts.text(callee) === called ? [facts.text(target)] : [];
  });
}

/** `class PasswordService { hash(plain) … }` */
function className(node: Syntax, facts: FileFacts): string {
  for (let up = node.parent; up !== null; up = up.parent) {
    const name = up.type === 'class_declaration' ? up.children.find((child) => child.field === 'name') : undefined;
    if (name !== undefined) return facts.text(name).replace(/([a-z])([A-Z])/g, '$1_$2');
  }
  return '';
}

function rounds(facts: FileFacts, call: Call, given: Syntax | undefined, least: number): readonly Detection[] {
  const count = given === undefined ? undefined : facts.constant(given);
  if (typeof count !== 'number' || count >= least) return [];
  return [report(facts, call.node, `${count} rounds are too few to slow down guessing.`, PASSWORD)];
}

function report(facts: FileFacts, at: Syntax, message: string, remediation: string): Detection {
  return facts.finding({ rule, at, message, remediation, level: facts.isTest ? 'note' : 'warning' });
}
