import type { FileFacts } from '../../../../src/inspect/facts.ts';
import { fieldOf } from '../../support/around.ts';
import { ask, emptyField, type Field } from './limits.ts';
import { plain } from './paths.ts';

/** Types that hold anything. */
const OPEN =
  /^(?::\s*)?(?:any|unknown|object|\{\s*\}|Record<[\s\S]*>|Partial<[\s\S]*>|dict(?:\[[\s\S]*\])?|Dict(?:\[[\s\S]*\])?|(?:typing\.)?Any|Mapping(?:\[[\s\S]*\])?)$/;

/** What handlers say of their parameters: frameworks hold what comes in to it (FastAPI, "Request body"; NestJS, "Pipes"). */
export function* parameters(facts: FileFacts): Generator<Field> {
  for (const { node, method, route } of facts.handlers()) {
    for (const part of fieldOf(node, 'parameters')?.children ?? []) {
      const type = fieldOf(part, 'type');
      const name = fieldOf(part, 'pattern') ?? fieldOf(part, 'name') ?? part.children[0];
      if (type === undefined || name === undefined) continue;
      const field = emptyField([`${method} ${route ?? ''}`, plain(facts, name)], part, 'parameter');
      if (!OPEN.test(facts.text(type).trim()))
        ask(field.limits, 'typed', facts.text(type).replace(/^:\s*/, ''), null, false);
      yield field;
    }
  }
}
