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
    return [
      ...unlike(facts, rule, body),
      ...openedActions(facts, rule, body),
      ...ofEverybody(facts, rule, each, body),
      ...(WRITES.test(facts.text(bases)) ? opened(facts, rule, body) : []),
    ];
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

const PERMISSIONS = /\bpermission_classes\s*=\s*([[(][^\])]*[\])])/;
const OPEN_PERMISSION = /^[[(]\s*(?:\w+\.)?AllowAny\s*,?\s*[\])]$/;

/** `@action(methods=["post"], permission_classes=[AllowAny])` in a class that asks who is calling everywhere else. */
function openedActions(facts: FileFacts, rule: Rule, body: Syntax): readonly Detection[] {
  const own = facts
    .assignments()
    .find(({ target, node }) => node.parent?.parent === body && facts.text(target) === 'permission_classes');
  if (own === undefined || OPEN_PERMISSION.test(facts.text(own.value))) return [];
  return facts.nodes('decorator').flatMap((decorator) => {
    if (decorator.start < body.start || decorator.end > body.end) return [];
    const written = withoutComments(facts.text(decorator));
    const given = PERMISSIONS.exec(written)?.[1];
    const changes = /\bmethods\s*=\s*[[(][^\])]*["'](?:post|put|patch|delete)["']/i.test(written);
    if (!/^@(?:\w+\.)?action\(/.test(written) || given === undefined || !changes || !OPEN_PERMISSION.test(given))
      return [];
    const fn = decorator.parent?.children.find((part) => part.type === 'function_declaration');
    const name = fn === undefined ? undefined : fieldOf(fn, 'name');
    if (fn === undefined || name === undefined || OPEN_ROUTE.test(facts.text(name))) return [];
    if (GUARD_NAME.test(bodyText(facts, fn))) return [];
    return [
      facts.finding({
        rule,
        at: decorator,
        message: `"${facts.text(name).slice(0, 40)}" changes something for everybody, while the rest of its class asks who is calling.`,
        remediation: 'Leave the permissions of the class in force, or name who may.',
        level: facts.isTest ? 'note' : 'warning',
        related: [{ node: own.node, message: 'the permissions of the class' }],
      }),
    ];
  });
}

/** Generic views of Django and of its REST framework that show or change one record. */
const SINGLE = /\b(?:(?:Retrieve|Update|Destroy)\w*APIView|(?:Detail|Update|Delete)View|ModelViewSet)\b/;
/** Who is logged in may: nothing is said of whose record it is. */
const LOGGED_IN = /LoginRequiredMixin|permission_classes\s*=\s*[[(]\s*(?:\w+\.)?IsAuthenticated\s*,?\s*[\])]/;

/** One record of any owner (CWE-639), where another view of the file keeps to those of whoever asks. */
function ofEverybody(facts: FileFacts, rule: Rule, view: Syntax, body: Syntax): readonly Detection[] {
  const written = withoutComments(facts.text(view));
  if (!SINGLE.test(written) || !LOGGED_IN.test(written)) return [];
  if (
    /\bdef (?:get_queryset|get_object|check_object_permissions|has_object_permission|test_func|dispatch)\b/.test(
      written,
    )
  )
    return [];
  return facts.assignments().flatMap(({ node, target, value }) => {
    if (node.parent?.parent !== body || !/^(?:queryset|model)$/.test(facts.text(target))) return [];
    const model = /^(\w+)(?:\.objects\.all\(\))?$/.exec(facts.text(value))?.[1];
    if (model === undefined || (facts.text(target) === 'queryset') === (model === facts.text(value))) return [];
    const kept = new RegExp(`\\b${model}\\.objects\\.filter\\([^()]*=\\s*self\\.request\\.user\\b`);
    if (!kept.test(facts.program.text)) return [];
    return [
      facts.finding({
        rule,
        at: node,
        message: `Whoever is logged in gets any "${model.slice(0, 40)}", while another view of this file keeps to their own.`,
        remediation: 'Filter in get_queryset by who is asking, as the other view does.',
        level: facts.isTest ? 'note' : 'warning',
        confidence: 'low',
      }),
    ];
  });
}
