import { entropy, isDummy, isWeakWord } from '../support/secrets.ts';
import { normal } from '../support/settings.ts';

/** Names of settings that hold a credential. */
const SECRET_KEY =
  /(?:password|passwd|passphrase|pwd|secret|apikey|accesskey|secretkey|privatekey|token|connectionstring|credentials?|encryptionkey|signingkey|masterkey|sharedkey|hmackey|storagekey|accountkey|adminpass|dbpass|rootpass|userpass|authkey)$|^(?:pass|psk)$/;
/**
 * Names that only look so: marks of a language model's vocabulary, marks of a page or a form, what is meant for
 * everybody, and names of objects of a cluster that hold the credential elsewhere.
 */
const NOT_SECRET =
  /^(?:pad|eos|bos|unk|mask|sep|cls|stop|max|min|num|total|prompt|completion|input|output|css|design|next|nextpage|page|continue|continuation|csrf|xsrf)token$|public|^(?:existing|external|image(?:pull)?)\w*(?:secret|credentials?)$/;
export const SAMPLE_FILE =
  /(?:example|sample|template|dist|defaults?|schema|test|spec|fixture|mock|docs?)(?:\/|[._-]|$)/i;

export function isSecretName(name: string): boolean {
  const plain = normal(name);
  return SECRET_KEY.test(plain) && !NOT_SECRET.test(plain);
}

/** Files where a weak word is the usual local default: tests, samples, a developer's machine. */
function isSample(path: string): boolean {
  return SAMPLE_FILE.test(path) || /(?:^|\/)\.(?:github|devcontainer|gitlab-ci|circleci)/.test(path);
}

const REFERENCE =
  /^(?:arn:|projects\/|op:\/\/|ref\+|vault:|env:|file:|ssm:|sm:\/\/|secretsmanager:|kms:|ENC\[|ENC\(|AQICA|data:|https?:\/\/[^:@]*$|\/|\.{1,2}\/|~\/|[A-Z]:\\|resolve:|keyvault|akv:|sops|secretref:|bao:|gcpsm|azurekeyvault|\$|var\.|local\.|data\.|module\.|random_|aws_|google_|azurerm_|each\.|self\.|path\.)|\bprocess\.env\b|os\.environ|getenv|secrets\./i;
/** One word, or several words joined. */
const WORDS = /^(?:[a-z]+|[A-Z]+|[A-Z][a-z]+)(?:[._-](?:[a-z]+|[A-Z][a-z]+|[A-Z]+))*$/;

/** Whether a value is a credential rather than a reference, a word of the language or a dummy. */
export function isCredential(value: string, path: string): boolean {
  const plain = value.trim();
  if (plain.length < 4 || plain.length > 4000 || isDummy(plain) || REFERENCE.test(plain)) return false;
  if (isWeakWord(plain) || /^\w+[-_]?(?:password|secret|token|key)s?$/i.test(plain))
    return /\d|!/.test(plain) && !isSample(path);
  // A plain word or sentence names a thing; what people and machines make up for secrets has digits, signs or no sense.
  if (/\s/.test(plain)) return plain.includes('-----BEGIN');
  if (WORDS.test(plain)) return plain.length >= 20 && entropy(plain) > 3.8 && !/[._-]/.test(plain);
  // A number of a few digits, a version, a span of time.
  if (/^\d{1,5}$|^(?:\d+\.)+\d+$|^\d+[smhd]$/.test(plain)) return false;
  return !isSample(path) || (entropy(plain) > 3 && plain.length >= 12);
}
