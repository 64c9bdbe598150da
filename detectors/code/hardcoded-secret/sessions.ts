import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf } from '../support/around.ts';

/**
 * `app.secret_key = 'change-me'`, `session({ secret: 'your-secret' })`: what signs sessions works with any text, so one
 * that was meant to be replaced is in force until somebody does (Flask's and express-session's documentation).
 */
export function signsSessions(facts: FileFacts, key: Syntax): boolean {
  if (/^\w+\.secret_key$|^\w+\.config\[['"](?:JWT_)?SECRET_KEY['"]\]$/.test(facts.text(key))) return true;
  const call = key.parent?.parent?.parent?.parent;
  const callee = call?.type === 'call_expression' ? fieldOf(call, 'function') : undefined;
  return (
    callee !== undefined &&
    /^secret$/.test(facts.text(key)) &&
    /^(?:express-session|cookie-session|~session)$/.test(facts.origin(callee) ?? '')
  );
}
