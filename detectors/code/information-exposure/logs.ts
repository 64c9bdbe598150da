import type { Detection } from '../../../src/core/detection.ts';
import type { Call, FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf, within } from '../support/around.ts';
import { spaced } from '../support/names.ts';
import { report, SECRET_NAME } from './rule.ts';

const SHOWN: ReadonlySet<string> = new Set(['identifier', 'member_expression', 'shorthand_property_identifier']);

/** A call that writes into the log. */
export function isLog(facts: FileFacts, call: Call): boolean {
  if (facts.program.dialect === 'python' && call.origin === '~print') return true;
  return (
    call.receiver !== null &&
    /^(?:log|info|warn|warning|error|debug|trace)$/.test(call.name ?? '') &&
    /^(?:console|log|logger|logging|winston|pino|\w*[lL]ogger)$/.test(facts.text(call.receiver).split('.').at(-1) ?? '')
  );
}

/** Secrets among what is written into the log. */
export function logged(facts: FileFacts, call: Call): readonly Detection[] {
  for (const argument of call.arguments) {
    const secret = loggedSecret(facts, argument);
    if (secret !== null)
      return [report(facts, call.node, `The log contains "${secret}".`, 'warning', 'Leave secrets out of the log.')];
  }
  return [];
}

function loggedSecret(facts: FileFacts, node: Syntax): string | null {
  if (/^(?:process\.env|os\.environ)$/.test(facts.text(node))) return facts.text(node);
  for (const each of within(node, SHOWN)) {
    const up = each.parent;
    const shown =
      each === node ||
      each.type === 'shorthand_property_identifier' ||
      up?.type === 'template_substitution' ||
      (up?.type === 'binary_expression' && /^\+?$/.test(facts.text(fieldOf(up, 'operator') ?? each))) ||
      up?.type === 'pair';
    if (!shown) continue;
    const text = spaced(facts.text(each));
    if (SECRET_NAME.test(text) || /^process\.env\.\w*(?:SECRET|PASSWORD|PRIVATE_KEY)\w*$/.test(facts.text(each)))
      return facts.text(each).slice(0, 60);
  }
  return null;
}
