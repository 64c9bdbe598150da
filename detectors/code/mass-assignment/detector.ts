import type { Detection } from '../../../src/core/detection.ts';
import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { Call, FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { classAround, fieldOf, functionAround } from '../support/around.ts';
import { once } from '../support/remember.ts';
import { codeRule } from '../support/rule.ts';

const rule = codeRule({
  id: 'mass-assignment',
  shortDescription: 'A whole request body becomes a record',
  help: 'The sender can add fields the form never had, such as role, ownerId or verified, and they are stored with the rest. Name the fields that may be set, or parse the body with a schema that drops the others.',
  cwe: [915],
  level: 'warning',
  confidence: 'medium',
});

const REMEDIATION = 'Name the fields that may be set: create({ title: body.title, text: body.text }).';
const METHODS: ReadonlySet<string> = new Set([
  'create',
  'insert',
  'insertOne',
  'insertMany',
  'update',
  'updateOne',
  'updateMany',
  'upsert',
  'save',
  'build',
  'findByIdAndUpdate',
  'findOneAndUpdate',
  'findAndUpdate',
  'replaceOne',
  'bulkCreate',
  'insert_one',
  'update_one',
  'patch',
  'merge',
  'set',
  'assign',
  'values',
  'fill',
  'forceFill',
  'update_from_dict',
]);
const MODEL =
  /^[A-Z]\w*$|[mM]odel$|[rR]epo(?:sitory)?$|collection|prisma|^objects$|\bdb\b|knex|sequelize|manager|^users?$|^posts?$/;
const WHOLE =
  /(?:\.|^)(?:body|payload)$|\.json\(\)$|get_json\([^()]*\)$|request\.(?:json|form|data|POST|body)(?:\.(?:dict|to_dict)\(\))?$|parseBody\(\)$|JSON\.parse\((?:event|req|request|ctx\.request)\.(?:body|rawBody)!?\)$|^Object\.fromEntries\(\s*(?:await\s+)?(?:\w+\.)?(?:request|req)\.formData\(\)\s*\)$|json\.loads\((?:self\.)?request\.(?:body|data)(?:\.decode\([^()]*\))?\)$|\breq\.media$|\.json_body$|json\.loads\(event\[["']body["']\]\)$/;

/** Whole request bodies that are handed to a model. */
export const massAssignment: CodeDetector = {
  rule,
  triggers:
    /body|payload|formData|\.json|get_json|request\.(?:form|data|POST)|Body\(|__all__|\bexclude\s*=|\.media\b|setattr/,
  detect: (facts) => [...calls(facts), ...attributes(facts), ...forms(facts)],
};

/** Calls of the file that hand a whole body on: most files have none, and then no parameter holds one. */
type Handed = () => readonly Call[];

function calls(facts: FileFacts): readonly Detection[] {
  const found: Detection[] = [];
  const handed = once(() =>
    facts.calls().filter((call) => call.arguments.some((given) => isWrittenWhole(facts, given))),
  );
  for (const call of facts.calls())
    if (call.arguments.length > 0 && takesRecord(facts, call)) found.push(...inCall(facts, call, handed));
  return found;
}

function inCall(facts: FileFacts, call: Call, handed: Handed): readonly Detection[] {
  for (const argument of call.arguments) {
    const whole = wholeBody(facts, argument, handed);
    if (whole === null) continue;
    const flow = facts.flow(whole, 'data');
    if (flow === null || flow.strength !== 'remote') continue;
    return [
      facts.finding({
        rule,
        at: call.node,
        message: `A record takes every field that the sender puts into ${flow.source}.`,
        remediation: REMEDIATION,
        flow,
      }),
    ];
  }
  return [];
}

function takesRecord(facts: FileFacts, call: Call): boolean {
  if (facts.program.dialect === 'python' && call.callee.type === 'identifier')
    return (
      /^[A-Z]\w*[a-z]\w*$/.test(facts.text(call.callee)) &&
      !/^(?:BytesIO|StringIO|Path|PurePath|Decimal|Fraction|Counter|OrderedDict|ChainMap|Namespace|SimpleNamespace|Thread|Process)$/.test(
        facts.text(call.callee),
      ) &&
      !/(?:Schema|Form|Serializer|Response|Error|Exception|In|Dto)$/.test(facts.text(call.callee))
    );
  if (call.isNew)
    return (
      /^[A-Z]/.test(facts.text(call.callee)) &&
      !/^(?:URL|URLSearchParams|Map|Set|Date|Error|\w*Error|FormData|Blob|Response|Request|Headers|Promise|Buffer|RegExp|\w*Dto|\w*DTO|TextDecoder|Uint8Array|\w*Schema|\w*Command)$/.test(
        facts.text(call.callee),
      )
    );
  if (call.origin === '~Object.assign') return call.arguments[0] !== undefined && call.arguments[0].type !== 'object';
  if (call.name === null || call.receiver === null || !METHODS.has(call.name)) return false;
  // `$set` is MongoDB's word for the fields to write, whatever the collection is called.
  if (call.arguments[1] !== undefined && /^\{\s*['"]?\$set\b/.test(facts.text(call.arguments[1]))) return true;
  // Tortoise's own method of a record, and the table that holds a Python object's attributes.
  if (call.name === 'update_from_dict' || (call.name === 'update' && isAttributes(facts, call.receiver))) return true;
  return (
    MODEL.test(facts.text(call.receiver).split('(')[0]?.split('.').at(-1) ?? '') ||
    MODEL.test(facts.text(call.receiver).split('.')[0] ?? '')
  );
}

/** `user.__dict__.update(…)`, `vars(user).update(…)` */
function isAttributes(facts: FileFacts, receiver: Syntax): boolean {
  return facts.program.dialect === 'python' && /\.__dict__$|^vars\([\w.]+\)$/.test(facts.text(receiver));
}

/** The body itself, spread, as `data`, `$set` or as it is: not a field of it. */
function wholeBody(facts: FileFacts, argument: Syntax, handed: Handed): Syntax | null {
  if (argument.type === 'object') {
    for (const part of argument.children) {
      if (part.type === 'spread_element' || part.type === 'dictionary_splat') {
        const inner = part.children.at(-1);
        if (inner !== undefined && isWhole(facts, inner, handed)) return inner;
      }
      if (/^(?:data|set|defaults)$/.test(facts.text(part)) && isWhole(facts, part, handed)) return part;
      const key = fieldOf(part, 'key');
      const value = fieldOf(part, 'value');
      if (
        key !== undefined &&
        value !== undefined &&
        /^['"]?(?:data|\$set|set|create|update|defaults)['"]?$/.test(facts.text(key))
      ) {
        const inner = wholeBody(facts, value, handed);
        if (inner !== null) return inner;
      }
    }
    return null;
  }
  const made = facts.definition(argument);
  if (made?.type === 'object') return wholeBody(facts, made, handed);
  return isWhole(facts, argument, handed) ? argument : null;
}

function isWhole(facts: FileFacts, node: Syntax, handed: Handed): boolean {
  return (
    isWrittenWhole(facts, node) || isFields(facts, facts.definition(node) ?? node) || isHandedWhole(facts, node, handed)
  );
}

function isWrittenWhole(facts: FileFacts, node: Syntax): boolean {
  return WHOLE.test(writtenAs(facts, node)) || isUntypedBody(facts, node);
}

function writtenAs(facts: FileFacts, node: Syntax): string {
  return facts
    .text(facts.definition(node) ?? node)
    .replace(/^await\s+/, '')
    .replace(/\s+as\s+\w+$/, '');
}

/** `Object.fromEntries(form)` of a form that came with the request, or that a server action is called with. */
function isFields(facts: FileFacts, value: Syntax): boolean {
  const form = /^Object\.fromEntries\(\s*(\w+)(?:\.entries\(\))?\s*\)$/.exec(facts.text(value))?.[1];
  const list = form === undefined ? undefined : fieldOf(value, 'arguments');
  const [given] = list?.children ?? [];
  if (form === undefined || given === undefined) return false;
  const made = given.type === 'identifier' ? facts.definition(given) : null;
  return made === null ? /form/i.test(form) : /\.formData\(\)$/.test(facts.text(made));
}

/** `change(id, fields)` of this file is called with the whole body, and not with a part of it. */
function isHandedWhole(facts: FileFacts, node: Syntax, handed: Handed): boolean {
  const fn = node.type === 'identifier' && facts.definition(node) === null ? functionAround(node) : null;
  const list = fn === null ? undefined : fieldOf(fn, 'parameters');
  if (list === undefined || handed().length === 0 || facts.flow(node, 'data')?.strength !== 'remote') return false;
  const parameters = list.children.filter(({ type }) => type !== 'comment');
  const index = parameters.findIndex((each) => facts.text(fieldOf(each, 'pattern') ?? each) === facts.text(node));
  return handed().some((call) => {
    const given = call.arguments[index];
    return given !== undefined && isWrittenWhole(facts, given) && facts.functionOf(call.callee) === fn;
  });
}

/** NestJS, FastAPI: a body whose type names no class is not narrowed by anything. */
function isUntypedBody(facts: FileFacts, node: Syntax): boolean {
  const fn = functionAround(node);
  const list = fn === null ? undefined : fieldOf(fn, 'parameters');
  if (list === undefined) return false;
  if (facts.program.dialect === 'python') {
    const given = /\b(\w+)\s*:\s*(?:dict|Dict|Any|typing\.Dict)\b[^=,]*(?:,[^=\]]*\])?\s*=\s*Body\(/.exec(
      facts.text(list),
    );
    return given?.[1] === facts.text(node);
  }
  const parameter = /@Body\(\)\s*(\w+)\s*:\s*(?:any|unknown|object|Record<|Partial<|\{)/.exec(facts.text(list));
  return parameter?.[1] === facts.text(node);
}

/** `for key, value in request.json.items(): setattr(user, key, value)` */
function attributes(facts: FileFacts): readonly Detection[] {
  return facts.callsLike({ from: (origin) => origin === '~setattr' }).flatMap((call) => {
    const key = call.arguments[1];
    if (key === undefined) return [];
    const flow = facts.flow(key, 'key');
    if (flow?.strength !== 'remote') return [];
    return [
      facts.finding({
        rule,
        at: call.node,
        message: `An object takes every attribute that the sender names in ${flow.source}.`,
        remediation: REMEDIATION,
        flow,
      }),
    ];
  });
}

/** Django: `fields = "__all__"` in the Meta of a form lets the form set every column. */
function forms(facts: FileFacts): readonly Detection[] {
  if (facts.program.dialect !== 'python' || !/__all__|\bexclude\b/.test(facts.program.text)) return [];
  return facts.assignments().flatMap(({ node, target, value }) => {
    const called = facts.text(target);
    const all = called === 'fields' && facts.constant(value) === '__all__';
    // Nothing excluded is everything taken in.
    const none = called === 'exclude' && /^(?:\[\s*\]|\(\s*\))$/.test(facts.text(value));
    if (!all && !none) return [];
    const meta = classAround(node);
    const form = meta === null ? null : classAround(meta);
    const head = form === null ? '' : facts.program.text.slice(form.start, form.start + 200).split('\n')[0];
    if (!/\(.*(?:ModelForm|ModelSerializer).*\)/.test(head ?? '') || isReadOnly(facts, form)) return [];
    return [
      facts.finding({
        rule,
        at: node,
        message: 'Whoever sends this form sets every column of its model, also those that come later.',
        remediation: 'Name the fields of the form.',
      }),
    ];
  });
}

/** Django REST framework: a serializer that only views without writing use, or that says so of its fields. */
function isReadOnly(facts: FileFacts, form: Syntax | null): boolean {
  if (form === null) return false;
  const views =
    facts.program.text.match(
      /\b(?:ReadOnlyModelViewSet|(?:List|Retrieve)APIView|ModelViewSet|(?:Create|Update|Destroy|RetrieveUpdate)\w*APIView|ListCreateAPIView)\b/g,
    ) ?? [];
  const onlyReads = views.length > 0 && views.every((view) => /^(?:ReadOnly|ListAPI|RetrieveAPI)/.test(view));
  // What is nested is for reading alone anyway, and says nothing of the model's own columns.
  const own = facts
    .text(form)
    .split('\n')
    .filter((line) => !/\w(?:Serializer|SerializerMethodField)\(/.test(line))
    .join('\n');
  return onlyReads || /read_?only_fields\s*=|read_?only/i.test(own);
}
