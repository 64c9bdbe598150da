import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { within } from '../support/around.ts';
import { GUARD_NAME } from '../support/security.ts';
import { LENIENT } from '../support/words.ts';
import type { Loss } from './loss.ts';

/** What a class of Django or its REST framework says of who may use it (Django REST framework, "Permissions"). */
const SAYS = /^(?:permission_classes|authentication_classes|throttle_classes|permission_required)$/;
const NAMES: ReadonlySet<string> = new Set(['identifier', 'property_identifier', 'string']);

/** Python classes whose guards went, or gave way to one that lets everybody in. */
export function* classes(facts: FileFacts, before: FileFacts): Generator<Loss> {
  if (facts.program.dialect !== 'python') return;
  const old = new Map(before.nodes('class_declaration').map((node) => [nameOf(before, node), guardsOf(before, node)]));
  for (const node of facts.nodes('class_declaration')) {
    const name = nameOf(facts, node);
    const was = old.get(name) ?? new Set<string>();
    const now = guardsOf(facts, node);
    if (was.size === 0 || now.size > 0) continue;
    yield {
      at: node,
      message: `The class "${name.slice(0, 40)}" loses its guard "${([...was][0] ?? '').slice(0, 40)}".`,
      level: 'error',
    };
  }
}

function nameOf(facts: FileFacts, node: Syntax): string {
  const name = node.children.find((child) => child.field === 'name');
  return name === undefined ? '' : facts.text(name);
}

function guardsOf(facts: FileFacts, node: Syntax): ReadonlySet<string> {
  const bases = node.children.find((child) => child.field === 'superclasses');
  const found = new Set(bases === undefined ? [] : guardNames(facts, bases).filter((name) => GUARD_NAME.test(name)));
  const body = node.children.find((child) => child.field === 'body');
  for (const { target, value } of facts.assignments()) {
    if (!SAYS.test(facts.text(target)) || body === undefined || value.start < body.start || value.end > body.end)
      continue;
    for (const name of guardNames(facts, value)) found.add(name);
  }
  return found;
}

function guardNames(facts: FileFacts, node: Syntax): readonly string[] {
  return [...within(node, NAMES)]
    .map((each) => facts.text(each))
    .filter((name) => !LENIENT.test(name) && !/^(?:permissions|rest_framework|auth|mixins|views|generic)$/.test(name));
}
