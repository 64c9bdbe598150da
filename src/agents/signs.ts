import picomatch from 'picomatch';
import type { AgentIdentity, AttributionSign, AuthorClass, Tier } from '../core/attribution.ts';
import type { KnownEmail, KnownIdentity, KnownPattern } from './identity.ts';
import { markdownProse } from './prose.ts';
import type { AccountFacts, LooseFacts } from './schema.ts';
import { AGENTS, BOTS } from './table.ts';
import { noreplyAccount, personOf, type Trailer, trailersOf } from './trailers.ts';

/** A sign with what it says about the class; `shared` signs are written by several agents. */
export interface Sign extends AttributionSign {
  readonly class: Exclude<AuthorClass, 'human'>;
  readonly shared: boolean;
}

type Commit = NonNullable<NonNullable<LooseFacts['commits']>[number]>;
type Where = AttributionSign['where'];

/** Trailers that say who wrote a change. Others (`Reviewed-by`) name people who did something else. */
const AUTHORSHIP = new Set([
  'co-authored-by',
  'signed-off-by',
  'authored-by',
  'co-developed-by',
  'generated-by',
  'generated-with',
  'created-by',
  'written-by',
]);
const MAX_BODY = 300_000;
const MAX_MESSAGE = 200_000;

/** Every sign of an agent in the facts, in no particular order of weight. */
export function collectSigns(facts: LooseFacts, identities: readonly AgentIdentity[]): readonly Sign[] {
  const signs: Sign[] = [];
  const rows: readonly KnownIdentity[] = [...AGENTS, ...BOTS];
  for (const row of rows) {
    signs.push(...accountSigns(row, 'author', facts.author), ...accountSigns(row, 'sender', facts.sender));
    signs.push(...appSigns(row, slugOf(facts.app)), ...patternSigns(row, row.branches, 'branch', branchOf(facts)));
  }
  const prose = markdownProse((facts.body ?? '').slice(0, MAX_BODY));
  if (prose !== '') signs.push(...textSigns('body', prose, trailersOf(`\n${prose}`)));
  for (const commit of facts.commits ?? []) if (commit !== null) signs.push(...commitSigns(commit));
  for (const identity of identities) signs.push(...policySigns(identity, facts));
  return signs;
}

/** Subjects that mean nothing by themselves, listed as evidence of an agent that is known from another sign. */
export function supportingSigns(facts: LooseFacts, agent: string, tier: Tier): readonly AttributionSign[] {
  const subjects = AGENTS.filter((row) => row.agent === agent).flatMap((row) => row.supportingSubjects ?? []);
  const first = facts.commits?.[0]?.message?.split('\n')[0]?.trim();
  if (first === undefined || !subjects.includes(first)) return [];
  return [{ agent, tier: tier === 'verified' ? 'declared' : tier, where: 'commit-author', value: `subject: ${first}` }];
}

/** True where the account is one that the table knows as a coding agent or a bot, by id. */
export function isKnownMachine(account: AccountFacts): boolean {
  if (account.id == null) return false;
  return [...AGENTS, ...BOTS].some(
    (row) =>
      row.accounts?.some(({ id }) => id === account.id) === true || row.commitAccounts?.includes(account.id ?? -1),
  );
}

/** The sign that an address gives, if any. */
export function emailSign(
  email: string,
  as: KnownEmail['as'],
): { readonly row: KnownIdentity; readonly tier: Tier } | null {
  for (const row of AGENTS) {
    const match = row.emails?.find(
      (known) => (known.as === 'anywhere' || as === 'trailer') && addressMatches(known, email),
    );
    if (match !== undefined) return { row, tier: match.tier };
  }
  return null;
}

function addressMatches(known: KnownEmail, email: string): boolean {
  const address = email.trim().toLowerCase();
  if (known.address.endsWith('+')) return String(noreplyAccount(address)?.id ?? '') === known.address.slice(0, -1);
  if (known.address.startsWith('@')) return address.endsWith(known.address);
  return address === known.address;
}

