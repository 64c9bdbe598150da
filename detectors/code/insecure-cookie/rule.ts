import type { Detection } from '../../../src/core/detection.ts';
import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { codeRule } from '../support/rule.ts';

/** What this detector says, in each of its parts. */
export const rule = codeRule({
  id: 'insecure-cookie',
  shortDescription: 'A cookie that signs people in lacks its protections',
  help: 'Without httpOnly any script of the page can read the cookie, without secure it travels in clear text, and with SameSite=None other sites send it along. Set httpOnly, secure and sameSite for every cookie that carries a session or a token.',
  cwe: [614, 1004, 1275],
  level: 'warning',
  confidence: 'high',
});

/** For every library that takes the protections as options. */
export const REMEDIATION = "Set { httpOnly: true, secure: true, sameSite: 'lax' }.";
/** Names of cookies that sign somebody in. */
export const SENSITIVE = /sess|sid$|^sid|token|jwt|auth|login|user|remember|access|refresh|credential|identity|csrf/i;

/** A cookie that lacks protections, or has them switched off. */
export function unprotected(
  facts: FileFacts,
  at: Syntax,
  called: string,
  wrong: readonly string[],
  remediation: string,
  level: 'warning' | 'note',
): Detection {
  const message = `The cookie "${called.slice(0, 40)}" is set without ${wrong.join(' and ')}.`;
  return facts.finding({ rule, at, message, remediation, level });
}
