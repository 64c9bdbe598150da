import { crc32 } from 'node:zlib';
import { hasMatch } from '../../../src/core/prefilter.ts';
import { anyOf } from './any-of.ts';

/** A format of credentials, as its issuer documents or prints it. */
export interface SecretFormat {
  readonly id: string;
  readonly name: string;
  /** Matches the literal; a group named `secret` narrows it where surroundings are needed. */
  readonly pattern: RegExp;
  /** Checks the literal where the format has a checksum or a structure; without one the format alone decides. */
  readonly verify?: (literal: string) => boolean;
  /** The format is so plain that the surroundings must speak of a secret too. */
  readonly weak?: boolean;
  /** What stands in every match, and in few other texts: asked first, since it is fast. */
  readonly hint: RegExp;
}

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

function base62(value: number, length: number): string {
  let rest = value;
  let text = '';
  while (rest > 0) {
    text = `${BASE62[rest % 62] ?? ''}${text}`;
    rest = Math.floor(rest / 62);
  }
  return text.padStart(length, '0');
}

/** GitHub's and npm's tokens end in the CRC-32 of the part after the prefix, in base 62 (GitHub's blog, "Behind GitHub's new authentication token formats"). */
export function endsInCrc32(literal: string): boolean {
  const body = literal.slice(literal.indexOf('_') + 1);
  return base62(crc32(body.slice(0, -6)), 6) === body.slice(-6);
}

function isJwt(literal: string): boolean {
  const [header = '', payload = ''] = literal.split('.');
  const read = (part: string) => Buffer.from(part, 'base64url').toString('utf8');
  return /"alg"\s*:/.test(read(header)) && read(payload).startsWith('{') && !/"alg"\s*:\s*"none"/i.test(read(header));
}

/** Bits per character: what people type stays well below what machines draw. */
export function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

function format(
  id: string,
  name: string,
  hint: RegExp,
  pattern: RegExp,
  more: Pick<SecretFormat, 'verify' | 'weak'> = {},
): SecretFormat {
  return { id, name, hint, pattern, ...more };
}

const random = (least: number) => (literal: string) => entropy(literal) >= least;

