import { childOf, type Program, partsOf, type Syntax } from './syntax.ts';

/** Take a function and what it is to be called with later (Celery, RQ, threading, concurrent.futures, asyncio, FastAPI, click). */
const TAKES =
  /^(?:enqueue|enqueue_call|enqueue_in|enqueue_at|add_task|submit|to_thread|run_sync|start_new_thread|call_soon|call_soon_threadsafe|setTimeout|setImmediate|setInterval|partial|spawn|apply_async|starmap)$/;
/** Things that stand between the function and its first argument. */
const BETWEEN: Readonly<Record<string, number>> = { setTimeout: 1, setInterval: 1 };
/** Things that stand in front of the function. */
const HOLDS = /^(?:Thread|Process|Timer|Greenlet)$/;

/** What a function is given where it is not called but handed to something that calls it later. */
export function taskArguments(reference: Syntax, index: number, called: string, program: Program): readonly Syntax[] {
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);
  const around = reference.parent;
  if (around === null) return [];
  if (around.type === 'member_expression' && reference.field === 'object') return ofMethod(around);
  const list = around.type === 'arguments' ? around : around.type === 'keyword_argument' ? around.parent : null;
  const call = list?.parent ?? null;
  const callee = call === null ? null : (childOf(call, 'function') ?? childOf(call, 'constructor'));
  if (list === null || list.type !== 'arguments' || callee === null) return [];
  const word = name(childOf(callee, 'property') ?? callee);
  if (around.type === 'keyword_argument') {
    const key = childOf(around, 'name');
    const isTarget = key !== null && /^(?:target|func|function|f)$/.test(name(key));
    return isTarget && HOLDS.test(word) ? ofLists(list) : [];
  }
  if (!TAKES.test(word)) return [];
  const placed = partsOf(list).filter((part) => part.type !== 'keyword_argument');
  const at = placed.indexOf(reference);
  return [
    ...ofList(placed.slice(at + 1 + (BETWEEN[word] ?? 0)), list),
    ...(placed.length === at + 1 || word === 'apply_async' ? ofLists(list) : []),
  ];

  /** Celery: `run.delay(a)`, `run.apply_async((a,), …)` (its documentation, "Calling Tasks"). */
  function ofMethod(member: Syntax): readonly Syntax[] {
    const property = childOf(member, 'property');
    const given = member.field === 'function' && member.parent !== null ? childOf(member.parent, 'arguments') : null;
    if (property === null || given === null) return [];
    if (/^(?:delay|send|send_with_options|s|si)$/.test(name(property))) return ofList(partsOf(given), given);
    return name(property) === 'apply_async' ? ofLists(given) : [];
  }

  function ofList(all: readonly Syntax[], given: Syntax): readonly Syntax[] {
    const named = partsOf(given).find(
      (part) => part.type === 'keyword_argument' && name(childOf(part, 'name') ?? part) === called,
    );
    const value =
      named === undefined ? all.filter((part) => part.type !== 'keyword_argument')[index] : childOf(named, 'value');
    return value === undefined || value === null ? [] : [value];
  }

  /** `args=(a, b)`, `kwargs={'name': a}`, and a list in the first place. */
  function ofLists(given: Syntax): readonly Syntax[] {
    return partsOf(given).flatMap((part) => {
      const value = part.type === 'keyword_argument' ? childOf(part, 'value') : part;
      if (value?.type === 'array') {
        const entry = partsOf(value)[index];
        return entry === undefined ? [] : [entry];
      }
      if (value?.type !== 'object') return [];
      const pair = partsOf(value).find((each) => {
        const key = childOf(each, 'key');
        return key !== null && name(key).replace(/^["']|["']$/g, '') === called;
      });
      const entry = pair === undefined ? null : childOf(pair, 'value');
      return entry === null ? [] : [entry];
    });
  }
}
