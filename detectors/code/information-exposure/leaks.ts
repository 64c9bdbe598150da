import { expected, hasMatch } from '../../../src/core/prefilter.ts';
import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { within } from '../support/around.ts';
import { spaced } from '../support/names.ts';
import { SECRET_NAME } from './rule.ts';

const NAMES: ReadonlySet<string> = new Set(['identifier']);
const MEMBERS: ReadonlySet<string> = new Set(['member_expression', 'shorthand_property_identifier']);

/** What of the inside an answer shows. */
export interface Leak {
  readonly message: string;
  readonly level: 'warning' | 'note';
}

/** What of the inside a value shows that becomes part of an answer; null where it shows nothing. */
export function leakIn(facts: FileFacts, node: Syntax): Leak | null {
  if (node.end - node.start > 4_000) return null;
  const text = withoutStrings(facts, node);
  if (
    /\b(?:e|err|error|ex|exception|reason|cause|response|boom|\w*[eE]rr(?:or)?)\??\.stack\b|traceback\.format_exc(?:eption)?\(/.test(
      text,
    )
  )
    return { message: 'The answer contains a stack trace.', level: 'warning' };
  if (tracesNamed(facts, node)) return { message: 'The answer contains a stack trace.', level: 'warning' };
  if (/(?:^|[^.\w])process\.env(?!\s*[.[])|(?:^|[^.\w])(?<!\bin\s+)os\.environ(?!\s*[.[])/.test(text))
    return { message: 'The answer contains the whole environment, secrets included.', level: 'warning' };
  if (facts.program.dialect === 'python' && caughtText(facts, node))
    return { message: 'The answer contains the text of whatever went wrong inside.', level: 'warning' };
  if (/as (?:Error|any)\)\.stack\b/.test(text))
    return { message: 'The answer contains a stack trace.', level: 'warning' };
  if (/\b(?:e|err|error|ex)\.(?:sqlMessage|sql|query|detail|errmsg|parent)\b/.test(text))
    return { message: 'The answer contains details of a database error.', level: 'warning' };
  const setting = settingShown(facts, node);
  if (setting !== null) return { message: `The answer contains ${setting}.`, level: 'warning' };
  if (caughtWhole(facts, node))
    return { message: 'The answer contains the error object as it was caught.', level: 'warning' };
  const secret = memberNamed(facts, node);
  if (secret !== null) return { message: `The answer contains "${secret}".`, level: 'warning' };
  if (/\b(?:e|err|error|ex|exception)\.message\b|\bstr\(e\)/.test(text))
    return { message: 'The answer contains the message of whatever went wrong.', level: 'note' };
  return null;
}

/**
 * `except Exception as error: return jsonify(error=str(error)), 500`: whatever class of error it is, its text goes out as
 * an error of the server. What a handler says of an error that it knows by name is its own choice.
 */
export function caughtText(facts: FileFacts, node: Syntax): boolean {
  const clause = clauseAround(node);
  if (clause === null) return false;
  const head = /^except\s+\(?([\w., ]*)\)?\s+as\s+(\w+)\s*:/.exec(facts.text(clause));
  const name = head?.[2];
  if (name === undefined || !/\b(?:Base)?Exception\b/.test(head?.[1] ?? '')) return false;
  const text = facts.text(node);
  if (!new RegExp(`\\b(?:str|repr)\\(\\s*${name}\\s*\\)|\\{${name}(?:!r)?\\}`).test(text)) return false;
  let statement = node;
  while (statement.parent !== null && statement.parent.type !== 'statement_block') statement = statement.parent;
  return /\b50[0-9]\b|INTERNAL_SERVER_ERROR|ServerError/.test(facts.text(statement));
}

/** The catch or except clause around a node. */
export function clauseAround(node: Syntax): Syntax | null {
  for (let up = node.parent; up !== null; up = up.parent) if (up.type === 'catch_clause') return up;
  return null;
}

const FORMATS = expected(/traceback\.format_exc/);

/** `trace = traceback.format_exc()` under its name. */
function tracesNamed(facts: FileFacts, node: Syntax): boolean {
  if (facts.program.dialect !== 'python' || !hasMatch(FORMATS, facts.program.text)) return false;
  for (const each of within(node, NAMES)) {
    const made = facts.definition(each);
    if (made !== null && made !== each && /\btraceback\.format_exc(?:eption)?\(/.test(facts.text(made).slice(0, 400)))
      return true;
  }
  return false;
}

/** Text in quotes only names things; what is put into templates counts. */
function withoutStrings(facts: FileFacts, node: Syntax): string {
  return facts.text(node).replace(/'[^'\n]*'|"[^"\n]*"/g, "''");
}

const SETTINGS: ReadonlySet<string> = new Set(['member_expression']);

const SECRET_SETTING =
  /^(?:process|import\.meta)\.env\.(?!\w*(?:PUBLIC|PUBLISHABLE|CLIENT_ID|SITE_?KEY|MAPS))\w*(?:SECRET|PASSWORD|PASSWD|PRIVATE|TOKEN|API_?KEY|ACCESS_?KEY|DATABASE_URL|DB_URL|MONGO\w*_UR[IL]|CONNECTION_STRING|DSN)\w*$/;

/** `res.json({ secret: process.env.JWT_SECRET })`: the value itself, and not what a call made of it. */
function settingShown(facts: FileFacts, node: Syntax): string | null {
  for (const each of within(node, SETTINGS)) {
    const shown = each === node || each.parent?.type === 'pair' || each.parent?.type === 'template_substitution';
    if (shown && SECRET_SETTING.test(facts.text(each))) return facts.text(each).slice(0, 60);
  }
  return null;
}

/** `res.json(err)`, `{ error: err }`, `res.send(String(err))` with what a catch or an error callback was given. */
function caughtWhole(facts: FileFacts, node: Syntax): boolean {
  for (const each of within(node, NAMES)) {
    if (!/^(?:e|err|error|ex|exception|\w+Err(?:or)?)$/.test(facts.text(each))) continue;
    const up = each.parent;
    if (each === node) return isCaught(facts, each);
    if (up?.type === 'pair' || up?.type === 'template_substitution') return isCaught(facts, each);
  }
  return false;
}

function isCaught(facts: FileFacts, name: Syntax): boolean {
  const text = facts.text(name);
  for (let up = name.parent; up !== null; up = up.parent) {
    const parameters = up.children.find((child) => child.field === 'parameters' || child.field === 'parameter');
    const first = parameters?.type === 'identifier' ? parameters : parameters?.children[0];
    if (first !== undefined && facts.text(first).replace(/:.*/s, '') === text) return true;
  }
  return false;
}

/** A member that is named as a secret and is put out as it is. */
function memberNamed(facts: FileFacts, node: Syntax): string | null {
  for (const each of within(node, MEMBERS)) {
    const up = each.parent;
    const shown =
      each === node ||
      each.type !== 'member_expression' ||
      up?.type === 'pair' ||
      up?.type === 'template_substitution' ||
      (up?.type === 'arguments' && up.parent === node.parent);
    if (!shown) continue;
    const text = spaced(facts.text(each));
    if (
      /passw|secret|private_?key|cvv|ssn|card_?number/i.test(text) &&
      SECRET_NAME.test(text) &&
      !/^process|body\b/.test(text)
    )
      return facts.text(each).slice(0, 60);
  }
  return null;
}
