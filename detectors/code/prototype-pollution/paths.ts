import type { Assignment, FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf, isInside } from '../support/around.ts';

/** What one file writes to. */
export interface Targets {
  readonly facts: FileFacts;
  /** Assignments by the text of their target. */
  readonly byTarget: () => ReadonlyMap<string, readonly Assignment[]>;
}

/** `current = current[part]` in a loop, then `current[last] = value`. */
export function walksDown({ facts, byTarget }: Targets, home: Syntax, object: Syntax): boolean {
  const called = facts.text(object);
  const given = (byTarget().get(called) ?? []).filter(
    ({ node, value }) => facts.text(value).includes(`${called}[`) && isInside(node, home) && inLoop(node, home),
  );
  return given.some(({ value }) => stepsInto(facts.text(value), called));
}

/** `current[part]`, and no digit or text in the brackets. A member of settings there is the same key each time round. */
function stepsInto(text: string, called: string): boolean {
  const opening = `${called}[`;
  for (let at = text.indexOf(opening); at >= 0; at = text.indexOf(opening, at + 1)) {
    const alone = !/[\w$.]/.test(text.charAt(at - 1));
    if (alone && /^(?![\w$]+(?:\.[\w$]+)+\])[^\d'"`]/.test(text.slice(at + opening.length))) return true;
  }
  return false;
}

/** `path.split('.').reduce((at, key) => (at[key] = …), object)` */
export function reduces(facts: FileFacts, home: Syntax, object: Syntax, key: Syntax): boolean {
  const call = home.parent?.type === 'arguments' ? home.parent.parent : null;
  const callee = call === null ? undefined : fieldOf(call, 'function');
  if (callee === undefined || !/(?:split\(.*\)|path|keys|parts|segments|props)\s*\.reduce$/is.test(facts.text(callee)))
    return false;
  const [at, part] = (fieldOf(home, 'parameters')?.children ?? []).map((child) =>
    facts
      .text(child)
      .replace(/[:=].*/s, '')
      .trim(),
  );
  return at === facts.text(object) && part === facts.text(key) && stepsDown(facts, home, `${at}[${part}]`);
}

/** What the callback gives is the next place to write to, and not the same again. */
function stepsDown(facts: FileFacts, home: Syntax, place: string): boolean {
  const body = fieldOf(home, 'body');
  if (body !== undefined && body.type !== 'statement_block') return facts.text(body).includes(place);
  return facts.nodes('return_statement').some((node) => isInside(node, home) && facts.text(node).includes(place));
}

function inLoop(node: Syntax, home: Syntax): boolean {
  for (let up = node.parent; up !== null && up !== home; up = up.parent) {
    if (/^(?:for|while|do)/.test(up.type)) return true;
  }
  // `keys.forEach(key => …)` and `reduce`: the callback is the loop.
  return home.parent?.type === 'arguments';
}
