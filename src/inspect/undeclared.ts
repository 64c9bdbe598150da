import type { Program, Syntax } from './syntax.ts';
import { short, type Taint, taint } from './taint.ts';

/** What a runtime brings along, and names of constants and classes: nobody outside decides what these are. */
const BROUGHT =
  /^(?:[A-Z]\w*|_+\w*|\$|undefined|arguments|this|self|cls|super|window|globalThis|global|document|navigator|location|history|screen|console|process|module|exports|require|performance|crypto|chrome|browser|true|false|null|nil)$/;

/** A name that says itself that somebody else wrote the value. */
const SAYS_SO =
  /^(?:(?:user|client|attacker|external|untrusted|unsafe|tainted|raw)_?(?:controlled|supplied|provided|submitted)?_?input|(?:user|client|attacker)_?(?:controlled|supplied|provided|submitted)_?\w+|(?:untrusted|tainted)(?:_?\w+)?)$/i;

/**
 * A name that nothing in the file declares: another script's global, or a value of the program that this is a piece of.
 * Nothing is known of it but its name. What does not parse as a program is a piece of one, whose names may be the
 * parameters of a function that is cut off.
 */
export function undeclared(node: Syntax, program: Program): Taint | null {
  const name = program.text.slice(node.start, node.end);
  if (SAYS_SO.test(name)) return taint('parameter', `"${short(name)}", someone else's input by its name`, node);
  if (BROUGHT.test(name)) return null;
  return taint(
    program.byType.has('ERROR') ? 'parameter' : 'unknown',
    `"${short(name)}", which is declared nowhere in this file`,
    node,
  );
}
