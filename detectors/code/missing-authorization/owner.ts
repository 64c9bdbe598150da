import type { Detection } from '../../../src/core/detection.ts';
import type { Rule } from '../../../src/core/rule.ts';
import type { Call, FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf, functionAround, isFunction } from '../support/around.ts';
import { oneOf } from '../support/remember.ts';
import { bodyText, GUARD_NAME, withoutComments } from '../support/security.ts';

/** Records that belong to somebody: who is logged in may still not read those of others (CWE-639). */
const PRIVATE =
  /invoice|order|account|profile|document|payment|transaction|address|card|message|medical|patient|ticket|subscription|bill|statement|wallet|receipt|payslip|contract|conversation|mailbox|booking|prescription|claim/i;
const BY_ID = oneOf(
  /^(?:findById|findByPk|findUnique|findOne|findByIdAndUpdate|findByIdAndDelete|get|filter_by|get_object_or_404)$/,
);
/** Who somebody is may be read by many, and is changed by themselves. */
const PERSON = /user|member|customer|employee|student/i;
const CHANGES = oneOf(/^findByIdAndUpdate$/);
/** Words that say whose a record is, or that the caller may see all. */
const OWNER =
  /\b(?:req|request|ctx|context|c|self\.request)\.(?:user|auth|session|userId|account)|owner|user_?id|tenant|account_?id|current_?user|session\.|author|created_?by|locals\.|\bcan\(|permission|isAdmin|role|Forbidden|\b403\b/i;

const ASKS = oneOf(/^(?:query|execute|run|get|all|one|oneOrNone|none|raw|fetchrow|fetch_one)$/);
/** A record of one table by its id, and by nothing else; the table is the first group. */
const BY_ID_ALONE =
  /^\s*(?:select\b[^;]*?\bfrom|delete\s+from|update)\s+["`]?(?:\w+\.)?(\w+)["`]?(?:\s+(?:as\s+)?\w+|\s+set\b[^;]*?)?\s+where\s+(?:\w+\.)?id\s*=\s*(?:\$\d+|\?\d*|%s|%\(\w+\)s|[:@]\w+)\s*(?:returning\b[^;]*|limit\s+1)?\s*;?\s*$/i;

/** Handlers that let in whoever is logged in and look a private record up by the id of the path alone. */
export function withoutOwner(facts: FileFacts, rule: Rule): readonly Detection[] {
  return facts.callsLike({ named: (name) => BY_ID(name) || ASKS(name) }).flatMap((call) => {
    const records = recordsOf(facts, call);
    if (records === null) return [];
    const fn = functionAround(call.node);
    if (!PRIVATE.test(records) && !(PERSON.test(records) && CHANGES(call.name ?? '') && isLetInHere(facts, fn)))
      return [];
    if (fn === null || !isLoggedIn(facts, fn) || OWNER.test(bodyText(facts, fn))) return [];
    const flows = [...call.arguments, ...call.keywords.values()].map((each) => facts.flow(each, 'data'));
    const fromPath = flows.find(
      (flow) => flow?.strength === 'remote' && /path parameters|request's parameters/.test(flow.source),
    );
    if (fromPath === undefined && !takesKey(facts, fn, call.keywords)) return [];
    return [
      facts.finding({
        rule,
        at: call.node,
        message: 'Whoever is logged in gets the record of any id: nothing asks whose it is.',
        remediation: 'Look the record up by its id and its owner: { id, ownerId: user.id }.',
        level: facts.isTest ? 'note' : 'warning',
        confidence: 'low',
      }),
    ];
  });
}

/** What is looked up, as it is named, and the table of a statement that names no owner: `Invoice.objects`, `get_object_or_404(Employee, …).payslips`. */
function recordsOf(facts: FileFacts, call: Call): string | null {
  const [model] = call.arguments;
  if (call.name === 'get_object_or_404') {
    const around =
      call.node.parent?.type === 'member_expression'
        ? facts.text(call.node.parent).slice(call.node.end - call.node.start)
        : '';
    return model === undefined ? null : `${facts.text(model)}${around}`;
  }
  const sql = model === undefined || !ASKS(call.name ?? '') ? undefined : facts.constant(model);
  if (typeof sql === 'string') return BY_ID_ALONE.exec(sql)?.[1] ?? null;
  return call.receiver === null || !BY_ID(call.name ?? '') ? null : (facts.text(call.receiver).split('(')[0] ?? '');
}

/** The route itself asks for a login, and no more: what stands before all routes may be for people who administer others. */
function isLetInHere(facts: FileFacts, fn: Syntax | null): boolean {
  const handler = facts.handlers().find((each) => each.node === fn);
  return (
    handler?.middleware.some(
      (part) =>
        part.start > handler.registration.start &&
        part.end < handler.registration.end &&
        /^(?:require_?|ensure_?|is_?)?(?:auth\w*|login|logged_?in|user|signed_?in)$/i.test(facts.text(part)),
    ) === true
  );
}

/** Something in front of the handler lets in known people only, and does not look at their role. */
function isLoggedIn(facts: FileFacts, fn: Syntax): boolean {
  const handler = facts.handlers().find((each) => each.node === fn);
  const before =
    handler === undefined
      ? (fn.parent?.children ?? []).filter((part) => part.type === 'decorator')
      : handler.middleware;
  const words = before.map((part) => (isFunction(part) ? '' : withoutComments(facts.text(part)))).join(' ');
  return GUARD_NAME.test(words) && !/admin|role|owner|permission|scope|\bcan\b|polic|staff/i.test(words);
}

/** Django: `def invoice(request, pk)` and `objects.get(pk=pk)`. */
function takesKey(facts: FileFacts, fn: Syntax, keywords: ReadonlyMap<string, Syntax>): boolean {
  if (facts.program.dialect !== 'python') return false;
  const list = fieldOf(fn, 'parameters');
  const names = (list?.children ?? []).map((each) =>
    facts
      .text(each)
      .replace(/[:=].*/s, '')
      .trim(),
  );
  if (names[0] !== 'request') return false;
  return [...keywords].some(([key, value]) => /^(?:pk|id)$/.test(key) && names.includes(facts.text(value)));
}