/** Formats by their issuers' documentation; prefixes make them certain. */
export const SECRET_FORMATS: readonly SecretFormat[] = [
  format('github-token', 'GitHub token', /ghp_|gho_|ghu_|ghs_|ghr_/, /\bgh[pousr]_[A-Za-z0-9]{36}\b/g, {
    verify: endsInCrc32,
  }),
  format(
    'github-fine-grained',
    'GitHub fine-grained token',
    /github_pat_/,
    /\bgithub_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}\b/g,
  ),
  format('npm-token', 'npm token', /npm_/, /\bnpm_[A-Za-z0-9]{36}\b/g, { verify: endsInCrc32 }),
  format(
    'gitlab-token',
    'GitLab token',
    /gl(?:pat|ptt|dt|rt|cbt|ft|imt|agent|soat|oas)-/,
    /\bgl(?:pat|ptt|dt|rt|cbt|ft|imt|agent|soat|oas)-[A-Za-z0-9_-]{20,64}\b/g,
    { verify: random(3) },
  ),
  format('aws-access-key', 'AWS access key id', /A[KS]IA/, /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/g, { verify: random(2.8) }),
  format(
    'aws-secret-key',
    'AWS secret access key',
    /secret_?(?:access_?)?key/i,
    /(?:aws_?)?secret_?(?:access_?)?key["']?\s*[:=]\s*["']?(?<secret>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/gi,
    { verify: random(4.2) },
  ),
  format('google-api-key', 'Google API key', /AIza/, /\bAIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/g, {
    verify: random(3.5),
  }),
  format('google-oauth', 'Google OAuth client secret', /GOCSPX-/, /\bGOCSPX-[A-Za-z0-9_-]{28}\b/g),
  format(
    'private-key',
    'private key',
    /PRIVATE KEY/,
    /-----BEGIN (?:(?:RSA|EC|DSA|OPENSSH|ENCRYPTED|PGP) )?PRIVATE KEY(?: BLOCK)?-----(?<secret>(?:\\n|\\r|[\s"'+,])*[A-Za-z0-9+/]{30,}[A-Za-z0-9+/=\s\\n"'+,:-]{0,8000})/g,
  ),
  format('slack-token', 'Slack token', /xox[abeoprs]-/, /\bxox[abeoprs]-(?:\d+-){1,4}[A-Za-z0-9]{12,64}\b/g),
  format('slack-app-token', 'Slack app token', /xapp-/, /\bxapp-\d-[A-Z0-9]{8,14}-\d{10,14}-[a-f0-9]{40,64}\b/g),
  format(
    'slack-webhook',
    'Slack webhook address',
    /hooks\.slack\.com/,
    /https:\/\/hooks\.slack\.com\/services\/(?<secret>T[A-Z0-9]{8,12}\/B[A-Z0-9]{8,12}\/[A-Za-z0-9]{24})\b/g,
    { verify: random(3) },
  ),
  format(
    'discord-webhook',
    'Discord webhook address',
    /api\/webhooks/,
    /https:\/\/(?:\w+\.)?discord(?:app)?\.com\/api\/webhooks\/(?<secret>\d{17,20}\/[A-Za-z0-9_-]{60,80})/g,
  ),
  format(
    'discord-token',
    'Discord bot token',
    /[MNO][DTjz][AEIMQUYcgk][w-z0-5][MNO]/,
    // The first part is a number of 17 digits or more in base64: which signs its digits make is certain.
    /\b(?:[MNO][DTjz][AEIMQUYcgk][w-z0-5]){5}[A-Za-z0-9_-]{4,8}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40}\b/g,
    { verify: (literal) => /^\d{17,20}$/.test(Buffer.from(literal.split('.')[0] ?? '', 'base64').toString('utf8')) },
  ),
  format('stripe-key', 'Stripe key', /_live_/, /\b(?:sk|rk)_live_[A-Za-z0-9]{16,247}\b/g, { verify: random(3) }),
  format('stripe-webhook', 'Stripe webhook secret', /whsec_/, /\bwhsec_[A-Za-z0-9+/]{32,64}={0,2}/g, {
    verify: random(3.5),
  }),
  format(
    'openai-key',
    'OpenAI key',
    /T3BlbkFJ/,
    /\bsk-(?:(?:proj|svcacct|admin|None)-)?[A-Za-z0-9_-]{20,100}T3BlbkFJ[A-Za-z0-9_-]{20,100}/g,
  ),
  format('anthropic-key', 'Anthropic key', /sk-ant-/, /\bsk-ant-(?:api|admin|oat|sid)\d{2}-[A-Za-z0-9_-]{80,110}\b/g),
  format('huggingface-token', 'Hugging Face token', /hf_[A-Za-z]{34}/, /\bhf_[A-Za-z]{34}\b/g, { verify: random(3.5) }),
  format('groq-key', 'Groq key', /gsk_/, /\bgsk_[A-Za-z0-9]{52}\b/g),
  format('xai-key', 'xAI key', /xai-/, /\bxai-[A-Za-z0-9]{80}\b/g),
  format('openrouter-key', 'OpenRouter key', /sk-or-v1-/, /\bsk-or-v1-[a-f0-9]{64}\b/g),
  format('perplexity-key', 'Perplexity key', /pplx-/, /\bpplx-[A-Za-z0-9]{48}\b/g),
  format('replicate-token', 'Replicate token', /r8_/, /\br8_[A-Za-z0-9]{37}\b/g),
  format('sendgrid-key', 'SendGrid key', /SG\.[\w-]{22}\./, /\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}\b/g),
  format('mailgun-key', 'Mailgun key', /key-[a-f0-9]{32}/, /\bkey-[a-f0-9]{32}\b/g, { weak: true }),
  format('mailchimp-key', 'Mailchimp key', /-us(?:0|1|2|3|4|5|6|7|8|9)/, /\b[a-f0-9]{32}-us\d{1,2}\b/g),
  format('twilio-key', 'Twilio API key', /SK[a-f0-9]{32}/, /\bSK[a-f0-9]{32}\b/g, { weak: true }),
  format('digitalocean-token', 'DigitalOcean token', /do[opr]_v1_/, /\bdo[opr]_v1_[a-f0-9]{64}\b/g),
  format('azure-storage-key', 'Azure storage key', /AccountKey=/, /AccountKey=(?<secret>[A-Za-z0-9+/]{86}==)/g),
  format(
    'azure-client-secret',
    'Microsoft Entra client secret',
    /Q~/,
    /\b[A-Za-z0-9_~.-]{3}\dQ~[A-Za-z0-9_~.-]{31,34}/g,
  ),
  format(
    'azure-sas',
    'Azure shared access signature',
    /sig=/,
    /[?&](?:sv|se|sp)=[^\s"']{3,300}&sig=(?<secret>[A-Za-z0-9%]{40,100})/g,
    { verify: random(3.5) },
  ),
  format('databricks-token', 'Databricks token', /dapi[a-f0-9]{32}/, /\bdapi[a-f0-9]{32}(?:-\d)?\b/g),
  format('shopify-token', 'Shopify token', /shp(?:at|ca|pa|ss)_/, /\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}\b/g),
  format('vault-token', 'Vault token', /hv[sbr]\./, /\bhv[sbr]\.[A-Za-z0-9_-]{24,200}\b/g, { verify: random(3.5) }),
  format(
    'terraform-token',
    'Terraform Cloud token',
    /\.atlasv1\./,
    /\b[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{60,70}\b/g,
  ),
  format('pulumi-token', 'Pulumi token', /pul-/, /\bpul-[a-f0-9]{40}\b/g),
  format('grafana-token', 'Grafana service account token', /glsa_/, /\bglsa_[A-Za-z0-9]{32}_[a-f0-9]{8}\b/g, {
    verify: (literal) =>
      crc32(literal.slice(0, -9)).toString(16).padStart(8, '0') === literal.slice(-8) || entropy(literal) > 4,
  }),
  format('grafana-cloud', 'Grafana Cloud token', /glc_/, /\bglc_[A-Za-z0-9+/]{50,400}={0,2}/g),
  format('linear-key', 'Linear key', /lin_api_/, /\blin_api_[A-Za-z0-9]{40}\b/g),
  format('notion-token', 'Notion token', /ntn_/, /\bntn_[A-Za-z0-9]{43,50}\b/g),
  format('postman-key', 'Postman key', /PMAK-/, /\bPMAK-[a-f0-9]{24}-[a-f0-9]{34}\b/g),
  format('newrelic-key', 'New Relic key', /NRAK-/, /\bNRAK-[A-Z0-9]{27}\b/g),
  format('sentry-token', 'Sentry token', /sntrys_/, /\bsntrys_eyJ[A-Za-z0-9+/=_-]{80,400}/g),
  format(
    'supabase-token',
    'Supabase token',
    /sb(?:p|_secret)_/,
    /\b(?:sbp_[a-f0-9]{40}|sb_secret_[A-Za-z0-9_-]{31,40})\b/g,
  ),
  format('figma-token', 'Figma token', /figd_/, /\bfigd_[A-Za-z0-9_-]{40}\b/g),
  format('airtable-token', 'Airtable token', /pat[A-Za-z0-9]{14}\./, /\bpat[A-Za-z0-9]{14}\.[a-f0-9]{64}\b/g),
  format('atlassian-token', 'Atlassian token', /ATATT3/, /\bATATT3[A-Za-z0-9_=-]{180,220}/g),
  format('bitbucket-token', 'Bitbucket app password', /ATBB/, /\bATBB[A-Za-z0-9]{28}[A-F0-9]{4}\b/g),
  format(
    'doppler-token',
    'Doppler token',
    /dp\.(?:pt|st|ct|sa|scim|audit)\./,
    /\bdp\.(?:pt|st|ct|sa|scim|audit)\.(?:[a-z0-9_-]{2,35}\.)?[A-Za-z0-9]{40,44}\b/g,
  ),
  format('fly-token', 'Fly.io token', /fm[12][ar]?_/, /\bfm[12][ar]?_[A-Za-z0-9+/]{100,}={0,3}/g),
  format('netlify-token', 'Netlify token', /nfp_/, /\bnfp_[A-Za-z0-9]{36}\b/g),
  format(
    'vercel-token',
    'Vercel blob token',
    /vercel_blob_rw_/,
    /\bvercel_blob_rw_[A-Za-z0-9]{16}_[A-Za-z0-9]{30,}\b/g,
  ),
  format('pypi-token', 'PyPI token', /pypi-/, /\bpypi-AgE[A-Za-z0-9_-]{50,400}/g),
  format('rubygems-key', 'RubyGems key', /rubygems_/, /\brubygems_[a-f0-9]{48}\b/g),
  format('crates-token', 'crates.io token', /cio[A-Za-z0-9]{32}/, /\bcio[A-Za-z0-9]{32}\b/g, { verify: random(4) }),
  format('docker-token', 'Docker Hub token', /dckr_/, /\bdckr_(?:pat|oat)_[A-Za-z0-9_-]{27,32}/g),
  format('nuget-key', 'NuGet key', /oy2[a-z0-9]{43}/, /\boy2[a-z0-9]{43}\b/g),
  format('planetscale-token', 'PlanetScale token', /pscale_/, /\bpscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.-]{32,64}/g),
  format('square-token', 'Square token', /EAAA[\w-]{60}/, /\bEAAA[A-Za-z0-9_-]{60}\b/g),
  format('telegram-token', 'Telegram bot token', /:AA[\w-]{33}/, /\b\d{8,10}:AA[A-Za-z0-9_-]{33}\b/g),
  format('age-key', 'age secret key', /AGE-SECRET-KEY-/, /\bAGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}\b/g),
  format('dynatrace-token', 'Dynatrace token', /dt0[a-z]\d/, /\bdt0[a-z]\d{2}\.[A-Z0-9]{24}\.[A-Z0-9]{64}\b/g),
  format(
    'jwt',
    'signed web token',
    /\.eyJ/,
    /\beyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{20,1000}/g,
    { verify: isJwt, weak: true },
  ),
  format(
    'url-password',
    'password in an address',
    /:\/\/[^\s:@/'"<>${}[\]]{1,60}:/,
    /\b(?:https?|ftp|postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|mssql|sqlserver|ldaps?|smtps?|clickhouse|nats):\/\/[^\s:@/'"<>${}[\]]{1,60}:(?<secret>[^\s:@/'"<>${}[\]*]{6,100})@(?<host>[\w.-]+)/g,
    { weak: true },
  ),
];

/** Words that say "this is not a real one". */
const DUMMY =
  /example|sample|dummy|placeholder|changeme|change[_-]me|redacted|replace|insert|your[_-]|my[_-]?(?:secret|token|key|password)|fake|mock|not[_-]?(?:a[_-]?)?(?:real|secret)|test(?:ing|only|key|token|secret|pass)|foo|bar\b|xxx|todo|none|null|undefined|<[^>]+>|\*{3,}|\.{3,}|abcdef(?:gh|12)|012345678|123456789|deadbeef|aaaaaa|000000|111111|ffffff/i;

/** Whether a literal only stands for a secret: a word for it, a variable, or a run of one character. */
export function isDummy(literal: string): boolean {
  if (DUMMY.test(literal)) return true;
  if (/\$\{|\$\(|\{\{|%\(|<%|^\$[A-Za-z_]|^%[A-Z_]+%$|^@|^!/.test(literal)) return true;
  return /^(.)\1*$/.test(literal) || new Set(literal).size <= Math.min(5, literal.length / 3);
}

export interface FoundSecret {
  readonly format: SecretFormat;
  readonly literal: string;
  readonly index: number;
}

function hintOf(formats: readonly SecretFormat[]): RegExp {
  return anyOf(formats.map(({ hint }) => hint));
}

/** Formats whose hints have no word of their own, but signs that stand in every other text. */
const UNNAMED: readonly string[] = ['discord-token', 'sendgrid-key', 'twilio-key', 'airtable-token', 'url-password'];
const NAMED_HINT = hintOf(SECRET_FORMATS.filter(({ id }) => !UNNAMED.includes(id)));
const UNNAMED_HINT = hintOf(SECRET_FORMATS.filter(({ id }) => UNNAMED.includes(id)));

/** The formats whose hint stands in a text: a hint is on one line, so that none is lost where lines are taken out. */
export function formatsIn(text: string): readonly SecretFormat[] {
  if (!hasMatch(NAMED_HINT, text) && !UNNAMED_HINT.test(text)) return [];
  return SECRET_FORMATS.filter(({ hint }) => hasMatch(hint, text));
}

/** Secrets of known formats in a text. */
export function secretsIn(text: string): readonly FoundSecret[] {
  return secretsOf(formatsIn(text), text);
}

/** Secrets of some formats in a text. */
export function secretsOf(formats: readonly SecretFormat[], text: string): readonly FoundSecret[] {
  return formats.flatMap((known) => {
    return [...text.matchAll(known.pattern)].flatMap((match) => {
      const literal = match.groups?.['secret'] ?? match[0];
      if (known.verify !== undefined && !known.verify(literal)) return [];
      const host = match.groups?.['host'] ?? '';
      if (
        known.id === 'url-password' &&
        (/^(?:localhost|0\.0\.0\.0|host|hostname|db|database|postgres|mysql|redis|mongo|rabbitmq)\d*$|^127\.|\.(?:example|test|local|invalid|localhost)$|example\.(?:com|org|net)$/i.test(
          host,
        ) ||
          isWeakWord(literal))
      )
        return [];
      return [{ format: known, literal, index: match.index + match[0].indexOf(literal) }];
    });
  });
}

/** A word everybody would guess: no secret that could be betrayed. */
export function isWeakWord(literal: string): boolean {
  return /^(?:pass(?:word|wd)?\d{0,4}|root|admin|user(?:name)?|secret|postgres|mysql|guest|test|demo|toor|qwerty|letmein|default|token|pwd|apikey|api[_-]?key|key|value|string|true|false|yes|no|null|none)!?$/i.test(
    literal,
  );
}

/** First four characters and the length: all that is ever shown of a secret. */
export function masked(literal: string): string {
  return `${literal.trim().slice(0, 4)}… (${literal.length} characters)`;
}
