import type { AccountFacts, LooseFacts } from './schema.ts';
import { emailSign, isKnownMachine } from './signs.ts';
import { noreplyAccount, personOf, trailersOf } from './trailers.ts';

/** Agents of GitHub's own platform: their commits carry the person who asked as a co-author. */
const PLATFORM_ACCOUNTS: ReadonlySet<number> = new Set([198982749, 242468646, 242516109, 267193182]);
const LOGIN = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})';

/**
 * The human on whose behalf the change was made, as agents.md orders the sources: the human co-author of Copilot's
 * commits, Devin's "Requested by:", Jules' "started by @x", an assignee, else the human author of the pull request.
 * A login where there is one, else the name or address as written; null where nobody is named.
 */
export function requesterOf(facts: LooseFacts, agent: string | null): string | null {
  const author = facts.author ?? null;
  const text = bodyRequester(facts.body ?? '', agent);
  if (text !== null) return text;
  if (author !== null && isHuman(author)) return author.login ?? null;
  return coAuthor(facts) ?? assignee(facts);
}

/** A person: not typed as a bot, not on the table of machines. */
export function isHuman(account: AccountFacts): boolean {
  if (account.login == null && account.id == null) return false;
  if (account.type != null && account.type !== 'User') return false;
  return !isKnownMachine(account) && account.login?.endsWith('[bot]') !== true;
}

function bodyRequester(body: string, agent: string | null): string | null {
  const text = body.slice(0, 300_000);
  if (agent === 'jules') {
    const match = new RegExp(String.raw`jules\.google\.com/task/[^\n]{0,300}?\bstarted by \[?@(${LOGIN})`, 'i').exec(
      text,
    );
    return match === null ? null : machineless(match[1] ?? '');
  }
  if (agent !== 'devin') return null;
  const match = /^[\s*_>-]*Requested by:[ \t]*(?:\*\*|__)?[ \t]*:?[ \t]*([^\r\n]{1,300})/im.exec(text);
  const said = (match?.[1] ?? '').trim();
  const login = new RegExp(`(?<![\\w.])@(${LOGIN})(?![\\w.@])`).exec(said)?.[1];
  if (login !== undefined) return machineless(login);
  const plain = said.replace(/<[^<>]{0,300}>|[*_`[\]]|\(https?:[^)]{0,300}\)/g, '').trim();
  return plain === '' ? null : plain.slice(0, 100);
}

function machineless(login: string): string | null {
  return /^(?:copilot|devin-ai-integration|google-labs-jules|claude|cursoragent)$/i.test(login) ? null : login;
}

/** The first human co-author of a commit that an agent of GitHub's platform wrote. */
function coAuthor(facts: LooseFacts): string | null {
  for (const commit of facts.commits ?? []) {
    if (commit === null) continue;
    const id = commit.authorId ?? noreplyAccount(commit.authorEmail ?? '')?.id ?? facts.author?.id;
    if (id == null || !PLATFORM_ACCOUNTS.has(id)) continue;
    for (const { key, value } of trailersOf(commit.message ?? '')) {
      if (key !== 'co-authored-by') continue;
      const person = personOf(value);
      const account = person.email === null ? null : noreplyAccount(person.email);
      if (person.email !== null && emailSign(person.email, 'trailer') !== null) continue;
      if (account?.login.endsWith('[bot]') || isKnownMachine({ id: account?.id ?? null })) continue;
      const named = account?.login ?? loginOf(person.email, facts) ?? (person.name === '' ? person.email : person.name);
      if (named !== null) return named.slice(0, 100);
    }
  }
  return null;
}

/** The login that GitHub shows for an address in another commit of the same pull request. */
function loginOf(email: string | null, facts: LooseFacts): string | null {
  if (email === null) return null;
  const own = facts.commits?.find((commit) => commit?.authorEmail?.trim().toLowerCase() === email);
  return own?.authorLogin ?? null;
}

/** The assignee who sent the event; else the first human one. */
function assignee(facts: LooseFacts): string | null {
  const people = (facts.assignees ?? []).filter((account) => account !== null).filter(isHuman);
  const trigger = people.find((person) => person.id != null && person.id === facts.sender?.id);
  return (trigger ?? people[0])?.login ?? null;
}
