import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf, within } from './around.ts';
import { outcomeOf } from './asking.ts';
import { withoutComments } from './security.ts';

/** Calls that check somebody or something, by their name in camel case. */
export const CHECK_CALL =
  /^(?:(?:require|ensure|assert|check|verify|validate|authenticate|authorize|is|has|can)\w*(?:Auth\w*|Login|Session|User|Role|Admin|Permissions?|Access|Owner\w*|Token|Signature|Webhook|Csrf|Jwt|Scope|Allowed|Password|Body|Input|Schema)|authenticate|authorize|verify|timingSafeEqual|jwtVerify|csrfProtection|csurf|helmet|rateLimit|rateLimiter|limiter|slowDown|throttle|sanitize\w*|escape\w*|bleach\w*|clean(?:Html|Markup)?|DOMPurify|purify|compareDigest|(?:login|permissions?|staff|superuser|member|mfa|otp|admin|role|scope|token|user|account|group)Required|userPassesTest|constructEvent(?:Async)?|verifyHeader|validate(?:Express)?Request|bcryptCompare|getServerSession)$/;

/** Checks of what comes in, as against of who asks. */
export function isMild(check: string): boolean {
  return /sanit|escape|purify|clean|limit|throttle|valid/i.test(check);
}

const REFUSES =
  /(?:(?:status|sendStatus|abort|error|throw|fail|code|create(?:Http)?Error|HttpE(?:rror|xception))\(\s*|status(?:_code)?\s*[:=]\s*)40[13]|HTTP_40[13]|HTTPException\(\s*(?:status_code\s*=\s*)?40[13]|statusCode:\s*40[13]|Unauthorized|UNAUTHORIZED|Unauthenticated|UNAUTHENTICATED|AuthenticationError|Forbidden|FORBIDDEN|AccessDenied|PermissionDenied/;
const CONDITIONS: ReadonlySet<string> = new Set(['if_statement', 'ternary_expression']);

/** Whether somebody is turned away here, not only in a branch that is never taken. */
export function refuses(facts: FileFacts, node: Syntax): boolean {
  const text = withoutComments(facts.text(node).slice(0, 20_000));
  if (!REFUSES.test(text)) return false;
  const dead = [...within(node, CONDITIONS)].flatMap((each) => branchNotTaken(facts, each) ?? []);
  return dead.length === 0 || REFUSES.test(dead.reduce((left, each) => left.replace(facts.text(each), ''), text));
}

/** Stands in a branch that is never taken. */
export function isDead(facts: FileFacts, node: Syntax): boolean {
  for (let up: Syntax | null = node; up !== null; up = up.parent) {
    const outer = up.parent;
    if (outer !== null && CONDITIONS.has(outer.type) && up.field !== 'condition' && branchNotTaken(facts, outer) === up)
      return true;
  }
  return false;
}

/** The branch that is never taken, where the condition always comes out the same. */
function branchNotTaken(facts: FileFacts, statement: Syntax): Syntax | null {
  const condition = fieldOf(statement, 'condition');
  const outcome = condition === undefined ? null : outcomeOf(facts, condition);
  if (outcome === null) return null;
  return fieldOf(statement, outcome ? 'alternative' : 'consequence') ?? null;
}

export function camelCase(name: string): string {
  return name.replace(/(?<=\w)_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
