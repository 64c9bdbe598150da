import type { Detection } from '../../../src/core/detection.ts';
import type { Rule } from '../../../src/core/rule.ts';
import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf, nameOf } from '../support/around.ts';
import { isGuardedElsewhere } from '../support/in-front.ts';
import { oneOf } from '../support/remember.ts';
import { bodyText, GUARD_NAME, OPEN_ROUTE, withoutComments } from '../support/security.ts';
import type { World } from '../support/world.ts';

const CHANGES =
  /\.(?:delete\w*|destroy|remove\w*|update\w*|upsert|save|insert\w*|create|execute|drop\w*)\s*\(|DELETE FROM|UPDATE \w+ SET/;
const REMEDIATION = 'Put the guard of its neighbours in front of this one.';

const PROCEDURES = oneOf(/^(?:mutation|query)$/);

/** tRPC: a mutation on a procedure that lets everybody in, beside mutations and queries on one that does not. */
export function openProcedures(facts: FileFacts, rule: Rule): readonly Detection[] {
  const procedures = facts.callsLike({ named: PROCEDURES }).flatMap((call) => {
    const fn = call.arguments[0] === undefined ? null : facts.functionOf(call.arguments[0]);
    if (call.receiver === null || fn === null) return [];
    return [{ call, fn, chain: facts.text(call.receiver), root: rootOf(facts, call.receiver) }];
  });
  const guarded = procedures.filter(
    ({ root, chain }) => isGuard(facts, root) || GUARD_NAME.test(withoutComments(chain)),
  );
  const [sibling] = guarded;
  if (sibling === undefined) return [];
  return procedures.flatMap((each) => {
    const name = nameOf(each.fn) ?? keyOf(each.call.node);
    const called = name === null ? 'A mutation' : `"${facts.text(name).slice(0, 40)}"`;
    if (each.call.name !== 'mutation' || guarded.includes(each) || /\.use\(/.test(each.chain)) return [];
    if (!/procedure$/i.test(facts.text(each.root)) || (name !== null && OPEN_ROUTE.test(facts.text(name)))) return [];
    const body = bodyText(facts, each.fn);
    if (!CHANGES.test(body) || GUARD_NAME.test(body)) return [];
    return [
      facts.finding({
        rule,
        at: each.call.node,
        message: `${called} changes records for everybody, while its neighbours stand on a guarded procedure.`,
        remediation: REMEDIATION,
        level: facts.isTest ? 'note' : 'warning',
        related: [{ node: sibling.root, message: 'this procedure is guarded' }],
      }),
    ];
  });
}

/** The procedure at the beginning of `t.procedure.input(…).mutation(…)`. */
function rootOf(facts: FileFacts, receiver: Syntax): Syntax {
  let at = receiver;
  while (at.type === 'call_expression') {
    const callee = fieldOf(at, 'function');
    const object = callee?.children.find((child) => child.field === 'object');
    if (object === undefined) return at;
    at = object;
  }
  return facts.definition(at)?.type === 'member_expression' ? (facts.definition(at) ?? at) : at;
}

function isGuard(facts: FileFacts, root: Syntax): boolean {
  if (/protect|auth|admin|private|secure|member|owner|guard/i.test(facts.text(root))) return true;
  const made = facts.definition(root);
  return made !== null && GUARD_NAME.test(withoutComments(facts.text(made).slice(0, 2_000)));
}

function keyOf(node: Syntax): Syntax | null {
  return node.parent?.type === 'pair' ? (fieldOf(node.parent, 'key') ?? null) : null;
}

const VIEW_GUARD =
  /permission_classes\((?!\s*[[(]\s*(?:permissions\.)?AllowAny)|login_required|permission_required|user_passes_test|staff_member_required|superuser_required/;

/** Django: a view that changes records without the decorator that others of the file have: at least two, or one about the same model. */
export function openViews(world: World, rule: Rule, wonder: () => void): readonly Detection[] {
  const { facts } = world;
  if (facts.program.dialect !== 'python') return [];
  const views = facts.nodes('function_declaration').flatMap((fn) => {
    const list = fieldOf(fn, 'parameters');
    const first = list?.children[0];
    const name = nameOf(fn);
    if (first === undefined || name === null || facts.text(first).split(':')[0]?.trim() !== 'request') return [];
    return [{ fn, name, above: decorators(facts, fn) }];
  });
  const guarded = views.filter(({ above }) => VIEW_GUARD.test(above));
  const [only] = guarded;
  if (only === undefined) return [];
  const own = guarded.length > 1 ? null : models(bodyText(facts, only.fn));
  return views.flatMap(({ fn, name, above }) => {
    if (VIEW_GUARD.test(above)) return [];
    const body = bodyText(facts, fn);
    // One neighbour is a habit only where it is about the same records.
    if (own !== null && ![...models(body)].some((model) => own.has(model))) return [];
    const isOpen = !GUARD_NAME.test(above) && !GUARD_NAME.test(body) && !/request\.user|\bsession\b/.test(body);
    if (!isOpen || above.includes('property') || OPEN_ROUTE.test(facts.text(name)) || !CHANGES.test(body)) return [];
    wonder();
    // Django: `path('x', login_required(view))` in another file.
    if (isGuardedElsewhere(world, fn, undefined)) return [];
    return [
      facts.finding({
        rule,
        at: name,
        message: `The view "${facts.text(name).slice(0, 40)}" changes records for everybody, while ${guarded.length === 1 ? 'another view of this file has' : `${guarded.length} other views of this file have`} a guard.`,
        remediation: REMEDIATION,
        level: facts.isTest ? 'note' : 'warning',
      }),
    ];
  });
}

/** Django's models that a view asks: `Invoice.objects`, `get_object_or_404(Invoice, …)`. */
function models(body: string): ReadonlySet<string> {
  const found = body.matchAll(/\b([A-Z]\w*)\.objects\b|\bget_(?:object|list)_or_404\(\s*([A-Z]\w*)/g);
  return new Set([...found].map((match) => match[1] ?? match[2] ?? ''));
}

/** What stands above a function. */
function decorators(facts: FileFacts, fn: Syntax): string {
  const siblings = fn.parent?.children ?? [];
  const found: string[] = [];
  for (let at = siblings.indexOf(fn) - 1; at >= 0; at -= 1) {
    const part = siblings[at];
    if (part?.type === 'comment') continue;
    if (part?.type !== 'decorator') break;
    found.push(facts.text(part));
  }
  return found.join(' ');
}
