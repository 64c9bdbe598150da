import type { Detection } from '../../../src/core/detection.ts';
import type { Rule } from '../../../src/core/rule.ts';
import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf } from '../support/around.ts';
import { bodyText, GUARD_NAME, OPEN_ROUTE, withoutComments } from '../support/security.ts';

/** Classes of Python's frameworks whose methods answer requests. */
const VIEWS = /(?:Handler|View|ViewSet|Resource|HTTPEndpoint)\b/;
/** Views of the Django REST framework that change or delete records. */
const WRITES = /\b(?:ModelViewSet|(?:RetrieveUpdate|RetrieveDestroy|RetrieveUpdateDestroy|Update|Destroy)APIView)\b/;
const CHANGES = /^(?:post|put|patch|delete)$/;

/** Methods of a class that change something without the decorator of their neighbours, and views opened to everybody. */
export function openMethods(facts: FileFacts, rule: Rule): readonly Detection[] {
  if (facts.program.dialect !== 'python') return [];
  return facts.nodes('class_declaration').flatMap((each) => {
    const name = fieldOf(each, 'name');
    const bases = fieldOf(each, 'superclasses');
    const body = fieldOf(each, 'body');
    if (name === undefined || bases === undefined || body === undefined || !VIEWS.test(facts.text(bases))) return [];
    if (OPEN_ROUTE.test(facts.text(name)) || GUARD_NAME.test(facts.text(bases))) return [];
    return [...unlike(facts, rule, body), ...(WRITES.test(facts.text(bases)) ? opened(facts, rule, body) : [])];
  });
}

interface Method {
  readonly node: Syntax;
  readonly name: Syntax;
  readonly above: string;
}

function unlike(facts: FileFacts, rule: Rule, body: Syntax): readonly Detection[] {
  const methods = methodsOf(facts, body);
  const [sibling] = methods.filter(({ above }) => GUARD_NAME.test(above));
  if (sibling === undefined) return [];
  return methods.flatMap(({ node, name, above }) => {
    if (!CHANGES.test(facts.text(name)) || GUARD_NAME.test(above) || GUARD_NAME.test(bodyText(facts, node))) return [];
    return [
      facts.finding({
        rule,
        at: name,
        message: `"${facts.text(name)}" changes something for everybody, while "${facts.text(sibling.name)}" of the same class has a guard.`,
        remediation: 'Put the guard of its neighbour above this one.',
        level: facts.isTest ? 'note' : 'warning',
        related: [{ node: sibling.name, message: 'this method has a guard' }],
      }),
    ];
  });
}

function methodsOf(facts: FileFacts, body: Syntax): readonly Method[] {
  return body.children.flatMap((part): readonly Method[] => {
    const node = part.type === 'decorated_definition' ? part.children.at(-1) : part;
    const name = node?.type === 'function_declaration' ? fieldOf(node, 'name') : undefined;
    if (node === undefined || name === undefined || !/^(?:get|post|put|patch|delete)$/.test(facts.text(name)))
      return [];
    const above = part === node ? '' : withoutComments(facts.program.text.slice(part.start, node.start));
    return [{ node, name, above }];
  });
}

/** `permission_classes = [AllowAny]`: who wrote it says that whoever asks may change every record. */
function opened(facts: FileFacts, rule: Rule, body: Syntax): readonly Detection[] {
  return facts.assignments().flatMap(({ node, target, value }) => {
    if (node.start < body.start || node.end > body.end || facts.text(target) !== 'permission_classes') return [];
    if (!/^[[(]\s*(?:(?:\w+\.)?AllowAny\s*,?\s*)?[\])]$/.test(facts.text(value))) return [];
    return [
      facts.finding({
        rule,
        at: node,
        message: 'Whoever asks may change and delete every record of this view.',
        remediation: 'Name who may: permission_classes = [IsAuthenticated], and for writing a permission of its own.',
        level: facts.isTest ? 'note' : 'warning',
      }),
    ];
  });
}