function accountSigns(
  row: KnownIdentity,
  where: 'author' | 'sender',
  account: AccountFacts | null | undefined,
): Sign[] {
  if (account == null) return [];
  const login = account.login ?? '';
  if (row.accounts?.some(({ id }) => id === account.id) === true) {
    return [sign(row, 'verified', where, `${login} (${account.id})`)];
  }
  if (where !== 'author') return [];
  const names = row.logins ?? [];
  // A login is a sign only where there is no id to go by, and only in the form with `[bot]`, which no person can take.
  const withoutId = account.id == null ? (row.accounts ?? []).map((known) => known.login) : [];
  const known = [...names, ...withoutId.filter((name) => name.endsWith('[bot]'))];
  return known.includes(login.toLowerCase()) ? [sign(row, 'suspected', where, login)] : [];
}

function appSigns(row: KnownIdentity, slug: string | null): Sign[] {
  if (slug === null) return [];
  // A bot account's login is its App's slug and `[bot]`.
  const bots = (row.accounts ?? [])
    .filter(({ login }) => login.endsWith('[bot]'))
    .map(({ login }) => login.slice(0, -5));
  const known = [...(row.apps ?? []), ...bots];
  return known.includes(slug) ? [sign(row, 'verified', 'app', slug)] : [];
}

function patternSigns(
  row: KnownIdentity,
  patterns: readonly KnownPattern[] | undefined,
  where: Where,
  text: string,
): Sign[] {
  if (text === '') return [];
  // The strongest pattern of a row stands first.
  for (const { pattern, tier } of patterns ?? []) {
    const match = pattern.exec(text);
    if (match !== null) return [sign(row, tier, where, where === 'branch' ? text : match[0].trim())];
  }
  return [];
}

function commitSigns(commit: Commit): Sign[] {
  const message = (commit.message ?? '').slice(0, MAX_MESSAGE);
  const signs = [
    ...addressSigns('commit-author', commit.authorEmail, commit.authorId),
    ...addressSigns('commit-committer', commit.committerEmail, commit.committerId),
    ...textSigns('trailer', message.slice(message.indexOf('\n') + 1), trailersOf(message)),
  ];
  const name = (commit.authorName ?? '').trim();
  for (const row of AGENTS) {
    const suffix = row.authorNameSuffixes?.find((end) => name.toLowerCase().endsWith(end) && name.length > end.length);
    if (suffix !== undefined) signs.push(sign(row, 'declared', 'commit-author', name));
    const prefix = row.subjectPrefixes?.find((start) => message.startsWith(start));
    if (prefix !== undefined) signs.push(sign(row, 'declared', 'commit-author', `subject: ${message.split('\n')[0]}`));
  }
  return signs;
}

/** A commit's account id comes from its address, so it is worth no more than the address: declared. */
function addressSigns(
  where: 'commit-author' | 'commit-committer',
  email: string | null | undefined,
  id: number | null | undefined,
): Sign[] {
  const signs: Sign[] = [];
  const byEmail = email == null ? null : emailSign(email, 'anywhere');
  if (byEmail !== null && email != null) signs.push(sign(byEmail.row, byEmail.tier, where, email.trim()));
  const noreply = email == null ? null : noreplyAccount(email);
  for (const row of [...AGENTS, ...BOTS]) {
    const known = [...(row.accounts ?? []).map((account) => account.id), ...(row.commitAccounts ?? [])];
    const matched = id != null && known.includes(id);
    const bot = row.class !== 'agent' && noreply?.id != null && known.includes(noreply.id);
    // `noreply@anthropic.com` and its account say the same thing once.
    if ((matched && byEmail?.row.agent !== row.agent) || bot) {
      signs.push(sign(row, 'declared', where, `${noreply?.login ?? 'account'} (${noreply?.id ?? id})`));
    }
  }
  return signs;
}

function textSigns(where: 'trailer' | 'body', text: string, trailers: readonly Trailer[]): Sign[] {
  const signs: Sign[] = [];
  for (const row of AGENTS) signs.push(...patternSigns(row, row.bodyMarkers, where, text));
  for (const trailer of trailers) signs.push(...trailerSigns(where, trailer));
  return signs;
}

