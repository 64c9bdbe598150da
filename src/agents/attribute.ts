import type { AgentIdentity, Attribution, AttributionSign, AuthorClass, Tier } from '../core/attribution.ts';
import { isHuman, requesterOf } from './requester.ts';
import type { LooseFacts } from './schema.ts';
import { collectSigns, type Sign, supportingSigns } from './signs.ts';

/** Signs that are listed in a report; a pull request of a thousand commits repeats itself. */
const MAX_EVIDENCE = 20;

const TIER_RANK: Readonly<Record<Tier, number>> = { none: 0, suspected: 1, declared: 2, verified: 3 };
const PLACES: readonly AttributionSign['where'][] = [
  'author',
  'app',
  'sender',
  'commit-author',
  'commit-committer',
  'trailer',
  'branch',
  'body',
  'label',
  'policy',
];

/**
 * Who wrote a pull request: pure, over its facts and the identities that the policy adds. Only the account that opened
 * or sent it, and the App it came through, make `verified`; what the author controls makes `declared` or `suspected`.
 * Nothing in the text takes an agent's attribution away.
 */
export function attribute(facts: LooseFacts, identities: readonly AgentIdentity[]): Attribution {
  const signs = [...collectSigns(facts, identities)].sort(byWeight);
  const bot = signs.find((sign) => sign.class !== 'agent' && sign.where === 'author') ?? appBot(facts, signs);
  const agentSigns = signs.filter((sign) => sign.class === 'agent' && countsBeside(bot, sign));
  const leading = leadingSign(agentSigns);
  if (leading !== null) return agentAttribution(facts, leading, agentSigns);
  if (bot !== undefined) return settled(bot.class, bot.tier, null, [bot], null);
  const reviewBot = signs.find((sign) => sign.class === 'review-bot' && sign.where === 'commit-author');
  if (reviewBot !== undefined) {
    // A review bot that commits code to a person's change is an agent there, though one without a name of ours.
    return settled('agent', 'declared', requesterOf(facts, null), [reviewBot], null);
  }
  const author = facts.author ?? null;
  if (author === null || isHuman(author)) return settled('human', 'none', author?.login ?? null, [], null);
  const isBot = author.type === 'Bot' || author.login?.endsWith('[bot]') === true;
  return settled(isBot ? 'bot' : 'human', 'none', null, [], null);
}

function agentAttribution(facts: LooseFacts, leading: Sign, signs: readonly Sign[]): Attribution {
  const supporting = leading.agent === null ? [] : supportingSigns(facts, leading.agent, leading.tier);
  const first = signs.filter((sign) => sign.agent === leading.agent);
  const others = signs.filter((sign) => sign.agent !== leading.agent && !sign.shared);
  const requester = requesterOf(facts, leading.agent);
  return settled('agent', leading.tier, requester, [...first, ...others, ...supporting], leading.agent);
}

/** A verified bot by its App, where no account says otherwise. */
function appBot(facts: LooseFacts, signs: readonly Sign[]): Sign | undefined {
  const author = facts.author ?? null;
  if (author !== null && isHuman(author)) return undefined;
  return signs.find((sign) => sign.class !== 'agent' && sign.where === 'app');
}

/**
 * What counts on a known bot's pull request: its text quotes release notes of others, so only accounts and commits
 * speak there. On everyone else's, everything counts.
 */
function countsBeside(bot: Sign | undefined, sign: Sign): boolean {
  if (bot === undefined || bot.class === 'bot') return true;
  if (sign.tier === 'verified') return true;
  return sign.tier === 'declared' && (sign.where.startsWith('commit-') || sign.where === 'trailer');
}

/** The strongest sign; among equals, of the agent that most kinds of signs name. */
function leadingSign(signs: readonly Sign[]): Sign | null {
  const [first] = signs;
  if (first === undefined) return null;
  if (first.tier === 'verified') return first;
  const equals = signs.filter((sign) => sign.tier === first.tier);
  const own = equals.filter((sign) => !sign.shared && sign.agent !== null);
  const candidates = own.length > 0 ? own : equals;
  let best = candidates[0] ?? first;
  let bestPlaces = placesOf(candidates, best.agent);
  for (const sign of candidates) {
    const places = placesOf(candidates, sign.agent);
    if (places > bestPlaces) [best, bestPlaces] = [sign, places];
  }
  return best;
}

function placesOf(signs: readonly Sign[], agent: string | null): number {
  return new Set(signs.filter((sign) => sign.agent === agent).map((sign) => sign.where)).size;
}

function byWeight(a: Sign, b: Sign): number {
  return TIER_RANK[b.tier] - TIER_RANK[a.tier] || PLACES.indexOf(a.where) - PLACES.indexOf(b.where);
}

function settled(
  authorClass: AuthorClass,
  tier: Tier,
  requester: string | null,
  signs: readonly AttributionSign[],
  agent: string | null,
): Attribution {
  return { agent, class: authorClass, tier, requester, evidence: evidenceOf(signs) };
}

function evidenceOf(signs: readonly AttributionSign[]): readonly AttributionSign[] {
  const seen = new Set<string>();
  const kept: AttributionSign[] = [];
  for (const { agent, tier, where, value } of signs) {
    const key = `${where}\n${value}`;
    if (seen.has(key) || kept.length === MAX_EVIDENCE) continue;
    seen.add(key);
    kept.push({ agent, tier, where, value });
  }
  return kept;
}

/**
 * The attribution of a pull request over its life: it only rises. Edits, force-pushes and removed labels change
 * nothing; a stronger tier, or an agent where there was none, replaces what stood there and keeps its evidence.
 */
export function raise(previous: Attribution | null, next: Attribution): Attribution {
  if (previous === null) return next;
  const [higher, lower] = rankOf(next) > rankOf(previous) ? [next, previous] : [previous, next];
  return {
    agent: higher.agent ?? (higher.class === lower.class ? lower.agent : null),
    class: higher.class,
    tier: higher.tier,
    requester: higher.requester ?? lower.requester,
    evidence: evidenceOf([...higher.evidence, ...lower.evidence]),
  };
}

function rankOf(attribution: Attribution): number {
  return (attribution.class === 'agent' ? 10 : 0) + TIER_RANK[attribution.tier];
}
