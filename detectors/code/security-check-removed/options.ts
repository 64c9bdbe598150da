import type { Call, FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { functionAround, nameOf } from '../support/around.ts';
import type { Loss } from './loss.ts';

/** Calls that check something, with the options by which they check more, and those by which they check less. */
interface Checking {
  readonly calls: RegExp;
  readonly more: RegExp;
  readonly less: RegExp;
}

/**
 * jsonwebtoken, "jwt.verify"; jose, "JWTVerifyOptions"; PyJWT, "jwt.decode"; NestJS, "ValidationPipe"; express-rate-limit,
 * "limit".
 */
const CHECKING: readonly Checking[] = [
  {
    calls: /^(?:verify|verifyAsync|jwtVerify|decode|expressjwt|jwt|verifyIdToken|verify_oauth2_token)$/,
    more: /^(?:algorithms?|audience|issuer|subject|maxAge|maxTokenAge|requiredClaims|require|nonce|aud|iss|verify_\w+)$/,
    less: /^(?:ignoreExpiration|ignoreNotBefore|allowInvalidAsymmetricKeyTypes|allowInsecureKeySizes)$/,
  },
  {
    calls: /^ValidationPipe$/,
    more: /^(?:whitelist|forbidNonWhitelisted|forbidUnknownValues)$/,
    less: /^(?:skipMissingProperties|skipUndefinedProperties|skipNullProperties)$/,
  },
];
const LIMITS = /^(?:rateLimit|RateLimit|slowDown|RateLimiterMemory|RateLimiterRedis|Throttle|throttle)$/;
const BOUNDS = ['max', 'limit', 'points', 'delayAfter'];
/** A limit that many times as high limits nobody. */
const WIDER = 100;

/** Checks that still stand and are told to look at less. */
export function* options(facts: FileFacts, before: FileFacts): Generator<Loss> {
  const now = callsOf(facts);
  for (const [key, was] of callsOf(before)) {
    const call = now.get(key);
    if (call === undefined || call === null || was === null) continue;
    const lost = lostOption(before, was, facts, call);
    if (lost === null) continue;
    yield {
      at: call.node,
      message: `"${(call.name ?? '').slice(0, 40)}" checks less than it did: ${lost.slice(0, 60)}.`,
      level: 'warning',
    };
  }
}

/** Calls by the function they stand in and their name; null for one that stands there twice. */
function callsOf(facts: FileFacts): ReadonlyMap<string, Call | null> {
  const found = new Map<string, Call | null>();
  const wanted = (name: string): boolean => CHECKING.some(({ calls }) => calls.test(name)) || LIMITS.test(name);
  for (const call of facts.callsLike({ named: wanted })) {
    const around = functionAround(call.node);
    const name = around === null ? null : nameOf(around);
    const key = `${name === null ? '' : facts.text(name)} ${call.name ?? ''}`;
    found.set(key, found.has(key) ? null : call);
  }
  return found;
}

function lostOption(before: FileFacts, was: Call, facts: FileFacts, now: Call): string | null {
  const old = saidBy(before, was);
  const said = saidBy(facts, now);
  if (old === null || said === null) return null;
  const name = now.name ?? '';
  for (const { calls, more, less } of CHECKING) {
    if (!calls.test(name)) continue;
    for (const [key, value] of old)
      if (more.test(key) && !isOff(before, value) && isOff(facts, said.get(key))) return `"${key}" is gone`;
    for (const [key, value] of said)
      if (less.test(key) && !isOff(facts, value) && isOff(before, old.get(key))) return `"${key}" is there`;
  }
  return LIMITS.test(name) ? widened(before, old, facts, said) : null;
}

function widened(
  before: FileFacts,
  old: ReadonlyMap<string, Syntax>,
  facts: FileFacts,
  said: ReadonlyMap<string, Syntax>,
): string | null {
  for (const key of BOUNDS) {
    const was = old.get(key);
    const now = said.get(key);
    const from = was === undefined ? undefined : before.constant(was);
    const to = now === undefined ? undefined : facts.constant(now);
    if (typeof from !== 'number' || now === undefined) continue;
    if ((typeof to === 'number' && from > 0 && to >= from * WIDER) || facts.text(now) === 'Infinity')
      return `"${key}" limits nobody`;
  }
  return null;
}

function isOff(facts: FileFacts, value: Syntax | undefined): boolean {
  if (value === undefined) return true;
  const said = facts.constant(value);
  return said === false || said === null || facts.text(value) === 'undefined';
}

/** Options by their names; null where they are made elsewhere. */
function saidBy(facts: FileFacts, call: Call): ReadonlyMap<string, Syntax> | null {
  const found = new Map(call.keywords);
  const tables = [call.arguments.at(-1), call.keywords.get('options')].filter((part) => part !== undefined);
  for (const part of tables) {
    const object = facts.object(part);
    if (object === null) {
      const isOptions = /opt|conf|setting/i.test(facts.text(part)) && part.type !== 'string';
      if (isOptions) return null;
      continue;
    }
    for (const pair of object.children) {
      if (pair.type === 'spread_element') return null;
      const key = pair.children[0] ?? pair;
      const value = pair.type === 'pair' ? pair.children.at(-1) : pair;
      if (value !== undefined) found.set(facts.text(key).replace(/['"]/g, ''), value);
    }
  }
  return found;
}