function trailerSigns(where: 'trailer' | 'body', { key, value }: Trailer): Sign[] {
  const signs: Sign[] = [];
  const { email } = personOf(value);
  const known = email === null ? null : emailSign(email, key === 'co-authored-by' ? 'trailer' : 'anywhere');
  if (known !== null && AUTHORSHIP.has(key)) signs.push(sign(known.row, known.tier, where, `${key}: ${value}`));
  for (const row of AGENTS) {
    for (const trailer of row.trailers ?? []) {
      if (trailer.key.toLowerCase() !== key || trailer.value?.test(value) === false) continue;
      if (trailer.orPerson === true && email !== null && known === null) continue;
      const named = row.agent === null && known !== null ? known.row : row;
      signs.push({ ...sign(named, trailer.tier, where, `${key}: ${value}`), shared: trailer.shared === true });
    }
  }
  return signs;
}

function policySigns(identity: AgentIdentity, facts: LooseFacts): Sign[] {
  const row: KnownIdentity = {
    row: identity.agent,
    agent: identity.class === 'agent' ? identity.agent : null,
    class: identity.class,
    accounts: identity.accounts.map((id) => ({ id, login: '' })),
    apps: identity.apps,
  };
  const signs = [
    ...accountSigns(row, 'author', facts.author),
    ...accountSigns(row, 'sender', facts.sender),
    ...appSigns(row, slugOf(facts.app)),
  ];
  const add = (where: Where, value: string) => signs.push(sign(row, 'declared', where, value));
  const branch = branchOf(facts);
  if (branch !== '' && identity.branches.some((glob) => picomatch.isMatch(branch, glob))) add('branch', branch);
  const body = facts.body ?? '';
  for (const marker of identity.bodyMarkers) if (body.includes(marker)) add('body', marker);
  const labels = labelsOf(facts).map((label) => label.toLowerCase());
  for (const label of identity.labels) if (labels.includes(label.toLowerCase())) add('label', label);
  for (const commit of facts.commits ?? []) if (commit !== null) policyCommit(identity, commit, add);
  return signs;
}

function policyCommit(identity: AgentIdentity, commit: Commit, add: (where: Where, value: string) => void): void {
  const listed = (email: string) =>
    identity.emails.some((known) =>
      known.startsWith('@') ? email.endsWith(known.toLowerCase()) : email === known.toLowerCase(),
    );
  const author = commit.authorEmail?.trim().toLowerCase();
  const committer = commit.committerEmail?.trim().toLowerCase();
  if (author !== undefined && listed(author)) add('commit-author', author);
  if (commit.authorId != null && identity.accounts.includes(commit.authorId))
    add('commit-author', `account (${commit.authorId})`);
  if (committer !== undefined && listed(committer)) add('commit-committer', committer);
  for (const { key, value } of trailersOf((commit.message ?? '').slice(0, MAX_MESSAGE))) {
    const named = identity.trailers.some((trailer) => trailer.toLowerCase() === key);
    const { email } = personOf(value);
    if (named || (AUTHORSHIP.has(key) && email !== null && listed(email))) add('trailer', `${key}: ${value}`);
  }
}

function sign(row: KnownIdentity, tier: Tier, where: Where, value: string): Sign {
  return { agent: row.agent, class: row.class, tier, where, value: shortened(value), shared: false };
}

function shortened(value: string): string {
  const line = value.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  return line.length <= 120 ? line : `${line.slice(0, 119)}…`;
}

function branchOf(facts: LooseFacts): string {
  return (facts.branch ?? '')
    .trim()
    .replace(/^refs\/heads\//, '')
    .slice(0, 500);
}

function slugOf(app: LooseFacts['app']): string | null {
  const slug = typeof app === 'string' ? app : app?.slug;
  return slug == null || slug === '' ? null : slug.toLowerCase();
}

function labelsOf(facts: LooseFacts): readonly string[] {
  return (facts.labels ?? []).flatMap((label) => {
    const name = typeof label === 'string' ? label : label?.name;
    return name == null ? [] : [name];
  });
}
